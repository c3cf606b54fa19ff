"""What goes into processors, and the judgement of what came out of them.

`fill`   makes the topics and writes the numbers 0 to COUNT - 1 to the first of them.
`settle` waits until the group has committed the end of every partition of the input.
`check`  reads the output as a consumer of committed records: each number is there once, with a `!` for each level.
Usage: exactly_once.py SERVERS fill TOPIC[,TOPIC…] COUNT | settle TOPIC GROUP | check TOPIC COUNT LEVEL
"""

import sys
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers, task, *args = sys.argv[1:]
partitions = 3
common = {"bootstrap.servers": servers, "log_level": 0, "reconnect.backoff.max.ms": 200}


def reader(group, **settings):
    return Consumer({**common, "group.id": group, "enable.auto.commit": False, "isolation.level": "read_committed", **settings})


def fill(topics, count):
    admin = AdminClient(common)
    names = topics.split(",")
    for created in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        created.result(30)
    failed = []
    producer = Producer({**common, "enable.idempotence": True})
    for number in range(int(count)):
        on_delivery = lambda error, _: error and failed.append(error)
        producer.produce(names[0], key=str(number % 97), value=str(number), on_delivery=on_delivery)
        producer.poll(0)
    assert producer.flush(60) == 0 and not failed, failed


def settle(topic, group):
    consumer = reader(group)
    places = [TopicPartition(topic, p) for p in range(partitions)]
    deadline = time.monotonic() + 150
    while True:
        try:
            ends = [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
            committed = [c.offset for c in consumer.committed(places, timeout=10)]
            # Behind the last record of a transaction stands its marker, which a commit need not cover.
            if all(end == 0 or at >= end - 1 for at, end in zip(committed, ends)):
                return
        except KafkaException:
            pass  # The broker may be away; the deadline counts.
        assert time.monotonic() < deadline, (topic, group)
        time.sleep(0.2)


def check(topic, count, level):
    consumer = reader("judge", **{"enable.partition.eof": True, "auto.offset.reset": "error"})
    consumer.assign([TopicPartition(topic, p, 0) for p in range(partitions)])
    seen, open_partitions = {}, set(range(partitions))
    deadline = time.monotonic() + 60
    while open_partitions:
        assert time.monotonic() < deadline, (len(seen), open_partitions)
        # It waits for as many as are asked for, or for as long.
        for message in consumer.consume(500, timeout=0.2):
            if message.error() is None:
                seen.setdefault(message.value(), []).append((message.partition(), message.offset()))
            else:
                assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
                open_partitions.discard(message.partition())
    consumer.close()
    doubled = {value: places for value, places in seen.items() if len(places) > 1}
    assert not doubled, f"{len(doubled)} records are there more than once: {list(doubled.items())[:5]}"
    expected = {f"{number}{'!' * int(level)}".encode() for number in range(int(count))}
    missing, foreign = expected - seen.keys(), seen.keys() - expected
    assert not missing and not foreign, (len(missing), sorted(missing)[:5], sorted(foreign)[:5])
    print(f"{len(seen)} records, each once")


{"fill": fill, "settle": settle, "check": check}[task](*args)
