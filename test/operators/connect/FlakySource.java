package dev.flotilla.test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/** A connector without a source, whose tasks fail for as long as a file is there. */
public final class FlakySource extends SourceConnector {
    private static final String FAIL_FILE = "fail.file";
    private static final ConfigDef CONFIG = new ConfigDef()
        .define(FAIL_FILE, ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, "While this file is there, tasks fail.")
        .define("pace", ConfigDef.Type.STRING, "fast", ConfigDef.ValidString.in("fast", "slow"), ConfigDef.Importance.LOW, "-");

    private Map<String, String> settings;

    @Override
    public void start(Map<String, String> given) {
        settings = given;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return FlakyTask.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int most) {
        return Collections.nCopies(most, settings);
    }

    @Override
    public void stop() {}

    @Override
    public ConfigDef config() {
        return CONFIG;
    }

    @Override
    public String version() {
        return "1";
    }

    public static final class FlakyTask extends SourceTask {
        private Path failFile;

        @Override
        public void start(Map<String, String> given) {
            failFile = Path.of(given.get(FAIL_FILE));
        }

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            if (Files.exists(failFile)) {
                throw new ConnectException("no way in with password=hunter2hunter2 at jdbc://me:hunter2hunter2@db");
            }
            Thread.sleep(100);
            return null;
        }

        @Override
        public void stop() {}

        @Override
        public String version() {
            return "1";
        }
    }
}
