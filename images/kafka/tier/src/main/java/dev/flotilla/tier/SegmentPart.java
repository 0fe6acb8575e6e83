package dev.flotilla.tier;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentId;
import org.apache.kafka.server.log.remote.storage.RemoteStorageManager.IndexType;

/** What a segment consists of; each part is an object of its own. */
enum SegmentPart {
    /** First, so that a deletion that is cut off leaves no segment that looks readable. */
    LOG("log"),
    OFFSET_INDEX("index"),
    TIME_INDEX("timeindex"),
    PRODUCER_SNAPSHOT("snapshot"),
    TRANSACTION_INDEX("txnindex"),
    LEADER_EPOCHS("leader-epochs");

    private final String suffix;

    SegmentPart(String suffix) {
        this.suffix = suffix;
    }

    static SegmentPart of(IndexType type) {
        return switch (type) {
            case OFFSET -> OFFSET_INDEX;
            case TIMESTAMP -> TIME_INDEX;
            case PRODUCER_SNAPSHOT -> PRODUCER_SNAPSHOT;
            case TRANSACTION -> TRANSACTION_INDEX;
            case LEADER_EPOCH -> LEADER_EPOCHS;
        };
    }

    /**
     * Name of the object: topic and its id, partition, first offset in 20 digits as on a broker's disk, id of the
     * segment. The ids keep a topic that was deleted and made again apart from its namesake.
     */
    String key(String prefix, RemoteLogSegmentId segment, long startOffset) {
        TopicIdPartition partition = segment.topicIdPartition();
        return String.format("%s%s-%s/%d/%020d-%s.%s", prefix, partition.topic(), partition.topicId(),
            partition.partition(), startOffset, segment.id(), suffix);
    }
}
