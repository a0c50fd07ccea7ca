"""Who spoke when in an answer, in the light of the answers before it. Blocks: CPU work."""

from collections.abc import Mapping, Sequence

from viva.audio.pcm import milliseconds_of
from viva.audio.wav import read_wav, write_wav
from viva.diarization.application.candidate_audio import without
from viva.diarization.application.clusters import average_linkage, centre
from viva.diarization.application.identification import (
    Identified,
    Interviewer,
    cosine,
    identify,
)
from viva.diarization.application.interviewer_voice import (
    InterviewerVoices,
    SpeechFinder,
    echo_spans,
)
from viva.diarization.application.least_alike import NOTHING, least_alike
from viva.diarization.application.model import AnswerAudio, Attributed, Fingerprint, VoiceRecord
from viva.diarization.application.ports import (
    Embeddings,
    SpeakerEmbedder,
    VoiceActivity,
    WindowClusterer,
)
from viva.diarization.domain.changes import changes, cut
from viva.diarization.domain.model import Channel, Role, Span, Turn, Voice
from viva.diarization.domain.overlap import LEAST_MS, apart_from, overlaps
from viva.diarization.domain.roles import SETTINGS, VoiceSettings
from viva.diarization.domain.turns import attribute_words, silenced, speech_ms, turns
from viva.diarization.domain.windows import WindowSettings, windows

_CANDIDATE = Role.CANDIDATE.value


class Attribution:
    """The models, and what is done with them."""

    def __init__(
        self,
        embedder: SpeakerEmbedder,
        speech: SpeechFinder,
        activity: VoiceActivity,
        models: Sequence[Fingerprint] = (),
        *,
        settings: Mapping[Channel, VoiceSettings] = SETTINGS,
        cluster: WindowClusterer = average_linkage,
    ) -> None:
        self._settings = settings
        self._cluster = cluster
        self._embedder = embedder
        self._activity = activity
        self._interviewers = InterviewerVoices(embedder, speech)
        self._models = tuple(models)

    def __call__(self, answer: AnswerAudio) -> Attributed:
        """Attribute an answer; see the port."""
        samples = read_wav(answer.wav)
        active = self._activity.turns(samples)
        voiced = _within(answer.speech, int(milliseconds_of(len(samples))))
        speech = cut(voiced, changes(active))
        found = windows(speech, WindowSettings())
        embeddings = self._embedder.embed(samples, found, answer.channel)
        identified = self._identified(answer, found, embeddings)
        # Without a window there was too little to know a voice by: taken for the candidate's.
        said = (
            turns(speech, found, identified.labels)
            if found
            else [Turn(span, _CANDIDATE) for span in speech]
        )
        voices = _voices(identified, said, embeddings, self._interviewer(answer).voice)
        return Attributed(
            voices,
            tuple(said),
            tuple(attribute_words(answer.words, said, voices)),
            write_wav(without(samples, silenced(said, _CANDIDATE))),
            VoiceRecord(
                answer.answer_id,
                answer.revision,
                answer.position,
                tuple(found),
                tuple(identified.roles[label] for label in identified.labels),
                embeddings,
            ),
            tuple(_overlaps(answer, active)),
            least_alike(
                found,
                identified.labels,
                embeddings,
                identified.reference,
                self._settings[answer.channel].likelihood,
            ),
            self._models,
        )

    def _interviewer(self, answer: AnswerAudio) -> Interviewer:
        if not answer.interviewer_spans:
            return Interviewer()
        voice = self._interviewers.centre_of(
            answer.interviewer_wav, answer.interviewer_key, answer.channel
        )
        return Interviewer(voice, answer.interviewer_spans)

    def _identified(
        self, answer: AnswerAudio, found: Sequence[Span], embeddings: Embeddings
    ) -> Identified:
        if not found:
            return Identified([], {_CANDIDATE: Role.CANDIDATE}, None, None, NOTHING)
        return identify(
            found,
            embeddings,
            answer.earlier,
            self._interviewer(answer),
            self._settings[answer.channel],
            self._cluster,
        )


def _within(speech: Sequence[Span], duration_ms: int) -> list[Span]:
    """The voiced spans, cut to the audio."""
    cut = (Span(max(0, span.start_ms), min(span.end_ms, duration_ms)) for span in speech)
    return sorted(span for span in cut if span.duration_ms > 0)


def _overlaps(answer: AnswerAudio, active: Sequence[Turn]) -> list[Span]:
    """Where the interviewer was heard too, its echo is the second voice."""
    found = overlaps(active, LEAST_MS[answer.channel])
    return apart_from(found, echo_spans(answer.interviewer_spans))


def _voices(
    identified: Identified,
    said: Sequence[Turn],
    embeddings: Embeddings,
    interviewer: Embeddings | None,
) -> tuple[Voice, ...]:
    """The voices that are heard in the answer, in order of appearance."""
    return tuple(
        _voice(label, identified, said, embeddings, interviewer)
        for label in dict.fromkeys(turn.voice for turn in said)
    )


def _voice(
    label: str,
    identified: Identified,
    said: Sequence[Turn],
    embeddings: Embeddings,
    interviewer: Embeddings | None,
) -> Voice:
    role = identified.roles[label]
    length_ms = speech_ms(said, label)
    members = [i for i, other in enumerate(identified.labels) if other == label]
    if not members:
        return Voice(label, role, length_ms)
    middle = centre(embeddings[members])
    own = identified.earlier_candidate if role is Role.CANDIDATE else identified.candidate
    return Voice(label, role, length_ms, cosine(middle, own), cosine(middle, interviewer))
