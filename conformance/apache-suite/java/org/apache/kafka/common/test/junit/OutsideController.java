package org.apache.kafka.common.test.junit;

import kafka.server.ControllerServer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicListing;
import org.apache.kafka.controller.Controller;

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
        return OutsideBroker.outside(ControllerServer.class, call ->
            OutsideBroker.isCall(call, "controller") ? controller : OutsideBroker.unknown());
    }
}
