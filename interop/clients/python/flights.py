"""Flights keyed by origin airport through three partitions to a group of three, of which one leaves and one joins.

Every record arrives, the order within a key holds, and what is committed in the end is the end of each partition.
Usage: flights.py SERVERS FLIGHTS.json classic|consumer
"""

import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers, path, protocol = sys.argv[1:]
topic, group = "flights", "flights-group"
with open(path) as file:
    flights = json.load(file)

admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(10)
failed = []
# Idempotent, since a retry behind other requests in flight would change the order.
producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "linger.ms": 5, "compression.type": "lz4"})
for number, flight in enumerate(flights):
    producer.produce(
        topic,
        key=flight["origin"],
        value=json.dumps({"number": number, **flight}),
        on_delivery=lambda error, _: error and failed.append(error),
    )
    if number % 1000 == 0:
        producer.poll(0)
assert producer.flush(60) == 0 and not failed, failed

seen = {}
last_of_key = {}


def join():
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 50,
            "group.protocol": protocol,
            # In a group of the newer protocol (KIP-848) the broker sets it.
            **({"session.timeout.ms": 10000} if protocol == "classic" else {}),
        }
    )
    consumer.subscribe([topic])
    return consumer


def take(message):
    number = json.loads(message.value())["number"]
    if number in seen:  # Handed out once more after a rebalance, as a group promises: at least once.
        assert seen[number] == (message.partition(), message.offset())
        return
    seen[number] = (message.partition(), message.offset())
    assert last_of_key.get(message.key(), -1) < number, "order within a key was lost"
    last_of_key[message.key()] = number


members = [join(), join(), join()]


def read(until):
    idle = 0
    while len(seen) < until:
        got = 0
        for member in members:
            # A small bite of each, so that all of them are at work when one leaves or joins.
            for message in member.consume(200, timeout=0.05):
                assert message.error() is None, message.error()
                take(message)
                got += 1
            if member.assignment() and got:
                try:
                    member.commit(asynchronous=False)
                except Exception as error:
                    # Refused while the group is between two generations; the next commit covers it.
                    if error.args[0].name() not in ("REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "STALE_MEMBER_EPOCH", "_NO_OFFSET"):
                        raise
        idle = 0 if got else idle + 1
        assert idle < 600, f"nothing comes after {len(seen)} of {until} records"


def spread():
    """Polls until each of the three members owns one partition."""
    for _ in range(600):
        if sorted(len(member.assignment()) for member in members) == [1, 1, 1]:
            return
        for member in members:
            for message in member.consume(1, timeout=0.05):
                take(message)
    raise AssertionError("three members never came to own a partition each")


spread()
read(len(flights) // 3)
members.pop(0).close()
read(2 * len(flights) // 3)
members.append(join())
spread()
read(len(flights))
for member in members:
    if member.assignment():
        member.commit(offsets=member.position(member.assignment()), asynchronous=False)
ends = {}
for partition in range(3):
    _, ends[partition] = members[0].get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
committed = members[0].committed([TopicPartition(topic, p) for p in range(3)], timeout=10)
assert {c.partition: c.offset for c in committed} == ends, (committed, ends)
for member in members:
    member.close()
assert len(seen) == len(flights) == sum(ends.values())
print(f"{len(flights)} flights, {len(last_of_key)} airports")
