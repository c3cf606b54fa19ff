package org.apache.kafka.common.test.junit;

import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.apache.kafka.server.fault.FaultHandlerException;

import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A cluster of broker processes. CLUSTER_COMMAND starts one broker and is given the path of its server.properties as last word;
 * CLUSTER_MAX_BROKERS (default 1) says how many there can be: a test that wants more gets that many, with replication factors to match.
 * What only an embedded cluster can answer aborts the test, which JUnit counts apart.
 */
class ExternalCluster implements ClusterInstance {
    static final int MAX_BROKERS = Integer.parseInt(System.getenv().getOrDefault("CLUSTER_MAX_BROKERS", "1"));
    private static final int CONTROLLER_ID = 3000;
    private static final int FOLLOWING_MS = 200;
    private static final int FIRST_PORT = 16_384;
    private static final int LAST_PORT = 32_767;

    private final ClusterConfig config;
    private final int brokers;
    private final SmallClusterAdmin small;
    private final Map<Integer, BrokerProcess> processes = new TreeMap<>();
    private final Map<Integer, Map<String, String>> properties = new TreeMap<>();
    private Path folder;
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final Map<Integer, Integer> controllers = new TreeMap<>();
    private boolean started;
    private boolean stopped;

    ExternalCluster(ClusterConfig config) {
        this.config = config;
        this.brokers = Math.min(config.numBrokers(), MAX_BROKERS);
        this.small = new SmallClusterAdmin(config.numBrokers(), brokers);
    }

    @Override
    public synchronized void start() {
        if (started) return;
        prepare(IntStream.range(0, brokers).boxed().toList());
        for (int id = 0; id < brokers; id++) configure(config, id);
        started = true;
        processes.values().forEach(BrokerProcess::launch);
        waitForReadyBrokers();
        updateFeatures();
    }

