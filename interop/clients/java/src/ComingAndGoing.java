import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Groups of the newer consumer protocol (KIP-848): members come and go, topics are named by a regular expression that
 * the broker resolves, a member that is static comes back to what it had, a classic group becomes a consumer group
 * while it works and goes back. No partition has two owners at once, every record is read. Argument: servers.
 */
public class ComingAndGoing {
    static final int PARTITIONS = 4;
    static String servers;
    static Admin admin;

    public static void main(String[] args) throws Exception {
        servers = args[0];
        try (Admin client = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin = client;
            membersComeAndGo();
            topicsByExpression();
            aStaticMemberComesBack();
            fromClassicAndBack();
        }
        System.out.println("ok");
    }

    static void check(boolean holds, Object... what) {
        if (!holds) throw new AssertionError(java.util.Arrays.toString(what));
    }

    /** One member of a group, driven by hand. Whom a partition belongs to is written down as the callbacks tell. */
    static class Member implements AutoCloseable, ConsumerRebalanceListener {
        final KafkaConsumer<String, String> consumer;
        final Map<TopicPartition, Member> owners;

        Member(String group, String protocol, Map<TopicPartition, Member> owners, Map<String, String> settings) {
            Properties p = new Properties();
            p.put("bootstrap.servers", servers);
            p.put("group.id", group);
            p.put("group.protocol", protocol);
            p.put("auto.offset.reset", "earliest");
            p.put("enable.auto.commit", "false");
            p.put("metadata.max.age.ms", "1000");
            p.putAll(settings);
            consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
            this.owners = owners;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                Member owner = owners.put(partition, this);
                check(owner == null || owner == this, partition, "has two owners");
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            partitions.forEach(owners::remove);
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** Polls all members until they own `shares`, in whatever order, and `count` records have been seen in all. */
    static void settle(Set<String> seen, int count, List<Member> members, List<Integer> shares) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (true) {
            for (Member member : members) {
                var records = member.consumer.poll(Duration.ofMillis(50));
                for (ConsumerRecord<String, String> r : records) check(seen.add(r.partition() + "@" + r.offset()), "twice", r);
                if (!records.isEmpty()) member.consumer.commitSync();
            }
            List<Integer> owned = members.stream().map(member -> member.consumer.assignment().size()).sorted().toList();
            if (seen.size() == count && owned.equals(shares.stream().sorted().toList())) return;
            check(System.nanoTime() < deadline, owned, shares, seen.size(), count);
        }
    }

    static void create(String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    }

    static int produce(String topic, int count) throws Exception {
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, i % PARTITIONS, "k", "v" + i));
            producer.flush();
        }
        return count;
    }

    static void membersComeAndGo() throws Exception {
        create("coming");
        int produced = 0;
        Set<String> seen = new HashSet<>();
        Map<TopicPartition, Member> owners = new HashMap<>();
        List<Member> members = new ArrayList<>();
        try {
            // One, two, four members, then three, then one: what each owns is a fair share of four partitions.
            for (List<Integer> shares : List.of(List.of(4), List.of(2, 2), List.of(1, 1, 1, 1), List.of(2, 1, 1), List.of(4))) {
                produced += produce("coming", 1000);
                while (members.size() > shares.size()) members.remove(0).close();
                while (members.size() < shares.size()) {
                    Member member = new Member("coming-group", "consumer", owners, Map.of());
                    member.consumer.subscribe(List.of("coming"), member);
                    members.add(member);
                }
                settle(seen, produced, members, shares);
            }
        } finally {
            members.forEach(Member::close);
        }
        check(owners.isEmpty(), owners);
    }

    static void topicsByExpression() throws Exception {
        create("regex-a");
        create("other");
        Set<String> seen = new HashSet<>();
        Map<TopicPartition, Member> owners = new HashMap<>();
        try (Member member = new Member("regex-group", "consumer", owners, Map.of())) {
            member.consumer.subscribe(new SubscriptionPattern("regex-[a-z]+"), member);
            settle(seen, 0, List.of(member), List.of(PARTITIONS));
            // A topic that comes later joins them.
            create("regex-b");
            settle(seen, 0, List.of(member), List.of(2 * PARTITIONS));
            check(owners.keySet().stream().allMatch(partition -> partition.topic().startsWith("regex-")), owners.keySet());
        }
    }

    static void aStaticMemberComesBack() throws Exception {
        create("static");
        Set<String> seen = new HashSet<>();
        Map<TopicPartition, Member> owners = new HashMap<>();
        try (Member other = new Member("static-group", "consumer", owners, Map.of("group.instance.id", "other"))) {
            other.consumer.subscribe(List.of("static"), other);
            Member first = new Member("static-group", "consumer", owners, Map.of("group.instance.id", "the-one"));
            first.consumer.subscribe(List.of("static"), first);
            settle(seen, 0, List.of(first, other), List.of(2, 2));
            Set<TopicPartition> before = first.consumer.assignment();
            Set<TopicPartition> others = other.consumer.assignment();
            first.close();
            try (Member second = new Member("static-group", "consumer", owners, Map.of("group.instance.id", "the-one"))) {
                second.consumer.subscribe(List.of("static"), second);
                settle(seen, 0, List.of(second, other), List.of(2, 2));
                check(second.consumer.assignment().equals(before), second.consumer.assignment(), before);
                check(other.consumer.assignment().equals(others), other.consumer.assignment(), others);
            }
        }
    }

    static GroupType type(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group).type();
    }

    static void fromClassicAndBack() throws Exception {
        String group = "migrating-group";
        create("migrating");
        int produced = produce("migrating", 1000);
        Set<String> seen = new HashSet<>();
        Map<TopicPartition, Member> owners = new HashMap<>();
        Map<String, String> cooperative = Map.of(
                "partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor", "session.timeout.ms", "10000", "heartbeat.interval.ms", "500");
        Member oldOne = new Member(group, "classic", owners, cooperative);
        oldOne.consumer.subscribe(List.of("migrating"), oldOne);
        settle(seen, produced, List.of(oldOne), List.of(4));
        check(type(group) == GroupType.CLASSIC, type(group));
        try (Member newOne = new Member(group, "consumer", owners, Map.of())) {
            newOne.consumer.subscribe(List.of("migrating"), newOne);
            settle(seen, produced, List.of(oldOne, newOne), List.of(2, 2));
            check(type(group) == GroupType.CONSUMER, type(group));
            produced += produce("migrating", 1000);
            settle(seen, produced, List.of(oldOne, newOne), List.of(2, 2));
        }
        // With the last member of the newer kind gone, it is a classic group again.
        settle(seen, produced, List.of(oldOne), List.of(4));
        check(type(group) == GroupType.CLASSIC, type(group));
        oldOne.close();
    }
}
