"""confluent-kafka (librdkafka): idempotent producing with every codec, a group that goes on where it stopped, admin."""

import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic, ResourceType

servers = sys.argv[1]
topic, group, count = "confluent", "confluent-group", 1000

admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, 2, 1, config={"retention.ms": "3600000"})])[topic].result(10)
try:
    admin.create_topics([NewTopic("../../etc", 1, 1)])["../../etc"].result(10)
    raise AssertionError("a topic with an impossible name was created")
except KafkaException as error:
    assert error.args[0].name() == "TOPIC_EXCEPTION", error
admin.create_partitions([NewPartitions(topic, 3)])[topic].result(10)
resource = ConfigResource(ResourceType.TOPIC, topic)
config = admin.describe_configs([resource])[resource].result(10)
assert config["retention.ms"].value == "3600000"

delivered = []


def on_delivery(error, message):
    assert error is None, error
    delivered.append((message.partition(), message.offset()))


sent = 0
for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "compression.type": codec})
    for i in range(count):
        producer.produce(topic, key=f"k{i % 10}", value=f"{codec}-{i}" * 5, headers={"codec": codec}, on_delivery=on_delivery)
        producer.poll(0)
        sent += 1
    assert producer.flush(30) == 0
assert len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 3
assert len(delivered) == sent and len(set(delivered)) == sent

# A record that is too large is refused with Kafka's own error.
errors = []
big = Producer({"bootstrap.servers": servers, "message.max.bytes": 5_000_000})
big.produce(topic, value=b"x" * 2_000_000, on_delivery=lambda error, _: errors.append(error))
big.flush(10)
assert errors and errors[0].name() == "MSG_SIZE_TOO_LARGE", errors


def consumer():
    settings = {
        "bootstrap.servers": servers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "partition.assignment.strategy": "cooperative-sticky",
    }
    c = Consumer(settings)
    c.subscribe([topic])
    return c


seen = set()


def read(c, until):
    while len(seen) < until:
        message = c.poll(10)
        assert message is not None, f"nothing came after {len(seen)} records"
        assert message.error() is None, message.error()
        where = (message.partition(), message.offset())
        assert where not in seen, f"{where} came twice"
        seen.add(where)


first = consumer()
read(first, sent // 3)
first.commit(asynchronous=False)
first.close()
second = consumer()
read(second, sent)
second.commit(asynchronous=False)
committed = second.committed([TopicPartition(topic, p) for p in range(3)], timeout=10)
for position in committed:
    low, high = second.get_watermark_offsets(position, timeout=10)
    assert (low, position.offset) == (0, high)
offsets = second.offsets_for_times([TopicPartition(topic, p, 1) for p in range(3)], timeout=10)
assert [o.offset for o in offsets] == [0, 0, 0]
second.close()
assert seen == set(delivered)

groups = admin.list_consumer_groups().result(10)
assert group in [g.group_id for g in groups.valid]
description = admin.describe_consumer_groups([group])[group].result(10)
assert description.state.name == "EMPTY", description.state
admin.delete_consumer_groups([group])[group].result(10)
admin.delete_topics([topic])[topic].result(10)
print(f"{sent} records")
