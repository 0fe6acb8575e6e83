package dev.flotilla.tier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.server.log.remote.storage.LogSegmentData;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteLogSegmentMetadata.CustomMetadata;
import org.apache.kafka.server.log.remote.storage.RemoteResourceNotFoundException;
import org.apache.kafka.server.log.remote.storage.RemoteStorageException;
import org.apache.kafka.server.log.remote.storage.RemoteStorageManager;
import org.apache.kafka.server.log.remote.storage.RetriableRemoteStorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * Infinite Storage of a broker (KIP-405): segments and their indexes as objects of one bucket that speaks S3.
 *
 * <p>An object is written whole or not at all, and every segment has an id of its own, so nothing is ever overwritten.
 * The broker calls from many threads; the client is made for that.
 */
public final class TierStorageManager implements RemoteStorageManager {
    private static final Logger LOG = LoggerFactory.getLogger(TierStorageManager.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    /** Of one read or write on the socket, not of a whole object. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);

    private TierConfig config;
    private S3Client store;

    @Override
    public void configure(Map<String, ?> settings) {
        config = TierConfig.parse(settings);
        S3ClientBuilder client = S3Client.builder()
            .region(Region.of(config.region()))
            .credentialsProvider(credentials(config))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT_TIMEOUT).socketTimeout(SOCKET_TIMEOUT));
        config.endpoint().ifPresent(endpoint -> client
            .endpointOverride(endpoint)
            .forcePathStyle(true)
            // Stores other than Amazon's do not all know the checksums that the client otherwise adds.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED));
        store = client.build();
        LOG.info("segments go to bucket {} under {}", config.bucket(), config.prefix());
    }

    @Override
    public Optional<CustomMetadata> copyLogSegmentData(RemoteLogSegmentMetadata segment, LogSegmentData data)
            throws RemoteStorageException {
        putFile(key(segment, SegmentPart.OFFSET_INDEX), data.offsetIndex());
        putFile(key(segment, SegmentPart.TIME_INDEX), data.timeIndex());
        putFile(key(segment, SegmentPart.PRODUCER_SNAPSHOT), data.producerSnapshotIndex());
        if (data.transactionIndex().isPresent()) {
            putFile(key(segment, SegmentPart.TRANSACTION_INDEX), data.transactionIndex().get());
        }
        putBytes(key(segment, SegmentPart.LEADER_EPOCHS), data.leaderEpochIndex());
        putFile(key(segment, SegmentPart.LOG), data.logSegment());
        return Optional.empty();
    }

    @Override
    public InputStream fetchLogSegment(RemoteLogSegmentMetadata segment, int startPosition)
            throws RemoteStorageException {
        return fetchLogSegment(segment, startPosition, segment.segmentSizeInBytes() - 1);
    }

    /** Both positions are inclusive; what lies beyond the end of the segment is not an error. */
    @Override
    public InputStream fetchLogSegment(RemoteLogSegmentMetadata segment, int startPosition, int endPosition)
            throws RemoteStorageException {
        if (startPosition < 0 || endPosition < startPosition) {
            throw new IllegalArgumentException("positions " + startPosition + " to " + endPosition + " are no range");
        }
        int last = Math.min(endPosition, segment.segmentSizeInBytes() - 1);
        if (startPosition > last) {
            return InputStream.nullInputStream();
        }
        return get(key(segment, SegmentPart.LOG), "bytes=" + startPosition + "-" + last);
    }

    @Override
    public InputStream fetchIndex(RemoteLogSegmentMetadata segment, IndexType indexType) throws RemoteStorageException {
        return get(key(segment, SegmentPart.of(indexType)), null);
    }

    /** Deleting what is not there succeeds, as S3 has it, so a deletion that was cut off can be repeated. */
    @Override
    public void deleteLogSegmentData(RemoteLogSegmentMetadata segment) throws RemoteStorageException {
        for (SegmentPart part : SegmentPart.values()) {
            String key = key(segment, part);
            try {
                store.deleteObject(request -> request.bucket(config.bucket()).key(key));
            } catch (SdkException error) {
                throw failure("delete", key, error);
            }
        }
    }

    @Override
    public void close() {
        if (store != null) {
            store.close();
        }
    }

    private static AwsCredentialsProvider credentials(TierConfig config) {
        return config.credentialsFolder()
            .<AwsCredentialsProvider>map(FileCredentials::new)
            .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }

    private String key(RemoteLogSegmentMetadata segment, SegmentPart part) {
        return part.key(config.prefix(), segment.remoteLogSegmentId(), segment.startOffset());
    }

    private void putFile(String key, Path file) throws RemoteStorageException {
        put(key, RequestBody.fromFile(file));
    }

    private void putBytes(String key, ByteBuffer buffer) throws RemoteStorageException {
        // The broker may read its buffer again: the position must stay where it is.
        put(key, RequestBody.fromRemainingByteBuffer(buffer.duplicate()));
    }

    private void put(String key, RequestBody body) throws RemoteStorageException {
        PutObjectRequest.Builder request = PutObjectRequest.builder().bucket(config.bucket()).key(key);
        config.keyId().ifPresent(keyId -> request
            .serverSideEncryption(ServerSideEncryption.AWS_KMS)
            .ssekmsKeyId(keyId)
            // One request to the key service serves many objects.
            .bucketKeyEnabled(true));
        try {
            store.putObject(request.build(), body);
        } catch (SdkException error) {
            throw failure("write", key, error);
        }
    }

    private InputStream get(String key, String range) throws RemoteStorageException {
        GetObjectRequest request = GetObjectRequest.builder().bucket(config.bucket()).key(key).range(range).build();
        try {
            return new PartialReadStream(store.getObject(request));
        } catch (NoSuchKeyException error) {
            throw new RemoteResourceNotFoundException("there is no object " + key + " in " + config.bucket(), error);
        } catch (SdkException error) {
            throw failure("read", key, error);
        }
    }

    private RemoteStorageException failure(String verb, String key, SdkException error) {
        String what = "cannot " + verb + " " + key + " in bucket " + config.bucket() + ": " + error.getMessage();
        return isPassing(error)
            ? new RetriableRemoteStorageException(what, error)
            : new RemoteStorageException(what, error);
    }

    /** A store that is away or busy comes back by itself; a refusal, a missing bucket among them, does not. */
    private static boolean isPassing(SdkException error) {
        if (error instanceof SdkServiceException answer) {
            return answer.statusCode() >= 500 || answer.isThrottlingException();
        }
        // After its last attempt the client calls nothing retryable any more: what broke the connection says more. A key
        // pair that cannot be read breaks none.
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && !(cause instanceof FileSystemException)) {
                return true;
            }
        }
        return error.retryable();
    }
}
