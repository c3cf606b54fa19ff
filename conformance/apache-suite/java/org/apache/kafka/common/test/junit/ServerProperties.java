package org.apache.kafka.common.test.junit;

import kafka.server.KafkaConfig;

import org.apache.kafka.common.test.api.ClusterConfig;

import org.opentest4j.TestAbortedException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The server.properties of one broker: what the test asks for, what Kafka's test runtime adds, and addresses and folders. */
final class ServerProperties {
    /** Classes that stand for a behaviour which a broker in another language can have under the same name. */
    private static final Set<String> KNOWN_CLASSES = Set.of(
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer", "org.apache.kafka.common.replica.RackAwareReplicaSelector",
        "org.apache.kafka.server.share.persister.DefaultStatePersister");

    private ServerProperties() {
    }

    /** Aborts the test when a class of its own is to be loaded by the broker. */
    static void requireNoForeignClass(ClusterConfig config) {
        config.serverProperties().forEach((key, value) -> {
            if (value.matches("(org|kafka|com)\\.[\\w.]+[A-Z]\\w*(\\$\\w+)?") && !KNOWN_CLASSES.contains(value))
                throw new TestAbortedException("needs a Java class in the broker: " + key);
        });
    }

    /** `controllers` are ports set aside, by node, for a broker that wants a controller of its own; they stand in a comment of the file. */
    static Path write(ClusterConfig config, int id, int port, int brokers, Path folder, Map<Integer, Integer> controllers) throws IOException {
        Map<String, String> properties = defaults();
        properties.putAll(config.serverProperties());
        properties.putAll(config.perServerOverrideProperties().getOrDefault(id, Map.of()));
        properties.keySet().removeIf(ServerProperties::isUnknown);
        properties.replaceAll((key, value) -> countsReplicas(key) ? String.valueOf(Math.min(Integer.parseInt(value), brokers)) : value);
        String listener = config.brokerListenerName().value();
        properties.put("node.id", String.valueOf(id));
        properties.put("listeners", listener + "://localhost:" + port);
        properties.put("advertised.listeners", listener + "://localhost:" + port);
        properties.put("listener.security.protocol.map", listener + ":" + config.brokerSecurityProtocol());
        properties.put("inter.broker.listener.name", listener);
        properties.putIfAbsent("log.dirs", IntStream.range(0, config.numDisksPerBroker())
            .mapToObj(disk -> folder.resolve("broker-" + id + "-" + disk).toString()).collect(Collectors.joining(",")));
        List<String> lines = new ArrayList<>();
        lines.add("# controllers " + controllers.entrySet().stream().map(each -> each.getKey() + "@" + each.getValue()).collect(Collectors.joining(" ")));
        properties.forEach((key, value) -> lines.add(key + "=" + value));
        return Files.write(folder.resolve("broker-" + id + ".properties"), lines);
    }

    /**
     * What Kafka's test runtime sets in every broker unless the test says otherwise, save the APIs and features that are not stable: tests
     * that want them say so.
     */
    private static Map<String, String> defaults() {
        Map<String, String> properties = new TreeMap<>();
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            properties.put(topic + ".num.partitions", "5");
            properties.put(topic + ".replication.factor", "3");
        }
        properties.put("transaction.state.log.min.isr", "2");
        properties.put("share.coordinator.state.topic.min.isr", "2");
        properties.put("log.cleaner.dedupe.buffer.size", "2097152");
        return properties;
    }

    /** Kafka passes over such names without a word, and some tests have names that are long gone, or none at all. */
    private static boolean isUnknown(String key) {
        return !key.startsWith("listener.name.") && !KafkaConfig.configDef().names().contains(key);
    }

    private static boolean countsReplicas(String key) {
        return key.endsWith("replication.factor") || key.endsWith("min.isr") || key.equals("min.insync.replicas");
    }

    /** What the file says, in the form of a broker that is not its own controller: KafkaConfig wants to know of one. */
    static Map<String, String> read(Path file) {
        Properties said = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            said.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> properties = new HashMap<>(Map.of(
            "process.roles", "broker", "controller.listener.names", "CONTROLLER", "controller.quorum.voters", "3000@localhost:1"));
        said.forEach((key, value) -> properties.put((String) key, (String) value));
        properties.compute("listener.security.protocol.map", (key, map) -> map + ",CONTROLLER:PLAINTEXT");
        return properties;
    }
}
