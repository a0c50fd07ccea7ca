"""What leaves the service: the same input gives the same bytes."""

import dataclasses
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scoring_speaking import PROBLEM, PROBLEM_QUESTION, SHORT_TEAM, STRONG, TEAM_QUESTION, TEAMWORK

from viva.contracts.common.v1 import common_pb2 as pb
from viva.platform.processor import processor
from viva.scoring.adapters.coefficients import packaged_coefficients
from viva.scoring.adapters.worker import versions
from viva.scoring.application.analysis import Analyst
from viva.scoring.application.score_answer import score_answer
from viva.scoring.application.score_interview import score_interview
from viva.scoring.domain.model import Competency
from viva.scoring.entrypoints import decode, encode
from viva.scoring.entrypoints.bundles import fingerprint

COEFFICIENTS = packaged_coefficients()
VERSIONS = versions(COEFFICIENTS, "ab" * 32)


def test_a_score_names_the_rules_that_it_was_computed_by() -> None:
    named = {one.name: one for one in VERSIONS}
    assert len(named) == len(VERSIONS)
    assert len(named["viva-scoring-rules"].sha256) == 64
    assert VERSIONS[0].name == "viva-scoring"


def test_a_score_names_the_processor_that_it_was_computed_on() -> None:
    assert processor() in {one.name: one for one in VERSIONS}["runtime"].version
    assert processor() in fingerprint(VERSIONS)


def competency(one: Competency) -> pb.Competency:
    anchors = [pb.Anchor(level=level, text=text) for level, text in (one.anchors or {}).items()]
    return pb.Competency(
        key=one.key,
        name=one.name,
        definition=one.definition,
        weight=one.weight,
        anchors=anchors,
        indicators=one.indicators,
    )


def answer(number: int, question: str, one: Competency, text: str) -> pb.AnswerBundle:
    context = pb.AnswerContext(
        interview_id="iv_1",
        attempt=1,
        answer_id=f"ans_{number}",
        revision=2,
        question_index=number,
        question_id=f"q_{number}",
        question_text=question,
        language="en-US",
        competencies=[competency(one)],
    )
    transcript = pb.Transcript(language="en", language_probability=0.99)
    at = 0
    for word in text.split():
        transcript.words.add(text=word, start_ms=at, end_ms=at + 300, confidence=0.9)
        at += 330 if word[-1] not in ".?!" else 800
    for word in transcript.words:
        transcript.speech.add(start_ms=word.start_ms, end_ms=word.end_ms)
    return pb.AnswerBundle(answer=context, transcript=transcript)


def bundle() -> pb.InterviewBundle:
    spec = pb.InterviewSpec(interview_id="iv_1")
    spec.framework.competencies.extend([competency(PROBLEM), competency(TEAMWORK)])
    answers = [
        answer(1, PROBLEM_QUESTION, PROBLEM, STRONG),
        answer(2, TEAM_QUESTION, TEAMWORK, SHORT_TEAM),
    ]
    return pb.InterviewBundle(
        spec=spec, attempt=1, answers=answers, questions_planned=2, questions_answered=2
    )


def interview_bytes(analyst: Analyst, one: pb.InterviewBundle) -> bytes:
    result = score_interview(decode.interview(one), analyst)
    score = encode.interview_score(result, COEFFICIENTS, VERSIONS)
    return score.SerializeToString(deterministic=True)


def answer_bytes(analyst: Analyst, one: pb.AnswerBundle) -> bytes:
    result = score_answer(decode.answer(one.answer, one.transcript), analyst)
    return encode.answer_score(result, VERSIONS).SerializeToString(deterministic=True)


def test_the_same_interview_gives_the_same_bytes(analyst: Analyst) -> None:
    first = interview_bytes(analyst, bundle())
    shuffled = bundle()
    answers = list(shuffled.answers)
    random.Random(1).shuffle(answers)
    del shuffled.answers[:]
    shuffled.answers.extend(reversed(answers))
    assert interview_bytes(analyst, bundle()) == first
    assert interview_bytes(analyst, shuffled) == first
    one = bundle().answers[0]
    assert answer_bytes(analyst, one) == answer_bytes(analyst, one)


