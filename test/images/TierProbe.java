import dev.flotilla.tier.TierStorageManager;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.log.remote.storage.LogSegmentData;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentId;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteStorageManager.IndexType;

/** Does with the tier plugin what a broker does, and prints what came of it, one `what=outcome` a line. */
public final class TierProbe {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private final TierStorageManager manager = new TierStorageManager();
    private final Path work;

    private TierProbe(Path work) {
        this.work = work;
    }

    /** Arguments: scenario, folder for files, then settings as key=value. */
    public static void main(String[] args) throws Exception {
        Map<String, String> settings = new HashMap<>();
        Arrays.stream(args).skip(2).map(each -> each.split("=", 2)).forEach(each -> settings.put(each[0], each[1]));
        TierProbe probe = new TierProbe(Path.of(args[1]));
        try {
            probe.manager.configure(settings);
        } catch (Exception error) {
            say("configure", error);
            return;
        }
        switch (args[0]) {
            case "life" -> probe.life();
            case "write" -> probe.attempt("write", () -> probe.copy(segment(0, 1000), 1000, true));
            case "large" -> probe.copy(segment(7, LARGE), LARGE, false);
            case "partial" -> probe.partial();
            default -> throw new IllegalArgumentException(args[0]);
        }
        probe.manager.close();
    }

    private static final int LARGE = 32 << 20;

    private void life() throws Exception {
        RemoteLogSegmentMetadata whole = segment(0, 300_000);
        byte[] log = copy(whole, 300_000, true);
        check("whole", manager.fetchLogSegment(whole, 0), log);
        check("tail", manager.fetchLogSegment(whole, 299_000), Arrays.copyOfRange(log, 299_000, 300_000));
        check("range", manager.fetchLogSegment(whole, 100, 199), Arrays.copyOfRange(log, 100, 200));
        check("range-over-end", manager.fetchLogSegment(whole, 299_990, 400_000), Arrays.copyOfRange(log, 299_990, 300_000));
        check("range-after-end", manager.fetchLogSegment(whole, 300_000, 300_010), new byte[0]);
        attempt("range-backwards", () -> manager.fetchLogSegment(whole, 10, 9));
        for (IndexType type : IndexType.values()) {
            check("index-" + type, manager.fetchIndex(whole, type), type.name().getBytes());
        }
        RemoteLogSegmentMetadata plain = segment(500, 1000);
        byte[] other = copy(plain, 1000, false);
        attempt("no-transactions", () -> manager.fetchIndex(plain, IndexType.TRANSACTION));
        manager.deleteLogSegmentData(whole);
        attempt("deleted-log", () -> manager.fetchLogSegment(whole, 0));
        attempt("deleted-index", () -> manager.fetchIndex(whole, IndexType.OFFSET));
        attempt("deleted-again", () -> manager.deleteLogSegmentData(whole));
        check("neighbor", manager.fetchLogSegment(plain, 0), other);
    }

    private void partial() throws Exception {
        try (InputStream stream = manager.fetchLogSegment(segment(7, LARGE), 0)) {
            say("partial", stream.readNBytes(1000).length);
        }
    }

    private byte[] copy(RemoteLogSegmentMetadata segment, int size, boolean transactional) throws Exception {
        byte[] log = new byte[size];
        new Random(size).nextBytes(log);
        manager.copyLogSegmentData(segment, new LogSegmentData(
            file("log", log),
            file("OFFSET", "OFFSET".getBytes()),
            file("TIMESTAMP", "TIMESTAMP".getBytes()),
            transactional ? Optional.of(file("TRANSACTION", "TRANSACTION".getBytes())) : Optional.empty(),
            file("PRODUCER_SNAPSHOT", "PRODUCER_SNAPSHOT".getBytes()),
            ByteBuffer.wrap("LEADER_EPOCH".getBytes())));
        return log;
    }

    private Path file(String name, byte[] content) throws Exception {
        return Files.write(work.resolve(name), content);
    }

    private static RemoteLogSegmentMetadata segment(long startOffset, int size) {
        TopicIdPartition partition = new TopicIdPartition(TOPIC, new TopicPartition("orders", 3));
        return new RemoteLogSegmentMetadata(new RemoteLogSegmentId(partition, new Uuid(9, startOffset)), startOffset,
            startOffset + 99, 0L, 0, 0L, size, Map.of(0, 0L));
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private void attempt(String what, Attempt attempt) {
        try {
            attempt.run();
            say(what, "done");
        } catch (Exception error) {
            say(what, error);
        }
    }

    private static void check(String what, InputStream found, byte[] wanted) throws Exception {
        try (found) {
            say(what, Arrays.equals(found.readAllBytes(), wanted) ? "same" : "different");
        }
    }

    private static void say(String what, Exception error) {
        say(what, error.getClass().getSimpleName() + ": " + String.valueOf(error.getMessage()).replace('\n', ' '));
    }

    private static void say(String what, Object outcome) {
        System.out.println(what + "=" + outcome);
    }
}
