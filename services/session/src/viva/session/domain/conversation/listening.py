"""Listening to an answer: when it is over, and what to do when nothing is said."""

from dataclasses import replace

from viva.session.domain.conversation import cues
from viva.session.domain.conversation.actions import (
    Ask,
    JudgeTurn,
    Need,
    Recognize,
    TurnTaken,
)
from viva.session.domain.conversation.agenda import (
    ask,
    ask_again,
    ask_next,
    close,
    close_answer,
    give_up,
    go_on,
    mark_turn,
)
from viva.session.domain.conversation.draft import Draft
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.facts import Heard, TurnJudged
from viva.session.domain.conversation.speaking import flush, say
from viva.session.domain.conversation.state import Answer, Slot, Span, Stage, Text
from viva.session.domain.conversation.timing import milliseconds, samples
from viva.session.domain.conversation.turn import TurnEvidence, TurnWait, turn_wait

_EXPECTED_MS = 25_000
_EXPECTED_WARM_UP_MS = 6_000
_EXPECTED_FOLLOW_UP_MS = 10_000
_EXPECTED_SHARE = 0.3
_PROBABLE = 0.3
_WORTH_MS = 1_000
_MOST_MISSES = 2
_KEPT_PAUSES = 12
_LEAST_PAUSE_MS = 250
_HALF_HEARD = 0.6
_REMARK_MS = 6_000
_MOST_UNHEARD = 2


def add_speech(d: Draft, span: Span) -> None:
    """Adds a voiced span to the answer and has it judged."""
    answer = d.state.answer
    if answer is None:
        return
    pause = milliseconds(span.start - answer.end)
    pauses = d.state.pauses
    if answer.spans and not answer.thinking and pause >= _LEAST_PAUSE_MS:
        pauses = (*pauses, pause)[-_KEPT_PAUSES:]
    d.set(pauses=pauses)
    d.answer(
        spans=(*answer.spans, span),
        requested=answer.requested or span.start,
        probability=None,
        judged_until=-1,
        thinking=False,
    )
    d.do(JudgeTurn(span.end))


def on_judged(d: Draft, fact: TurnJudged) -> None:
    """Notes the model's probability for the pause that is going on."""
    answer = d.state.answer
    if answer is None or not answer.spans or fact.until != answer.end:
        return
    d.answer(judged_until=fact.until, probability=fact.probability)
    consider(d)


def on_heard(d: Draft, fact: Heard) -> None:
    """Adds live text to the answer that it belongs to."""
    d.set(misses=d.state.misses + 1 if fact.text is None else 0)
    text = Text(fact.start, fact.end, fact.text)
    for name in ("answer", "previous"):
        answer: Answer | None = getattr(d.state, name)
        if answer is not None and answer.spans and answer.spans[0].start <= fact.start < answer.end:
            d.set(**{name: replace(answer, texts=_placed(answer.texts, text))})
            break
    previous = d.state.previous
    if d.state.choice_due >= 0 and previous is not None and previous.text_complete:
        d.set(choice_due=-1)
        ask_next(d)
    consider(d)


def _placed(texts: tuple[Text, ...], text: Text) -> tuple[Text, ...]:
    others = [t for t in texts if t.start != text.start]
    return tuple(sorted([*others, text], key=lambda t: t.start))


def choice_overdue(d: Draft) -> None:
    """Stops waiting for live text and asks what comes next."""
    if 0 <= d.state.choice_due <= d.state.clock:
        d.set(choice_due=-1)
        ask_next(d)


def consider(d: Draft) -> None:
    """Decides, at a pause, whether the candidate has finished."""
    answer = d.state.answer
    if not _at_pause(d) or answer is None or not answer.spans:
        return
    silence = d.state.position - max(answer.end, answer.since)
    wait = wait_for(d, answer)
    _recognize(d, answer, silence)
    if over_limit(d, answer, silence):
        end_turn(d, wait=wait, reason="answer limit", before="answer_limit")
    elif not answer.thinking and silence >= d.stretched(wait.ms):
        _finish(d, answer, wait)


