package org.apache.kafka.common.test.junit;

import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;
import kafka.server.KafkaConfig;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;

import org.mockito.ArgumentMatchers;
import org.mockito.MockedStatic;
import org.mockito.Mockito;
import org.opentest4j.TestAbortedException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Broker processes for tests that describe each broker by a KafkaConfig. Admin clients that the thread of the test makes are those of a
 * small cluster ({@link SmallClusterAdmin}).
 */
public final class HarnessBrokers {
    private static final ListenerName LISTENER = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
    /** Where a broker listens and who its controller is; the adapter knows better. */
    private static final Pattern ADDRESSES = Pattern.compile(
        "(node|broker)\\.id|(advertised\\.)?listeners|listener\\.security\\.protocol\\.map|(security\\.)?inter\\.broker\\..*|process\\.roles"
            + "|controller\\.(quorum|listener)\\..*|metadata\\.log\\.dir|log\\.dir|server\\.max\\.startup\\.time\\.ms");

    private final Map<String, String> ofController;
    private final List<Integer> ids;
    private final int wanted;
    private final ExternalCluster cluster;
    private final MockedStatic<Admin> admins;

    /** `ids` are those of the brokers that the test counts on; the first of them are what it gets. */
    public HarnessBrokers(List<Integer> ids, Properties ofController) {
        this.ids = ids.subList(0, Math.min(ids.size(), ExternalCluster.MAX_BROKERS));
        this.wanted = ids.size();
        this.ofController = withoutAddresses(ofController);
        cluster = new ExternalCluster(clusterConfig(Map.of(), Map.of()));
        cluster.prepare(this.ids);
        SmallClusterAdmin small = new SmallClusterAdmin(wanted, count());
        admins = Mockito.mockStatic(Admin.class, Mockito.CALLS_REAL_METHODS);
        admins.when(() -> Admin.create(ArgumentMatchers.any(Properties.class))).thenAnswer(call -> small.around((Admin) call.callRealMethod()));
        admins.when(() -> Admin.create(ArgumentMatchers.<Map<String, Object>>any()))
            .thenAnswer(call -> small.around((Admin) call.callRealMethod()));
    }

    /** How many there can be. */
    public int count() {
        return ids.size();
    }

    /** One that is not started yet. A controller that is the same process has the properties of both. */
    public KafkaBroker create(KafkaConfig config) {
        int id = config.nodeId();
        if (!ids.contains(id)) throw new TestAbortedException("needs a broker " + id);
        Map<String, String> properties = new HashMap<>(ofController);
        properties.putAll(withoutAddresses(config.originals()));
        // These tests count on as many partitions of internal topics as a broker has that is told nothing of them.
        config.values().forEach((key, value) -> {
            if (key.endsWith(".num.partitions")) properties.putIfAbsent(key, String.valueOf(value));
        });
        cluster.configure(clusterConfig(properties, Map.of("log.dirs", String.join(",", config.logDirs()))), id);
        return cluster.brokers().get(id);
    }

    public ControllerServer controller() {
        return OutsideController.of(cluster);
    }

    public void stop() {
        admins.close();
        cluster.stop();
    }

    private ClusterConfig clusterConfig(Map<String, String> properties, Map<String, String> folders) {
        return ClusterConfig.defaultBuilder().setTypes(Set.of(Type.KRAFT)).setBrokers(wanted).setControllers(1).setDisksPerBroker(1).setAutoStart(false)
            .setBrokerSecurityProtocol(SecurityProtocol.PLAINTEXT).setBrokerListenerName(LISTENER)
            .setControllerSecurityProtocol(SecurityProtocol.PLAINTEXT).setControllerListenerName(ListenerName.normalised("CONTROLLER"))
            .setServerProperties(merged(properties, folders)).build();
    }

    private static Map<String, String> merged(Map<String, String> some, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(some);
        all.putAll(more);
        return all;
    }

    private static Map<String, String> withoutAddresses(Map<?, ?> properties) {
        Map<String, String> kept = new HashMap<>();
        properties.forEach((key, value) -> {
            if (!ADDRESSES.matcher((String) key).matches()) kept.put((String) key, String.valueOf(value));
        });
        return kept;
    }
}
