import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A bit of everything that a broker keeps on its disk. `write SERVERS` makes it, `show SERVERS` prints what clients see
 * of it, line by line, and `go-on SERVERS` works with it as those would who had left it.
 */
public class DataFolder {
    static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    static String servers;

    public static void main(String[] args) throws Exception {
        servers = args[1];
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            switch (args[0]) {
                case "write" -> write(admin);
                case "show" -> show(admin);
                case "go-on" -> goOn(admin);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    static void write(Admin admin) throws Exception {
        admin.createTopics(List.of(
            new NewTopic("codecs", 2, (short) 1),
            new NewTopic("transactions", 1, (short) 1),
            new NewTopic("compacted", 1, (short) 1).configs(Map.of("cleanup.policy", "compact",
                "min.cleanable.dirty.ratio", "0.001", "segment.ms", "100", "delete.retention.ms", "0")),
            new NewTopic("segments", 1, (short) 1).configs(Map.of("segment.bytes", "1048576")),
            new NewTopic("trimmed", 1, (short) 1),
            new NewTopic("shared", 1, (short) 1),
            new NewTopic("empty_topic.with-dots", 3, (short) 1),
            new NewTopic("gone", 2, (short) 1))).all().get();
        for (String codec : CODECS) fill("codecs", 100, Map.of("compression.type", codec, "linger.ms", "20"), codec);
        fill("segments", 3000, Map.of("batch.size", "20000", "linger.ms", "5"), "x".repeat(1000));
        fill("trimmed", 100, Map.of(), "t");
        fill("shared", 20, Map.of(), "s");
        fill("gone", 10, Map.of(), "g");
        transactions();
        admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(40))).all().get();
        admin.deleteTopics(List.of("gone")).all().get();
        settings(admin);
        groups(admin);
        compacted();
    }

