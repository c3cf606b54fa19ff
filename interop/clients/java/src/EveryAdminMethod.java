import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Every method of the Java Admin client that makes sense on one broker, called once, with an assertion on what came
 * back. Arguments: servers, and two log folders of the broker, separated by a comma.
 */
public class EveryAdminMethod {
    static final String TOPIC = "admin";
    static final TopicPartition FIRST = new TopicPartition(TOPIC, 0);
    static String servers;
    static Admin admin;
    static int node;

    interface Attempt {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        servers = args[0];
        List<String> logDirs = List.of(args[1].split(","));
        try (Admin client = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin = client;
            node = admin.describeCluster().nodes().get().iterator().next().id();
            step("cluster", EveryAdminMethod::cluster);
            step("topics", EveryAdminMethod::topics);
            step("records", EveryAdminMethod::records);
            step("configs", EveryAdminMethod::configs);
            step("loggers", EveryAdminMethod::loggers);
            step("log dirs", () -> logDirs(logDirs));
            step("replicas", EveryAdminMethod::replicas);
            step("quotas", EveryAdminMethod::quotas);
            step("features", EveryAdminMethod::features);
            step("classic group", () -> group("classic"));
            step("consumer group", () -> group("consumer"));
            step("share group", EveryAdminMethod::shareGroup);
            step("transactions", EveryAdminMethod::transactions);
            step("security", EveryAdminMethod::security);
            step("deletion", EveryAdminMethod::deletion);
        }
        System.out.println("ok");
    }

    static void step(String name, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (Throwable e) {
            throw new AssertionError("in the step '" + name + "'", e);
        }
        System.out.println(name);
    }

    static void check(boolean holds, Object... what) {
        if (!holds) throw new AssertionError(java.util.Arrays.toString(what));
    }

    static void refused(Class<? extends Throwable> reason, Attempt attempt) {
        try {
            attempt.run();
        } catch (Throwable e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            check(reason.isInstance(cause), "expected", reason, "but got", cause);
            return;
        }
        throw new AssertionError("expected " + reason);
    }

