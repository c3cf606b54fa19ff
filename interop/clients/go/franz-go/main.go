// franz-go: groups of both protocols whose members come and go, a chain of transactions that hands each record on
// exactly once, a share group, and every admin call that one node can answer. One argument: the bootstrap servers.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"milena/interop/internal/check"
)

var servers = os.Args[1]

// Protocols of consumer groups: with this in its context a client speaks that of KIP-848.
var consumerProtocol = context.WithValue(context.Background(), "opt_in_kafka_next_gen_balancer_beta", true)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	client := connect()
	defer client.Close()
	admin := kadm.NewClient(client)
	begun := time.Now()
	for _, part := range []struct {
		name string
		run  func(context.Context, *kadm.Client)
	}{
		{"classic group", func(ctx context.Context, admin *kadm.Client) { comeAndGo(ctx, admin, "classic") }},
		{"consumer group", func(ctx context.Context, admin *kadm.Client) { comeAndGo(ctx, admin, "consumer") }},
		{"exactly once", exactlyOnce},
		{"share group", queue},
		{"every admin call", everyAdminCall},
	} {
		part.run(ctx, admin)
		fmt.Printf("%s: %.1f s\n", part.name, time.Since(begun).Seconds())
	}
}

func connect(options ...kgo.Opt) *kgo.Client {
	return check.Some(kgo.NewClient(append([]kgo.Opt{kgo.SeedBrokers(servers)}, options...)...))
}

// Makes a topic and writes the records 0 to total-1 to it, their number as key and value.
func fill(ctx context.Context, admin *kadm.Client, topic string, partitions int32, total int) {
	_, err := admin.CreateTopic(ctx, partitions, 1, nil, topic)
	check.None(err, "making "+topic)
	producer := connect(kgo.ProducerBatchCompression(kgo.ZstdCompression()), kgo.DefaultProduceTopic(topic))
	defer producer.Close()
	for i := range total {
		producer.Produce(ctx, numbered(i), func(_ *kgo.Record, err error) { check.None(err, "producing to "+topic) })
	}
	check.None(producer.Flush(ctx), "flushing to "+topic)
}

func numbered(i int) *kgo.Record {
	number := []byte(strconv.Itoa(i))
	return &kgo.Record{Key: number, Value: number}
}

func numberOf(record *kgo.Record) int {
	return check.Some(strconv.Atoi(string(record.Value)))
}

// What a poll brought. That there was nothing for a while is no error.
func records(fetches kgo.Fetches) []*kgo.Record {
	for _, each := range fetches.Errors() {
		check.That(each.Err == context.DeadlineExceeded, "fetching %s-%d: %v", each.Topic, each.Partition, each.Err)
	}
	return fetches.Records()
}

// Whether all records have come; a poll does not wait longer for more than it takes to see that.
func isDone(counts *check.Counts) bool {
	select {
	case <-counts.Done:
		return true
	default:
		return false
	}
}

const pollTime = 100 * time.Millisecond
