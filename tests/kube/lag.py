"""Making work for asr: answers of an interview that is over, delivered again and again.

A repeat of an event is normal and changes nothing: asr transcribes once more, and whoever reads the
result knows its id. So this is real work with no effect.
"""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

_TOPIC = "interview.session.events.v1"
_TYPE = b"viva.session.events.v1.AnswerRecorded"


def repeat_answers(bootstrap: str, count: int) -> int:
    """Publishes recorded answers again, spread over the partitions; tells how many."""
    return asyncio.run(_repeat(bootstrap, count))


async def _repeat(bootstrap: str, count: int) -> int:
    consumer = AIOKafkaConsumer(
        _TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await consumer.start()
    await producer.start()
    try:
        batches = await consumer.getmany(timeout_ms=5000)
        answers = [
            record
            for records in batches.values()
            for record in records
            if dict(record.headers).get("ce_type") == _TYPE
        ]
        partitions = len(await producer.partitions_for(_TOPIC))
        for number in range(count if answers else 0):
            answer = answers[number % len(answers)]
            await producer.send_and_wait(
                _TOPIC,
                answer.value,
                key=answer.key,
                headers=list(answer.headers),
                partition=number % partitions,
            )
        return count if answers else 0
    finally:
        await consumer.stop()
        await producer.stop()
