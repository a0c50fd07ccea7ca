"""The way through the script: opening, questions and follow-ups in order, closing."""

from viva.session.domain.conversation.actions import CloseAnswer, End, Save, Start, TakenUp
from viva.session.domain.conversation.draft import Draft
from viva.session.domain.conversation.ending import EndedBy
from viva.session.domain.conversation.follow_up import Choice, choose_follow_up
from viva.session.domain.conversation.speaking import acknowledgement, flush, say
from viva.session.domain.conversation.state import Answer, Slot, Span, Stage, Turn
from viva.session.domain.conversation.timing import milliseconds, samples
from viva.session.domain.plan import Channel, ConsentMode

_OPENING = ("greeting", "notice", "how")
_MOST_SILENT = 2
_MOST_SILENT_LATER = 3
_THINK_FROM_MS = 10_000
_MOST_MISSES = 2


def asks_consent(d: Draft) -> bool:
    """Whether consent is asked by voice."""
    return d.plan.channel is Channel.PHONE and d.plan.consent_mode is ConsentMode.EXPLICIT


def begin_if_ready(d: Draft) -> None:
    """Starts the interview when the candidate is there, has agreed and wants to."""
    state = d.state
    phone = d.plan.channel is Channel.PHONE
    agreed = state.consented or phone or d.plan.consent_mode is ConsentMode.PRE_GRANTED
    if state.stage is not Stage.WAITING or not (state.attached and agreed):
        return
    if state.ready or phone:
        d.set(stage=Stage.OPENING, started_clock=state.clock)
        d.do(Start())
        open_interview(d)


def open_interview(d: Draft) -> None:
    """Says those parts of the opening that were not heard yet."""
    left = [key for key in _OPENING if key not in d.state.said]
    if d.state.interruptions:
        left = [key for key in left if key != "greeting"]
    if asks_consent(d):
        left.append("consent")
    if left:
        say(d, *left)
    else:
        after_speaking(d, d.state.position)


def after_speaking(d: Draft, at: int) -> None:
    """Goes on when the last utterance is over."""
    stage = d.state.stage
    if stage is Stage.OPENING:
        if asks_consent(d) and not d.state.consented:
            d.set(stage=Stage.CONSENTING, quiet_since=at)
        else:
            ask(d, Slot(0))
    elif stage is Stage.CONSENTING:
        d.set(quiet_since=at)
    elif stage is Stage.ASKING and d.state.answer is not None:
        if d.prompt(d.state.answer.slot) not in d.state.said and not d.state.retried:
            d.set(retried=True)
            say(d, d.prompt(d.state.answer.slot))
        else:
            d.set(stage=Stage.LISTENING)
            d.answer(asked_at=at, since=at)
    elif stage is Stage.LISTENING:
        d.answer(since=at)
    elif stage is Stage.CLOSING:
        end(d, EndedBy(d.state.ending))


def ask(d: Draft, slot: Slot, *before: str) -> None:
    """Asks the question of a slot, after the prompts that lead to it."""
    question = d.question(slot)
    kept = d.state.previous
    same = kept is not None and kept.slot.question == slot.question and slot.follow_up
    answer = Answer(
        slot,
        follow_ups=(*kept.follow_ups, slot.follow_up) if kept and same else (),
        context=f"{kept.context} {kept.text}".strip() if kept and same else "",
    )
    prompts = [*before, d.prompt(slot)]
    thinking = d.stretched(question.thinking_time_ms) >= samples(_THINK_FROM_MS)
    if thinking and not slot.follow_up and "think" not in d.state.said:
        prompts.append("think")
    d.set(stage=Stage.ASKING, answer=answer, choice_due=-1, retried=False)
    say(d, *prompts)


def ask_again(d: Draft, *before: str) -> None:
    """Says the current question once more; what was answered so far is kept."""
    if d.state.answer is None:
        return
    flush(d)
    d.set(stage=Stage.ASKING)
    say(d, *before, d.prompt(d.state.answer.slot))


