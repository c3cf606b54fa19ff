package org.apache.kafka.common.test.junit;

import kafka.network.SocketServer;
import kafka.raft.KafkaRaftManager;
import kafka.server.ControllerServer;
import kafka.server.SharedServer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.RaftLog;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** The active controller, of which the ids of all topics can be known from outside and nothing else. */
final class OutsideController {
    private OutsideController() {
    }

    static ControllerServer of(ExternalCluster cluster) {
        Controller controller = OutsideBroker.proxy(Controller.class, (self, method, arguments) -> {
            try (Admin admin = cluster.admin()) {
                return switch (method.getName()) {
                    case "findAllTopicIds" -> CompletableFuture.completedFuture(admin.listTopics(new ListTopicsOptions().listInternal(true)).listings()
                        .get().stream().collect(Collectors.toMap(TopicListing::name, TopicListing::topicId)));
                    case "incrementalAlterConfigs" -> incrementalAlterConfigs(admin, arguments[1], (boolean) arguments[2]);
                    default -> OutsideBroker.unknown();
                };
            }
        });
        return OutsideBroker.outside(ControllerServer.class, call -> switch (call.getMethod().getName()) {
            case "controller" -> controller;
            case "config" -> cluster.brokers().values().iterator().next().config();
            case "raftManager" -> raftManager();
            // What is asked of a broker that it does not decide itself reaches the controller all the same.
            case "socketServer" -> OutsideBroker.outside(SocketServer.class, socket ->
                OutsideBroker.isCall(socket, "boundPort") ? cluster.brokerBoundPorts().get(0) : OutsideBroker.unknown());
            default -> OutsideBroker.unknown();
        });
    }

    /** `changes` are operations and values by the names of configs, by resource, as the controller takes them. */
    @SuppressWarnings("unchecked")
    private static CompletableFuture<Map<ConfigResource, ApiError>> incrementalAlterConfigs(Admin admin, Object changes, boolean validateOnly) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> operations = new HashMap<>();
        ((Map<ConfigResource, Map<String, Map.Entry<OpType, String>>>) changes).forEach((resource, configs) -> operations.put(resource,
            configs.entrySet().stream().map(each -> new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue().getValue()), each.getValue().getKey())).toList()));
        Map<ConfigResource, ApiError> errors = new HashMap<>();
        for (var each : admin.incrementalAlterConfigs(operations, new AlterConfigsOptions().validateOnly(validateOnly)).values().entrySet()) {
            each.getValue().get();
            errors.put(each.getKey(), ApiError.NONE);
        }
        return CompletableFuture.completedFuture(errors);
    }

    /** Its log has an end that all brokers have reached: whoever changed something has waited until a broker says so. */
    private static KafkaRaftManager<?> raftManager() {
        RaftLog log = OutsideBroker.proxy(RaftLog.class, (self, method, arguments) ->
            method.getName().equals("endOffset") ? new LogOffsetMetadata(0) : OutsideBroker.unknown());
        return OutsideBroker.outside(KafkaRaftManager.class, call ->
            OutsideBroker.isCall(call, "raftLog") ? log : OutsideBroker.unknown());
    }

    /** What broker and controller have in common: nothing that is still to be loaded. */
    static SharedServer sharedServer() {
        return OutsideBroker.outside(SharedServer.class, call -> OutsideBroker.isCall(call, "loader") ? null : OutsideBroker.unknown());
    }
}
