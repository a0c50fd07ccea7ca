"""Whose voice is whose: the candidate, the interviewer's echo, somebody else.

The candidate is the voice that is consistent through the interview: present in most answers, then
with most speech; at a tie, the one that was the candidate before (the warm-up enrols).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from viva.diarization.domain.likelihood import Likelihood
from viva.diarization.domain.model import Channel, Role

ECHO_TAIL_MS = 500
"""The echo of what the interviewer said arrives up to this much later."""


@dataclass(frozen=True)
class VoiceSettings:
    """Cosines of voices on one channel; no one value fits two channels.

    Attributes:
        same_voice: groups of windows at least this alike on average are one voice beyond doubt.
        likelihood: of groups being one voice, by how alike they are and how much they hold.
        joined_from: what is at least this likely to be one voice is, in nats; below, it is two.
        interviewer: a voice at least this similar to the interviewer's may be its echo.
        telling_ms: shorter windows say too little to make a voice of.
        min_voice_ms: shorter speech is too little to say that there is another voice.
    """

    same_voice: float
    interviewer: float
    likelihood: Likelihood
    joined_from: float = -2.0
    telling_ms: int = 1000
    min_voice_ms: int = 1000


SETTINGS: Mapping[Channel, VoiceSettings] = {
    # Likelihoods as `tests.evaluate.fit_voices` prints them.
    Channel.WIDE: VoiceSettings(0.40, 0.40, Likelihood(alike=0.497, slope=49.6, middle=0.507)),
    Channel.PHONE: VoiceSettings(0.40, 0.32, Likelihood(alike=0.376, slope=52.4, middle=0.600)),
}

TITANET_SETTINGS: Mapping[Channel, VoiceSettings] = {
    # Not measured: .40 is what NeMo verifies speakers with (its .70 on a scale of 0 to 1), less for
    # windows of 1.5 s. `make evaluate` (task `speakers`) measures them where the weights are.
    Channel.WIDE: VoiceSettings(0.40, 0.40, Likelihood(alike=0.55, slope=40.0, middle=0.55)),
    Channel.PHONE: VoiceSettings(0.40, 0.35, Likelihood(alike=0.45, slope=40.0, middle=0.55)),
}


@dataclass(frozen=True)
class Cluster:
    """What is known of one voice when roles are given.

    Attributes:
        speech_ms: in this answer.
        answers: of the interview in which it is present, this one included.
        candidate_ms: speech in earlier answers that was the candidate's then.
        similarity_to_interviewer: cosine; None without a reference.
        over_interviewer: share of its speech in this answer that lies where the interviewer was
            heard, 0 to 1.
    """

    speech_ms: int
    answers: int
    candidate_ms: int = 0
    similarity_to_interviewer: float | None = None
    over_interviewer: float = 0.0


_MOSTLY = 0.7


def candidate_of(clusters: Sequence[Cluster], settings: VoiceSettings) -> int | None:
    """Index of the candidate's voice; None where nobody but the interviewer is heard."""
    possible = [i for i, c in enumerate(clusters) if c.candidate_ms or not _is_echo(c, settings)]
    return max(
        possible,
        key=lambda i: (
            clusters[i].answers,
            clusters[i].candidate_ms,
            clusters[i].speech_ms,
            -i,
        ),
        default=None,
    )


def roles(
    clusters: Sequence[Cluster],
    candidate: int | None,
    to_candidate: Sequence[float | None],
    settings: VoiceSettings,
) -> list[Role]:
    """The role of each voice.

    Args:
        candidate: index of the candidate's voice.
        to_candidate: each voice's similarity to it.
    """
    found = []
    for index, cluster in enumerate(clusters):
        if index == candidate:
            found.append(Role.CANDIDATE)
        elif _is_echo(cluster, settings, to_candidate[index]):
            found.append(Role.INTERVIEWER)
        else:
            found.append(Role.OTHER)
    return found


def _is_echo(cluster: Cluster, settings: VoiceSettings, to_candidate: float | None = None) -> bool:
    """The interviewer's voice, or a distorted one heard only while the interviewer spoke."""
    similarity = cluster.similarity_to_interviewer
    if similarity is None or (to_candidate is not None and to_candidate >= similarity):
        return False
    if cluster.over_interviewer >= _MOSTLY:
        return similarity >= settings.interviewer / 2
    return cluster.over_interviewer > 0 and similarity >= settings.interviewer
