"""A processor that lives dangerously: consume, transform, produce, each bite in one transaction of which some abort.

Prints `committed N` and `aborted N` with the number of records of the transaction; runs until it is killed, or ends
with 1 on an error that only a new process can mend.
Usage: transactor.py SERVERS INPUT OUTPUT GROUP TRANSACTIONAL_ID
"""

import random
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

servers, source, target, group, transactional_id = sys.argv[1:]
patience = 60
common = {
    "bootstrap.servers": servers,
    "reconnect.backoff.max.ms": 200,
    "log_level": 0,
    # By default librdkafka forgets a lone broker that is away, and at times what its transaction waited for with it.
    "metadata.recovery.strategy": "none",
}


def keep_trying(step):
    """librdkafka asks for the very same call again as long as an error is retriable."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return step()
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() > deadline:
                raise


producer = Producer({**common, "transactional.id": transactional_id, "transaction.timeout.ms": 20000, "linger.ms": 1})
keep_trying(lambda: producer.init_transactions(patience))
consumer = Consumer(
    {
        **common,
        "group.id": group,
        "isolation.level": "read_committed",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 2000,
        "heartbeat.interval.ms": 300,
        "fetch.wait.max.ms": 50,
    }
)


def rewind():
    """An aborted transaction has not consumed anything."""
    positions = keep_trying(lambda: consumer.committed(consumer.assignment(), timeout=patience))
    for position in positions:
        offset = position.offset if position.offset >= 0 else 0
        consumer.seek(TopicPartition(position.topic, position.partition, offset))


def transact(messages):
    producer.begin_transaction()
    for message in messages:
        producer.produce(target, key=message.key(), value=message.value() + b"!")
    # Some transactions die before their offsets are part of them, some after.
    fate = random.random()
    if fate < 0.1:
        return abort(messages)
    next_offsets = {}
    for message in messages:
        next_offsets[message.topic(), message.partition()] = message.offset() + 1
    offsets = [TopicPartition(*place, offset) for place, offset in next_offsets.items()]
    metadata = consumer.consumer_group_metadata()
    keep_trying(lambda: producer.send_offsets_to_transaction(offsets, metadata, patience))
    if fate < 0.2:
        return abort(messages)
    keep_trying(lambda: producer.commit_transaction(patience))
    print(f"committed {len(messages)}", flush=True)


def abort(messages):
    keep_trying(lambda: producer.abort_transaction(patience))
    print(f"aborted {len(messages)}", flush=True)
    rewind()


consumer.subscribe([source])
while True:
    bite = [m for m in consumer.consume(random.randint(1, 60), timeout=0.1) if m.error() is None]
    if not bite:
        continue
    try:
        transact(bite)
    except KafkaException as error:
        reason = error.args[0]
        print(f"failed {reason}", file=sys.stderr, flush=True)
        if not reason.txn_requires_abort():
            sys.exit(1)
        abort(bite)
