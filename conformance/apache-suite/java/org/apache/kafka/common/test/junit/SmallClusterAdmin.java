package org.apache.kafka.common.test.junit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An admin client for a cluster with fewer brokers than the test counts on: replication factors are lowered to what there is, and
 * replicas on brokers that the test would have are left out. What would be an error on the cluster of the test is one here too.
 */
final class SmallClusterAdmin {
    private final int wanted;
    private final int brokers;

    /** `wanted` is how many brokers the test counts on, `brokers` how many there are. */
    SmallClusterAdmin(int wanted, int brokers) {
        this.wanted = wanted;
        this.brokers = brokers;
    }

    Admin around(Admin admin) {
        if (brokers == wanted) return admin;
        return (Admin) Proxy.newProxyInstance(Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (self, method, arguments) -> {
            try {
                return method.invoke(admin, fit(method.getName(), arguments));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    @SuppressWarnings("unchecked")
    private Object[] fit(String method, Object[] arguments) {
        if (!method.equals("createTopics") && !method.equals("createPartitions")) return arguments;
        Object[] fitted = arguments.clone();
        if (method.equals("createTopics")) {
            List<NewTopic> topics = new ArrayList<>();
            for (NewTopic topic : (Collection<NewTopic>) arguments[0]) topics.add(fit(topic));
            fitted[0] = topics;
        } else {
            Map<String, NewPartitions> topics = new HashMap<>();
            ((Map<String, NewPartitions>) arguments[0]).forEach((name, partitions) -> topics.put(name, fit(partitions)));
            fitted[0] = topics;
        }
        return fitted;
    }

    private NewTopic fit(NewTopic topic) {
        NewTopic fitted;
        if (topic.replicasAssignments() != null) {
            Map<Integer, List<Integer>> assignment = new TreeMap<>();
            topic.replicasAssignments().forEach((partition, replicas) -> assignment.put(partition, fit(replicas)));
            fitted = new NewTopic(topic.name(), assignment);
        } else {
            Optional<Integer> partitions = topic.numPartitions() == -1 ? Optional.empty() : Optional.of(topic.numPartitions());
            Optional<Short> replicas = topic.replicationFactor() == -1
                ? Optional.empty() : Optional.of(fit(topic.replicationFactor()));
            fitted = new NewTopic(topic.name(), partitions, replicas);
        }
        return topic.configs() == null ? fitted : fitted.configs(topic.configs());
    }

    private NewPartitions fit(NewPartitions partitions) {
        if (partitions.assignments() == null) return partitions;
        return NewPartitions.increaseTo(partitions.totalCount(), partitions.assignments().stream().map(replicas -> fit(replicas)).toList());
    }

    short fit(short replicas) {
        return replicas <= wanted ? (short) Math.min(brokers, replicas) : replicas;
    }

    List<Integer> fit(List<Integer> replicas) {
        List<Integer> there = replicas.stream().filter(id -> id < brokers || id >= wanted).toList();
        return there.isEmpty() && !replicas.isEmpty() ? List.of(0) : there;
    }
}
