import java.io.BufferedReader;
import java.io.FileReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A constant load of Kafka's own Java client on many partitions, and a check of all that was acknowledged. Each partition has
 * one key, whose records carry a number that rises by one: what is missing, doubled or out of order shows. Reads lines from
 * standard input: "mark" prints the longest time that any record waited for its acknowledgement since the last mark, and the
 * time that one in a hundred exceeded; "stop" ends the load, waits until everything is read, and prints the outcome.
 */
public final class LoadProbe {
    private static final long RAMP_NS = 30_000_000_000L;
    /** Records are sent so far apart, those of a round together: as a service hands on what came in meanwhile. */
    private static final long ROUND_NS = 100_000_000L;
    /** What was read is of no more use: minutes of it are kept, in pieces that a killed broker has soon checked. */
    private static final Map<String, String> SMALL = Map.of("segment.bytes", "1048576", "retention.bytes", "2097152");

    private final String prefix;
    private final int topics;
    private final int partitions;
    private final int recordsPerSecond;
    private final int recordBytes;
    private final Properties client = new Properties();
    /** By partition: the next number to send, and the numbers that were acknowledged and read. */
    private final long[] sent;
    private final AtomicLongArray acknowledged;
    private final long[] read;
    private final AtomicLong failed = new AtomicLong();
    /** Acknowledgements since the last mark by the milliseconds that they took, the last entry for all that took longer. */
    private final AtomicIntegerArray waits = new AtomicIntegerArray(60_000);
    private final AtomicReference<Wait> longest = new AtomicReference<>(Wait.NONE);
    private long duplicated;
    private long missing;
    private volatile boolean stopping;
    private volatile boolean drained;
    private volatile String failure = "";

    /** How long a record waited for its acknowledgement, where it was to go, and when it was answered. */
    private record Wait(long ms, String place, Instant until) {
        static final Wait NONE = new Wait(0, "-", Instant.EPOCH);

        static Wait longer(Wait one, Wait other) {
            return one.ms >= other.ms ? one : other;
        }
    }

    private LoadProbe(String[] args) throws Exception {
        try (FileReader file = new FileReader(args[0])) {
            client.load(file);
        }
        prefix = args[1];
        topics = Integer.parseInt(args[2]);
        partitions = Integer.parseInt(args[3]);
        recordsPerSecond = Integer.parseInt(args[4]);
        recordBytes = Integer.parseInt(args[5]);
        int all = topics * partitions;
        sent = new long[all];
        read = new long[all];
        acknowledged = new AtomicLongArray(all);
    }

