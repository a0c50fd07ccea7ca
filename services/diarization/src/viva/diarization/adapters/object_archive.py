"""Voices and candidate-only audio in the object store.

Keys: `voices/<interview>/<attempt>/<position>/<answer>/<revision>.npz` and
`candidate-audio/<interview>/<attempt>/<answer>/<revision>.wav`. Voices are biometric data: they
are deleted as soon as all answers of the attempt are in, and what comes later is not kept. The mark
`voices-forgotten/<hash of interview and attempt>` says so; there is nothing in it, and it names
nobody. Candidate-only audio is personal data like the recording, and goes when the interview's
retention ends.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from viva.diarization.application.model import VoiceRecord
from viva.diarization.application.ports import StoredAudio
from viva.diarization.domain.model import Role, Span
from viva.platform.errors import InvalidError, NotFoundError
from viva.platform.objects import Objects

VOICES_PREFIX = "voices"
FORGOTTEN_PREFIX = "voices-forgotten"
CANDIDATE_AUDIO_PREFIX = "candidate-audio"
_ROLES = tuple(Role)


class ObjectVoiceArchive:
    """Voice records as npz objects; see the port."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def before(
        self, interview_id: str, attempt: int, position: int, answer_id: str
    ) -> list[VoiceRecord]:
        """Records of the answers before; see the port."""
        prefix = f"{VOICES_PREFIX}/{interview_id}/{attempt}"
        latest: dict[tuple[int, str], _Key] = {}
        for entry in await self._objects.list(prefix):
            key = _Key.parse(entry.key)
            if key.position < position and key.answer_id != answer_id:
                place = (key.position, key.answer_id)
                latest[place] = max(key, latest.get(place, key), key=lambda found: found.revision)
        return [
            decode_record(key, await self._objects.get(key.key))
            for _, key in sorted(latest.items(), key=lambda item: item[0])
        ]

    async def keep(self, interview_id: str, attempt: int, record: VoiceRecord) -> None:
        """Store a record; see the port."""
        key = (
            f"{VOICES_PREFIX}/{interview_id}/{attempt}/{record.position:012d}/"
            f"{record.answer_id}/{record.revision}.npz"
        )
        await self._objects.put(key, encode_record(record))
        # Looked at after the record is there, as `forget` leaves its mark before it deletes: one
        # of the two sees the other, whatever comes first.
        if await self._forgotten(interview_id, attempt):
            await self._objects.delete_prefix(f"{VOICES_PREFIX}/{interview_id}/{attempt}")

    async def forget(self, interview_id: str, attempt: int) -> None:
        """Delete all records; see the port."""
        await self._objects.put(_mark(interview_id, attempt), b"")
        await self._objects.delete_prefix(f"{VOICES_PREFIX}/{interview_id}/{attempt}")

    async def _forgotten(self, interview_id: str, attempt: int) -> bool:
        try:
            await self._objects.size(_mark(interview_id, attempt))
        except NotFoundError:
            return False
        return True


def _mark(interview_id: str, attempt: int) -> str:
    digest = hashlib.sha256(f"{interview_id}/{attempt}".encode()).hexdigest()
    return f"{FORGOTTEN_PREFIX}/{digest}"


class ObjectCandidateAudio:
    """Candidate-only audio as WAV objects; see the port."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def keep(
        self, interview_id: str, attempt: int, answer_id: str, revision: int, wav: bytes
    ) -> StoredAudio:
        """Store the audio; see the port."""
        key = f"{CANDIDATE_AUDIO_PREFIX}/{interview_id}/{attempt}/{answer_id}/{revision}.wav"
        stored = await self._objects.put(key, wav)
        return StoredAudio(stored.key, stored.sha256, stored.size_bytes)


class _Key(NamedTuple):
    key: str
    position: int
    answer_id: str
    revision: int

    @classmethod
    def parse(cls, key: str) -> "_Key":
        *_, position, answer_id, name = key.split("/")
        return cls(key, int(position), answer_id, int(name.removesuffix(".npz")))


def encode_record(record: VoiceRecord) -> bytes:
    """A record as npz: spans (n, 2), roles (n,), embeddings (n, size)."""
    stream = io.BytesIO()
    np.savez(
        stream,
        spans=np.array([(w.start_ms, w.end_ms) for w in record.windows], dtype=np.int32).reshape(
            -1, 2
        ),
        roles=np.array([_ROLES.index(role) for role in record.roles], dtype=np.int8),
        embeddings=record.embeddings,
    )
    return stream.getvalue()


def decode_record(key: _Key, data: bytes) -> VoiceRecord:
    """Read what `encode_record` wrote.

    Raises:
        InvalidError: it is something else.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            spans: Sequence[Sequence[int]] = arrays["spans"].tolist()
            numbers: Sequence[int] = arrays["roles"].tolist()
            embeddings = arrays["embeddings"].astype(np.float32)
    except (ValueError, KeyError, OSError, EOFError) as error:
        raise InvalidError(f"{key.key} is no voice record", code="voices_corrupt") from error
    return VoiceRecord(
        key.answer_id,
        key.revision,
        key.position,
        tuple(Span(start, end) for start, end in spans),
        tuple(_ROLES[number] for number in numbers),
        embeddings,
    )
