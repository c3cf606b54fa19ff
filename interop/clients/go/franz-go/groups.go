package main

import (
	"context"
	"sync"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"milena/interop/internal/check"
)

// Members of one group take turns; as each commits what it has seen before it may lose a partition, each record comes
// once.
func comeAndGo(ctx context.Context, admin *kadm.Client, protocol string) {
	const total = 3000
	topic, group := protocol+"-topic", protocol+"-group"
	fill(ctx, admin, topic, 6, total)

	counts := check.NewCounts(total)
	var members sync.WaitGroup
	// How many records each member takes before it goes: 0 stays until all have come.
	for _, most := range []int{0, 0, 500, 1} {
		members.Go(func() { member(ctx, protocol, topic, group, most, counts) })
	}
	members.Wait()
	check.That(counts.Most() == 1, "%s group: a record came %d times", protocol, counts.Most())

	check.That(committed(ctx, admin, group) == total, "%s has committed %d offsets", group, committed(ctx, admin, group))
	listed := check.Some(admin.ListGroupsByType(ctx, []string{protocol}))
	check.That(listed[group].State == "Empty", "%s is %q", group, listed[group].State)
	check.None(check.Some(admin.DeleteGroups(ctx, group)).Error(), "deleting "+group)
}

// The sum of a group's offsets. kadm's Lag asks for classic groups only.
func committed(ctx context.Context, admin *kadm.Client, group string) int64 {
	fetched := check.Some(admin.FetchOffsets(ctx, group))
	sum := int64(0)
	fetched.Each(func(offset kadm.OffsetResponse) {
		check.None(offset.Err, "fetching offsets of "+group)
		sum += offset.At
	})
	return sum
}

func member(ctx context.Context, protocol, topic, group string, most int, counts *check.Counts) {
	options := []kgo.Opt{
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(), kgo.BlockRebalanceOnPoll(),
	}
	if protocol == "consumer" {
		options = append(options, kgo.WithContext(consumerProtocol), kgo.Balancers(kgo.StickyBalancer()))
	}
	client := connect(options...)
	defer client.CloseAllowingRebalance()
	for seen := 0; !isDone(counts) && (most == 0 || seen < most); {
		poll, cancel := context.WithTimeout(ctx, pollTime)
		taken := records(client.PollRecords(poll, 50))
		cancel()
		if len(taken) > 0 {
			check.None(client.CommitRecords(ctx, taken...), "committing")
		}
		for _, record := range taken {
			counts.Add(numberOf(record))
		}
		seen += len(taken)
		client.AllowRebalance()
	}
}

// Members of a share group: some records are given back the first time, and come again.
func queue(ctx context.Context, admin *kadm.Client) {
	const total = 2000
	const group, topic = "share-group", "share-topic"
	fill(ctx, admin, topic, 3, total)
	alterGroupConfig(ctx, group, "share.auto.offset.reset", "earliest")

	accepted := check.NewCounts(total)
	var members sync.WaitGroup
	for range 2 {
		members.Go(func() { shareMember(ctx, group, topic, accepted) })
	}
	members.Wait()
	check.That(accepted.Most() == 1, "a record of the queue was accepted %d times", accepted.Most())
	described := check.Some(admin.DescribeShareGroups(ctx, group))
	check.None(described.Error(), "describing "+group)
}

func shareMember(ctx context.Context, group, topic string, accepted *check.Counts) {
	client := connect(kgo.ShareGroup(group), kgo.ConsumeTopics(topic))
	defer client.Close()
	for !isDone(accepted) {
		poll, cancel := context.WithTimeout(ctx, pollTime)
		taken := records(client.PollRecords(poll, 100))
		cancel()
		for _, record := range taken {
			check.That(record.DeliveryCount() >= 1, "delivered %d times", record.DeliveryCount())
			if numberOf(record)%10 == 0 && record.DeliveryCount() == 1 {
				record.Ack(kgo.AckRelease)
				continue
			}
			record.Ack(kgo.AckAccept)
		}
		check.None(client.FlushAcks(ctx), "acknowledging")
		for _, record := range taken {
			if numberOf(record)%10 != 0 || record.DeliveryCount() > 1 {
				accepted.Add(numberOf(record))
			}
		}
	}
}

// kadm has no call for the configs of groups.
func alterGroupConfig(ctx context.Context, group, name, value string) {
	client := connect()
	defer client.Close()
	request := kmsg.NewPtrIncrementalAlterConfigsRequest()
	resource := kmsg.NewIncrementalAlterConfigsRequestResource()
	resource.ResourceType = kmsg.ConfigResourceTypeGroupConfig
	resource.ResourceName = group
	config := kmsg.NewIncrementalAlterConfigsRequestResourceConfig()
	config.Name = name
	config.Op = kmsg.IncrementalAlterConfigOpSet
	config.Value = &value
	resource.Configs = append(resource.Configs, config)
	request.Resources = append(request.Resources, resource)
	response := check.Some(request.RequestWith(ctx, client))
	check.That(response.Resources[0].ErrorCode == 0, "altering %s of %s: error %d", name, group, response.Resources[0].ErrorCode)
}