    /** Sets aside what the brokers of these ids need. */
    void prepare(List<Integer> ids) {
        if (config.brokerSecurityProtocol() != SecurityProtocol.PLAINTEXT) throw new TestAbortedException("needs security");
        try {
            folder = Files.createTempDirectory("cluster-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Iterator<Integer> free = freePorts(2 * ids.size()).iterator();
        for (int id : ids) {
            ports.put(id, free.next());
            controllers.put(id, free.next());
        }
    }

    /** Says how a broker is to be started the next time; it must not run. */
    void configure(ClusterConfig config, int id) {
        ServerProperties.requireNoForeignClass(config);
        try {
            Path file = ServerProperties.write(config, id, ports.get(id), brokers, folder, controllers);
            processes.put(id, new BrokerProcess(id, ports.get(id), file));
            properties.put(id, ServerProperties.read(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Below the range from which the system takes the ports of outgoing connections: while a broker is down, no connection can take its
     * port.
     */
    private static List<Integer> freePorts(int count) {
        Set<Integer> ports = new HashSet<>();
        while (ports.size() < count) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket socket = new ServerSocket(port)) {
                ports.add(socket.getLocalPort());
            } catch (IOException e) {
                // Taken: another one.
            }
        }
        return List.copyOf(ports);
    }

    /** Kafka's test runtime formats the disks with the feature levels that a test asks for; here they are set over the wire. */
    private void updateFeatures() {
        if (config.features().isEmpty()) return;
        try (Admin admin = admin()) {
            Map<String, FinalizedVersionRange> finalized = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
            Map<String, FeatureUpdate> updates = new HashMap<>();
            config.features().forEach((feature, level) -> {
                FinalizedVersionRange range = finalized.get(feature.featureName());
                short now = range == null ? 0 : range.maxVersionLevel();
                if (now == level) return;
                updates.put(feature.featureName(), new FeatureUpdate(level,
                    level < now ? FeatureUpdate.UpgradeType.SAFE_DOWNGRADE : FeatureUpdate.UpgradeType.UPGRADE));
            });
            if (!updates.isEmpty()) admin.updateFeatures(updates, new UpdateFeaturesOptions()).all().get();
        } catch (Exception e) {
            throw new RuntimeException("features " + config.features().keySet(), e);
        }
    }

    @Override
    public synchronized void stop() {
        if (stopped) return;
        stopped = true;
        boolean ended = processes.values().stream().filter(BrokerProcess::kill).count() == processes.size();
        if (folder != null && ended) delete(folder);
    }

    private static void delete(Path folder) {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // A folder of the temporary directory stays behind.
        }
    }

    @Override
    public synchronized void shutdownBroker(int id) {
        process(id).shutdown();
    }

    @Override
    public synchronized void startBroker(int id) {
        process(id).launch();
        process(id).awaitPort();
    }

    private BrokerProcess process(int id) {
        BrokerProcess process = processes.get(id);
        if (process == null) throw new IllegalArgumentException("unknown broker " + id);
        return process;
    }

    boolean isAlive(int id) {
        return process(id).isAlive();
    }

    @Override
    public void waitForReadyBrokers() {
        processes.values().forEach(BrokerProcess::awaitPort);
        try (Admin admin = admin()) {
            Waiting.until(brokers + " brokers", () -> admin.describeCluster().nodes().get().size() >= brokers);
        }
    }

    static TestAbortedException inside() {
        return new TestAbortedException("looks inside an embedded broker");
    }

    @Override
    public Type type() {
        return Type.KRAFT;
    }

    @Override
    public Map<Integer, KafkaBroker> brokers() {
        Map<Integer, KafkaBroker> seen = new TreeMap<>();
        processes.forEach((id, process) -> seen.put(id, new OutsideBroker(this, id, process.port(), properties.get(id)).asKafkaBroker()));
        return seen;
    }

    /** One that can be got by its id and is not listed: who walks over the controllers waits for their logs, which are inside. */
    @Override
    public Map<Integer, ControllerServer> controllers() {
        return new HashMap<>() {
            @Override
            public ControllerServer get(Object id) {
                return OutsideController.of(ExternalCluster.this);
            }
        };
    }

    @Override
    public ClusterConfig config() {
        return config;
    }

    @Override
    public Set<Integer> controllerIds() {
        return Set.of(CONTROLLER_ID);
    }

    @Override
    public Set<Integer> brokerIds() {
        return new HashSet<>(processes.keySet());
    }

    @Override
    public Set<GroupProtocol> supportedGroupProtocols() {
        try (Admin admin = admin()) {
            var groupVersion = admin.describeFeatures().featureMetadata().get().finalizedFeatures().get("group.version");
            return groupVersion != null && groupVersion.maxVersionLevel() > 0
                ? Set.of(GroupProtocol.CLASSIC, GroupProtocol.CONSUMER) : Set.of(GroupProtocol.CLASSIC);
        } catch (Exception e) {
            throw new RuntimeException(e);
        }
    }

    @Override
    public ListenerName clientListener() {
        return config.brokerListenerName();
    }

    @Override
    public ListenerName controllerListenerName() {
        return config.controllerListenerName();
    }

    @Override
    public String bootstrapServers() {
        return brokerBoundPorts().stream().map(port -> "localhost:" + port).collect(Collectors.joining(","));
    }

    @Override
    public String bootstrapControllers() {
        throw new TestAbortedException("talks to a KRaft controller");
    }

    @Override
    public List<Integer> controllerBoundPorts() {
        throw new TestAbortedException("talks to a KRaft controller");
    }

    @Override
    public List<Integer> brokerBoundPorts() {
        return processes.values().stream().map(BrokerProcess::port).toList();
    }

    @Override
    public Admin admin(Map<String, Object> configs, boolean usingBootstrapControllers) {
        return small.around(ClusterInstance.super.admin(configs, usingBootstrapControllers));
    }

    @Override
    public String clusterId() {
        try (Admin admin = admin()) {
            return admin.describeCluster().clusterId().get();
        } catch (Exception e) {
            throw new RuntimeException(e);
        }
    }

    @Override
    public Optional<FaultHandlerException> firstFatalException() {
        return Optional.empty();
    }

    @Override
    public Optional<FaultHandlerException> firstNonFatalException() {
        return Optional.empty();
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public void createTopic(String topic, int partitions, short replicas) {
        createTopic(topic, partitions, replicas, Map.of());
    }

    @Override
    public void createTopic(String topic, int partitions, short replicas, Map<String, String> configs) {
        create(new NewTopic(topic, partitions, replicas).configs(configs), partitions);
    }

    @Override
    public void createTopicWithAssignment(String topic, Map<Integer, List<Integer>> assignment) {
        create(new NewTopic(topic, assignment), assignment.size());
    }

    private void create(NewTopic topic, int partitions) {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (Exception e) {
            throw new RuntimeException(e);
        }
        waitTopicCreation(topic.name(), partitions);
    }

    @Override
    public void waitTopicCreation(String topic, int partitions) {
        try (Admin admin = admin()) {
            Waiting.until("topic " + topic, () -> {
                var found = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
                return found.size() == partitions && found.stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty());
            });
        }
    }

    @Override
    public void waitTopicDeletion(String topic) {
        try (Admin admin = admin()) {
            Waiting.until("the end of topic " + topic, () -> !admin.listTopics().names().get().contains(topic));
        }
        Waiting.until("the end of the folders of topic " + topic, () -> properties.values().stream()
            .allMatch(each -> new LogFolders(each).of(topic).isEmpty()));
    }

    /** Kafka's broker follows its controller a little later, and from outside nobody can see when it has. */
    @Override
    public void ensureConsistentMetadata() {
        Waiting.pause(FOLLOWING_MS);
    }

    @Override
    public void ensureConsistentMetadata(Collection<KafkaBroker> brokers, Collection<ControllerServer> controllers) {
        ensureConsistentMetadata();
    }

    @Override
    public void waitAcls(AclBindingFilter filter, Collection<AccessControlEntry> entries) {
        try (Admin admin = admin()) {
            Waiting.until("ACLs", () -> admin.describeAcls(filter).values().get().stream()
                .map(binding -> binding.entry()).collect(Collectors.toSet()).equals(new HashSet<>(entries)));
        }
    }
}