    /** Arguments: properties file, prefix of topics, topics, partitions of each, records a second, bytes of each. */
    public static void main(String[] args) throws Exception {
        LoadProbe probe = new LoadProbe(args);
        probe.makeTopics();
        Thread producer = new Thread(probe::produce, "load");
        Thread consumer = new Thread(probe::consume, "check");
        producer.start();
        consumer.start();
        System.out.println("started");
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = in.readLine(); line != null && !line.equals("stop"); line = in.readLine()) {
                if (line.equals("mark")) {
                    Wait wait = probe.longest.getAndSet(Wait.NONE);
                    System.out.println(
                            "longest-wait-ms " + wait.ms + " " + wait.place + " " + wait.until + " " + probe.takeP99());
                }
            }
        }
        probe.stopping = true;
        producer.join();
        consumer.join();
        probe.report();
    }

    private void makeTopics() throws Exception {
        List<NewTopic> wanted = new ArrayList<>();
        for (int topic = 0; topic < topics; topic++) {
            wanted.add(new NewTopic(prefix + topic, partitions, (short) 3).configs(SMALL));
        }
        try (Admin admin = Admin.create(client)) {
            admin.createTopics(wanted).all().get();
        } catch (ExecutionException error) {
            if (!(error.getCause() instanceof TopicExistsException)) {
                throw error;
            }
        }
    }

    private void produce() {
        Properties settings = new Properties();
        settings.putAll(client);
        settings.put("acks", "all");
        settings.put("enable.idempotence", "true");
        settings.put("delivery.timeout.ms", "30000");
        settings.put("request.timeout.ms", "10000");
        // A round is one request to each broker.
        settings.put("linger.ms", "5");
        // Of the usual 16 KiB a batch has room for one record, and what waits for a partition leaves it one by one.
        settings.put("batch.size", String.valueOf(256 << 10));
        settings.put("buffer.memory", String.valueOf(64 << 20));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            long startNs = System.nanoTime();
            long count = 0;
            for (long dueNs = startNs; !stopping; dueNs += ROUND_NS) {
                long round = (long) (rateAfter(dueNs - startNs) * ROUND_NS / 1e9);
                for (long last = count + round; count < last; count++) {
                    send(producer, (int) (count % sent.length));
                }
                long earlyNs = dueNs + ROUND_NS - System.nanoTime();
                if (earlyNs > 1_000_000) {
                    Thread.sleep(earlyNs / 1_000_000);
                }
            }
            producer.flush();
        } catch (Throwable error) {
            failure = "producer: " + error;
        }
        drained = true;
    }

    /** Records a second: a tenth at first, as neither this client nor the brokers have any of their code compiled yet. */
    private double rateAfter(long ns) {
        return recordsPerSecond * Math.min(1, Math.max(0.1, ns / (double) RAMP_NS));
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int index) {
        byte[] value = new byte[recordBytes];
        long number = sent[index]++;
        ByteBuffer.wrap(value).putLong(number);
        long startNs = System.nanoTime();
        TopicPartition place = place(index);
        byte[] key = ByteBuffer.allocate(4).putInt(index).array();
        producer.send(new ProducerRecord<>(place.topic(), place.partition(), key, value), (metadata, error) -> {
            long ms = (System.nanoTime() - startNs) / 1_000_000;
            waits.incrementAndGet((int) Math.min(ms, waits.length() - 1));
            if (ms > longest.get().ms) {
                longest.accumulateAndGet(new Wait(ms, place.toString(), Instant.now()), Wait::longer);
            }
            if (error == null) {
                acknowledged.incrementAndGet(index);
            } else {
                failed.incrementAndGet();
                failure = "record: " + error;
            }
        });
    }

    /** Milliseconds that one acknowledgement in a hundred exceeded since the last mark. */
    private int takeP99() {
        int[] counts = new int[waits.length()];
        long all = 0;
        for (int ms = 0; ms < counts.length; ms++) {
            counts[ms] = waits.getAndSet(ms, 0);
            all += counts[ms];
        }
        long slower = 0;
        for (int ms = counts.length - 1; ms > 0; ms--) {
            slower += counts[ms];
            if (slower * 100 > all) {
                return ms;
            }
        }
        return 0;
    }

    private TopicPartition place(int index) {
        return new TopicPartition(prefix + index / partitions, index % partitions);
    }

    private void consume() {
        Properties settings = new Properties();
        settings.putAll(client);
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        // Only checks: it may come later, in fewer requests.
        settings.put("fetch.min.bytes", String.valueOf(256 << 10));
        settings.put("fetch.max.wait.ms", "1000");
        // Of each broker at a time: after a long wait all of them have much, and it is to fit beside what waits to be sent.
        settings.put("fetch.max.bytes", String.valueOf(4 << 20));
        List<TopicPartition> all = new ArrayList<>();
        for (int index = 0; index < sent.length; index++) {
            all.add(place(index));
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            long endNs = Long.MAX_VALUE;
            while (System.nanoTime() < endNs) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    check(record);
                }
                if (drained && endNs == Long.MAX_VALUE) {
                    endNs = System.nanoTime() + 60_000_000_000L;
                }
                if (drained && isAllRead()) {
                    return;
                }
            }
        } catch (Throwable error) {
            failure = "consumer: " + error;
        }
    }

    private void check(ConsumerRecord<byte[], byte[]> record) {
        int index = ByteBuffer.wrap(record.key()).getInt();
        long number = ByteBuffer.wrap(record.value()).getLong();
        if (number < read[index]) {
            duplicated++;
        } else {
            missing += number - read[index];
            read[index] = number + 1;
        }
    }

    private boolean isAllRead() {
        for (int index = 0; index < read.length; index++) {
            if (read[index] < sent[index]) {
                return false;
            }
        }
        return true;
    }

    private void report() {
        long all = 0;
        long unread = 0;
        for (int index = 0; index < read.length; index++) {
            all += acknowledged.get(index);
            unread += Math.max(0, sent[index] - read[index]);
        }
        System.out.println("acknowledged " + all);
        System.out.println("failed " + failed.get());
        System.out.println("missing " + (missing + unread));
        System.out.println("out-of-place " + duplicated);
        System.out.println("failure " + failure);
    }
}
