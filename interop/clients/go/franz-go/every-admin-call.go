package main

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"milena/interop/internal/check"
)

func everyAdminCall(ctx context.Context, admin *kadm.Client) {
	topics(ctx, admin)
	configs(ctx, admin)
	offsets(ctx, admin)
	clusterAndQuotas(ctx, admin)
	groupsAndTransactions(ctx, admin)
	check.None(check.Some(admin.DeleteTopics(ctx, "a", "b")).Error(), "deleting topics")
	check.That(check.Some(admin.DeleteTopic(ctx, "c")).Topic == "c", "another topic was deleted")
	// A list of topics may be one that the client has remembered.
	check.None(check.Some(admin.ValidateCreateTopics(ctx, 1, 1, nil, "a")).Error(), "a is still there")
}

func topics(ctx context.Context, admin *kadm.Client) {
	check.None(check.Some(admin.ValidateCreateTopics(ctx, 2, 1, nil, "a", "b")).Error(), "validating topics")
	check.None(check.Some(admin.CreateTopics(ctx, 2, 1, nil, "a", "b", "c")).Error(), "making topics")
	_, err := admin.CreateTopic(ctx, 2, 1, nil, "a")
	check.That(err != nil, "a was made twice")
	check.None(check.Some(admin.ValidateCreatePartitions(ctx, 1, "a")).Error(), "validating partitions")
	check.None(check.Some(admin.CreatePartitions(ctx, 1, "a")).Error(), "making partitions")
	check.None(check.Some(admin.UpdatePartitions(ctx, 4, "b")).Error(), "making partitions")
	var listed kadm.TopicDetails
	check.Soon(func() bool {
		listed = check.Some(admin.ListTopics(ctx, "a", "b"))
		check.None(listed.Error(), "listing topics")
		return len(listed["a"].Partitions) == 3 && len(listed["b"].Partitions) == 4
	}, "three partitions of a and four of b")
	elected := check.Some(admin.ElectLeaders(ctx, kadm.ElectPreferredReplica, listed.TopicsSet()))
	check.That(len(elected["a"]) == 3, "elected: %v", elected)
	check.Some(admin.ListPartitionReassignments(ctx, listed.TopicsSet()))
	var reassign kadm.AlterPartitionAssignmentsReq
	reassign.Assign("a", 0, []int32{listed["a"].Partitions[0].Leader})
	check.None(check.Some(admin.AlterPartitionAssignments(ctx, reassign)).Error(), "reassigning")
}

func configs(ctx context.Context, admin *kadm.Client) {
	hour := "3600000"
	set := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &hour}}
	for _, alter := range []func(context.Context, []kadm.AlterConfig, ...string) (kadm.AlterConfigsResponses, error){
		admin.ValidateAlterTopicConfigs, admin.AlterTopicConfigs, admin.ValidateAlterTopicConfigsState, admin.AlterTopicConfigsState,
	} {
		response := check.Some(alter(ctx, set, "a"))[0]
		check.None(response.Err, "altering configs")
	}
	described := check.Some(check.Some(admin.DescribeTopicConfigs(ctx, "a")).On("a", nil))
	check.None(described.Err, "describing configs")
	for _, config := range described.Configs {
		check.That(config.Key != "retention.ms" || *config.Value == hour, "retention.ms is %v", config.MaybeValue())
	}
	brokers := check.Some(admin.ListBrokers(ctx)).NodeIDs()
	threads := "4"
	dynamic := []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "num.io.threads", Value: &threads}}
	check.None(check.Some(admin.AlterBrokerConfigs(ctx, dynamic, brokers...))[0].Err, "altering a broker")
	check.None(check.Some(admin.DescribeBrokerConfigs(ctx, brokers...))[0].Err, "describing a broker")
	check.Some(admin.ListConfigResources(ctx))
}

