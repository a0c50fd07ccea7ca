"""What every VoiceArchive does, in memory and in the object store."""

import numpy as np
import pytest

from viva.diarization.adapters.object_archive import ObjectVoiceArchive
from viva.diarization.application.model import VoiceRecord
from viva.diarization.application.ports import VoiceArchive
from viva.diarization.domain.model import Role, Span
from viva.platform.errors import InvalidError
from viva.platform.objects import Objects


class MemoryVoiceArchive:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], dict[tuple[int, str, int], VoiceRecord]] = {}
        self._forgotten: set[tuple[str, int]] = set()

    async def before(
        self, interview_id: str, attempt: int, position: int, answer_id: str
    ) -> list[VoiceRecord]:
        latest: dict[str, VoiceRecord] = {}
        for _, record in sorted(self._kept.get((interview_id, attempt), {}).items()):
            if record.position < position and record.answer_id != answer_id:
                latest[record.answer_id] = record
        return sorted(latest.values(), key=lambda record: record.position)

    async def keep(self, interview_id: str, attempt: int, record: VoiceRecord) -> None:
        if (interview_id, attempt) in self._forgotten:
            return
        place = (record.position, record.answer_id, record.revision)
        self._kept.setdefault((interview_id, attempt), {})[place] = record

    async def forget(self, interview_id: str, attempt: int) -> None:
        self._forgotten.add((interview_id, attempt))
        self._kept.pop((interview_id, attempt), None)


@pytest.fixture(params=["memory", "objects"])
def archive(request: pytest.FixtureRequest, objects: Objects) -> VoiceArchive:
    return MemoryVoiceArchive() if request.param == "memory" else ObjectVoiceArchive(objects)


def record(answer_id: str, position: int, revision: int = 1, windows: int = 2) -> VoiceRecord:
    return VoiceRecord(
        answer_id,
        revision,
        position,
        tuple(Span(i * 1000, i * 1000 + 900) for i in range(windows)),
        (Role.CANDIDATE, Role.OTHER)[:windows],
        np.full((windows, 192), position, dtype=np.float32),
    )


async def test_records_come_back_in_order(archive: VoiceArchive) -> None:
    for kept in (record("b", 5000), record("a", 100), record("c", 90_000, windows=0)):
        await archive.keep("iv_1", 1, kept)
    found = await archive.before("iv_1", 1, 100_000, "d")
    assert [r.answer_id for r in found] == ["a", "b", "c"]
    assert found[0].windows == (Span(0, 900), Span(1000, 1900))
    assert found[0].roles == (Role.CANDIDATE, Role.OTHER)
    assert np.array_equal(found[1].embeddings, np.full((2, 192), 5000, dtype=np.float32))
    assert found[2].embeddings.shape == (0, 192)


async def test_only_earlier_answers_of_the_same_attempt_count(archive: VoiceArchive) -> None:
    for kept in (record("a", 100), record("b", 5000), record("c", 9000)):
        await archive.keep("iv_1", 1, kept)
    await archive.keep("iv_1", 2, record("x", 10))
    await archive.keep("iv_12", 1, record("y", 10))
    assert [r.answer_id for r in await archive.before("iv_1", 1, 9000, "b")] == ["a"]
    assert [r.answer_id for r in await archive.before("iv_1", 2, 9000, "b")] == ["x"]
    assert await archive.before("iv_2", 1, 9000, "b") == []


async def test_the_latest_revision_counts_and_repeats_replace(archive: VoiceArchive) -> None:
    for revision in (1, 10, 2, 10):
        await archive.keep("iv_1", 1, record("a", 100, revision))
    assert [r.revision for r in await archive.before("iv_1", 1, 200, "b")] == [10]


async def test_what_is_no_record_is_refused(objects: Objects) -> None:
    await objects.put("voices/iv_1/1/000000000100/a/1.npz", b"not a record")
    with pytest.raises(InvalidError) as refused:
        await ObjectVoiceArchive(objects).before("iv_1", 1, 200, "b")
    assert refused.value.code == "voices_corrupt"


async def test_what_is_forgotten_stays_so(archive: VoiceArchive) -> None:
    for attempt in (1, 2):
        await archive.keep("iv_1", attempt, record("a", 100))
    await archive.keep("iv_12", 1, record("a", 100))
    for _ in range(2):
        await archive.forget("iv_1", 1)
    await archive.keep("iv_1", 1, record("b", 200))  # analysed too late for the verdict
    assert await archive.before("iv_1", 1, 9000, "c") == []
    assert len(await archive.before("iv_1", 2, 9000, "c")) == 1
    assert len(await archive.before("iv_12", 1, 9000, "c")) == 1


async def test_no_voice_is_left_in_the_store(objects: Objects) -> None:
    archive = ObjectVoiceArchive(objects)
    await archive.keep("iv_1", 1, record("a", 100))
    assert await objects.list("voices")
    await archive.forget("iv_1", 1)
    await archive.keep("iv_1", 1, record("b", 200))
    assert await objects.list("voices") == []
