"""An idempotent producer and a group that live on while the broker dies again and again.

Prints `acked N` as acknowledgements come in; a line on standard input ends the producing. Then reads everything back:
no acknowledged record is missing, none is there twice, offsets are contiguous, the group stands where it committed.
Usage: survivor.py SERVERS TOPIC
"""

import sys
import threading

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers, topic = sys.argv[1:]
partitions, group, window = 3, "survivors", 500
admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(30)

stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()

fatal = []
acked = {}
settings = {
    "bootstrap.servers": servers,
    "reconnect.backoff.max.ms": 200,
    "log_level": 0,
}
producer = Producer(
    {
        **settings,
        "enable.idempotence": True,
        "acks": "all",
        "linger.ms": 2,
        "message.timeout.ms": 300000,
        "retry.backoff.ms": 20,
        "retry.backoff.max.ms": 200,
        "error_cb": lambda error: fatal.append(error) if error.fatal() else None,
    }
)


def on_delivery(error, message):
    if error is not None:
        fatal.append(error)
        return
    number = int(message.value())
    assert number not in acked
    acked[number] = (message.partition(), message.offset())


def member():
    consumer = Consumer(
        {
            **settings,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 20,
        }
    )
    consumer.subscribe([topic])
    return consumer


consumer = member()
committed = {}
sent = reported = 0
while not stop.is_set() and not fatal:
    while sent - len(acked) < window and len(producer) < window:
        producer.produce(topic, value=str(sent), key=str(sent % 97), partition=sent % partitions, on_delivery=on_delivery)
        sent += 1
    producer.poll(0.01)
    if len(acked) - reported >= 100:
        reported = len(acked)
        print(f"acked {reported}", flush=True)
    messages = [m for m in consumer.consume(500, timeout=0.005) if m.error() is None]
    if messages:
        try:
            for position in consumer.commit(asynchronous=False):
                if position.error is None and position.offset >= 0:
                    assert position.offset >= committed.get(position.partition, 0), "a commit went back"
                    committed[position.partition] = position.offset
        except KafkaException:
            pass  # The broker was away; what it had acknowledged before must still hold.
assert producer.flush(120) == 0
assert not fatal, fatal
assert len(acked) == sent
consumer.close()

back = member()
for position in back.committed([TopicPartition(topic, p) for p in range(partitions)], timeout=60):
    assert position.offset >= committed.get(position.partition, -1001), (position, committed)
back.close()

reader = Consumer({**settings, "group.id": "reader", "enable.auto.commit": False, "auto.offset.reset": "error"})
reader.assign([TopicPartition(topic, p, 0) for p in range(partitions)])
ends = {p: reader.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1] for p in range(partitions)}
next_offset = dict.fromkeys(range(partitions), 0)
seen = {}
while next_offset != ends:
    messages = reader.consume(1000, timeout=30)
    assert messages, (next_offset, ends)
    for message in messages:
        assert message.error() is None, message.error()
        number, where = int(message.value()), (message.partition(), message.offset())
        assert message.offset() == next_offset[message.partition()], f"a gap before {where}"
        assert number not in seen, f"record {number} is at {seen[number]} and at {where}"
        seen[number] = where
        next_offset[message.partition()] += 1
reader.close()
assert seen == acked, f"{len(acked.keys() - seen.keys())} acknowledged records are missing"
print(f"verified {len(acked)} records, committed {committed}")
