package main

import (
	"errors"

	"github.com/IBM/sarama"

	"milena/interop/internal/check"
)

func everyAdminCall(admin sarama.ClusterAdmin, total int) {
	brokers, controller, err := admin.DescribeCluster()
	check.None(err, "describing the cluster")
	check.That(len(brokers) == 1 && brokers[0].ID() == controller, "broker %d is not the controller", controller)
	check.That(check.Some(admin.Controller()).ID() == controller, "another controller")
	topics(admin, controller)
	configs(admin, controller)
	offsets(admin, total)
	groups(admin)
	for _, topic := range []string{input, source, output} {
		check.None(admin.DeleteTopic(topic), "deleting "+topic)
	}
}

func topics(admin sarama.ClusterAdmin, broker int32) {
	check.That(check.Some(admin.ListTopics())[input].NumPartitions == 3, "the topic has other partitions")
	check.None(admin.CreatePartitions(input, 4, nil, false), "making a partition")
	check.Soon(func() bool {
		return len(check.Some(admin.DescribeTopics([]string{input}))[0].Partitions) == 4
	}, "four partitions")
	replicas := [][]int32{{broker}, {broker}, {broker}, {broker}}
	check.None(admin.AlterPartitionReassignments(input, replicas), "reassigning")
	check.That(len(check.Some(admin.ListPartitionReassignments(input, []int32{0}))[input]) == 0, "a reassignment goes on")
	check.Some(admin.ElectLeaders(sarama.PreferredElection, map[string][]int32{input: {0}}))
	check.That(len(check.Some(admin.DescribeLogDirs([]int32{broker}))[broker]) == 1, "there are other log dirs")
}

func configs(admin sarama.ClusterAdmin, broker int32) {
	hour := "3600000"
	entries := map[string]sarama.IncrementalAlterConfigsEntry{
		"retention.ms": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &hour},
	}
	check.None(admin.IncrementalAlterConfig(sarama.TopicResource, input, entries, false), "altering a config")
	resource := sarama.ConfigResource{Type: sarama.TopicResource, Name: input, ConfigNames: []string{"retention.ms"}}
	described := check.Some(admin.DescribeConfig(resource))
	check.That(len(described) == 1 && described[0].Value == hour, "configs: %+v", described)
	check.None(admin.AlterConfig(sarama.TopicResource, input, map[string]*string{"retention.ms": &hour}, true), "validating a config")
	all := check.Some(admin.DescribeConfigs([]*sarama.ConfigResource{&resource}, sarama.DescribeConfigsOptions{IncludeSynonyms: true}))
	check.That(len(all) == 1, "configs: %+v", all)

	client := []sarama.QuotaEntityComponent{{EntityType: sarama.QuotaEntityClientID, MatchType: sarama.QuotaMatchExact, Name: "go"}}
	check.None(admin.AlterClientQuotas(client, sarama.ClientQuotasOp{Key: "producer_byte_rate", Value: 1e9}, false), "setting a quota")
	filter := []sarama.QuotaFilterComponent{{EntityType: sarama.QuotaEntityClientID, MatchType: sarama.QuotaMatchExact, Match: "go"}}
	quotas := check.Some(admin.DescribeClientQuotas(filter, true))
	check.That(len(quotas) == 1 && quotas[0].Values["producer_byte_rate"] == 1e9, "quotas: %+v", quotas)
}

func offsets(admin sarama.ClusterAdmin, total int) {
	partitions := map[int32]int64{0: sarama.OffsetNewest, 1: sarama.OffsetNewest, 2: sarama.OffsetNewest, 3: sarama.OffsetNewest}
	listed := check.Some(admin.ListOffsets(map[string]map[int32]int64{input: partitions}, nil))[input]
	ends := int64(0)
	for _, partition := range listed {
		check.That(errors.Is(partition.Err, sarama.ErrNoError), "listing offsets: %v", partition.Err)
		ends += partition.Offset
	}
	check.That(ends == int64(total), "the ends are %d, not %d", ends, total)
	check.None(admin.DeleteRecords(input, map[int32]int64{0: 10}), "deleting records")
}

func groups(admin sarama.ClusterAdmin) {
	const group = "sarama-group"
	check.That(len(check.Some(admin.ListConsumerGroups())) == 2, "there are other groups")
	check.That(check.Some(admin.DescribeConsumerGroups([]string{group}))[0].State == "Empty", "%s has members", group)
	check.Some(admin.Coordinator(group))
	asked := map[string][]int32{input: {0}}
	block := check.Some(admin.ListConsumerGroupOffsets(group, asked)).GetBlock(input, 0)
	check.That(block.Offset > 0, "the committed offset is %d", block.Offset)
	check.That(len(check.Some(admin.ListConsumerGroupOffsetsBatch(map[string]map[string][]int32{group: asked}))) == 1, "no offsets")
	altered := map[string]map[int32]sarama.OffsetAndMetadata{input: {0: {Offset: 1, LeaderEpoch: -1}}}
	check.Some(admin.AlterConsumerGroupOffsets(group, altered, nil))
	check.None(admin.DeleteConsumerGroupOffset(group, input, 0), "deleting an offset")
	check.None(admin.DeleteConsumerGroup(group), "deleting the group")
}