def close_answer(d: Draft, *, typed: str = "", cut_short: bool = False) -> None:
    """Records the current answer's next revision; it may still be taken up."""
    speech = d.state.speech
    answer = d.state.answer
    if answer is None:
        return
    if speech is not None and not speech.over and d.state.position > speech.began:
        d.answer(spans=(*answer.spans, Span(speech.began, d.state.position)))
        d.set(speech=None, quiet_since=d.state.position)
        answer = d.state.answer or answer
    d.answer(revision=answer.revision + 1)
    if answer.revision == 0:
        d.set(answered=d.state.answered + 1)
    first = answer.spans[0].start if answer.spans else answer.asked_at
    d.do(
        CloseAnswer(
            slot=answer.slot,
            revision=answer.revision + 1,
            start=first,
            end=answer.end,
            spans=answer.spans,
            thinking_ms=max(0, milliseconds(first - answer.asked_at)),
            typed=typed,
            cut_short=cut_short,
        )
    )
    d.do(Save())
    d.set(previous=d.state.answer, answer=None, unanswered_row=0)


def go_on(d: Draft, *, before: str = "") -> str:
    """Acknowledges and asks what comes next; returns why it is that.

    Where a follow-up depends on live text that is not there yet, only the acknowledgement is said
    and the choice waits for the text, for a moment.
    """
    answer = d.state.previous
    if answer is None:
        return ""
    lead = before or acknowledgement(d)
    if _awaits_text(d, answer):
        say(d, lead)
        wait = d.rules.durations[lead] + samples(d.timing.choice_ms)
        d.set(stage=Stage.ASKING, choice_due=d.state.clock + wait)
        return "waits for live text"
    return ask_next(d, lead)


def _awaits_text(d: Draft, answer: Answer) -> bool:
    left = d.question(answer.slot).max_follow_ups > len(answer.follow_ups)
    known = answer.text_complete or not answer.spans
    return left and not known and d.state.misses < _MOST_MISSES


def ask_next(d: Draft, *before: str) -> str:
    """Asks the follow-up that the answer leaves open, or the next question; returns why."""
    answer = d.state.previous
    if answer is None:
        return ""
    choice = _choose(d, answer)
    if choice.follow_up is not None:
        ask(d, Slot(answer.slot.question, choice.follow_up.id), *before)
    else:
        next_question(d, answer.slot, *before)
    return choice.reason


def _choose(d: Draft, answer: Answer) -> Choice:
    question = d.question(answer.slot)
    text = f"{answer.context} {answer.text}".strip() if answer.text_complete else None
    return choose_follow_up(
        question.follow_ups,
        answer.follow_ups,
        question.max_follow_ups,
        text,
        milliseconds(answer.voiced),
    )


def next_question(d: Draft, slot: Slot, *before: str) -> None:
    """Asks the question after this slot's, or closes."""
    if slot.question + 1 < len(d.plan.questions):
        ask(d, Slot(slot.question + 1), *before)
    else:
        close(d, *before, "closing", reason=EndedBy.FINISHED)


def give_up(d: Draft) -> None:
    """Goes on after a question that got no answer; ends politely if nobody ever answers."""
    answer = d.state.answer
    if answer is None:
        return
    row = d.state.unanswered_row + (0 if answer.slot.follow_up else 1)
    d.set(unanswered_row=row, previous=None, answer=None, turn=None)
    if row >= (_MOST_SILENT if d.state.answered == 0 else _MOST_SILENT_LATER):
        close(d, "closing:silent", reason=EndedBy.SILENT)
    elif answer.slot.question + 1 < len(d.plan.questions):
        ask(d, Slot(answer.slot.question + 1), "unanswered")
    else:
        last = EndedBy.FINISHED if d.state.answered else EndedBy.SILENT
        close(d, "closing" if d.state.answered else "closing:silent", reason=last)
    d.do(Save())


def take_up(d: Draft) -> None:
    """Withdraws the reply: the candidate goes on with the answer that was taken as complete."""
    previous = d.state.previous
    if previous is None:
        return
    flush(d)
    d.do(TakenUp(previous.slot))
    d.set(
        stage=Stage.LISTENING, answer=previous, previous=None, choice_due=-1, ending="", turn=None
    )


def close(d: Draft, *keys: str, reason: EndedBy) -> None:
    """Says goodbye; the conversation ends when it was heard."""
    d.set(stage=Stage.CLOSING, ending=reason.value, choice_due=-1, answer=None)
    say(d, *keys)


def end(d: Draft, reason: EndedBy) -> None:
    """Ends the conversation at once."""
    d.set(stage=Stage.ENDED, ending=reason.value, playing=(), speech=None, turn=None)
    d.do(Save())
    d.do(End(reason))


def mark_turn(d: Draft, *, ended: int, sure: bool) -> None:
    """Notes the turn whose reply is on its way."""
    d.set(turn=Turn(ended=ended, sure=sure))
