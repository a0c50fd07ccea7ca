"""What the interviewer says: sending, reports of what was heard, withdrawing."""

from dataclasses import replace

from viva.session.domain.conversation.actions import Flush, Replied, Say
from viva.session.domain.conversation.draft import Draft
from viva.session.domain.conversation.facts import Played, Stopped
from viva.session.domain.conversation.state import Playing
from viva.session.domain.conversation.timing import milliseconds, samples
from viva.session.domain.phrases import ACKNOWLEDGEMENTS


def say(d: Draft, *keys: str) -> None:
    """Sends prompts to be played one after the other."""
    for key in keys:
        number = d.state.next_number
        length = d.rules.durations[key]
        item = Playing(number, key, length, due=0)
        d.set(playing=(*d.state.playing, item), next_number=number + 1)
        d.do(Say(number, key))
    _set_due(d)


def send_again(d: Draft) -> None:
    """Sends what has no terminal report once more; a client that has it ignores it."""
    for item in d.state.playing:
        d.do(Say(item.number, item.key))
    _set_due(d)


def _set_due(d: Draft) -> None:
    """An utterance whose report is late by far counts as over, so that nothing waits for ever."""
    due = d.state.clock + samples(d.timing.report_ms)
    playing = []
    for item in d.state.playing:
        due += item.samples - item.heard
        playing.append(replace(item, due=due))
    d.set(playing=tuple(playing))


def acknowledgement(d: Draft) -> str:
    """The next of the varied acknowledgements."""
    d.set(acknowledgements=d.state.acknowledgements + 1)
    return f"ack:{(d.state.acknowledgements - 1) % ACKNOWLEDGEMENTS}"


def flush(d: Draft) -> None:
    """Withdraws everything that was not heard to its end."""
    if not d.state.playing:
        return
    for item in d.state.playing:
        d.do(Flush(item.number))
    started = any(item.started >= 0 for item in d.state.playing)
    audible = d.state.position + samples(d.timing.echo_ms) if started else 0
    d.set(playing=(), audible_until=max(d.state.audible_until, audible))


def on_played(d: Draft, fact: Played) -> None:
    """Notes how much of an utterance was heard, and where."""
    playing = []
    for item in d.state.playing:
        if item.number == fact.utterance:
            started = item.started if item.started >= 0 else fact.position - fact.offset
            heard = max(item.heard, min(item.samples, fact.offset + fact.count))
            playing.append(replace(item, started=started, heard=heard))
        else:
            playing.append(item)
    until = fact.position + fact.count + samples(d.timing.echo_ms)
    d.set(playing=tuple(playing), audible_until=max(d.state.audible_until, until))
    turn = d.state.turn
    if turn is not None and any(item.number == fact.utterance for item in playing):
        first = fact.position - fact.offset
        d.do(Replied(latency_ms=milliseconds(first - turn.ended), sure=turn.sure))
        d.set(turn=None)


def on_stopped(d: Draft, fact: Stopped) -> bool:
    """Takes an utterance as over; returns whether this left nothing to be said."""
    until = fact.position + samples(d.timing.echo_ms) if fact.heard > 0 else 0
    d.set(audible_until=max(d.state.audible_until, until))
    over = next((i for i in d.state.playing if i.number == fact.utterance), None)
    if over is None:
        return False
    _remove(d, over, heard=fact.heard)
    return not d.state.playing


def drop_overdue(d: Draft) -> bool:
    """Takes the first utterance as over if its report is overdue; as `on_stopped`."""
    first = d.state.playing[0] if d.state.playing else None
    if first is None or d.state.clock < first.due:
        return False
    _remove(d, first, heard=first.heard)
    return not d.state.playing


def _remove(d: Draft, item: Playing, *, heard: int) -> None:
    said = d.state.said
    # A re-prompt may be said often; what matters is which parts of the opening were heard.
    if heard * 2 >= item.samples and item.key not in said:
        said = (*said, item.key)
    rest = tuple(i for i in d.state.playing if i.number != item.number)
    d.set(playing=rest, said=said)
