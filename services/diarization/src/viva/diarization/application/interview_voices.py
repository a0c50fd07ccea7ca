"""The windows of an interview's earlier answers and of the one at hand, on one line."""

from collections.abc import Sequence

import numpy as np

from viva.diarization.application.model import VoiceRecord
from viva.diarization.application.ports import Embeddings
from viva.diarization.domain.model import Role, Span
from viva.diarization.domain.roles import Cluster
from viva.diarization.domain.windows import covered_ms, thinned

_ANSWERS = 8
_WINDOWS = 20  # of each
_PRESENT_MS = 1000
_APART_MS = 10_000


class InterviewVoices:
    """All windows that are clustered together; those of the answer at hand come last.

    Attributes:
        windows: in order, those of different answers far apart in time.
        embeddings: of the windows.
        first: index of the first window of the answer at hand.
    """

    def __init__(
        self, earlier: Sequence[VoiceRecord], windows: Sequence[Span], embeddings: Embeddings
    ) -> None:
        self.windows: list[Span] = []
        self._answer: list[int] = []
        self._roles: list[Role | None] = []
        vectors = []
        for number, record in enumerate(_most_telling(earlier)):
            chosen = _telling_windows(record)
            self._append(number, [record.windows[i] for i in chosen])
            self._roles += [record.roles[i] for i in chosen]
            vectors.append(record.embeddings[chosen])
        self.first = len(self.windows)
        self._append(len(vectors), windows)
        self._roles += [None] * len(windows)
        self.embeddings: Embeddings = np.concatenate([*vectors, embeddings])

    def _append(self, answer: int, windows: Sequence[Span]) -> None:
        shift = self.windows[-1].end_ms + _APART_MS if self.windows else 0
        self.windows += [Span(w.start_ms + shift, w.end_ms + shift) for w in windows]
        self._answer += [answer] * len(windows)

    def members(self, labels: Sequence[int], label: int) -> list[int]:
        """Indices of all windows with a label."""
        return [index for index, found in enumerate(labels) if found == label]

    def facts(
        self,
        members: Sequence[int],
        *,
        similarity_to_interviewer: float | None,
        over_interviewer: float,
    ) -> Cluster:
        """What is known of the voice of these windows."""
        spoken = {
            answer: covered_ms([self.windows[i] for i in members if self._answer[i] == answer])
            for answer in {self._answer[i] for i in members}
        }
        return Cluster(
            speech_ms=covered_ms([self.windows[i] for i in members if i >= self.first]),
            answers=sum(length >= _PRESENT_MS for length in spoken.values()),
            candidate_ms=covered_ms([self.windows[i] for i in self.earlier_candidate(members)]),
            similarity_to_interviewer=similarity_to_interviewer,
            over_interviewer=over_interviewer,
        )

    def earlier_candidate(self, members: Sequence[int] | None = None) -> list[int]:
        """Those of the windows (all if None) that were the candidate's in earlier answers."""
        indices = range(len(self.windows)) if members is None else members
        return [i for i in indices if self._roles[i] is Role.CANDIDATE]


def _most_telling(earlier: Sequence[VoiceRecord]) -> list[VoiceRecord]:
    """The first answer, which enrolled the candidate, and the latest ones."""
    spoken = [record for record in earlier if record.windows]
    return spoken if len(spoken) <= _ANSWERS else [spoken[0], *spoken[1 - _ANSWERS :]]


def _telling_windows(record: VoiceRecord) -> list[int]:
    """Some windows of a record, evenly spread; the interviewer's echo is no voice of theirs."""
    persons = [i for i, role in enumerate(record.roles) if role is not Role.INTERVIEWER]
    return [persons[i] for i in thinned(len(persons), _WINDOWS)]