def _at_pause(d: Draft) -> bool:
    state = d.state
    return state.stage is Stage.LISTENING and state.speech is None and not state.paused


def wait_for(d: Draft, answer: Answer) -> TurnWait:
    """How long to wait at this pause."""
    question = d.question(answer.slot)
    expected = _EXPECTED_WARM_UP_MS if question.warm_up else _EXPECTED_MS
    if answer.slot.follow_up:
        expected = _EXPECTED_FOLLOW_UP_MS
    # A short limit tells that a short answer is wanted.
    expected = min(expected, round(_EXPECTED_SHARE * question.answer_limit_ms))
    return turn_wait(
        TurnEvidence(
            probability=answer.probability,
            text=answer.text if answer.text_complete else None,
            voiced_ms=milliseconds(answer.voiced),
            expected_ms=expected,
            minor=question.warm_up or bool(answer.slot.follow_up),
            pauses=d.state.pauses,
            text_missing=d.state.misses >= _MOST_MISSES,
        ),
        d.rules.curve,
    )


def _recognize(d: Draft, answer: Answer, silence: int) -> None:
    """Asks for the text of what was said since the last piece, where the pause may be the end."""
    if answer.requested >= answer.end:
        return
    new = [s for s in answer.spans if s.end > answer.requested]
    worth = sum(s.end - max(s.start, answer.requested) for s in new) >= samples(_WORTH_MS)
    unlikely = answer.probability is not None and answer.probability < _PROBABLE
    if (worth and not unlikely) or silence >= samples(d.timing.recognize_pause_ms):
        _request(d, answer, answer.end)


def _request(d: Draft, answer: Answer, end: int) -> None:
    start = next((s.start for s in answer.spans if s.end > answer.requested), answer.requested)
    start = max(start, answer.requested)
    piece = samples(d.timing.recognize_piece_ms)
    while end - start > piece:
        d.do(Recognize(start, start + piece))
        start += piece
    d.do(Recognize(start, end))
    d.answer(requested=end)


def recognize_long_speech(d: Draft) -> None:
    """Sends a piece of speech that goes on and on, so that little is left at its end."""
    speech, answer = d.state.speech, d.state.answer
    if speech is None or speech.over or answer is None or d.state.stage is not Stage.LISTENING:
        return
    start = max(answer.requested, speech.began) if answer.requested else speech.began
    piece = samples(d.timing.recognize_piece_ms)
    if d.state.position - start >= piece:
        pending = next((s.start for s in answer.spans if s.end > answer.requested), start)
        if answer.requested and pending < start:
            _request(d, answer, speech.began)
        d.do(Recognize(start, start + piece))
        d.answer(requested=start + piece)


def over_limit(d: Draft, answer: Answer, silence: int) -> bool:
    """Whether the answer has had its time, at a pause."""
    limit = d.stretched(d.question(answer.slot).answer_limit_ms)
    used = d.state.position - answer.spans[0].start
    return used >= limit and silence >= samples(d.timing.limit_pause_ms)


def limit_answer(d: Draft) -> None:
    """Ends an answer that goes on without a pause long after its limit."""
    answer, speech = d.state.answer, d.state.speech
    if d.state.stage is not Stage.LISTENING or answer is None or speech is None or speech.over:
        return
    began = answer.spans[0].start if answer.spans else speech.began
    most = d.stretched(d.question(answer.slot).answer_limit_ms + d.timing.overrun_ms)
    if d.state.position - began >= most:
        wait = TurnWait(0, sure=True, reason="answer limit")
        end_turn(d, wait=wait, reason="answer limit", before="answer_limit")


