package dev.flotilla.policy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.AlterConfigPolicy;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/**
 * Refuses topics none of whose replicas could ever be missing: while one is, nobody could write to them, so that no broker could
 * be restarted without an outage, and every roll would stop.
 *
 * <p>Kafka tells an alter policy nothing of the topic's replicas; there the cluster's default replication stands for them.
 */
public final class TopicPolicy implements CreateTopicPolicy, AlterConfigPolicy {
    private static final String MIN_ISR = "min.insync.replicas";
    private static final String REPLICATION = "default.replication.factor";

    private int defaultMinIsr = 1;
    private int defaultReplication = 1;

    @Override
    public void configure(Map<String, ?> settings) {
        defaultMinIsr = number(settings.get(MIN_ISR), defaultMinIsr);
        defaultReplication = number(settings.get(REPLICATION), defaultReplication);
    }

    @Override
    public void validate(CreateTopicPolicy.RequestMetadata request) {
        Map<String, String> configs = request.configs() == null ? Map.of() : request.configs();
        int minIsr = number(configs.get(MIN_ISR), defaultMinIsr);
        int replicas = replicas(request);
        if (minIsr >= replicas) {
            throw new PolicyViolationException("topic " + request.topic() + ": " + MIN_ISR + " is " + minIsr + " with " + replicas
                + " replicas, so that no broker could be restarted while it is written to: give it at least " + (minIsr + 1)
                + " replicas" + (minIsr > 1 ? ", or a lower " + MIN_ISR : ""));
        }
    }

    @Override
    public void validate(AlterConfigPolicy.RequestMetadata request) {
        ConfigResource.Type type = request.resource().type();
        String value = request.configs().get(MIN_ISR);
        if (value == null || (type != ConfigResource.Type.TOPIC && type != ConfigResource.Type.BROKER)) {
            return;
        }
        if (number(value, 0) >= defaultReplication) {
            throw new PolicyViolationException(MIN_ISR + " is " + value + " with " + defaultReplication
                + " replicas, so that no broker could be restarted while it is written to: set at most " + (defaultReplication - 1));
        }
    }

    @Override
    public void close() {}

    private int replicas(CreateTopicPolicy.RequestMetadata request) {
        if (request.replicationFactor() != null && request.replicationFactor() > 0) {
            return request.replicationFactor();
        }
        Map<Integer, List<Integer>> assignments = request.replicasAssignments();
        if (assignments == null || assignments.isEmpty()) {
            return defaultReplication;
        }
        return assignments.values().stream().mapToInt(List::size).min().orElse(defaultReplication);
    }

    /** What is no number is for Kafka to refuse. */
    private static int number(Object value, int otherwise) {
        try {
            return value == null ? otherwise : Integer.parseInt(value.toString().trim());
        } catch (NumberFormatException error) {
            return otherwise;
        }
    }
}
