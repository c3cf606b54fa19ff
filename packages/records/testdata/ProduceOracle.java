import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;

/**
 * Reads lines of `name|options|batch in hex` and answers each as Apache Kafka 4.3.1 does: its ProduceRequest and
 * LogValidator, and between them what UnifiedLog checks of each batch.
 */
public class ProduceOracle {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\\|", -1);
            Map<String, String> options = new HashMap<>();
            for (String option : parts[1].split(",")) {
                String[] pair = option.split("=", 2);
                options.put(pair[0], pair[1]);
            }
            out.println(line + "|" + answer(options, HexFormat.of().parseHex(parts[2])));
        }
    }

    static long number(Map<String, String> options, String name, long otherwise) {
        return options.containsKey(name) ? Long.parseLong(options.get(name)) : otherwise;
    }

    static String answer(Map<String, String> options, byte[] bytes) {
        try {
            return accepted(options, bytes);
        } catch (RecordValidationException error) {
            return Errors.forException(error.invalidException()).name() + "|" + error.recordErrors().stream()
                .map(one -> String.valueOf(one.batchIndex)).collect(Collectors.joining(" "));
        } catch (Throwable error) {
            return Errors.forException(error).name() + "|";
        }
    }

    static String accepted(Map<String, String> options, byte[] bytes) {
        AppendOrigin origin = AppendOrigin.valueOf(options.getOrDefault("origin", "CLIENT"));
        long maxMessageBytes = number(options, "maxMessageBytes", 1048588);
        MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
        if (origin == AppendOrigin.CLIENT) {
            ProduceRequest.validateRecords((short) number(options, "version", 13), records);
        }
        CompressionType source = CompressionType.NONE;
        int validBytes = 0;
        for (RecordBatch batch : records.batches()) {
            if (origin == AppendOrigin.CLIENT && batch.baseOffset() != 0) throw new InvalidRecordException("");
            batch.lastOffset();
            if (batch.sizeInBytes() > maxMessageBytes) throw new RecordTooLargeException("");
            if (!batch.isValid()) throw new CorruptRecordException("");
            if (batch.compressionType() != CompressionType.NONE) source = batch.compressionType();
            validBytes += batch.sizeInBytes();
        }
        ByteBuffer valid = ByteBuffer.wrap(bytes);
        valid.limit(validBytes);
        String target = options.getOrDefault("target", "producer");
        PrimitiveRef.LongRef offset = PrimitiveRef.ofLong(number(options, "next", 0));
        LogValidator.ValidationResult result = new LogValidator(
            MemoryRecords.readableRecords(valid), new TopicPartition("t", 0), at(number(options, "now", 0)), source,
            Compression.of(target.equals("producer") ? source : CompressionType.forName(target)).build(),
            options.containsKey("compacted"), (byte) 2,
            options.containsKey("appendTime") ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
            number(options, "before", Long.MAX_VALUE), number(options, "after", 3600000L),
            (int) number(options, "epoch", 0), origin
        ).validateMessagesAndAssignOffsets(offset, new NoMetrics(), BufferSupplier.NO_CACHING);

        boolean rebuilt = result.messageSizeMaybeChanged();
        StringBuilder words = new StringBuilder();
        for (RecordBatch batch : result.validatedRecords().batches()) {
            if (rebuilt && batch.sizeInBytes() > maxMessageBytes) throw new RecordTooLargeException("");
            describe(batch, words);
        }
        byte[] stored = new byte[result.validatedRecords().sizeInBytes()];
        result.validatedRecords().buffer().duplicate().get(stored);
        return "OK|" + result.maxTimestampMs() + "|" + (offset.value - 1) + "|" + (rebuilt ? "rebuilt" : "in-place")
            + "|" + words + "|" + (rebuilt ? "" : HexFormat.of().formatHex(stored));
    }

    static void describe(RecordBatch batch, StringBuilder words) {
        words.append(String.format("%d %d epoch %d %s %s max %d count %d producer %d %d %d %d valid %b",
            batch.baseOffset(), batch.lastOffset(), batch.partitionLeaderEpoch(), batch.compressionType().name,
            batch.timestampType().name, batch.maxTimestamp(), batch.countOrNull(), batch.producerId(),
            batch.producerEpoch(), batch.baseSequence(), batch.lastSequence(), batch.isValid()));
        for (Record record : batch) {
            words.append(String.format("; %d %d %d %d %d %d", record.offset(), record.timestamp(), record.sequence(),
                record.keySize(), record.valueSize(), record.headers().length));
        }
    }

    /** A clock that stands still. */
    static Time at(long ms) {
        return new Time() {
            public long milliseconds() { return ms; }
            public long nanoseconds() { return ms * 1000000; }
            public void sleep(long duration) { }
            public void waitObject(Object object, java.util.function.Supplier<Boolean> condition, long deadline) { }
            public <T> T waitForFuture(java.util.concurrent.CompletableFuture<T> future, long deadline) { return null; }
        };
    }

    static class NoMetrics implements LogValidator.MetricsRecorder {
        public void recordInvalidMagic() { }
        public void recordInvalidOffset() { }
        public void recordInvalidSequence() { }
        public void recordInvalidChecksums() { }
        public void recordNoKeyCompactedTopic() { }
    }
}
