package dev.flotilla.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's own TLS, which reads key, certificate and trusted authorities anew for the first connection after their files have
 * changed (KIP-519). Kafka by itself does so only when it is told to, and never for the connections that brokers and controllers
 * open to the quorum: these would show the certificate of the process's start until it ends.
 *
 * <p>Connections that are open stay as they are. Files that cannot be used change nothing.
 */
public final class RenewedSslEngineFactory implements SslEngineFactory {
    private static final Logger LOG = LoggerFactory.getLogger(RenewedSslEngineFactory.class);

    private Map<String, ?> configs = Map.of();
    private List<Path> files = List.of();
    private SslEngineFactory current = new DefaultSslEngineFactory();
    /** Of the files that are in force, and of those that could not be used last. */
    private List<List<Object>> inForce = List.of();
    private List<List<Object>> refused = List.of();

    @Override
    public synchronized void configure(Map<String, ?> settings) {
        configs = settings;
        files = List.of(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG).stream()
            .map(settings::get)
            .filter(location -> location instanceof String)
            .map(location -> Path.of((String) location))
            .toList();
        // Before the files are read: a change meanwhile is then seen later, and never missed.
        inForce = marks();
        current.configure(settings);
    }

    @Override
    public synchronized SSLEngine createClientSslEngine(String peerHost, int peerPort, String endpointIdentification) {
        renew();
        return current.createClientSslEngine(peerHost, peerPort, endpointIdentification);
    }

    @Override
    public synchronized SSLEngine createServerSslEngine(String peerHost, int peerPort) {
        renew();
        return current.createServerSslEngine(peerHost, peerPort);
    }

    @Override
    public synchronized boolean shouldBeRebuilt(Map<String, Object> nextConfigs) {
        return current.shouldBeRebuilt(nextConfigs);
    }

    @Override
    public synchronized Set<String> reconfigurableConfigs() {
        return current.reconfigurableConfigs();
    }

    @Override
    public synchronized KeyStore keystore() {
        return current.keystore();
    }

    @Override
    public synchronized KeyStore truststore() {
        return current.truststore();
    }

    @Override
    public synchronized void close() throws IOException {
        current.close();
    }

    private void renew() {
        List<List<Object>> found = marks();
        if (found.equals(inForce)) {
            return;
        }
        SslEngineFactory next = new DefaultSslEngineFactory();
        try {
            next.configure(configs);
        } catch (RuntimeException error) {
            if (!found.equals(refused)) {
                LOG.error("{} cannot be used; what was read before stays in force", files, error);
            }
            refused = found;
            return;
        }
        current = next;
        inForce = found;
        LOG.info("{} were read anew", files);
    }

    /** What changes with a file's content: whoever mounts it puts another file in its place. */
    private List<List<Object>> marks() {
        List<List<Object>> found = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                found.add(Arrays.asList(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
            } catch (IOException error) {
                found.add(List.of());
            }
        }
        return found;
    }
}
