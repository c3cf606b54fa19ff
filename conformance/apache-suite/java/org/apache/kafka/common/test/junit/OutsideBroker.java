package org.apache.kafka.common.test.junit;

import kafka.cluster.Partition;
import kafka.log.LogManager;
import kafka.network.SocketServer;
import kafka.server.BrokerServer;
import kafka.server.KafkaApis;
import kafka.server.KafkaConfig;
import kafka.server.ReplicaManager;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.BrokerState;
import org.apache.kafka.server.BrokerLifecycleManager;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;

import org.mockito.Mockito;
import org.mockito.invocation.InvocationOnMock;

import java.io.File;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import scala.Option;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What of a broker can be known from outside, under the classes and interfaces through which tests look inside: its config, port, life,
 * metadata, the folders of its logs, their offsets. Whatever else is asked aborts the test.
 */
final class OutsideBroker {
    private final ExternalCluster cluster;
    private final int id;
    private final int port;
    private final Map<String, String> properties;
    private final LogFolders folders;

    OutsideBroker(ExternalCluster cluster, int id, int port, Map<String, String> properties) {
        this.cluster = cluster;
        this.id = id;
        this.port = port;
        this.properties = properties;
        this.folders = new LogFolders(properties);
    }

    /** Some tests know that it is a {@link BrokerServer}. */
    BrokerServer asKafkaBroker() {
        return outside(BrokerServer.class, call -> switch (call.getMethod().getName()) {
            case "config" -> config();
            case "boundPort" -> port;
            case "clusterId" -> cluster.clusterId();
            case "metadataCache" -> OutsideMetadata.of(cluster);
            case "socketServer" -> outside(SocketServer.class, socket -> isCall(socket, "boundPort") ? port : unknown());
            case "dataPlaneRequestProcessor" -> outside(KafkaApis.class, processor -> switch (processor.getMethod().getName()) {
                case "brokerId" -> id;
                case "clusterId" -> cluster.clusterId();
                case "metadataCache" -> OutsideMetadata.of(cluster);
                default -> unknown();
            });
            case "lifecycleManager" -> outside(BrokerLifecycleManager.class, manager ->
                isCall(manager, "initialUnfenceFuture") && cluster.isAlive(id) ? CompletableFuture.completedFuture(null) : unknown());
            case "groupCoordinator" -> groupCoordinator();
            case "logManager" -> logManager();
            case "replicaManager" -> replicaManager();
            case "sharedServer" -> OutsideController.sharedServer();
            case "isShutdown" -> !cluster.isAlive(id);
            case "brokerState" -> cluster.isAlive(id) ? BrokerState.RUNNING : BrokerState.NOT_RUNNING;
            case "shutdown" -> {
                cluster.shutdownBroker(id);
                yield null;
            }
            case "startup" -> {
                cluster.startBroker(id);
                yield null;
            }
            // Whoever shuts a broker down here has waited for its end already.
            case "awaitShutdown" -> null;
            default -> unknown();
        });
    }

    /** What it was started with, and what has been set since. */
    private KafkaConfig config() throws Exception {
        Map<String, String> now = new HashMap<>(properties);
        if (cluster.isAlive(id)) described().entries().stream().filter(OutsideBroker::isDynamic).forEach(entry -> now.put(entry.name(), entry.value()));
        return new KafkaConfig(now, false);
    }

