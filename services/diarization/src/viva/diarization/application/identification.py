"""Which of an answer's windows is whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from viva.diarization.application.clusters import average_linkage, centre, group
from viva.diarization.application.interview_voices import InterviewVoices
from viva.diarization.application.interviewer_voice import echo_spans, plain_echo, share_over
from viva.diarization.application.least_alike import NOTHING, Reference
from viva.diarization.application.model import VoiceRecord
from viva.diarization.application.ports import Embeddings, WindowClusterer
from viva.diarization.domain.model import Role, Span
from viva.diarization.domain.roles import VoiceSettings, candidate_of, roles
from viva.diarization.domain.windows import covered_ms


@dataclass(frozen=True, eq=False)
class Interviewer:
    """What is known of the interviewer while an answer was recorded.

    Attributes:
        voice: unit vector; None where it is not known.
        spans: where it was heard.
    """

    voice: Embeddings | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, eq=False)
class Identified:
    """The voice of each window, and what each voice is.

    Attributes:
        labels: of the windows, in order.
        roles: of the labels.
        candidate: the candidate's voice over the whole interview; None if not heard yet.
        earlier_candidate: the same without this answer.
        reference: what the candidate said before this answer.
    """

    labels: list[str]
    roles: dict[str, Role]
    candidate: Embeddings | None
    earlier_candidate: Embeddings | None
    reference: Reference


def identify(
    windows: Sequence[Span],
    embeddings: Embeddings,
    earlier: Sequence[VoiceRecord],
    interviewer: Interviewer,
    settings: VoiceSettings,
    cluster: WindowClusterer = average_linkage,
) -> Identified:
    """Group the windows by voice and say whose each group is.

    Args:
        windows: of the answer at hand, at least one, with their embeddings.
        earlier: records of the answers before it.
        cluster: how windows are grouped.
    """
    spans = echo_spans(interviewer.spans)
    known = _candidate_so_far(earlier)
    echo = plain_echo(embeddings, windows, spans, interviewer.voice, known, settings.interviewer)
    persons = [i for i, is_echo in enumerate(echo) if not is_echo]
    labels = [Role.INTERVIEWER.value] * len(windows)
    found = {Role.INTERVIEWER.value: Role.INTERVIEWER} if len(persons) < len(windows) else {}
    candidate, reference = known, NOTHING
    if persons:
        line = InterviewVoices(earlier, [windows[i] for i in persons], embeddings[persons])
        groups = group(line.embeddings, line.windows, settings, cluster)
        grouped = _named(line, groups, [windows[i] for i in persons], interviewer, settings)
        for index, label in zip(persons, grouped.labels[line.first :], strict=True):
            labels[index] = label
        found |= {
            label: grouped.roles[label] for label in dict.fromkeys(labels) if label in grouped.roles
        }
        candidate, reference = grouped.candidate, grouped.reference
    return Identified(labels, found, candidate, known, reference)


def _candidate_so_far(earlier: Sequence[VoiceRecord]) -> Embeddings | None:
    if not any(record.windows for record in earlier):
        return None
    size = earlier[0].embeddings.shape[1]
    line = InterviewVoices(earlier, [], earlier[0].embeddings[:0].reshape(0, size))
    own = line.earlier_candidate()
    return centre(line.embeddings[own]) if own else None


def _named(
    line: InterviewVoices,
    groups: Sequence[int],
    windows: Sequence[Span],
    interviewer: Interviewer,
    settings: VoiceSettings,
) -> Identified:
    """Groups over the whole interview, named by role."""
    members = [line.members(groups, number) for number in range(max(groups) + 1)]
    centres = [centre(line.embeddings[indices]) for indices in members]
    spans = echo_spans(interviewer.spans)
    clusters = [
        line.facts(
            indices,
            similarity_to_interviewer=cosine(middle, interviewer.voice),
            over_interviewer=share_over(
                [windows[i - line.first] for i in indices if i >= line.first], spans
            ),
        )
        for indices, middle in zip(members, centres, strict=True)
    ]
    own = candidate_of(clusters, settings)
    candidate = None if own is None else centres[own]
    given = roles(clusters, own, [cosine(middle, candidate) for middle in centres], settings)
    names = _names(given)
    earlier = [] if own is None else [i for i in members[own] if i < line.first]
    return Identified(
        [names[number] for number in groups],
        dict(zip(names, given, strict=True)),
        candidate,
        None,
        Reference(
            line.embeddings[earlier].sum(axis=0), covered_ms([line.windows[i] for i in earlier])
        ),
    )


def _names(given: Sequence[Role]) -> list[str]:
    numbers = count(1)
    return [f"{role.value}-{next(numbers)}" if role is Role.OTHER else role.value for role in given]


def cosine(one: Embeddings, other: Embeddings | None) -> float | None:
    """Cosine of unit vectors; None without the other."""
    return None if other is None else float(one @ other)
