import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A log as a queue (KIP-932): several consumers share each partition, what one releases or leaves behind comes again,
 * what it rejects does not, and in the end everything has been dealt with once. Argument: servers.
 */
public class SharedQueue {
    static String servers;
    static Admin admin;

    public static void main(String[] args) throws Exception {
        servers = args[0];
        try (Admin client = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin = client;
            manyConsumersShareOnePartition();
            releasedRejectedRenewed();
            aConsumerThatLeavesGivesBack();
            whatIsNeverAcceptedIsGivenUp();
            abortedRecordsAreNotHandedOut();
        }
        System.out.println("ok");
    }

    static void check(boolean holds, Object... what) {
        if (!holds) throw new AssertionError(java.util.Arrays.toString(what));
    }

    static KafkaShareConsumer<String, String> consumer(String group, Map<String, String> settings) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", group);
        p.putAll(settings);
        return new KafkaShareConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    }

    /** A topic, and a group of the same name that reads it from its beginning. */
    static void create(String topic, int partitions, Map<String, String> groupConfigs) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        var configs = new HashMap<>(groupConfigs);
        configs.put("share.auto.offset.reset", "earliest");
        var group = new ConfigResource(ConfigResource.Type.GROUP, topic);
        List<AlterConfigOp> operations = new ArrayList<>();
        configs.forEach((name, value) -> operations.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
        admin.incrementalAlterConfigs(Map.of(group, operations)).all().get();
    }

    static void produce(String topic, int count) {
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, "v" + i));
            producer.flush();
        }
    }

    static void accepted(Map<TopicIdPartition, Optional<KafkaException>> outcome) {
        check(outcome.values().stream().allMatch(Optional::isEmpty), outcome);
    }

    static long deadline() {
        return System.nanoTime() + 60_000_000_000L;
    }

    static void manyConsumersShareOnePartition() throws Exception {
        create("many", 1, Map.of());
        List<KafkaShareConsumer<String, String>> consumers = new ArrayList<>();
        for (int i = 0; i < 3; i++) consumers.add(consumer("many", Map.of("max.poll.records", "50")));
        consumers.forEach(each -> each.subscribe(List.of("many")));
        Map<Long, Integer> takenBy = new HashMap<>();
        boolean[] isAtWork = new boolean[consumers.size()];
        int produced = 0;
        long deadline = deadline();
        // More and more records, until each of the three has had some.
        while (produced == 0 || takenBy.size() < produced || !(isAtWork[0] && isAtWork[1] && isAtWork[2])) {
            if (takenBy.size() == produced) {
                produce("many", 1000);
                produced += 1000;
            }
            for (int i = 0; i < consumers.size(); i++) {
                for (ConsumerRecord<String, String> r : consumers.get(i).poll(Duration.ofMillis(50))) {
                    check(takenBy.put(r.offset(), i) == null, "twice", r.offset());
                    check(r.deliveryCount().equals(Optional.of((short) 1)), r);
                    isAtWork[i] = true;
                }
            }
            check(System.nanoTime() < deadline, takenBy.size(), produced, isAtWork);
        }
        for (var each : consumers) {
            accepted(each.commitSync(Duration.ofSeconds(30)));
            each.close();
        }
        // Everything is dealt with.
        var first = new TopicPartition("many", 0);
        var spec = Map.of("many", new ListShareGroupOffsetsSpec().topicPartitions(List.of(first)));
        var state = admin.listShareGroupOffsets(spec).partitionsToOffsetInfo("many").get().get(first);
        check(state.lag().equals(Optional.of(0L)), state, produced);
    }

    static void releasedRejectedRenewed() throws Exception {
        create("explicit", 2, Map.of());
        int count = 300;
        produce("explicit", count);
        Map<String, Integer> accepted = new HashMap<>();
        Set<String> rejected = new HashSet<>();
        Set<String> released = new HashSet<>();
        Set<String> renewed = new HashSet<>();
        try (var consumer = consumer("explicit", Map.of("share.acknowledgement.mode", "explicit"))) {
            consumer.subscribe(List.of("explicit"));
            long deadline = deadline();
            while (accepted.size() + rejected.size() < count) {
                for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(100))) {
                    int number = Integer.parseInt(r.value().substring(1));
                    boolean isFirst = r.deliveryCount().orElseThrow() == 1;
                    if (number % 10 == 0) {
                        check(rejected.add(r.value()), "rejected, and here again", r);
                        consumer.acknowledge(r, AcknowledgeType.REJECT);
                    } else if (number % 3 == 0 && isFirst) {
                        check(released.add(r.value()), "released twice at the first delivery", r);
                        consumer.acknowledge(r, AcknowledgeType.RELEASE);
                    } else if (number % 7 == 0 && renewed.add(r.value())) {
                        // It takes longer than its lock would have allowed, and is given to the same consumer again.
                        consumer.acknowledge(r, AcknowledgeType.RENEW);
                    } else {
                        check(isFirst || released.contains(r.value()), "delivered again without need", r);
                        accepted.merge(r.value(), 1, Integer::sum);
                        consumer.acknowledge(r, AcknowledgeType.ACCEPT);
                    }
                }
                accepted(consumer.commitSync(Duration.ofSeconds(30)));
                check(System.nanoTime() < deadline, accepted.size(), rejected.size());
            }
            check(consumer.poll(Duration.ofMillis(500)).isEmpty(), "something came after all was dealt with");
        }
        check(accepted.values().stream().allMatch(times -> times == 1), accepted);
        check(rejected.size() == count / 10 && accepted.size() == count - rejected.size());
    }

    static void aConsumerThatLeavesGivesBack() throws Exception {
        create("leaving", 1, Map.of());
        produce("leaving", 100);
        Set<Long> taken = new HashSet<>();
        try (var leaving = consumer("leaving", Map.of("share.acknowledgement.mode", "explicit"))) {
            leaving.subscribe(List.of("leaving"));
            long deadline = deadline();
            while (taken.isEmpty()) {
                leaving.poll(Duration.ofMillis(100)).forEach(r -> taken.add(r.offset()));
                check(System.nanoTime() < deadline);
            }
        }
        Set<Long> again = new HashSet<>();
        try (var staying = consumer("leaving", Map.of())) {
            staying.subscribe(List.of("leaving"));
            long deadline = deadline();
            while (again.size() < 100) {
                for (ConsumerRecord<String, String> r : staying.poll(Duration.ofMillis(100))) {
                    check(again.add(r.offset()), "twice", r);
                    check(r.deliveryCount().orElseThrow() == (taken.contains(r.offset()) ? 2 : 1), r.deliveryCount(), r.offset(), taken);
                }
                check(System.nanoTime() < deadline, again.size());
            }
        }
    }

    static void whatIsNeverAcceptedIsGivenUp() throws Exception {
        create("poison", 1, Map.of());
        produce("poison", 1);
        int deliveries = 0;
        try (var consumer = consumer("poison", Map.of("share.acknowledgement.mode", "explicit"))) {
            consumer.subscribe(List.of("poison"));
            long deadline = deadline();
            boolean isDone = false;
            while (!isDone) {
                for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(100))) {
                    if (r.offset() == 0) check(r.deliveryCount().orElseThrow() == ++deliveries, r.deliveryCount(), deliveries);
                    else isDone = true;
                    consumer.acknowledge(r, r.offset() == 0 ? AcknowledgeType.RELEASE : AcknowledgeType.ACCEPT);
                }
                consumer.commitSync(Duration.ofSeconds(30));
                // Five is the limit; the record behind it is not held up.
                if (deliveries == 5 && !isDone) produce("poison", 1);
                check(System.nanoTime() < deadline, deliveries);
            }
        }
        check(deliveries == 5, deliveries);
    }

    static void abortedRecordsAreNotHandedOut() throws Exception {
        create("committed", 1, Map.of("share.isolation.level", "read_committed"));
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, "transactional.id", "shared");
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            for (int transaction = 0; transaction < 6; transaction++) {
                producer.beginTransaction();
                for (int i = 0; i < 10; i++) producer.send(new ProducerRecord<>("committed", transaction % 2 == 0 ? "yes" : "no"));
                producer.flush();
                if (transaction % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
        List<String> values = new ArrayList<>();
        try (var consumer = consumer("committed", Map.of())) {
            consumer.subscribe(List.of("committed"));
            long deadline = deadline();
            while (values.size() < 30) {
                consumer.poll(Duration.ofMillis(100)).forEach(r -> values.add(r.value()));
                check(System.nanoTime() < deadline, values.size());
            }
            consumer.poll(Duration.ofMillis(500)).forEach(r -> values.add(r.value()));
        }
        check(values.size() == 30 && values.stream().allMatch("yes"::equals), values);
    }
}
