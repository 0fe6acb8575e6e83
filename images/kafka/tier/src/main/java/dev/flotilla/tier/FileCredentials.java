package dev.flotilla.tier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The key pair of a mounted Secret, read for each request: a pair that was replaced takes effect without a restart. */
record FileCredentials(Path folder) implements AwsCredentialsProvider {
    @Override
    public AwsCredentials resolveCredentials() {
        return AwsBasicCredentials.create(read("identity"), read("credential"));
    }

    private String read(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.readString(file).strip();
        } catch (IOException error) {
            throw SdkClientException.create("the object store's key pair cannot be read from " + file, error);
        }
    }
}
