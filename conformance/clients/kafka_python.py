"""kafka-python: a topic made, records written and read in a group, and all of it taken away."""

import sys

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

servers, topic = sys.argv[1], "h0-kafka-python"

admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])

producer = KafkaProducer(bootstrap_servers=servers, compression_type="gzip")
for value in [b"one", b"two", b"three"]:
    producer.send(topic, key=b"k", value=value).get(10)
producer.close()

consumer = KafkaConsumer(
    topic, bootstrap_servers=servers, group_id=topic, auto_offset_reset="earliest", fetch_max_wait_ms=300
)
for _ in range(3):
    next(consumer)
consumer.commit()
consumer.close()
admin.delete_topics([topic])
admin.close()
