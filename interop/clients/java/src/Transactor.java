import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A processor that lives dangerously: consume, transform, produce, each bite in one transaction of which some abort.
 * Prints {@code committed N} and {@code aborted N}; runs until it is killed, or ends with 1 on an error that only a new
 * process can mend. Arguments: servers, input, output, group, transactional id.
 */
public class Transactor {
    static final Random random = new Random();

    public static void main(String[] args) {
        String servers = args[0], input = args[1], output = args[2], group = args[3], transactionalId = args[4];
        Properties p = new Properties();
        p.put("bootstrap.servers", servers);
        p.put("transactional.id", transactionalId);
        p.put("transaction.timeout.ms", "20000");
        p.put("reconnect.backoff.max.ms", "200");
        Properties c = new Properties();
        c.put("bootstrap.servers", servers);
        c.put("group.id", group);
        c.put("isolation.level", "read_committed");
        c.put("auto.offset.reset", "earliest");
        c.put("enable.auto.commit", "false");
        c.put("session.timeout.ms", "2000");
        c.put("heartbeat.interval.ms", "300");
        c.put("max.poll.records", "60");
        c.put("reconnect.backoff.max.ms", "200");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer());
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(c, new StringDeserializer(), new StringDeserializer())) {
            producer.initTransactions();
            consumer.subscribe(List.of(input));
            while (true) {
                ConsumerRecords<String, String> bite = consumer.poll(Duration.ofMillis(100));
                if (!bite.isEmpty()) transact(producer, consumer, bite, output);
            }
        } catch (KafkaException e) {
            System.err.println("failed " + e);
            System.exit(1);
        }
    }

    static void transact(
            KafkaProducer<String, String> producer,
            KafkaConsumer<String, String> consumer,
            ConsumerRecords<String, String> bite,
            String output) {
        try {
            producer.beginTransaction();
            for (ConsumerRecord<String, String> r : bite) producer.send(new ProducerRecord<>(output, r.key(), r.value() + "!"));
            // Some transactions die before their offsets are part of them, some after.
            double fate = random.nextDouble();
            if (fate >= 0.1) producer.sendOffsetsToTransaction(bite.nextOffsets(), consumer.groupMetadata());
            if (fate >= 0.2) {
                producer.commitTransaction();
                System.out.println("committed " + bite.count());
                return;
            }
        } catch (ProducerFencedException | OutOfOrderSequenceException | AuthorizationException
                | UnsupportedVersionException | InvalidProducerEpochException fatal) {
            throw fatal;
        } catch (KafkaException e) {
            System.err.println("aborts after " + e);
        }
        producer.abortTransaction();
        System.out.println("aborted " + bite.count());
        rewind(consumer);
    }

    /** An aborted transaction has not consumed anything. */
    static void rewind(KafkaConsumer<String, String> consumer) {
        Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(consumer.committed(consumer.assignment()));
        for (TopicPartition partition : consumer.assignment()) {
            OffsetAndMetadata at = committed.get(partition);
            consumer.seek(partition, at == null ? 0 : at.offset());
        }
    }
}
