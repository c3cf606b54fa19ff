// kafka-go: a writer with every codec, readers in one group of which one goes, a connection's own calls, and the
// administration of one node. One argument: the bootstrap servers.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"milena/interop/internal/check"
)

const (
	topic      = "kafka-go"
	group      = "kafka-go-group"
	partitions = 3
	perCodec   = 100
)

var (
	servers = os.Args[1]
	client  = &kafka.Client{Addr: kafka.TCP(servers), Timeout: 10 * time.Second}
	codecs  = []kafka.Compression{0, kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd}
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	created := check.Some(client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{
		{Topic: topic, NumPartitions: partitions, ReplicationFactor: 1},
	}}))
	check.None(created.Errors[topic], "making the topic")
	total := write(ctx)
	read(ctx, total)
	offsets(ctx, total)
	configs(ctx)
	connection(ctx)
	deleted := check.Some(client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}}))
	check.None(deleted.Errors[topic], "deleting the topic")
	fmt.Printf("%d records\n", total)
}

func write(ctx context.Context) int {
	total := 0
	for _, codec := range codecs {
		writer := &kafka.Writer{
			Addr: kafka.TCP(servers), Topic: topic, Balancer: &kafka.RoundRobin{}, RequiredAcks: kafka.RequireAll,
			Compression: codec, BatchTimeout: time.Millisecond,
		}
		messages := make([]kafka.Message, perCodec)
		for i := range messages {
			messages[i] = kafka.Message{
				Value: []byte(strconv.Itoa(total + i)), Headers: []kafka.Header{{Key: "codec", Value: []byte(codec.String())}},
			}
		}
		check.None(writer.WriteMessages(ctx, messages...), "writing with "+codec.String())
		check.None(writer.Close(), "closing the writer")
		total += len(messages)
	}
	return total
}

// Two readers; the second goes after a while. Each commits what it has read, so nothing comes twice but what one had
// fetched and not committed when it lost a partition.
func read(ctx context.Context, total int) {
	counts := check.NewCounts(total)
	over, stop := context.WithCancel(ctx)
	var readers sync.WaitGroup
	for _, most := range []int{total, total / 4} {
		readers.Go(func() {
			reader := kafka.NewReader(kafka.ReaderConfig{
				Brokers: []string{servers}, GroupID: group, Topic: topic, MaxWait: 100 * time.Millisecond,
				HeartbeatInterval: 200 * time.Millisecond, RebalanceTimeout: 5 * time.Second,
			})
			defer reader.Close()
			for range most {
				message, err := reader.FetchMessage(over)
				if over.Err() != nil {
					return
				}
				check.None(err, "reading")
				check.None(reader.CommitMessages(ctx, message), "committing")
				counts.Add(check.Some(strconv.Atoi(string(message.Value))))
			}
		})
	}
	select {
	case <-counts.Done:
	case <-ctx.Done():
		check.None(ctx.Err(), "waiting for all records")
	}
	stop()
	readers.Wait()
}

func offsets(ctx context.Context, total int) {
	wanted := make([]kafka.OffsetRequest, 0, 2*partitions)
	indexes := make([]int, partitions)
	for i := range partitions {
		wanted = append(wanted, kafka.FirstOffsetOf(i), kafka.LastOffsetOf(i))
		indexes[i] = i
	}
	listed := check.Some(client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: wanted}}))
	ends := 0
	for _, partition := range listed.Topics[topic] {
		check.None(partition.Error, "listing offsets")
		check.That(partition.FirstOffset == 0, "the first offset is %d", partition.FirstOffset)
		ends += int(partition.LastOffset)
	}
	check.That(ends == total, "the ends are %d, not %d", ends, total)

	found := check.Some(client.FindCoordinator(ctx, &kafka.FindCoordinatorRequest{Key: group, KeyType: kafka.CoordinatorKeyTypeConsumer}))
	check.None(found.Error, "finding the coordinator")
	fetched := check.Some(client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: group, Topics: map[string][]int{topic: indexes}}))
	committed := 0
	for _, partition := range fetched.Topics[topic] {
		check.None(partition.Error, "fetching committed offsets")
		committed += int(partition.CommittedOffset)
	}
	check.That(committed == total, "%d are committed, not %d", committed, total)
	groups := check.Some(client.ListGroups(ctx, &kafka.ListGroupsRequest{}))
	check.That(len(groups.Groups) == 1 && groups.Groups[0].GroupID == group, "groups: %+v", groups.Groups)
	described := check.Some(client.DescribeGroups(ctx, &kafka.DescribeGroupsRequest{GroupIDs: []string{group}}))
	check.That(described.Groups[0].GroupState == "Empty", "the group is %q", described.Groups[0].GroupState)
	forgotten := check.Some(client.OffsetDelete(ctx, &kafka.OffsetDeleteRequest{GroupID: group, Topics: map[string][]int{topic: {0}}}))
	check.None(forgotten.Error, "deleting offsets")
	deleted := check.Some(client.DeleteGroups(ctx, &kafka.DeleteGroupsRequest{GroupIDs: []string{group}}))
	check.None(deleted.Errors[group], "deleting the group")
}

func configs(ctx context.Context) {
	altered := check.Some(client.IncrementalAlterConfigs(ctx, &kafka.IncrementalAlterConfigsRequest{
		Resources: []kafka.IncrementalAlterConfigsRequestResource{{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: topic,
			Configs: []kafka.IncrementalAlterConfigsRequestConfig{
				{Name: "retention.ms", Value: "3600000", ConfigOperation: kafka.ConfigOperationSet},
			},
		}},
	}))
	check.None(altered.Resources[0].Error, "altering a config")
	described := check.Some(client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{
			{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic, ConfigNames: []string{"retention.ms"}},
		},
	}))
	check.That(described.Resources[0].ConfigEntries[0].ConfigValue == "3600000", "configs: %+v", described.Resources)
	grown := check.Some(client.CreatePartitions(ctx, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: topic, Count: partitions + 1}},
	}))
	check.None(grown.Errors[topic], "making a partition")
	elected := check.Some(client.ElectLeaders(ctx, &kafka.ElectLeadersRequest{Topic: topic, Partitions: []int{0}}))
	check.None(elected.Error, "electing leaders")
}

// The calls of one connection, which are of the oldest versions.
func connection(ctx context.Context) {
	conn := check.Some(kafka.DialContext(ctx, "tcp", servers))
	defer conn.Close()
	controller := check.Some(conn.Controller())
	address := net.JoinHostPort(controller.Host, strconv.Itoa(controller.Port))
	check.That(address == servers, "the controller is at %s", address)
	check.That(len(check.Some(conn.ReadPartitions(topic))) == partitions+1, "the topic has other partitions")
	check.That(len(check.Some(conn.ApiVersions())) > 40, "few APIs are advertised")
	const gone = "kafka-go-gone"
	check.None(conn.CreateTopics(kafka.TopicConfig{Topic: gone, NumPartitions: 1, ReplicationFactor: 1}), "making "+gone)
	check.None(conn.DeleteTopics(gone), "deleting "+gone)
	// Asking makes it again; the answer does not know of it yet.
	_, err := conn.ReadPartitions(gone)
	check.That(errors.Is(err, kafka.UnknownTopicOrPartition), "%s after its end: %v", gone, err)
}
