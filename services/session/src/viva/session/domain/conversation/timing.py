"""Every time limit of the conversation, in milliseconds before the accommodations' factor."""

from dataclasses import dataclass

SAMPLES_PER_MS = 16


def samples(ms: float) -> int:
    """Milliseconds as samples."""
    return round(ms * SAMPLES_PER_MS)


def milliseconds(count: int) -> int:
    """Samples as milliseconds."""
    return count // SAMPLES_PER_MS


@dataclass(frozen=True)
class Timing:
    """The defaults; one interview's values come from its plan."""

    # Speech shorter than this is a click or a cough.
    least_speech_ms: int = 200
    # Silence before the gentle re-prompt, after the thinking time, and again before going on.
    reprompt_ms: int = 7_000
    give_up_ms: int = 8_000
    # Silence after "let me think", beyond the re-prompt's.
    asked_time_ms: int = 8_000
    # Speech over the interviewer is judged after so long, and again after each further stretch;
    # the end of speech is known late, so what is judged may turn out to have been shorter.
    interruption_ms: int = 580
    least_interruption_ms: int = 420
    rejudge_ms: int = 700
    # Speech that began before the reply was heard withdraws the reply.
    take_up_ms: int = 250
    # Up to here into the next question nobody can have understood it.
    not_yet_heard_ms: int = 1_200
    # The interviewer's sound may come back so long after it was played.
    echo_ms: int = 400
    # Reports of the client may be so late.
    report_ms: int = 6_000
    # The next question waits so long for live text after the acknowledgement.
    choice_ms: int = 900
    # A piece of an answer is recognized at a pause of this length, or when it is so long.
    recognize_pause_ms: int = 500
    recognize_piece_ms: int = 7_500
    # After the answer's limit the next pause ends it; after this much more nothing is waited for.
    overrun_ms: int = 15_000
    limit_pause_ms: int = 350
    # A quiet moment before the interviewer goes on with what was interrupted.
    resume_ms: int = 900
    # Absence without a word on the line that counts as a drop.
    consent_ms: int = 8_000
    waiting_ms: int = 1_800_000
