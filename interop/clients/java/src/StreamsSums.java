import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams with all that it asks of a broker: numbers are dealt to eleven keys (a repartition topic), added up
 * (a changelog that is compacted) and counted by the day (one that is compacted and deleted), in transactions.
 * {@code run SERVERS FOLDER} prints {@code at N} whenever it got on, until it is killed; {@code check SERVERS COUNT}
 * waits until all numbers below COUNT are added up and judges every sum on the way.
 *
 * <p>The stores lie in memory: by what its TaskManager.handleCorruption does, Streams 4.3.1 can abort the transaction of
 * a whole thread and take back the work of one task only, when it finds files of a store without a checkpoint while its
 * group rebalances. A run with RocksDB on Milena lost sums in that way; runs on Apache Kafka have not shown it.
 */
public class StreamsSums {
    static final int KEYS = 11;

    public static void main(String[] args) throws Exception {
        if (args[0].equals("run")) run(args[1], Files.createTempDirectory(Path.of(args[2]), "streams").toString());
        else check(args[1], Integer.parseInt(args[2]));
    }

    static void run(String servers, String folder) throws Exception {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("application.id", "sums");
        p.put("state.dir", folder);
        p.put("processing.guarantee", "exactly_once_v2");
        p.put("num.standby.replicas", "1");
        p.put("commit.interval.ms", "100");
        p.put("statestore.cache.max.bytes", "0"); // Each number shows in the output.
        p.put("default.key.serde", Serdes.StringSerde.class.getName());
        p.put("default.value.serde", Serdes.StringSerde.class.getName());
        p.put("main.consumer.max.poll.records", "50");
        p.put("main.consumer.session.timeout.ms", "2000");
        p.put("main.consumer.heartbeat.interval.ms", "300");
        p.put("producer.transaction.timeout.ms", "10000");
        p.put("reconnect.backoff.max.ms", "200");
        AtomicLong added = new AtomicLong();
        StreamsBuilder builder = new StreamsBuilder();
        KGroupedStream<String, String> dealt = builder.<String, String>stream("input")
                .map((key, value) -> KeyValue.pair("" + Integer.parseInt(value) % KEYS, value))
                .groupByKey();
        dealt.aggregate(() -> "0 0", (key, value, sum) -> slowly(sum, value, added), Materialized.as(Stores.inMemoryKeyValueStore("sums")))
                .toStream()
                .to("output");
        Duration day = Duration.ofDays(1);
        dealt.windowedBy(TimeWindows.ofSizeWithNoGrace(day))
                .count(Materialized.as(Stores.inMemoryWindowStore("counts", day.multipliedBy(2), day, false)))
                .toStream((window, count) -> window.key())
                .to("counted", Produced.with(Serdes.String(), Serdes.Long()));
        KafkaStreams streams = new KafkaStreams(builder.build(), p);
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.start();
        for (long last = 0; ; Thread.sleep(50)) {
            if (added.get() == last) continue;
            last = added.get();
            System.out.println("at " + last);
        }
    }

    /** The numbers last until everybody was killed who is to be. */
    static String slowly(String sum, String value, AtomicLong added) {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        added.incrementAndGet();
        return add(sum, Integer.parseInt(value));
    }

    static String add(String sum, int value) {
        return count(sum) + 1 + " " + (Long.parseLong(sum.split(" ")[1]) + value);
    }

    static long count(String sum) {
        return Long.parseLong(sum.split(" ")[0]);
    }

    static void check(String servers, int count) {
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < count; i++) expected.put("" + i % KEYS, add(expected.getOrDefault("" + i % KEYS, "0 0"), i));
        Properties c = new Properties();
        c.put("bootstrap.servers", servers);
        c.put("isolation.level", "read_committed");
        c.put("auto.offset.reset", "earliest");
        Map<String, String> sums = new HashMap<>();
        long seen = 0;
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(c, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(IntStream.range(0, 3).mapToObj(partition -> new TopicPartition("output", partition)).toList());
            long deadline = System.nanoTime() + 90_000_000_000L;
            while (!sums.equals(expected)) {
                if (System.nanoTime() > deadline) throw new AssertionError(sums + " are not " + expected);
                for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(500))) {
                    String before = sums.getOrDefault(r.key(), "0 0");
                    if (count(r.value()) != count(before) + 1) throw new AssertionError(before + ", then " + r);
                    sums.put(r.key(), r.value());
                    seen++;
                }
            }
        }
        System.out.println(seen + " sums, each one number further");
    }
}
