import { PORTS } from './listeners.ts';

/** Path that says whether the Java machine answers at all, without the cost of collecting metrics. */
export const HEALTH_PATH = '/-/healthy';

/** Annotations by which a Prometheus without PodMonitors finds the exporter. */
export const SCRAPE_ANNOTATIONS = {
  'prometheus.io/scrape': 'true',
  'prometheus.io/port': String(PORTS.metrics),
  'prometheus.io/path': '/metrics',
} as const;

/**
 * Content of `jmx-exporter.yaml`. Only named beans: one bean per partition and metric would be a hundred thousand
 * series on a large broker. Sizes of partitions come from the admin API where they are needed. Times of requests only of those
 * that clients and followers wait for. Every rule caches which names it matches, as none looks at values: trying all of them on
 * every name, at each question of the operator's, took a quarter of a small broker's time.
 */
export const JMX_EXPORTER_YAML = `lowercaseOutputName: true
lowercaseOutputLabelNames: true
includeObjectNames:
  - "kafka.server:type=ReplicaManager,*"
  - "kafka.server:type=BrokerTopicMetrics,*"
  - "kafka.server:type=KafkaRequestHandlerPool,*"
  - "kafka.server:type=KafkaServer,name=BrokerState"
  - "kafka.server:type=broker-metadata-metrics"
  - "kafka.server:type=raft-metrics"
  - "kafka.server:type=Produce,*"
  - "kafka.server:type=Fetch,*"
  - "kafka.server:type=socket-server-metrics,listener=*"
  - "kafka.controller:type=KafkaController,*"
  - "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce"
  - "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=FetchConsumer"
  - "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=FetchFollower"
  - "kafka.network:type=RequestMetrics,name=RequestsPerSec,*"
  - "kafka.network:type=RequestChannel,name=RequestQueueSize"
  - "kafka.network:type=SocketServer,*"
  - "kafka.log:type=LogManager,*"
  - "kafka.log.remote:*"
rules:
  - pattern: kafka.server<type=raft-metrics><>(.+)
    cache: true
    name: kafka_raft_$1
    type: GAUGE
  - pattern: kafka.server<type=broker-metadata-metrics><>(.+)
    cache: true
    name: kafka_broker_metadata_$1
    type: GAUGE
  - pattern: kafka.server<type=socket-server-metrics, listener=(.+)><>(.+)
    cache: true
    name: kafka_socket_server_$2
    type: GAUGE
    labels: { listener: "$1" }
  - pattern: kafka.server<type=(Produce|Fetch), user=(.+)><>(.+)
    cache: true
    name: kafka_client_quota_$3
    type: GAUGE
    labels: { operation: "$1", user: "$2" }
  - pattern: kafka.server<type=BrokerTopicMetrics, name=RemoteCopyErrorsPerSec><>FiveMinuteRate
    cache: true
    name: kafka_server_brokertopicmetrics_remotecopyerrors_five_minute_rate
    type: GAUGE
  - pattern: kafka.(\\w+)<type=(.+), name=(.+), topic=(.+)><>Value
    cache: true
    name: kafka_$1_$2_$3
    type: GAUGE
    labels: { topic: "$4" }
  - pattern: kafka.(\\w+)<type=(.+), name=(.+), topic=(.+)><>Count
    cache: true
    name: kafka_$1_$2_$3_total
    type: COUNTER
    labels: { topic: "$4" }
  - pattern: kafka.(\\w+)<type=(.+), name=(.+), request=(.+), version=(.+)><>Count
    cache: true
    name: kafka_$1_$2_$3_total
    type: COUNTER
    labels: { request: "$4", version: "$5" }
  - pattern: kafka.(\\w+)<type=(.+), name=(.+), request=(.+)><>(\\d+)thPercentile
    cache: true
    name: kafka_$1_$2_$3
    type: GAUGE
    labels: { request: "$4", quantile: "0.$5" }
  - pattern: kafka.(\\w+)<type=(.+), name=(.+)><>Value
    cache: true
    name: kafka_$1_$2_$3
    type: GAUGE
  - pattern: kafka.(\\w+)<type=(.+), name=(.+)><>Count
    cache: true
    name: kafka_$1_$2_$3_total
    type: COUNTER
`;
