"""kafka-python: produces, consumes in a group, commits, goes away, comes back and finds everything."""

import json
import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import TopicAlreadyExistsError

servers = sys.argv[1]
topic, group, count = "kafka-python", "kafka-python-group", 300

admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
try:
    admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    raise AssertionError("a topic was created twice")
except TopicAlreadyExistsError:
    pass
assert topic in admin.list_topics()

for codec in [None, "gzip", "snappy", "lz4", "zstd"]:
    producer = KafkaProducer(
        bootstrap_servers=servers,
        value_serializer=lambda v: json.dumps(v).encode(),
        key_serializer=str.encode,
        acks="all",
        retries=3,
        compression_type=codec,
    )
    futures = [
        producer.send(topic, key=f"key-{i % 7}", value={"codec": str(codec), "n": i}, headers=[("h", b"\x00\xff")])
        for i in range(count)
    ]
    for future in futures:
        metadata = future.get(timeout=10)
        assert metadata.topic == topic and metadata.offset >= 0
    producer.close()


def consumer():
    return KafkaConsumer(
        topic,
        bootstrap_servers=servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        value_deserializer=json.loads,
        max_poll_records=50,
        consumer_timeout_ms=10000,
    )


end = KafkaConsumer(bootstrap_servers=servers)
partitions = [TopicPartition(topic, p) for p in sorted(end.partitions_for_topic(topic))]
assert len(partitions) == 3
expected = sum(end.end_offsets(partitions).values())
assert expected == 5 * count
assert sum(end.beginning_offsets(partitions).values()) == 0
end.close()

# The first consumer stops in the middle, having committed what it has seen; the second must go on right there.
seen = {}
per_key = {}


def take(record):
    where = (record.partition, record.offset)
    assert where not in seen, f"{where} came twice"
    seen[where] = record.value
    key = (record.key, record.value["codec"])
    assert per_key.get(key, -1) < record.value["n"], "order within a key was lost"
    per_key[key] = record.value["n"]
    assert record.headers == [("h", b"\x00\xff")]


first = consumer()
while len(seen) < expected // 2:
    for records in first.poll(timeout_ms=5000).values():
        for record in records:
            take(record)
first.commit()
first.close()

second = consumer()
for record in second:
    take(record)
    if len(seen) == expected:
        break
second.commit()
for partition in partitions:
    assert second.committed(partition) == second.end_offsets([partition])[partition]
second.close()
assert len(seen) == expected

offsets = admin.list_group_offsets(group) if hasattr(admin, "list_group_offsets") else admin.list_consumer_group_offsets(group)
assert offsets
admin.delete_topics([topic])
admin.close()
print(f"{expected} records")
