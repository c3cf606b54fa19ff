"""aiokafka: two members of a group share the partitions; one leaves and the other takes over."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

servers = sys.argv[1]
topic, group, count = "aiokafka", "aiokafka-group", 500


async def main():
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=4, replication_factor=1)])
    await admin.close()

    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True) as producer:
        sends = [await producer.send(topic, key=b"k%d" % (i % 13), value=b"%d" % i) for i in range(count)]
        metadata = await asyncio.gather(*sends)
        assert len({(m.partition, m.offset) for m in metadata}) == count

    def consumer():
        return AIOKafkaConsumer(
            topic, bootstrap_servers=servers, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False
        )

    seen = set()

    async def read(c, until):
        while len(seen) < until:
            batches = await asyncio.wait_for(c.getmany(timeout_ms=500, max_records=50), 30)
            for records in batches.values():
                for record in records:
                    assert (record.partition, record.offset) not in seen
                    seen.add((record.partition, record.offset))

    one, two = consumer(), consumer()
    await asyncio.gather(one.start(), two.start())
    while not (len(one.assignment()) == 2 and len(two.assignment()) == 2):
        await asyncio.gather(one.getmany(timeout_ms=100, max_records=1), two.getmany(timeout_ms=100, max_records=1))
        await asyncio.gather(one.seek_to_beginning(), two.seek_to_beginning())
    assert not one.assignment() & two.assignment()
    await two.stop()
    while len(one.assignment()) < 4:
        await one.getmany(timeout_ms=100, max_records=1)
    await one.seek_to_beginning()
    await read(one, count)
    await one.commit()
    await one.stop()

    back = consumer()
    await back.start()
    ends = await back.end_offsets([TopicPartition(topic, p) for p in range(4)])
    for partition, end in ends.items():
        assert (await back.committed(partition) or 0) == end
    await back.stop()
    print(f"{count} records")


asyncio.run(asyncio.wait_for(main(), 90))