    private static boolean isDynamic(ConfigEntry entry) {
        return entry.value() != null
            && (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG || entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    }

    private static GroupCoordinator groupCoordinator() {
        return proxy(GroupCoordinator.class, (self, method, arguments) -> {
            if (!method.getName().equals("groupMetadataTopicConfigs")) return unknown();
            Properties configs = new Properties();
            configs.putAll(Map.of("cleanup.policy", "compact", "compression.type", "producer", "segment.bytes", "104857600"));
            return configs;
        });
    }

    private LogManager logManager() {
        return outside(LogManager.class, call -> switch (call.getMethod().getName()) {
            case "getLog" -> {
                TopicPartition partition = call.getArgument(0);
                boolean isFuture = call.getArguments().length > 1 && call.<Boolean>getArgument(1);
                yield option((isFuture ? folders.ofFuture(partition) : folderOf(partition)).map(folder -> log(partition, folder)));
            }
            // Scala's way of saying that the second argument was left out.
            case "getLog$default$2" -> false;
            case "liveLogDirs" -> (Seq<File>) CollectionConverters.asScala(folders.logDirs()).toSeq();
            case "isLogDirOnline" -> folders.logDirs().contains(new File(call.<String>getArgument(0)));
            case "producerStateManagerConfig" -> producerStateManagerConfig();
            default -> unknown();
        });
    }

    private ReplicaManager replicaManager() {
        return outside(ReplicaManager.class, call -> switch (call.getMethod().getName()) {
            case "config" -> config();
            case "logManager" -> logManager();
            case "metadataCache" -> OutsideMetadata.of(cluster);
            case "getLog", "localLog" -> logManager().getLog(call.getArgument(0), false);
            case "onlinePartition" -> {
                TopicPartition partition = call.getArgument(0);
                yield option(folderOf(partition).map(folder -> partition(partition)));
            }
            default -> unknown();
        });
    }

    private Partition partition(TopicPartition partition) {
        return outside(Partition.class, call -> switch (call.getMethod().getName()) {
            case "leaderIdIfLocal" -> option(leaderIdIfLocal(partition));
            case "leaderLogIfLocal" -> leaderIdIfLocal(partition).isPresent() ? logManager().getLog(partition, false) : Option.empty();
            default -> unknown();
        });
    }

    private Optional<Object> leaderIdIfLocal(TopicPartition partition) {
        return OutsideMetadata.of(cluster).getLeaderAndIsr(partition.topic(), partition.partition())
            .map(state -> (Object) state.leader()).filter(leader -> leader.equals(id));
    }

    /** A broker that runs is asked, since it may make the folder of a log when the log is first written to. */
    private Optional<File> folderOf(TopicPartition partition) throws Exception {
        if (!cluster.isAlive(id)) return folders.of(partition);
        try (Admin admin = cluster.admin()) {
            return admin.describeLogDirs(List.of(id)).allDescriptions().get().get(id).entrySet().stream()
                .filter(folder -> folder.getValue().replicaInfos().containsKey(partition))
                .map(folder -> new File(folder.getKey(), partition.toString())).findFirst();
        }
    }

    /** The only replica has its high watermark at its end once a write is acknowledged, so the latest offset is both. */
    private UnifiedLog log(TopicPartition partition, File folder) {
        return outside(UnifiedLog.class, call -> switch (call.getMethod().getName()) {
            case "logEndOffset", "highWatermark" -> offset(partition, OffsetSpec.latest());
            case "logStartOffset" -> offset(partition, OffsetSpec.earliest());
            case "topicPartition" -> partition;
            case "producerStateManager" -> producerStateManager(partition);
            case "config" -> logConfig(partition.topic());
            case "dir" -> folder;
            default -> unknown();
        });
    }

    private ProducerStateManager producerStateManager(TopicPartition partition) {
        return outside(ProducerStateManager.class, call -> {
            if (!isCall(call, "activeProducers")) return unknown();
            try (Admin admin = cluster.admin()) {
                return admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().stream()
                    .collect(Collectors.toMap(ProducerState::producerId, OutsideBroker::producerStateEntry));
            }
        });
    }

    private static ProducerStateEntry producerStateEntry(ProducerState state) {
        return new ProducerStateEntry(state.producerId(), (short) state.producerEpoch(), state.coordinatorEpoch().orElse(-1),
            state.lastTimestamp(), state.currentTransactionStartOffset());
    }

    private LogConfig logConfig(String topic) throws Exception {
        Map<String, String> known = described(new ConfigResource(ConfigResource.Type.TOPIC, topic)).entries().stream()
            .filter(entry -> entry.value() != null).collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
        return new LogConfig(known);
    }

    private long offset(TopicPartition partition, OffsetSpec spec) throws Exception {
        try (Admin admin = cluster.admin()) {
            return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
        }
    }

    private ProducerStateManagerConfig producerStateManagerConfig() {
        return outside(ProducerStateManagerConfig.class, call ->
            isCall(call, "producerIdExpirationMs") ? Integer.parseInt(described().get("producer.id.expiration.ms").value()) : unknown());
    }

    private Config described() throws Exception {
        return described(new ConfigResource(ConfigResource.Type.BROKER, String.valueOf(id)));
    }

    private Config described(ConfigResource resource) throws Exception {
        try (Admin admin = cluster.admin()) {
            return admin.describeConfigs(List.of(resource)).all().get().get(resource);
        }
    }

    static Object unknown() {
        throw ExternalCluster.inside();
    }

    static boolean isCall(InvocationOnMock call, String method) {
        return call.getMethod().getName().equals(method);
    }

    private static <T> Option<T> option(Optional<T> value) {
        return Option.apply(value.orElse(null));
    }

    @FunctionalInterface
    interface Answers {
        Object to(InvocationOnMock call) throws Exception;
    }

    /** A stand-in for a class, where there is no interface. */
    static <T> T outside(Class<T> type, Answers answers) {
        return Mockito.mock(type, call -> isCall(call, "toString") ? "a " + type.getSimpleName() + " from outside" : answers.to(call));
    }

    @SuppressWarnings("unchecked")
    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }
}
