import { kafkaConformance } from '../operators/psc/kafka/kafka-conformance.ts';
import { simulatedKafkaWorld } from './operator/kafka-conformance-world.ts';

const START_TIMEOUT_MS = 60_000;

kafkaConformance('The model of Kafka', simulatedKafkaWorld, START_TIMEOUT_MS);