def _finish(d: Draft, answer: Answer, wait: TurnWait) -> None:
    """The wait is over: an answer, a request, or only thinking aloud."""
    text = answer.text if answer.text_complete else None
    last = answer.texts[-1].text if answer.texts and answer.texts[-1].text else ""
    if text is not None and cues.asks_to_repeat(text):
        forget(d)
        ask_again(d, "repeat")
    elif text is not None and answer.revision and cues.asks_to_repeat(last):
        _repeat_next(d, answer)
    elif text is not None and (cues.only_fillers(text) or cues.asks_for_time(text)):
        d.answer(thinking=True)
    elif answer.heard_share < _HALF_HEARD and milliseconds(answer.voiced) < _REMARK_MS:
        forget(d)
        ask_again(d)
    else:
        end_turn(d, wait=wait, reason=wait.reason)


def forget(d: Draft) -> None:
    """What was said was no answer: the slot is as before."""
    d.answer(
        spans=(),
        texts=(),
        requested=0,
        probability=None,
        judged_until=-1,
        heard_share=1.0,
        thinking=False,
    )


def _repeat_next(d: Draft, answer: Answer) -> None:
    """The request came after the answer was closed: it means the question that followed."""
    cut = answer.texts[-1].start
    kept = tuple(s for s in answer.spans if s.end <= cut)
    restored = replace(answer, spans=kept, texts=answer.texts[:-1])
    d.set(answer=None, previous=restored)
    ask_next(d, "repeat")


def end_turn(d: Draft, *, wait: TurnWait, reason: str, before: str = "") -> None:
    """Closes the answer and goes on."""
    answer = d.state.answer
    if answer is None:
        return
    flush(d)
    close_answer(d)
    closed = d.state.previous or answer
    mark_turn(d, ended=closed.end, sure=wait.sure)
    next_reason = go_on(d, before=before)
    d.do(
        TurnTaken(
            slot=closed.slot,
            ended=closed.end,
            decided=d.state.position,
            probability=closed.probability,
            wait_ms=wait.ms,
            sure=wait.sure,
            reason=reason,
            text_known=closed.text_complete,
            next_reason=next_reason,
        )
    )


def mind_silence(d: Draft) -> None:
    """Re-prompts once when nothing is said, then goes on."""
    state, answer = d.state, d.state.answer
    if not _at_pause(d) or answer is None or state.playing:
        return
    if answer.spans and not answer.thinking:
        return
    quiet = state.position - max(answer.end, answer.since)
    if answer.reprompted:
        if quiet >= d.stretched(d.timing.give_up_ms):
            give_up(d)
        return
    patience = d.timing.reprompt_ms + (d.timing.asked_time_ms if answer.thinking else 0)
    if not answer.slot.follow_up:
        patience += d.question(answer.slot).thinking_time_ms
    if quiet >= d.stretched(patience):
        d.answer(reprompted=True)
        if d.state.signal_lost:
            tell_unheard(d)
        else:
            say(d, "reprompt")


def tell_unheard(d: Draft) -> None:
    """Says and shows that the microphone gives nothing."""
    d.do(Ask(Need.MICROPHONE))
    if d.state.unheard_told < _MOST_UNHEARD:
        d.set(unheard_told=d.state.unheard_told + 1)
        say(d, "unheard")


def limit_total(d: Draft) -> None:
    """Closes the interview when its time is up; an answer under way may reach a pause."""
    state = d.state
    if state.started_clock < 0 or state.stage in (Stage.CLOSING, Stage.ENDED):
        return
    used = state.clock - state.started_clock
    limit = samples(d.plan.total_limit_ms)
    if used < limit:
        return
    talking = state.speech is not None and not state.speech.over
    if talking and used < limit + samples(d.timing.overrun_ms):
        return
    flush(d)
    if d.under_way is not None:
        close_answer(d)
    close(d, "closing:time", reason=EndedBy.TOTAL_LIMIT)


def skip_to(d: Draft, slot: Slot) -> None:
    """Leaves a question unanswered because the candidate wants to."""
    d.set(answer=None, previous=None, turn=None)
    if slot.question + 1 < len(d.plan.questions):
        ask(d, Slot(slot.question + 1), "skip")
    else:
        close(d, "closing", reason=EndedBy.FINISHED)