    static KafkaProducer<String, String> producer(Map<String, String> settings) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.putAll(settings);
        return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
    }

    static void fill(String topic, int count, Map<String, String> settings, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(settings)) {
            for (int i = 0; i < count; i++) {
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, "k" + i % 13, value + i);
                record.headers().add("n", ("" + i).getBytes(StandardCharsets.UTF_8)).add("none", null);
                producer.send(record);
            }
        }
    }

    /** Two that commit around one that aborts, and one that nobody ends. */
    static void transactions() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "tx"))) {
            producer.initTransactions();
            for (int round = 0; round < 3; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 5; i++) producer.send(new ProducerRecord<>("transactions", "r" + round, "v" + i));
                producer.flush();
                if (round == 1) producer.abortTransaction();
                else producer.commitTransaction();
            }
        }
        KafkaProducer<String, String> left = producer(Map.of("transactional.id", "left-open", "transaction.timeout.ms", "900000"));
        left.initTransactions();
        left.beginTransaction();
        left.send(new ProducerRecord<>("transactions", "open", "never committed")).get();
        left.close(Duration.ZERO);
    }

    /** Values, then other values, then tombstones for half of the keys; the caller's broker cleans every moment. */
    static void compacted() throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 300; i++) producer.send(new ProducerRecord<>("compacted", "k" + i % 10, "v" + i));
            producer.flush();
            for (int i = 0; i < 10; i += 2) producer.send(new ProducerRecord<>("compacted", "k" + i, null));
            producer.flush();
            long deadline = System.currentTimeMillis() + 60_000;
            while (read("compacted", "read_uncommitted").size() > 50) {
                if (System.currentTimeMillis() > deadline) throw new AssertionError("nothing was compacted");
                // A segment becomes old only by another write.
                producer.send(new ProducerRecord<>("compacted", "last", "last")).get();
                Thread.sleep(300);
            }
        }
    }

    static void settings(Admin admin) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
            new ConfigResource(ConfigResource.Type.TOPIC, "codecs"), List.of(set("retention.ms", "123456789")),
            new ConfigResource(ConfigResource.Type.BROKER, ""), List.of(set("message.max.bytes", "2000000")),
            new ConfigResource(ConfigResource.Type.GROUP, "group-consumer"), List.of(set("consumer.session.timeout.ms", "50000"))
        )).all().get();
        admin.alterClientQuotas(List.of(
            new ClientQuotaAlteration(new ClientQuotaEntity(Map.of("user", "alice", "client-id", "app")),
                List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 1024.0))),
            new ClientQuotaAlteration(new ClientQuotaEntity(java.util.Collections.singletonMap("user", null)),
                List.of(new ClientQuotaAlteration.Op("request_percentage", 75.5))))).all().get();
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice",
            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get();
    }

    static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    static void groups(Admin admin) throws Exception {
        for (String protocol : List.of("classic", "consumer")) {
            Properties p = new Properties();
            p.put("bootstrap.servers", servers);
            p.put("group.id", "group-" + protocol);
            p.put("group.protocol", protocol);
            p.put("auto.offset.reset", "earliest");
            p.put("enable.auto.commit", "false");
            p.put("max.poll.records", "70");
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of("codecs"));
                while (consumer.poll(Duration.ofMillis(200)).isEmpty()) { }
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (TopicPartition partition : consumer.assignment()) {
                    offsets.put(partition, new OffsetAndMetadata(10 + partition.partition(), "by " + protocol));
                }
                consumer.commitSync(offsets);
            }
        }
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, "group-share"),
            List.of(set("share.auto.offset.reset", "earliest")))).all().get();
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", "group-share");
        p.put("share.acknowledgement.mode", "explicit");
        try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("shared"));
            int seen = 0;
            while (seen < 20) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                for (ConsumerRecord<String, String> record : records) {
                    seen++;
                    // The first half is done with; the others are given back.
                    consumer.acknowledge(record, record.offset() < 10 ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                }
                if (!records.isEmpty()) consumer.commitSync();
                if (seen >= 20) break;
            }
        }
    }

    static List<ConsumerRecord<String, String>> read(String topic, String isolation) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("isolation.level", isolation);
        List<ConsumerRecord<String, String>> all = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
            }
        }
        all.sort((a, b) -> a.partition() != b.partition() ? a.partition() - b.partition() : Long.compare(a.offset(), b.offset()));
        return all;
    }

    static void show(Admin admin) throws Exception {
        System.out.println("cluster " + admin.describeCluster().clusterId().get());
        for (String topic : new TreeMap<>(admin.listTopics().namesToListings().get()).keySet()) showTopic(admin, topic);
        for (ConfigResource resource : List.of(
            new ConfigResource(ConfigResource.Type.TOPIC, "codecs"),
            new ConfigResource(ConfigResource.Type.TOPIC, "compacted"),
            new ConfigResource(ConfigResource.Type.BROKER, ""),
            new ConfigResource(ConfigResource.Type.GROUP, "group-consumer"))) {
            Map<String, String> own = new TreeMap<>();
            for (ConfigEntry entry : admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()) {
                if (entry.source().name().startsWith("DYNAMIC")) own.put(entry.name(), entry.value());
            }
            System.out.println(resource + " " + own);
        }
        System.out.println(new TreeMap<>(Map.of("groups", new TreeMap<>(states(admin)))));
        for (String group : List.of("group-classic", "group-consumer")) {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            offsets.entrySet().stream().map(each -> group + " " + each).sorted().forEach(System.out::println);
        }
        admin.listShareGroupOffsets(Map.of("group-share", new org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec()))
            .partitionsToOffsetInfo("group-share").get()
            .forEach((partition, info) -> System.out.println("group-share " + partition + " " + info.startOffset()));
        admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().entrySet().stream()
            .map(each -> "quota " + new TreeMap<>(each.getKey().entries()) + " " + each.getValue()).sorted().forEach(System.out::println);
        System.out.println("scram " + admin.describeUserScramCredentials().all().get());
        admin.describeFeatures().featureMetadata().get().finalizedFeatures().entrySet().stream()
            .map(each -> "feature " + each).sorted().forEach(System.out::println);
        admin.listTransactions().all().get().stream().map(each -> "transaction " + each.transactionalId() + " "
            + each.producerId() + " " + each.state()).sorted().forEach(System.out::println);
    }

    static Map<String, String> states(Admin admin) throws Exception {
        Map<String, String> states = new HashMap<>();
        admin.listGroups().all().get().forEach(group -> states.put(group.groupId(), group.type() + " " + group.groupState()));
        return states;
    }

    static void showTopic(Admin admin, String topic) throws Exception {
        var description = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
        System.out.println("topic " + topic + " " + description.topicId() + " " + description.partitions().size());
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>(), earliest = new HashMap<>();
        for (var partition : description.partitions()) {
            latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
            earliest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.earliest());
        }
        var ends = admin.listOffsets(latest).all().get();
        admin.listOffsets(earliest).all().get().entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue().offset() + ".." + ends.get(each.getKey()).offset()
                + " epoch " + ends.get(each.getKey()).leaderEpoch().isPresent())
            .sorted().forEach(System.out::println);
        for (String isolation : List.of("read_uncommitted", "read_committed")) {
            for (ConsumerRecord<String, String> record : read(topic, isolation)) {
                StringBuilder headers = new StringBuilder();
                for (Header header : record.headers()) {
                    headers.append(header.key()).append('=').append(header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8)).append(' ');
                }
                System.out.println(isolation + " " + topic + "-" + record.partition() + "@" + record.offset() + " "
                    + record.timestamp() + " " + record.leaderEpoch() + " " + record.key() + " "
                    + (record.value() == null ? "null" : record.value().length() + ":" + record.value().hashCode()) + " " + headers);
            }
        }
    }

    /** Whoever had written and read before goes on. */
    static void goOn(Admin admin) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "tx"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "later", "v"));
            producer.commitTransaction();
        }
        // Its successor ends the transaction that was left open.
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "left-open"))) {
            producer.initTransactions();
        }
        List<ConsumerRecord<String, String>> committed = read("transactions", "read_committed");
        check(committed.size() == 11, committed);
        check(committed.get(10).key().equals("later"), committed);
        for (String protocol : List.of("classic", "consumer")) {
            Properties p = new Properties();
            p.put("bootstrap.servers", servers);
            p.put("group.id", "group-" + protocol);
            p.put("group.protocol", protocol);
            p.put("auto.offset.reset", "none");
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
                consumer.subscribe(List.of("codecs"));
                Map<Integer, Long> first = new TreeMap<>();
                while (first.size() < 2) consumer.poll(Duration.ofMillis(200)).forEach(each -> first.putIfAbsent(each.partition(), each.offset()));
                check(first.equals(Map.of(0, 10L, 1, 11L)), protocol, first);
            }
        }
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", "group-share");
        try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("shared"));
            List<Long> offsets = new ArrayList<>();
            while (offsets.size() < 10) consumer.poll(Duration.ofMillis(200)).forEach(each -> offsets.add(each.offset()));
            check(offsets.equals(List.of(10L, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L)), offsets);
        }
        fill("codecs", 10, Map.of("compression.type", "zstd"), "later");
        admin.createTopics(List.of(new NewTopic("gone", 1, (short) 1))).all().get();
        System.out.println("ok");
    }

    static void check(boolean holds, Object... what) {
        if (!holds) throw new AssertionError(Arrays.toString(what));
    }
}
