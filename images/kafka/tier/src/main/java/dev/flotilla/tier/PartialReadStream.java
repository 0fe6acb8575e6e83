package dev.flotilla.tier;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * An object's content that may be left before its end. Brokers ask for the rest of a segment and take a few batches of it;
 * closing such an answer in the usual way would first read all that was not wanted.
 */
final class PartialReadStream extends FilterInputStream {
    private final ResponseInputStream<GetObjectResponse> answer;
    private boolean isAtEnd;

    PartialReadStream(ResponseInputStream<GetObjectResponse> answer) {
        super(answer);
        this.answer = answer;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        isAtEnd |= value < 0;
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        isAtEnd |= count < 0;
        return count;
    }

    @Override
    public void close() throws IOException {
        if (isAtEnd) {
            super.close();
        } else {
            answer.abort();
        }
    }
}
