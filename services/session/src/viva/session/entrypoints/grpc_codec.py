"""Messages of `Converse` to and from the conversation's own."""

from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.platform.errors import InvalidError
from viva.session.application.live.link import (
    AttachRequest,
    Frame,
    FromEdge,
    Stated,
    UtteranceToPlay,
    Welcome,
)
from viva.session.domain.conversation import facts
from viva.session.domain.conversation.actions import Need
from viva.session.domain.conversation.progress import Phase, Progress

_FRAME_BYTES = 2 * 3_200
_TEXT_CHARACTERS = 20_000
_KEYS = frozenset("0123456789*#")
_COMMANDS = {
    pb.COMMAND_KIND_READY: facts.Command.READY,
    pb.COMMAND_KIND_DONE: facts.Command.DONE,
    pb.COMMAND_KIND_REPEAT: facts.Command.REPEAT,
    pb.COMMAND_KIND_SKIP: facts.Command.SKIP,
}
_PHASES = {
    Phase.WAITING: pb.PHASE_WAITING,
    Phase.SPEAKING: pb.PHASE_SPEAKING,
    Phase.LISTENING: pb.PHASE_LISTENING,
    Phase.THINKING: pb.PHASE_THINKING,
    Phase.PAUSED: pb.PHASE_PAUSED,
    Phase.CLOSING: pb.PHASE_CLOSING,
}
_NEEDS = {
    Need.CONSENT: pb.CLIENT_NEED_CONSENT,
    Need.MICROPHONE: pb.CLIENT_NEED_MICROPHONE,
    Need.UPLINK: pb.CLIENT_NEED_UPLINK,
}


def attach_of(request: pb.ConverseRequest) -> AttachRequest:
    """The first message of a stream.

    Raises:
        InvalidError: it is another one, or incomplete.
    """
    if request.WhichOneof("message") != "attach":
        raise InvalidError("the first message must be attach", code="attach_missing")
    said = request.attach
    if not said.interview_id or min(said.position, said.buffered_from, said.last_epoch) < 0:
        raise InvalidError("attach names an interview and positions from 0 on", code="attach")
    return AttachRequest(
        interview_id=said.interview_id,
        attempt=said.attempt,
        connection=said.connection,
        fresh=said.fresh,
        last_epoch=said.last_epoch,
        position=said.position,
        buffered_from=said.buffered_from,
        playing=said.playing_utterance,
    )


def message_of(request: pb.ConverseRequest) -> FromEdge | None:
    """Any later message; None for one that only shows life.

    Raises:
        InvalidError: it is no message of a conversation.
    """
    kind = request.WhichOneof("message")
    if kind == "audio":
        return _frame(request.audio)
    if kind == "heartbeat":
        return None
    if kind == "elapsed":
        return Stated(0, facts.Elapsed(max(0, request.elapsed.ms)))
    if kind == "detached":
        return Stated(request.detached.fact, facts.Detached(request.detached.reason))
    if kind == "bye":
        return Stated(request.bye.fact, facts.Bye())
    if kind is None or kind == "attach":
        raise InvalidError(f"no message that can come here: {kind}", code="message_unknown")
    stated = getattr(request, kind)
    if stated.fact <= 0:
        raise InvalidError(f"{kind} has no fact number", code="fact_number")
    return Stated(stated.fact, _fact(kind, request))


def _frame(audio: pb.Audio) -> Frame:
    if len(audio.pcm) > _FRAME_BYTES or len(audio.pcm) % 2 or audio.position < 0:
        raise InvalidError("a frame is up to 3200 16-bit samples at a position", code="frame")
    return Frame(audio.position, audio.pcm)


def _fact(kind: str, request: pb.ConverseRequest) -> facts.Fact:
    if kind == "played":
        return _played(request.played.run)
    if kind == "stopped":
        stopped = request.stopped
        _natural(stopped.heard, stopped.position)
        return facts.Stopped(stopped.utterance, stopped.heard, stopped.position)
    if kind == "key":
        return _key(request.key.digit)
    if kind == "text":
        return _typed(request.text)
    if kind == "command":
        return _command(request.command)
    if kind == "consent":
        return facts.Consented(request.consent.granted)
    state = request.client_state
    return facts.ClientChanged(
        muted=state.muted,
        interrupted=state.interrupted,
        uplink_queue_ms=max(0, state.uplink_queue_ms),
    )


def _played(run: pb.PlayedRun) -> facts.Played:
    _natural(run.offset, run.count, run.position)
    return facts.Played(run.utterance, run.offset, run.count, run.position)


def _key(digit: str) -> facts.KeyPressed:
    if digit not in _KEYS:
        raise InvalidError("a key is one of 0-9, * and #", code="key")
    return facts.KeyPressed(digit)


def _typed(text: pb.TextAnswer) -> facts.Typed:
    body = text.body.strip()
    if not body or len(body) > _TEXT_CHARACTERS:
        raise InvalidError(f"an answer has 1 to {_TEXT_CHARACTERS} characters", code="text_length")
    return facts.Typed(text.question_id, body)


def _command(command: pb.Command) -> facts.Commanded:
    if command.kind not in _COMMANDS:
        raise InvalidError("no such command", code="command")
    return facts.Commanded(_COMMANDS[command.kind])


def _natural(*values: int) -> None:
    if min(values) < 0:
        raise InvalidError("counts and positions are never negative", code="negative")


def welcome(said: Welcome) -> pb.ConverseResponse:
    """The answer to attach."""
    return pb.ConverseResponse(
        attached=pb.Attached(
            epoch=said.epoch,
            base_position=said.base_position,
            resume_from=said.resume_from,
            resume_fact=said.resume_fact,
            progress=_progress(said.progress),
            consent_needed=said.consent_needed,
            captions=said.captions,
            text_answers=said.text_answers,
        )
    )


def utterance(said: UtteranceToPlay) -> pb.ConverseResponse:
    """A prompt, whole."""
    return pb.ConverseResponse(
        utterance=pb.Utterance(
            epoch=said.epoch,
            number=said.number,
            sha256=said.sha256,
            pcm=said.pcm,
            caption=said.caption,
        )
    )


def shown(progress: Progress) -> pb.ConverseResponse:
    """Where the candidate is."""
    return pb.ConverseResponse(progress=_progress(progress))


def need(needed: Need) -> pb.ConverseResponse:
    """What the candidate must be told."""
    return pb.ConverseResponse(ask=pb.Ask(need=_NEEDS[needed]))


def _progress(said: Progress) -> pb.Progress:
    return pb.Progress(
        phase=_PHASES[said.phase],
        question=said.question,
        questions=said.questions,
        question_id=said.question_id,
        caption=said.caption,
        thinking_left_ms=said.thinking_left_ms,
    )
