"""confluent-kafka: one transaction that commits, one that does not, read as committed in a group of KIP-848."""

import sys

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic

servers, topic = sys.argv[1], "h0-confluent-kafka"

admin = AdminClient({"bootstrap.servers": servers})
admin.create_topics([NewTopic(topic, 2, 1)])[topic].result(10)

producer = Producer({"bootstrap.servers": servers, "transactional.id": topic, "compression.type": "lz4"})
producer.init_transactions(20)
for value, commits in [("one", True), ("two", False)]:
    producer.begin_transaction()
    producer.produce(topic, key="k", value=value)
    producer.flush(10)
    if commits:
        producer.commit_transaction(10)
    else:
        producer.abort_transaction(10)

consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": topic,
        "group.protocol": "consumer",
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 300,
        "enable.auto.commit": False,
    }
)
consumer.subscribe([topic])
message = None
while message is None or message.error():
    message = consumer.poll(1)
consumer.commit(message, asynchronous=False)
consumer.close()
admin.delete_topics([topic])[topic].result(10)
