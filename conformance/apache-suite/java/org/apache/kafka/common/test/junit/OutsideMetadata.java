package org.apache.kafka.common.test.junit;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.metadata.LeaderAndIsr;
import org.apache.kafka.metadata.LeaderRecoveryState;

import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** A broker's view of the cluster, asked over the wire. Leader epochs are not part of what an admin client is told, and are 0. */
final class OutsideMetadata {
    private OutsideMetadata() {
    }

    static KRaftMetadataCache of(ExternalCluster cluster) {
        return OutsideBroker.outside(KRaftMetadataCache.class, call -> {
            Object[] arguments = call.getArguments();
            try (Admin admin = cluster.admin()) {
                return switch (call.getMethod().getName()) {
                    case "getAllTopics" -> admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
                    case "contains" -> arguments[0] instanceof TopicPartition partition
                        ? describe(admin, partition.topic()).map(topic -> topic.partitions().size() > partition.partition()).orElse(false)
                        : describe(admin, (String) arguments[0]).isPresent();
                    case "numPartitions" -> describe(admin, (String) arguments[0]).map(topic -> topic.partitions().size());
                    case "getTopicId" -> describe(admin, (String) arguments[0]).map(TopicDescription::topicId).orElse(Uuid.ZERO_UUID);
                    case "getLeaderAndIsr" -> leaderAndIsr(admin, (String) arguments[0], (int) arguments[1]);
                    case "hasAliveBroker" -> admin.describeCluster().nodes().get().stream().anyMatch(node -> node.id() == (int) arguments[0]);
                    case "getAliveBrokerNodes", "getBrokerNodes" -> List.copyOf(admin.describeCluster().nodes().get());
                    case "getPartitionLeaderEndpoint" -> leader(admin, (String) arguments[0], (int) arguments[1]);
                    case "topicConfig" -> topicConfig(admin, (String) arguments[0]);
                    case "metadataVersion" -> cluster.config().metadataVersion();
                    default -> throw ExternalCluster.inside();
                };
            }
        });
    }

    private static Optional<LeaderAndIsr> leaderAndIsr(Admin admin, String topic, int partition) {
        return describe(admin, topic, partition)
            .map(each -> new LeaderAndIsr(each.leader().id(), 0, each.isr().stream().map(Node::id).toList(), LeaderRecoveryState.RECOVERED, 0));
    }

    private static Optional<Node> leader(Admin admin, String topic, int partition) {
        return describe(admin, topic, partition).map(TopicPartitionInfo::leader);
    }

    /** What was set for the topic itself. */
    private static Properties topicConfig(Admin admin, String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Properties set = new Properties();
        admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
            .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG).forEach(entry -> set.put(entry.name(), entry.value()));
        return set;
    }

    /** Nothing where the partition is unknown or has no leader. */
    private static Optional<TopicPartitionInfo> describe(Admin admin, String topic, int partition) {
        return describe(admin, topic)
            .flatMap(description -> description.partitions().stream().filter(each -> each.partition() == partition).findFirst())
            .filter(each -> each.leader() != null && !each.leader().isEmpty());
    }

    /** Nothing where the topic is unknown. */
    private static Optional<TopicDescription> describe(Admin admin, String topic) {
        DescribeTopicsResult result = admin.describeTopics(List.of(topic));
        try {
            return Optional.of(result.allTopicNames().get().get(topic));
        } catch (Exception e) {
            return Optional.empty();
        }
    }
}