    /** Asks until it is so: a group takes a moment to be what it will be. */
    static void eventually(String what, java.util.concurrent.Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!holds.call()) {
            check(System.nanoTime() < deadline, "never came to hold:", what);
            Thread.sleep(50);
        }
    }

    static void cluster() throws Exception {
        var described = admin.describeCluster();
        check(described.clusterId().get().length() == 22);
        check(described.controller().get().id() == node);
        check(described.nodes().get().size() == 1);
        check(described.authorizedOperations().get() == null);
        var quorum = admin.describeMetadataQuorum().quorumInfo().get();
        check(quorum.leaderId() == node && quorum.voters().size() == 1 && quorum.observers().isEmpty(), quorum);
        check(quorum.highWatermark() > 0 && quorum.leaderEpoch() > 0, quorum);
        // A broker that is there can be taken out of the cluster only by one that knows that it is gone.
        refused(Exception.class, () -> admin.unregisterBroker(node + 1000).all().get());
    }

    static void topics() throws Exception {
        NewTopic topic = new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("segment.bytes", "1048576"));
        var created = admin.createTopics(List.of(topic));
        created.all().get();
        check(created.numPartitions(TOPIC).get() == 1 && created.replicationFactor(TOPIC).get() == 1);
        check(created.config(TOPIC).get().get("segment.bytes").value().equals("1048576"));
        admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(3))).all().get();
        check(admin.listTopics().names().get().contains(TOPIC));
        eventually("three partitions", () -> admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC).partitions().size() == 3);
        var byName = admin.describeTopics(List.of(TOPIC)).allTopicNames().get().get(TOPIC);
        check(byName.topicId().equals(created.topicId(TOPIC).get()), byName);
        var byId = admin.describeTopics(TopicCollection.ofTopicIds(List.of(byName.topicId()))).allTopicIds().get();
        check(byId.get(byName.topicId()).name().equals(TOPIC), byId);
    }

    static KafkaProducer<String, String> producer(Map<String, String> settings) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.putAll(settings);
        return new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
    }

    static void records() throws Exception {
        try (var producer = producer(Map.of())) {
            for (int i = 0; i < 20; i++) producer.send(new ProducerRecord<>(TOPIC, 0, 1_000L + (i * 7) % 20, "k" + i, "v" + i)).get();
        }
        Map<OffsetSpec, Long> expected = Map.of(
                OffsetSpec.earliest(), 0L,
                OffsetSpec.latest(), 20L,
                OffsetSpec.forTimestamp(1_015), 5L, // The first whose time, 7i mod 20, is 15 or later.
                OffsetSpec.maxTimestamp(), 17L, // 7 × 17 = 119, which is 19 mod 20.
                OffsetSpec.earliestLocal(), 0L,
                OffsetSpec.latestTiered(), -1L);
        for (var spec : expected.entrySet()) {
            long offset = admin.listOffsets(Map.of(FIRST, spec.getKey())).partitionResult(FIRST).get().offset();
            check(offset == spec.getValue(), spec.getKey().getClass().getSimpleName(), offset, spec.getValue());
        }
        check(admin.deleteRecords(Map.of(FIRST, RecordsToDelete.beforeOffset(5))).lowWatermarks().get(FIRST).get().lowWatermark() == 5);
        check(admin.listOffsets(Map.of(FIRST, OffsetSpec.earliest())).partitionResult(FIRST).get().offset() == 5);
        Collection<ProducerState> producers = admin.describeProducers(List.of(FIRST)).partitionResult(FIRST).get().activeProducers();
        check(producers.size() == 1 && producers.iterator().next().lastSequence() == 19, producers);
    }

    static ConfigEntry config(ConfigResource resource, String name) throws Exception {
        return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(name);
    }

    static void set(ConfigResource resource, String name, String value) throws Exception {
        var type = value == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
        AlterConfigOp operation = new AlterConfigOp(new ConfigEntry(name, value), type);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(operation))).all().get();
    }

    static void configs() throws Exception {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "" + node);
        var group = new ConfigResource(ConfigResource.Type.GROUP, "configured-group");
        var metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "subscription");
        set(topic, "retention.ms", "12345");
        eventually("topic config", () -> config(topic, "retention.ms").value().equals("12345"));
        check(config(topic, "retention.ms").source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        set(topic, "retention.ms", null);
        eventually("topic default", () -> config(topic, "retention.ms").isDefault());
        set(broker, "log.retention.ms", "7654321");
        eventually("broker config", () -> config(broker, "log.retention.ms").source() == ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG);
        eventually("a topic's default follows the broker", () -> config(topic, "retention.ms").value().equals("7654321"));
        set(broker, "log.retention.ms", null);
        set(group, "consumer.session.timeout.ms", "46000");
        eventually("group config", () -> config(group, "consumer.session.timeout.ms").value().equals("46000"));
        set(metrics, "interval.ms", "60000");
        eventually("client metrics", () -> config(metrics, "interval.ms").value().equals("60000"));
        var resources = admin.listConfigResources(Set.of(ConfigResource.Type.GROUP, ConfigResource.Type.CLIENT_METRICS), new ListConfigResourcesOptions()).all().get();
        check(Set.copyOf(resources).equals(Set.of(group, metrics)), resources);
        check(admin.listClientMetricsResources().all().get().size() == 1);
    }

    static void loggers() throws Exception {
        var loggers = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "" + node);
        var known = admin.describeConfigs(List.of(loggers)).all().get().get(loggers).entries();
        check(known.size() > 1, known);
        String name = known.iterator().next().name();
        set(loggers, name, "DEBUG");
        eventually("logger", () -> config(loggers, name).value().equals("DEBUG"));
        set(loggers, name, "INFO");
    }

    static void logDirs(List<String> logDirs) throws Exception {
        Map<String, LogDirDescription> described = admin.describeLogDirs(List.of(node)).allDescriptions().get().get(node);
        check(described.keySet().equals(Set.copyOf(logDirs)), described.keySet());
        for (LogDirDescription dir : described.values()) {
            check(dir.error() == null && dir.totalBytes().getAsLong() > 0 && dir.usableBytes().getAsLong() > 0, dir);
        }
        var replica = new TopicPartitionReplica(TOPIC, 0, node);
        String from = admin.describeReplicaLogDirs(List.of(replica)).all().get().get(replica).getCurrentReplicaLogDir();
        check(described.get(from).replicaInfos().get(FIRST).size() > 0, described.get(from));
        String to = logDirs.stream().filter(dir -> !dir.equals(from)).findFirst().orElseThrow();
        admin.alterReplicaLogDirs(Map.of(replica, to)).all().get();
        eventually("the replica has moved", () ->
                to.equals(admin.describeReplicaLogDirs(List.of(replica)).all().get().get(replica).getCurrentReplicaLogDir()));
        try (var producer = producer(Map.of())) {
            check(producer.send(new ProducerRecord<>(TOPIC, 0, 2_000L, "k", "after the move")).get().offset() == 20);
        }
    }

    static void replicas() throws Exception {
        Optional<Throwable> election = admin.electLeaders(ElectionType.PREFERRED, Set.of(FIRST)).partitions().get().get(FIRST);
        check(election.orElseThrow() instanceof ElectionNotNeededException, election);
        check(admin.listPartitionReassignments().reassignments().get().isEmpty());
        admin.alterPartitionReassignments(Map.of(FIRST, Optional.of(new NewPartitionReassignment(List.of(node))))).all().get();
        refused(NoReassignmentInProgressException.class, () -> admin.alterPartitionReassignments(Map.of(FIRST, Optional.empty())).all().get());
        refused(InvalidReplicaAssignmentException.class, () ->
                admin.alterPartitionReassignments(Map.of(FIRST, Optional.of(new NewPartitionReassignment(List.of(node + 1000))))).all().get());
    }

    static void quotas() throws Exception {
        var entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "loud"));
        var alteration = new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", 5000.0)));
        admin.alterClientQuotas(List.of(alteration)).all().get();
        eventually("quota", () -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get()
                .equals(Map.of(entity, Map.of("producer_byte_rate", 5000.0))));
        try (var loud = producer(Map.of("client.id", "loud", "linger.ms", "0"))) {
            for (int i = 0; i < 4; i++) loud.send(new ProducerRecord<>(TOPIC, 1, "k", "x".repeat(20_000))).get();
            double throttled = loud.metrics().values().stream()
                    .filter(metric -> metric.metricName().name().equals("produce-throttle-time-max"))
                    .mapToDouble(metric -> (double) metric.metricValue()).max().orElse(0);
            check(throttled > 0, "a loud producer was not throttled");
        }
        var removal = new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op("producer_byte_rate", null)));
        admin.alterClientQuotas(List.of(removal)).all().get();
        eventually("quota is gone", () -> admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().isEmpty());
    }

    static void features() throws Exception {
        var metadata = admin.describeFeatures().featureMetadata().get();
        var expected = Set.of("metadata.version", "transaction.version", "group.version", "share.version");
        check(metadata.finalizedFeatures().keySet().containsAll(expected), metadata);
        short level = metadata.finalizedFeatures().get("group.version").maxVersionLevel();
        check(level == 1 && metadata.supportedFeatures().get("transaction.version").maxVersion() == 2, metadata);
        refused(InvalidUpdateVersionException.class, () -> admin.updateFeatures(
                Map.of("group.version", new FeatureUpdate((short) 99, FeatureUpdate.UpgradeType.UPGRADE)),
                new UpdateFeaturesOptions().validateOnly(true)).all().get());
    }

    static KafkaConsumer<String, String> consumer(String protocol, String group) {
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", group);
        p.put("group.protocol", protocol);
        p.put("group.instance.id", "the-one");
        p.put("auto.offset.reset", "earliest");
        p.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    }

    static void group(String protocol) throws Exception {
        String group = protocol + "-group";
        GroupType type = GroupType.parse(protocol);
        try (var consumer = consumer(protocol, group)) {
            consumer.subscribe(List.of(TOPIC));
            eventually("an assignment", () -> {
                consumer.poll(Duration.ofMillis(100));
                return consumer.assignment().size() == 3;
            });
            consumer.commitSync(Map.of(FIRST, new OffsetAndMetadata(7)));
            var listing = admin.listGroups().all().get().stream().filter(g -> g.groupId().equals(group)).findFirst().orElseThrow();
            check(listing.type().equals(Optional.of(type)) && listing.groupState().equals(Optional.of(GroupState.STABLE)), listing);
            var described = admin.describeConsumerGroups(List.of(group)).all().get().get(group);
            check(described.type() == type && described.members().size() == 1, described);
            check(described.members().iterator().next().assignment().topicPartitions().size() == 3, described);
            if (type == GroupType.CLASSIC) check(admin.describeClassicGroups(List.of(group)).all().get().get(group).members().size() == 1);
            refused(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
            refused(GroupSubscribedToTopicException.class, () ->
                    admin.deleteConsumerGroupOffsets(group, Set.of(FIRST)).all().get());
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("the-one")))).all().get();
            check(admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().isEmpty());
        }
        check(admin.listConsumerGroups().all().get().stream().anyMatch(g -> g.groupId().equals(group)));
        var offsets = Map.of(group, new ListConsumerGroupOffsetsSpec());
        check(admin.listConsumerGroupOffsets(offsets).partitionsToOffsetAndMetadata(group).get().get(FIRST).offset() == 7);
        admin.alterConsumerGroupOffsets(group, Map.of(FIRST, new OffsetAndMetadata(9))).all().get();
        check(admin.listConsumerGroupOffsets(offsets).partitionsToOffsetAndMetadata(group).get().get(FIRST).offset() == 9);
        admin.deleteConsumerGroupOffsets(group, Set.of(FIRST)).all().get();
        check(admin.listConsumerGroupOffsets(offsets).partitionsToOffsetAndMetadata(group).get().get(FIRST) == null);
        admin.deleteConsumerGroups(List.of(group)).all().get();
        refused(GroupIdNotFoundException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
    }

    static void shareGroup() throws Exception {
        String group = "share-group";
        var resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        set(resource, "share.auto.offset.reset", "earliest");
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("group.id", group);
        try (var consumer = new KafkaShareConsumer<>(p, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(TOPIC));
            eventually("shared records", () -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
            var described = admin.describeShareGroups(List.of(group)).all().get().get(group);
            check(described.groupState() == GroupState.STABLE && described.members().size() == 1, described);
            refused(GroupNotEmptyException.class, () -> admin.deleteShareGroups(List.of(group)).all().get());
        }
        eventually("nobody is left", () -> admin.describeShareGroups(List.of(group)).all().get().get(group).members().isEmpty());
        var spec = Map.of(group, new ListShareGroupOffsetsSpec().topicPartitions(List.of(FIRST)));
        check(admin.listShareGroupOffsets(spec).partitionsToOffsetInfo(group).get().containsKey(FIRST));
        admin.alterShareGroupOffsets(group, Map.of(FIRST, 11L)).all().get();
        check(admin.listShareGroupOffsets(spec).partitionsToOffsetInfo(group).get().get(FIRST).startOffset() == 11);
        check(admin.listGroups().all().get().stream().map(GroupListing::groupId).collect(Collectors.toSet()).contains(group));
        admin.deleteShareGroupOffsets(group, Set.of(TOPIC)).all().get();
        admin.deleteShareGroups(List.of(group)).all().get();
        refused(GroupIdNotFoundException.class, () -> admin.deleteShareGroups(List.of(group)).all().get());
    }

    /** Whoever fences a producer takes its place, and has not begun a transaction of its own. */
    static boolean isOver(String transactionalId) throws Exception {
        var state = admin.describeTransactions(List.of(transactionalId)).all().get().get(transactionalId).state();
        return state == TransactionState.EMPTY || state == TransactionState.COMPLETE_ABORT;
    }

    static void transactions() throws Exception {
        refused(TransactionalIdNotFoundException.class, () -> admin.describeTransactions(List.of("nobody")).all().get());
        var last = new TopicPartition(TOPIC, 2);
        try (var producer = producer(Map.of("transactional.id", "admin-1"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, 2, "k", "never to be seen")).get();
            TransactionDescription described = admin.describeTransactions(List.of("admin-1")).all().get().get("admin-1");
            check(described.state() == TransactionState.ONGOING && described.topicPartitions().equals(Set.of(last)), described);
            check(admin.listTransactions().all().get().stream().anyMatch(t -> t.transactionalId().equals("admin-1")));
            ProducerState state = admin.describeProducers(List.of(last)).partitionResult(last).get().activeProducers().iterator().next();
            check(state.currentTransactionStartOffset().equals(OptionalLong.of(0)), state);
            admin.fenceProducers(List.of("admin-1")).all().get();
            refused(ProducerFencedException.class, producer::commitTransaction);
        }
        eventually("the fenced transaction is over", () -> isOver("admin-1"));
        try (var producer = producer(Map.of("transactional.id", "admin-2"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, 2, "k", "terminated")).get();
            admin.forceTerminateTransaction("admin-2").result().get();
            eventually("the terminated transaction is over", () -> isOver("admin-2"));
        }
        // An operator who cuts off a transaction that hangs names the epochs that DescribeProducers gave.
        try (var producer = producer(Map.of("transactional.id", "admin-3"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TOPIC, 2, "k", "cut off")).get();
            ProducerState open = admin.describeProducers(List.of(last)).partitionResult(last).get().activeProducers().stream()
                    .filter(state -> state.currentTransactionStartOffset().isPresent()).findFirst().orElseThrow();
            // What comes from the partition's side may not be below what the coordinator will write later.
            admin.abortTransaction(new AbortTransactionSpec(last, open.producerId(), (short) open.producerEpoch(), open.coordinatorEpoch().orElse(0))).all().get();
            check(admin.describeProducers(List.of(last)).partitionResult(last).get().activeProducers().stream()
                    .allMatch(state -> state.currentTransactionStartOffset().isEmpty()));
        }
    }

    static void security() throws Exception {
        refused(SecurityDisabledException.class, () -> admin.describeAcls(AclBindingFilter.ANY).values().get());
        refused(SecurityDisabledException.class, () -> admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get());
        admin.alterUserScramCredentials(List.of(
                new UserScramCredentialUpsertion("alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get();
        eventually("credentials", () -> admin.describeUserScramCredentials().users().get().equals(List.of("alice")));
        check(admin.describeUserScramCredentials(List.of("alice")).all().get().get("alice").credentialInfos().get(0).iterations() == 4096);
    }

    static void deletion() throws Exception {
        admin.deleteTopics(List.of(TOPIC)).all().get();
        eventually("the topic is gone", () -> !admin.listTopics().names().get().contains(TOPIC));
        check(admin.metrics().size() > 0);
    }
}
