package org.apache.kafka.common.test.junit;

import kafka.network.SocketServer;
import kafka.raft.KafkaRaftManager;
import kafka.server.ControllerServer;
import kafka.server.SharedServer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.raft.LogOffsetMetadata;
import org.apache.kafka.raft.RaftLog;

import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** The active controller, of which the ids of all topics can be known from outside and nothing else. */
final class OutsideController {
    private OutsideController() {
    }

    static ControllerServer of(ExternalCluster cluster) {
        Controller controller = OutsideBroker.proxy(Controller.class, (self, method, arguments) -> {
            if (!method.getName().equals("findAllTopicIds")) return OutsideBroker.unknown();
            try (Admin admin = cluster.admin()) {
                return CompletableFuture.completedFuture(admin.listTopics(new ListTopicsOptions().listInternal(true)).listings().get()
                    .stream().collect(Collectors.toMap(TopicListing::name, TopicListing::topicId)));
            }
        });
        return OutsideBroker.outside(ControllerServer.class, call -> switch (call.getMethod().getName()) {
            case "controller" -> controller;
            case "raftManager" -> raftManager();
            // What is asked of a broker that it does not decide itself reaches the controller all the same.
            case "socketServer" -> OutsideBroker.outside(SocketServer.class, socket ->
                OutsideBroker.isCall(socket, "boundPort") ? cluster.brokerBoundPorts().get(0) : OutsideBroker.unknown());
            default -> OutsideBroker.unknown();
        });
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