func offsets(ctx context.Context, admin *kadm.Client) {
	const total = 100
	fill(ctx, admin, "d", 1, total)
	offsetOf := func(listed kadm.ListedOffsets, err error) int64 {
		check.None(err, "listing offsets")
		check.None(listed.Error(), "listing offsets")
		return listed["d"][0].Offset
	}
	check.That(offsetOf(admin.ListEndOffsets(ctx, "d")) == total, "the end is elsewhere")
	check.That(offsetOf(admin.ListCommittedOffsets(ctx, "d")) == total, "the last stable offset is elsewhere")
	check.That(offsetOf(admin.ListMaxTimestampOffsets(ctx, "d")) >= 0, "no record has the latest time")
	check.That(offsetOf(admin.ListOffsetsAfterMilli(ctx, 1, "d")) == 0, "no record is after the first millisecond")
	check.That(offsetOf(admin.ListLocalLogStartOffsets(ctx, "d")) == 0, "the local log begins elsewhere")
	later := time.Now().Add(time.Hour).UnixMilli()
	check.That(offsetOf(admin.ListOffsetsAfterMilli(ctx, later, "d")) == total, "a record is of the future")
	deletion := make(kadm.Offsets)
	deletion.Add(kadm.Offset{Topic: "d", Partition: 0, At: 40, LeaderEpoch: -1})
	check.None(check.Some(admin.DeleteRecords(ctx, deletion)).Error(), "deleting records")
	check.That(offsetOf(admin.ListStartOffsets(ctx, "d")) == 40, "the start is elsewhere")
	var epochs kadm.OffsetForLeaderEpochRequest
	epochs.Add("d", 0, 0)
	check.That(check.Some(admin.OffsetForLeaderEpoch(ctx, epochs))["d"][0].EndOffset == total, "the epoch ends elsewhere")
	partition := make(kadm.TopicsSet)
	partition.Add("d", 0)
	producers := check.Some(admin.DescribeProducers(ctx, partition))
	check.That(len(producers["d"].Partitions[0].ActiveProducers) == 1, "producers: %v", producers)
	dirs := check.Some(admin.DescribeAllLogDirs(ctx, partition))
	dirs.Each(func(dir kadm.DescribedLogDir) {
		check.None(dir.Err, "describing a log dir")
		check.That(dir.Size() > 0, "%s has %d bytes", dir.Dir, dir.Size())
	})
}

func clusterAndQuotas(ctx context.Context, admin *kadm.Client) {
	metadata := check.Some(admin.BrokerMetadata(ctx))
	check.That(len(metadata.Brokers) == 1 && metadata.Cluster != "", "the cluster: %+v", metadata)
	check.Some(admin.ApiVersions(ctx)).Each(func(versions kadm.BrokerApiVersions) {
		check.None(versions.Err, "asking for versions")
		check.That(versions.VersionGuess() != "", "the broker is of no version")
	})
	client := "go"
	entity := kadm.ClientQuotaEntity{{Type: "client-id", Name: &client}}
	entries := []kadm.AlterClientQuotaEntry{{
		Entity: entity, Ops: []kadm.AlterClientQuotaOp{{Key: "producer_byte_rate", Value: 1e9}},
	}}
	check.None(check.Some(admin.ValidateAlterClientQuotas(ctx, entries))[0].Err, "validating a quota")
	check.None(check.Some(admin.AlterClientQuotas(ctx, entries))[0].Err, "setting a quota")
	components := []kadm.DescribeClientQuotaComponent{{Type: "client-id", MatchName: &client, MatchType: kmsg.QuotasMatchTypeExact}}
	quotas := check.Some(admin.DescribeClientQuotas(ctx, true, components))
	check.That(len(quotas) == 1 && quotas[0].Values[0].Value == 1e9, "quotas: %v", quotas)
}

func groupsAndTransactions(ctx context.Context, admin *kadm.Client) {
	var commits kadm.Offsets = make(kadm.Offsets)
	commits.Add(kadm.Offset{Topic: "a", Partition: 0, At: 0, LeaderEpoch: -1, Metadata: "mark"})
	check.None(admin.CommitAllOffsets(ctx, "g", commits), "committing offsets")
	fetched := check.Some(admin.FetchOffsets(ctx, "g"))
	check.That(fetched["a"][0].Metadata == "mark", "offsets: %v", fetched)
	check.None(admin.FetchManyOffsets(ctx, "g", groupOf(1)).Error(), "fetching offsets of groups")
	check.None(check.Some(admin.DescribeGroups(ctx, "g")).Error(), "describing a group")
	check.None(check.Some(admin.DescribeConsumerGroups(ctx, groupOf(levels))).Error(), "describing a consumer group")
	check.That(len(check.Some(admin.ListGroups(ctx, "Empty"))) > 0, "no group is empty")
	check.None(admin.FindGroupCoordinators(ctx, "g").Error(), "finding a group's coordinator")
	ids := check.Some(admin.ListTransactions(ctx, nil, nil)).TransactionalIDs()
	check.None(admin.FindTxnCoordinators(ctx, ids...).Error(), "finding the coordinators of transactions")
	check.None(check.Some(admin.DeleteOffsets(ctx, "g", commits.TopicsSet())).Error(), "deleting offsets")
	check.Some(admin.DeleteGroup(ctx, "g"))
	for id, described := range check.Some(admin.DescribeTransactions(ctx, ids...)) {
		check.None(described.Err, "describing the transaction of "+id)
	}
	check.None(check.Some(admin.DescribeShareGroupOffsets(ctx, "share-group")).Error(), "describing a queue's offsets")
}