def test_another_process_gives_the_same_bytes(analyst: Analyst) -> None:
    """Sets iterate differently under another hash seed; nothing may depend on that."""
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from conftest import *\n"
        "from test_scoring_messages import bundle, interview_bytes\n"
        "from viva.audio.models import ModelStore\n"
        "from viva.scoring.adapters.minilm import MiniLmEmbedder as M\n"
        "m = M(ModelStore().path('sentence_embedding'))\n"
        "a = Analyst(m, EnglishVocabulary(), HarperGrammar(), packaged_coefficients(),"
        " packaged_topics(), IntentMatcher(m, packaged_intents()))\n"
        "print(interview_bytes(a, bundle()).hex())\n"
    )
    folder = Path(__file__).parent
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(folder), str(folder.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert bytes.fromhex(done.stdout.strip()) == interview_bytes(analyst, bundle())


def test_points_on_the_wire_add_up(analyst: Analyst) -> None:
    score = pb.InterviewScore.FromString(interview_bytes(analyst, bundle()))
    assert score.HasField("overall")
    assert score.overall_standard_error > 0
    assert score.overall_validation == "none"
    assert score.language.fluency_standard_error > 0
    assert score.language.intelligibility_standard_error > 0
    for one in score.competencies:
        assert round(sum(c.points for c in one.contributions), 6) == one.score
        assert one.validation == "none"
        assert one.standard_error > 0
    language = score.language
    assert (language.fluency_validation, language.cefr_validation) == ("provisional", "none")
    assert language.cefr_provisional
    assert "Mandarin" in language.fluency_basis
    assert round(sum(c.points for c in language.fluency_contributions), 6) == language.fluency
    levels = ["A1", "A2", "B1", "B2", "C1", "C2"]
    places = [
        levels.index(level) for level in (language.cefr_low, language.cefr, language.cefr_high)
    ]
    assert places == sorted(places)


def test_a_verdict_names_what_it_depends_on(analyst: Analyst) -> None:
    score = pb.InterviewScore.FromString(interview_bytes(analyst, bundle()))
    names = {model.name: model for model in score.models}
    assert names["viva-scoring"].sha256 == COEFFICIENTS.sha256
    assert {"minilm-l6", "harper-py", "cefrpy", "runtime"} <= names.keys()


def test_only_the_latest_revision_counts(analyst: Analyst) -> None:
    double = bundle()
    older = double.answers.add()
    older.CopyFrom(double.answers[0])
    older.answer.revision = 1
    del older.transcript.words[:]
    assert interview_bytes(analyst, double) == interview_bytes(analyst, bundle())


def test_recognition_confidence_reaches_intelligibility_alone(analyst: Analyst) -> None:
    unsure = bundle()
    for one in unsure.answers:
        for word in one.transcript.words:
            word.confidence = 0.1
    low, high = (
        pb.InterviewScore.FromString(interview_bytes(analyst, one)) for one in (unsure, bundle())
    )
    assert low.language.intelligibility < high.language.intelligibility
    for score in (low, high):
        score.language.ClearField("intelligibility")
        score.language.ClearField("intelligibility_standard_error")
        kept = [f for f in score.language.features if f.name != "word_confidence"]
        score.language.ClearField("features")
        score.language.features.extend(kept)
    assert low == high


def _validation(analyst: Analyst, *competencies: Competency) -> str:
    found = score_interview(
        dataclasses.replace(decode.interview(bundle()), competencies=competencies), analyst
    )
    return encode.interview_score(found, COEFFICIENTS, VERSIONS).overall_validation


def test_the_overall_score_is_as_valid_as_the_weakest_that_it_is_made_of(analyst: Analyst) -> None:
    problem, team = (dataclasses.replace(one, factors={}) for one in (PROBLEM, TEAMWORK))
    assert _validation(analyst, problem, team) == "calibrated"
    assert _validation(analyst, problem, TEAMWORK) == "none"
    # What has no score is no part of it; nor is there anything to say where there is no number.
    unasked = Competency("charm", "Charm", weight=0.5)
    assert _validation(analyst, problem, team, unasked) == "calibrated"
    assert _validation(analyst, unasked) == ""


def test_what_cannot_be_said_is_absent(analyst: Analyst) -> None:
    silent = bundle()
    for one in silent.answers:
        del one.transcript.words[:]
    score = pb.InterviewScore.FromString(interview_bytes(analyst, silent))
    assert not score.HasField("overall_standard_error")
    assert not score.HasField("overall")
    assert not score.language.HasField("fluency_standard_error")
    assert not score.language.HasField("intelligibility_standard_error")


def _speech(one: pb.AnswerBundle) -> None:
    one.transcript.speech[0].end_ms += 10


def _syllable(one: pb.AnswerBundle) -> None:
    one.transcript.syllables_ms.append(120)


def _interviewer(one: pb.AnswerBundle) -> None:
    one.answer.interviewer_spans.add(start_ms=0, end_ms=100)


def _missing(one: pb.AnswerBundle) -> None:
    one.missing_stages.append("asr")


def _dropped(one: pb.AnswerBundle) -> None:
    one.transcript.words[0].dropped = True


def _probability(one: pb.AnswerBundle) -> None:
    one.transcript.language_probability = 0.5


@pytest.mark.parametrize(
    "change", [_speech, _syllable, _interviewer, _missing, _dropped, _probability]
)
def test_the_transcripts_version_covers_what_a_score_depends_on(
    change: Callable[[pb.AnswerBundle], None],
) -> None:
    changed = bundle()
    change(changed.answers[0])
    assert decode.transcript_sha256(changed) != decode.transcript_sha256(bundle())


def test_the_transcripts_version_is_that_of_its_content_alone() -> None:
    same = bundle()
    same.answers.reverse()
    same.answers[0].transcript.filled_pauses.add(start_ms=0, end_ms=100)
    assert decode.transcript_sha256(same) == decode.transcript_sha256(bundle())
