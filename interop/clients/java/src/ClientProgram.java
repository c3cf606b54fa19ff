import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The Java client, old and new alike: administration, idempotent producing with every codec, a group that goes on. */
public class ClientProgram {
    static final int PER_CODEC = 1000;
    static String servers;

    public static void main(String[] args) throws Exception {
        servers = args[0];
        String topic = "java-" + args[1];
        String group = topic + "-group";
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            administer(admin, topic);
            List<RecordMetadata> sent = produce(topic);
            consumeInTwoSittings(topic, group, sent);
            judge(admin, topic, group, sent.size());
        }
        System.out.println("ok " + topic);
    }

    static void check(boolean holds, Object... what) {
        if (!holds) throw new AssertionError(java.util.Arrays.toString(what));
    }

    static void administer(Admin admin, String topic) throws Exception {
        NewTopic wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "3600000"));
        admin.createTopics(List.of(wanted)).all().get();
        try {
            admin.createTopics(List.of(wanted)).all().get();
            check(false, "the topic was created twice");
        } catch (ExecutionException e) {
            check(e.getCause() instanceof TopicExistsException, e.getCause());
        }
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
        check(admin.describeCluster().nodes().get().size() == 1);
        check(admin.describeCluster().clusterId().get() != null);
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        check(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("retention.ms").value().equals("3600000"));
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "" + admin.describeCluster().nodes().get().iterator().next().id());
        check(admin.describeConfigs(List.of(broker)).all().get().get(broker).get("log.segment.bytes") != null);
    }

    static List<RecordMetadata> produce(String topic) throws Exception {
        List<RecordMetadata> sent = new ArrayList<>();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            Properties p = new Properties();
            p.put("bootstrap.servers", servers);
            p.put("compression.type", codec);
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
                List<Future<RecordMetadata>> futures = new ArrayList<>();
                for (int i = 0; i < PER_CODEC; i++) {
                    ProducerRecord<String, String> record = new ProducerRecord<>(topic, "k" + i % 11, codec + i);
                    record.headers().add("codec", codec.getBytes());
                    futures.add(producer.send(record));
                }
                for (Future<RecordMetadata> f : futures) sent.add(f.get());
                try {
                    producer.send(new ProducerRecord<>(topic, "k", "x".repeat(3_000_000))).get();
                    check(false, "a record beyond max.request.size was sent");
                } catch (ExecutionException e) {
                    check(e.getCause() instanceof RecordTooLargeException, e.getCause());
                }
            }
        }
        return sent;
    }

    static KafkaConsumer<String, String> consumer(String group) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", group);
        p.put("auto.offset.reset", "earliest");
        p.put("enable.auto.commit", "false");
        p.put("max.poll.records", "100");
        return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    }

    static void consumeInTwoSittings(String topic, String group, List<RecordMetadata> sent) {
        Set<String> seen = new HashSet<>();
        for (int until : new int[] {sent.size() / 2, sent.size()}) {
            try (KafkaConsumer<String, String> c = consumer(group)) {
                c.subscribe(List.of(topic));
                long deadline = System.nanoTime() + 60_000_000_000L;
                while (seen.size() < until) {
                    check(System.nanoTime() < deadline, "only", seen.size(), "of", until);
                    for (ConsumerRecord<String, String> r : c.poll(Duration.ofSeconds(1))) {
                        check(seen.add(r.partition() + "@" + r.offset()), "twice", r);
                        check(r.value().startsWith(new String(r.headers().lastHeader("codec").value())), r);
                    }
                }
                c.commitSync();
            }
        }
        for (RecordMetadata m : sent) check(seen.contains(m.partition() + "@" + m.offset()), m);
    }

    static void judge(Admin admin, String topic, String group, int count) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int p = 0; p < 3; p++) latest.put(new TopicPartition(topic, p), OffsetSpec.latest());
        long total = 0;
        for (var end : admin.listOffsets(latest).all().get().entrySet()) {
            long at = committed.containsKey(end.getKey()) ? committed.get(end.getKey()).offset() : 0;
            check(at == end.getValue().offset(), end, at);
            total += at;
        }
        check(total == count, total, count);
        check(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 3);
        check(admin.listConsumerGroups().all().get().stream().anyMatch(g -> g.groupId().equals(group)));
        check(admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().isEmpty());
        TopicPartition first = committed.keySet().iterator().next();
        try (KafkaConsumer<String, String> c = consumer(group)) {
            OffsetAndTimestamp at = c.offsetsForTimes(Map.of(first, 1L)).get(first);
            check(at.offset() == 0, at);
        }
        admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(5))).all().get();
        check(admin.listOffsets(Map.of(first, OffsetSpec.earliest())).partitionResult(first).get().offset() == 5);
        admin.deleteConsumerGroups(List.of(group)).all().get();
        admin.deleteTopics(List.of(topic)).all().get();
        check(!admin.listTopics().names().get().contains(topic));
    }
}
