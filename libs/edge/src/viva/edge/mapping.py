"""Edge messages to and from the protobuf messages of `Converse`."""

from viva.contracts.common.v1 import common_pb2
from viva.contracts.session.v1 import conversation_pb2 as pb
from viva.edge import messages as m

_COMMANDS = {
    "ready": pb.COMMAND_KIND_READY,
    "done": pb.COMMAND_KIND_DONE,
    "repeat": pb.COMMAND_KIND_REPEAT,
    "skip": pb.COMMAND_KIND_SKIP,
}
_PHASES: dict[int, m.Phase] = {
    pb.PHASE_WAITING: "waiting",
    pb.PHASE_SPEAKING: "speaking",
    pb.PHASE_LISTENING: "listening",
    pb.PHASE_THINKING: "thinking",
    pb.PHASE_PAUSED: "paused",
    pb.PHASE_CLOSING: "closing",
}
_NEEDS: dict[int, m.Ask] = {
    pb.CLIENT_NEED_CONSENT: m.Ask("consent"),
    pb.CLIENT_NEED_MICROPHONE: m.Ask("microphone"),
    pb.CLIENT_NEED_UPLINK: m.Ask("uplink"),
}

_CHANNELS = {"browser": common_pb2.CHANNEL_BROWSER, "phone": common_pb2.CHANNEL_PHONE}


def attach_request(said: m.SessionAttach) -> pb.ConverseRequest:
    """The first message of a stream."""
    attach, playing = said.attach, said.attach.playing
    return pb.ConverseRequest(
        attach=pb.Attach(
            interview_id=said.interview_id,
            attempt=said.attempt,
            channel=_CHANNELS[said.channel],
            connection=said.connection,
            last_epoch=attach.last_epoch,
            position=attach.position,
            buffered_from=attach.buffered_from,
            facts_buffered_from=attach.facts_buffered_from,
            playing_utterance=playing.utterance if playing else 0,
            playing_offset=playing.offset if playing else 0,
            fresh=attach.fresh,
        )
    )


def request(said: m.Uplink) -> pb.ConverseRequest:
    """Any later message of a stream."""
    match said:
        case m.Audio():
            return pb.ConverseRequest(audio=pb.Audio(position=said.position, pcm=said.pcm))
        case m.Elapsed():
            return pb.ConverseRequest(elapsed=pb.Elapsed(ms=said.ms))
        case m.Detached():
            return pb.ConverseRequest(detached=pb.Detached(reason=said.reason))
        case m.Heartbeat():
            return pb.ConverseRequest(heartbeat=pb.Heartbeat())
        case _:
            return _fact(said)


def _fact(said: m.NumberedFact) -> pb.ConverseRequest:
    match said:
        case m.Played():
            run = pb.PlayedRun(
                utterance=said.utterance,
                offset=said.offset,
                count=said.count,
                position=said.position,
            )
            return pb.ConverseRequest(played=pb.Played(fact=said.fact, run=run))
        case m.Stopped():
            return pb.ConverseRequest(
                stopped=pb.Stopped(
                    fact=said.fact,
                    utterance=said.utterance,
                    heard=said.heard,
                    position=said.position,
                )
            )
        case m.Key():
            key = pb.Key(fact=said.fact, position=said.position, digit=said.digit)
            return pb.ConverseRequest(key=key)
        case m.Text():
            return pb.ConverseRequest(
                text=pb.TextAnswer(
                    fact=said.fact,
                    position=said.position,
                    question_id=said.question_id,
                    body=said.body,
                )
            )
        case m.Command():
            kind = _COMMANDS[said.kind]
            command = pb.Command(fact=said.fact, position=said.position, kind=kind)
            return pb.ConverseRequest(command=command)
        case m.Consent():
            consent = pb.Consent(fact=said.fact, position=said.position, granted=said.granted)
            return pb.ConverseRequest(consent=consent)
        case m.State():
            return pb.ConverseRequest(client_state=_state(said))
        case m.Bye():
            return pb.ConverseRequest(bye=pb.Bye(fact=said.fact))


def _state(said: m.State) -> pb.ClientState:
    return pb.ClientState(
        fact=said.fact,
        position=said.position,
        muted=said.muted,
        hidden=said.hidden,
        interrupted=said.interrupted,
        device_changed=said.device_changed,
        uplink_queue_ms=said.uplink_queue_ms,
    )


def session_message(heard: pb.ConverseResponse) -> m.SessionMessage | None:
    """What the session said; None for what this release does not know."""
    match heard.WhichOneof("message"):
        case "attached":
            return _attached(heard.attached)
        case "durable":
            return m.Durable(heard.durable.position, heard.durable.fact)
        case "utterance":
            said = heard.utterance
            return m.Utterance(said.epoch, said.number, said.sha256, said.pcm, said.caption)
        case "flush":
            return m.Flush(heard.flush.utterance)
        case "progress":
            return _progress(heard.progress)
        case "heartbeat":
            return m.Heartbeat()
        case "end":
            return m.End(heard.end.reason)
        case "replaced":
            return m.Replaced()
        case "ask":
            return _NEEDS.get(heard.ask.need)
        case _:
            return None


def _attached(attached: pb.Attached) -> m.Attached:
    return m.Attached(
        epoch=attached.epoch,
        base_position=attached.base_position,
        resume_from=attached.resume_from,
        resume_fact=attached.resume_fact,
        progress=_progress(attached.progress),
        consent_needed=attached.consent_needed,
        captions=attached.captions,
        text_answers=attached.text_answers,
    )


def _progress(progress: pb.Progress) -> m.Progress:
    return m.Progress(
        phase=_PHASES.get(progress.phase, "waiting"),
        question=progress.question,
        questions=progress.questions,
        question_id=progress.question_id,
        caption=progress.caption,
        thinking_left_ms=progress.thinking_left_ms,
    )
