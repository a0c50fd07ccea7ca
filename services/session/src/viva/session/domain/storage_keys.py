"""Where an interview's objects lie: all of an attempt's under one prefix, so it can be erased."""


def interview_prefixes(interview_id: str) -> tuple[str, ...]:
    """Prefixes of everything that any service stored of an interview.

    The candidate-only audio and what is left of the voices are diarization's; they go with the
    rest, so that one job erases an interview as a whole.
    """
    return tuple(f"{root}/{interview_id}/" for root in ("interviews", "candidate-audio", "voices"))


def attempt_prefix(interview_id: str, attempt: int) -> str:
    """Prefix of everything that an attempt recorded or produced."""
    return f"interviews/{interview_id}/{attempt}/"


def segment_key(interview_id: str, attempt: int, epoch: int, start_position: int) -> str:
    """A piece of the candidate's channel (PCM16, 16 kHz) that begins at a position."""
    prefix = attempt_prefix(interview_id, attempt)
    return f"{prefix}segments/{epoch:06d}-{start_position:012d}.pcm"


def answer_key(interview_id: str, attempt: int, answer_id: str, revision: int) -> str:
    """The WAV of one revision of an answer."""
    return f"{attempt_prefix(interview_id, attempt)}answers/{answer_id}-{revision}.wav"


def bundle_key(interview_id: str, attempt: int) -> str:
    """The frozen bundle that the verdict is made from."""
    return f"{attempt_prefix(interview_id, attempt)}bundle.pb"


def recording_key(interview_id: str, attempt: int) -> str:
    """The session's WAV: candidate left, interviewer right."""
    return f"{attempt_prefix(interview_id, attempt)}recording.wav"


def prompt_key(fingerprint: str) -> str:
    """A rendered prompt (WAV); shared by all interviews that say the same words in that voice."""
    return f"prompts/{fingerprint[:2]}/{fingerprint}.wav"
