package dev.flotilla.tier;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/**
 * Settings of the plugin, which the broker hands over without their prefix {@code rsm.config.}.
 *
 * @param prefix empty, or ends with a slash
 * @param endpoint absent where the region says it
 * @param keyId key that the bucket's objects are encrypted with; absent where the store has no keys
 * @param credentialsFolder folder with the files identity and credential; absent where the cloud gives the pod an identity
 */
record TierConfig(
        String region,
        String bucket,
        String prefix,
        Optional<URI> endpoint,
        Optional<String> keyId,
        Optional<Path> credentialsFolder) {
    /** Where a local region's Secret object-store-credentials is mounted. */
    private static final String LOCAL_CREDENTIALS = "/etc/flotilla/object-store-credentials";

    static TierConfig parse(Map<String, ?> settings) {
        String cloud = required(settings, "cloud");
        return switch (cloud) {
            case "aws" -> of(settings, optional(settings, "key.id"), Optional.empty());
            // The local store has no key service: the key's id is a name that nothing stands behind.
            case "local" -> of(settings, Optional.empty(), Optional.of(
                Path.of(optional(settings, "credentials.folder").orElse(LOCAL_CREDENTIALS))));
            case "gcp", "azure" -> throw new ConfigException("cloud", cloud,
                "Infinite Storage does not speak to this cloud's object store yet: leave infiniteStorage out of the tenant");
            default -> throw new ConfigException("cloud", cloud, "must be aws or local");
        };
    }

    private static TierConfig of(Map<String, ?> settings, Optional<String> keyId, Optional<Path> credentialsFolder) {
        Optional<URI> endpoint = optional(settings, "endpoint").map(TierConfig::uri);
        if (credentialsFolder.isPresent() && endpoint.isEmpty()) {
            throw new ConfigException("endpoint", null, "a local region's object store has no address by itself");
        }
        String prefix = optional(settings, "prefix").orElse("");
        return new TierConfig(
            required(settings, "region"),
            required(settings, "bucket"),
            prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/",
            endpoint,
            keyId,
            credentialsFolder);
    }

    private static URI uri(String value) {
        URI uri;
        try {
            uri = URI.create(value);
        } catch (IllegalArgumentException error) {
            throw new ConfigException("endpoint", value, error.getMessage());
        }
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new ConfigException("endpoint", value, "must be http:// or https:// and a host");
        }
        return uri;
    }

    private static String required(Map<String, ?> settings, String key) {
        return optional(settings, key).orElseThrow(() -> new ConfigException(key, null, "is missing"));
    }

    private static Optional<String> optional(Map<String, ?> settings, String key) {
        return Optional.ofNullable(settings.get(key)).map(Object::toString).filter(value -> !value.isBlank());
    }
}
