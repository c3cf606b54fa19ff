package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"milena/interop/internal/check"
)

const levels = 3

// A chain: each level reads the one above in a group and writes to the one below in transactions, some of which are
// aborted, by members that come and go; the last level has each record once.
func exactlyOnce(ctx context.Context, admin *kadm.Client) {
	const total = 3000
	fill(ctx, admin, level(0), 5, total)
	for i := 1; i <= levels; i++ {
		_, err := admin.CreateTopic(ctx, 5, 1, nil, level(i))
		check.None(err, "making "+level(i))
	}

	over := make(chan struct{})
	var processors sync.WaitGroup
	var aborted atomic.Int64
	for i := 1; i <= levels; i++ {
		// How many transactions each commits before it goes: 0 stays to the end.
		for j, most := range []int{0, 0, 3} {
			id := fmt.Sprintf("processor-%d-%d", i, j)
			processors.Go(func() { process(ctx, i, id, most, over, &aborted) })
		}
	}
	counts := check.NewCounts(total)
	reader := connect(kgo.ConsumeTopics(level(levels)), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	defer reader.Close()
	read := func() {
		poll, cancel := context.WithTimeout(ctx, pollTime)
		defer cancel()
		for _, record := range records(reader.PollFetches(poll)) {
			counts.Add(numberOf(record))
		}
	}
	for !isDone(counts) {
		check.None(ctx.Err(), "waiting for the last level")
		read()
	}
	close(over)
	processors.Wait()
	// Nothing comes after the last one.
	for range 5 {
		read()
	}
	check.That(counts.Most() == 1, "a record came out of the chain %d times", counts.Most())
	check.That(aborted.Load() > 0, "no transaction was aborted")
	// A processor that was never given a partition has begun none.
	transactions := check.Some(admin.ListTransactions(ctx, nil, nil))
	check.That(len(transactions) >= levels, "%d transactions are listed", len(transactions))
}

func level(i int) string   { return "level-" + strconv.Itoa(i) }
func groupOf(i int) string { return "chain-" + strconv.Itoa(i) }

func process(ctx context.Context, i int, id string, most int, over <-chan struct{}, aborted *atomic.Int64) {
	options := []kgo.Opt{
		kgo.SeedBrokers(servers), kgo.TransactionalID(id), kgo.ConsumerGroup(groupOf(i)), kgo.ConsumeTopics(level(i - 1)),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.RequireStableFetchOffsets(), kgo.DefaultProduceTopic(level(i)),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.Balancers(kgo.CooperativeStickyBalancer()),
	}
	if i == levels {
		options = append(options, kgo.WithContext(consumerProtocol), kgo.Balancers(kgo.RangeBalancer()))
	}
	session := check.Some(kgo.NewGroupTransactSession(options...))
	defer session.Close()
	for ended, committed := 0, 0; most == 0 || committed < most; {
		select {
		case <-over:
			return
		default:
		}
		poll, cancel := context.WithTimeout(ctx, pollTime)
		taken := records(session.PollRecords(poll, 200))
		cancel()
		if len(taken) == 0 {
			continue
		}
		check.None(session.Begin(), "beginning a transaction")
		for _, record := range taken {
			session.Produce(ctx, numbered(numberOf(record)), nil)
		}
		ended++
		did, err := session.End(ctx, kgo.TransactionEndTry(ended%4 != 0))
		check.None(err, "ending a transaction")
		if did {
			committed++
		} else {
			aborted.Add(1)
		}
	}
}
