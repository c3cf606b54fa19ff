import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** Prints batches as the Java client of Apache Kafka 4.3.1 makes them: one `name|hex` a line. */
public class ClientBatches {
    static final long NOW = 1700000000000L;

    public static void main(String[] args) {
        for (CompressionType type : CompressionType.values()) {
            Compression codec = Compression.of(type).build();
            four(type.name, builder(codec, TimestampType.CREATE_TIME, 42, -1, 1234567890123L, 7, 2147483646, false));
        }
        four("append time", builder(Compression.NONE, TimestampType.LOG_APPEND_TIME, 0, NOW + 9999, -1, -1, -1, false));
        Compression zstd = Compression.of(CompressionType.ZSTD).build();
        four("transaction", builder(zstd, TimestampType.CREATE_TIME, 5, -1, 7, 0, 0, true));
        byte[] large = new byte[70000];
        for (int i = 0; i < large.length; i++) large[i] = (byte) (i / 300);
        for (CompressionType type : new CompressionType[] {CompressionType.LZ4, CompressionType.SNAPPY}) {
            Compression codec = Compression.of(type).build();
            MemoryRecordsBuilder batch = builder(codec, TimestampType.CREATE_TIME, 5, -1, -1, -1, -1, false);
            batch.append(1L, null, large);
            print(type.name + " blocks", batch.build());
        }
        EndTransactionMarker commit = new EndTransactionMarker(ControlRecordType.COMMIT, 12);
        print("commit", MemoryRecords.withEndTransactionMarker(77, NOW, 3, 1234567890123L, (short) 7, commit));
        EndTransactionMarker abort = new EndTransactionMarker(ControlRecordType.ABORT, 0);
        print("abort", MemoryRecords.withEndTransactionMarker(78, NOW, 3, 7, (short) 0, abort));
    }

    static MemoryRecordsBuilder builder(Compression codec, TimestampType type, long baseOffset, long appendTime,
                                        long producerId, int epoch, int sequence, boolean transactional) {
        return MemoryRecords.builder(ByteBuffer.allocate(1024), (byte) 2, codec, type, baseOffset, appendTime,
            producerId, (short) epoch, sequence, transactional, 3);
    }

    static void four(String name, MemoryRecordsBuilder batch) {
        Header[] headers = {new RecordHeader("trace", bytes("abc")), new RecordHeader("näme", (byte[]) null)};
        batch.append(NOW, bytes("key-0"), bytes("value zero zero zero zero zero zero"), headers);
        batch.append(NOW + 500, null, bytes("value one one one one one one one"));
        batch.append(NOW - 10000, bytes("key-2"), null);
        batch.append(NOW + 1, bytes(""), bytes(""));
        print(name, batch.build());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void print(String name, MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        System.out.println("java 4.3.1 " + name + "|" + HexFormat.of().formatHex(bytes));
    }
}
