// sarama: producers of every kind, groups of which one member goes, transactions that carry offsets, and the cluster
// admin. One argument: the bootstrap servers.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"milena/interop/internal/check"
)

const (
	input, source, output = "sarama-in", "sarama-source", "sarama-out"
	perCodec              = 200
	// Each of them is a transaction of its own.
	transactions = 60
)

var (
	servers = []string{os.Args[1]}
	codecs  = []sarama.CompressionCodec{
		sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
	}
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	admin := check.Some(sarama.NewClusterAdmin(servers, config()))
	defer admin.Close()
	for _, topic := range []string{input, source, output} {
		check.None(admin.CreateTopic(topic, &sarama.TopicDetail{NumPartitions: 3, ReplicationFactor: 1}, false), "making "+topic)
	}
	total := produce()
	read(ctx, total)
	transform(ctx)
	everyAdminCall(admin, total)
	fmt.Printf("%d records\n", total)
}

func config() *sarama.Config {
	config := sarama.NewConfig()
	config.Version = sarama.MaxVersion
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Enable = false
	config.Consumer.MaxWaitTime = 100 * time.Millisecond
	config.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	return config
}

func idempotent() *sarama.Config {
	config := config()
	config.Producer.Idempotent = true
	config.Net.MaxOpenRequests = 1
	return config
}

func message(topic string, i int) *sarama.ProducerMessage {
	value := strconv.Itoa(i)
	return &sarama.ProducerMessage{Topic: topic, Key: sarama.StringEncoder(value), Value: sarama.StringEncoder(value)}
}

func produce() int {
	total := 0
	for _, codec := range codecs {
		config := idempotent()
		config.Producer.Compression = codec
		producer := check.Some(sarama.NewAsyncProducer(servers, config))
		for range perCodec {
			producer.Input() <- message(input, total)
			total++
		}
		for range perCodec {
			select {
			case <-producer.Successes():
			case err := <-producer.Errors():
				check.None(err, "producing with "+codec.String())
			}
		}
		check.None(producer.Close(), "closing the producer")
	}
	producer := check.Some(sarama.NewSyncProducer(servers, config()))
	_, _, err := producer.SendMessage(message(input, total))
	check.None(err, "producing one record")
	for i := range transactions {
		_, _, err := producer.SendMessage(message(source, i))
		check.None(err, "producing to "+source)
	}
	check.None(producer.Close(), "closing the producer")
	return total + 1
}

// Counts records and marks each as read, committing now and then; after most of them its member goes.
type counting struct {
	counts *check.Counts
	most   int
	stop   context.CancelFunc
	mutex  sync.Mutex
	seen   int
}

func (*counting) Setup(sarama.ConsumerGroupSession) error { return nil }

func (*counting) Cleanup(session sarama.ConsumerGroupSession) error {
	session.Commit()
	return nil
}

func (c *counting) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case record, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			session.MarkMessage(record, "")
			if record.Offset%50 == 0 {
				session.Commit()
			}
			c.counts.Add(check.Some(strconv.Atoi(string(record.Value))))
			c.mutex.Lock()
			c.seen++
			if c.seen >= c.most {
				c.stop()
			}
			c.mutex.Unlock()
		case <-session.Context().Done():
			return nil
		case <-c.counts.Done:
			c.stop()
			return nil
		}
	}
}

func read(ctx context.Context, total int) {
	counts := check.NewCounts(total)
	var members sync.WaitGroup
	for _, most := range []int{total, total / 4} {
		members.Go(func() {
			group := check.Some(sarama.NewConsumerGroup(servers, "sarama-group", config()))
			mine, stop := context.WithCancel(ctx)
			defer stop()
			member := &counting{counts: counts, most: most, stop: stop}
			for mine.Err() == nil {
				check.None(group.Consume(mine, []string{input}, member), "consuming")
			}
			check.None(group.Close(), "leaving the group")
		})
	}
	members.Wait()
	check.None(ctx.Err(), "waiting for all records")
}

// Hands records on in transactions that carry the offsets of the group; some are aborted and done again.
type transforming struct {
	producer sarama.SyncProducer
	counts   *check.Counts
	stop     context.CancelFunc
	mutex    sync.Mutex
	done     int
}

func (*transforming) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*transforming) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (t *transforming) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case record, isOpen := <-claim.Messages():
			if !isOpen {
				return nil
			}
			t.handOn(record)
			session.MarkMessage(record, "")
		case <-session.Context().Done():
			return nil
		case <-t.counts.Done:
			t.stop()
			return nil
		}
	}
}

func (t *transforming) handOn(record *sarama.ConsumerMessage) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	number := check.Some(strconv.Atoi(string(record.Value)))
	t.done++
	if t.done%20 == 0 {
		check.None(t.producer.BeginTxn(), "beginning a transaction")
		check.None(t.producer.SendMessages([]*sarama.ProducerMessage{message(output, number)}), "producing in vain")
		check.None(t.producer.AbortTxn(), "aborting")
	}
	check.None(t.producer.BeginTxn(), "beginning a transaction")
	_, _, err := t.producer.SendMessage(message(output, number))
	check.None(err, "producing in a transaction")
	check.None(t.producer.AddMessageToTxn(record, "sarama-transform", nil), "adding offsets")
	check.None(t.producer.CommitTxn(), "committing")
	t.counts.Add(number)
}

func transform(ctx context.Context) {
	config := idempotent()
	config.Producer.Transaction.ID = "sarama-transactions"
	// A transaction that begins while the last one's end is still being written is asked to come again.
	config.Producer.Transaction.Retry.Backoff = 10 * time.Millisecond
	producer := check.Some(sarama.NewSyncProducer(servers, config))
	group := check.Some(sarama.NewConsumerGroup(servers, "sarama-transform", config))
	mine, stop := context.WithCancel(ctx)
	defer stop()
	worker := &transforming{producer: producer, counts: check.NewCounts(transactions), stop: stop}
	for mine.Err() == nil {
		check.None(group.Consume(mine, []string{source}, worker), "consuming")
	}
	check.None(ctx.Err(), "waiting for the transactions")
	check.None(group.Close(), "leaving the group")
	check.None(producer.Close(), "closing the producer")

	consumer := check.Some(sarama.NewConsumer(servers, config))
	defer consumer.Close()
	counts := check.NewCounts(transactions)
	for _, partition := range check.Some(consumer.Partitions(output)) {
		claim := check.Some(consumer.ConsumePartition(output, partition, sarama.OffsetOldest))
		go func() {
			for record := range claim.Messages() {
				counts.Add(check.Some(strconv.Atoi(string(record.Value))))
			}
		}()
	}
	select {
	case <-counts.Done:
	case <-ctx.Done():
		check.None(ctx.Err(), "waiting for the output")
	}
	check.That(counts.Most() == 1, "a record came out %d times", counts.Most())
}
