"""The aggregate: one interview and its attempts, from created to a verdict or to none."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from viva.session.domain import interview_events as happened
from viva.session.domain.errors import IllegalTransitionError
from viva.session.domain.lifecycle import (
    CHARGED,
    REINVITABLE,
    TRANSITIONS,
    Deadlines,
    EndReason,
    Stage,
    State,
)

NO_ANSWERS = "no_answers"
CONSENT_REFUSED = "consent_refused"


@dataclass
class Interview:
    """One interview. Methods change the state and record what happened; `drain` hands that over.

    Each state that can hang has a stored `deadline`: any replica that finds it passed moves the
    interview on. A terminal state has none, and nothing that arrives late changes it.

    Attributes:
        total: limit of the whole conversation, as it is enforced.
        grace: how long a candidate who dropped may take to come back.
        test_mode: never charged.
        questions_planned: scored questions of the script.
        questions_answered: those of them that were answered; known when the bundle is frozen.
        prompt_count: None until every prompt is rendered.
        cancel_reason: set while a live conversation is to be ended by who conducts it.
        asked_again: whether the stage that is waited for was asked for a second time.
        missing_stages: what the frozen bundle lacks.
    """

    id: str
    phone: bool
    test_mode: bool
    expires_at: datetime
    total: timedelta
    grace: timedelta
    questions_planned: int
    attempt: int = 1
    state: State = State.CREATED
    prompt_count: int | None = None
    deadline: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    cancel_reason: str | None = None
    stage: Stage | None = None
    asked_again: bool = False
    questions_answered: int = 0
    missing_stages: tuple[str, ...] = ()
    events: list[happened.InterviewEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.deadline is None and self.state in {State.CREATED, State.READY}:
            self.deadline = self.expires_at

    def drain(self) -> list[happened.InterviewEvent]:
        """What happened since the last call, in order."""
        events, self.events = self.events, []
        return events

    def prompts_rendered(self, count: int) -> None:
        """The candidate may join; a phone interview is dialled. Ignored where it is known."""
        if self.state is not State.CREATED:
            return
        self.prompt_count = count
        self._ready(count)

    def start(self, at: datetime, deadlines: Deadlines) -> None:
        """The conversation begins.

        Raises:
            IllegalTransitionError: not ready, or over.
        """
        if self.state is State.IN_PROGRESS:
            return
        self._become(State.IN_PROGRESS, doing="start")
        self.started_at = at
        self.alive(at, deadlines)
        self.events.append(happened.Started(self.attempt, at))

    def alive(self, at: datetime, deadlines: Deadlines) -> None:
        """Somebody conducts the conversation still: its deadline moves on, up to its total limit.

        Raises:
            IllegalTransitionError: no conversation is under way.
        """
        if self.state is not State.IN_PROGRESS or self.started_at is None:
            raise IllegalTransitionError("conduct", self.state)
        if self.cancel_reason is not None:
            return
        last = self.started_at + self.total + deadlines.closing
        self.deadline = min(last, at + self.grace + deadlines.handover)

    def end_conversation(
        self,
        reason: EndReason,
        at: datetime,
        *,
        answers: int,
        scoreable: int,
        deadlines: Deadlines,
    ) -> None:
        """Nothing more will be said. Ignored where it is known.

        Args:
            answers: recorded answers, the warm-up's included.
            scoreable: recorded answers to scored questions.

        Raises:
            IllegalTransitionError: it never began.
        """
        if self.state is State.PROCESSING or self.state.terminal:
            return
        if self.state is not State.IN_PROGRESS:
            raise IllegalTransitionError("end", self.state)
        self.ended_at = at
        self.end_reason = reason
        self.events.append(happened.ConversationEnded(self.attempt, reason, at, answers))
        if reason is EndReason.CANCELLED or self.cancel_reason is not None:
            # A cancellation that was accepted holds, however the conversation came to its end.
            self._cancelled(self.cancel_reason or "")
        elif reason is EndReason.CONSENT_REFUSED:
            self.fail(CONSENT_REFUSED, "the candidate did not agree to be recorded")
        elif scoreable == 0 and not reason.gone_through:
            self._fail_for_lack_of_answers()
        else:
            self._become(State.PROCESSING, doing="process")
            self._wait_for(Stage.ANSWERS, at + deadlines.stage)

    def ask_again(self, now: datetime, deadlines: Deadlines) -> bool:
        """Asks once more for what the stage lacks; False where that was done already."""
        if self.asked_again or self.stage is None:
            return False
        self.asked_again = True
        self.deadline = now + deadlines.stage
        wanted = (
            happened.AnswersWanted(self.attempt)
            if self.stage is Stage.ANSWERS
            else happened.VerdictWanted(self.attempt)
        )
        self.events.append(wanted)
        return True

    def freeze(
        self, now: datetime, deadlines: Deadlines, *, answered: int, missing_stages: tuple[str, ...]
    ) -> None:
        """All answers are in, or given up on: the whole interview is to be judged.

        Where the candidate left and no answer turned out to hold a word, it fails.

        Args:
            answered: scored questions that were answered.
            missing_stages: of the answers to scored questions, those whose result never came.

        Raises:
            IllegalTransitionError: the answers are not waited for.
        """
        if self.stage is not Stage.ANSWERS or self.end_reason is None:
            raise IllegalTransitionError("freeze", self.state)
        self.questions_answered = answered
        self.missing_stages = missing_stages
        if answered == 0 and not missing_stages and not self.end_reason.gone_through:
            self._fail_for_lack_of_answers()
            return
        self._wait_for(Stage.VERDICT, now + deadlines.stage)
        self.events.append(happened.VerdictWanted(self.attempt))

    def conclude(self, *, has_overall: bool, missing_stages: tuple[str, ...]) -> None:
        """The verdict stands. Precedence: low_confidence, partial, completed.

        Args:
            has_overall: whether an overall score could be given.
            missing_stages: those of the whole interview whose result never came.

        Raises:
            IllegalTransitionError: no verdict is waited for.
        """
        if self.stage is not Stage.VERDICT or self.end_reason is None:
            raise IllegalTransitionError("conclude", self.state)
        missing = tuple(dict.fromkeys((*self.missing_stages, *missing_stages)))
        if not has_overall:
            state = State.LOW_CONFIDENCE
        elif missing or not self.end_reason.gone_through:
            state = State.PARTIAL
        else:
            state = State.COMPLETED
        self._become(state, doing="conclude")
        chargeable = state in CHARGED and not self.test_mode
        self.events.append(happened.VerdictReached(self.attempt, state, chargeable, missing))

    def fail(self, code: str, detail: str) -> None:
        """There will be no result in this attempt. Ignored where the attempt is over."""
        if self.state.terminal:
            return
        self._become(State.FAILED, doing="fail")
        self.events.append(happened.Failed(self.attempt, code, detail, self.end_reason))

    def expire(self) -> None:
        """Nobody joined in time. Ignored where somebody did."""
        if self.state in {State.CREATED, State.READY}:
            self._become(State.EXPIRED, doing="expire")
            self.events.append(happened.Expired(self.attempt))

    def cancel(self, reason: str, now: datetime, deadlines: Deadlines) -> bool:
        """Calls the interview off; too late once the candidate has hung up.

        Returns:
            True where a live conversation has to be ended by who conducts it; the deadline ends it
            if nobody does.
        """
        if self.state in {State.CREATED, State.READY}:
            self._cancelled(reason)
        elif self.state is State.IN_PROGRESS and self.cancel_reason is None:
            self.cancel_reason = reason
            self.deadline = now + deadlines.cancel
            return True
        return False

    def reinvite(self, attempt: int, expires_at: datetime) -> None:
        """Starts the next attempt, or refuses where a result stands or is on its way.

        A repeated request (the attempt is known) is ignored.
        """
        if attempt <= self.attempt:
            return
        if self.state not in REINVITABLE:
            self.events.append(happened.ReinviteRefused(attempt, self.state.value))
            return
        self.attempt = attempt
        self.expires_at = expires_at
        self.started_at = self.ended_at = self.end_reason = None
        self.questions_answered = 0
        self.missing_stages = ()
        self.events.append(happened.Reinvited(attempt))
        if self.prompt_count is None:
            self._become(State.CREATED, doing="reinvite")
            self.deadline = expires_at
        else:
            self._ready(self.prompt_count)

    def overdue_reason(self, now: datetime) -> EndReason:
        """Why a live conversation whose deadline passed is over."""
        if self.cancel_reason is not None:
            return EndReason.CANCELLED
        if self.started_at is not None and now >= self.started_at + self.total:
            return EndReason.TOTAL_LIMIT
        return EndReason.DROPPED

    def _ready(self, prompt_count: int) -> None:
        self._become(State.READY, doing="prepare")
        self.deadline = self.expires_at
        self.events.append(happened.PromptsRendered(self.attempt, prompt_count))
        if self.phone:
            self.events.append(happened.CallWanted(self.attempt))

    def _fail_for_lack_of_answers(self) -> None:
        self.fail(NO_ANSWERS, "the candidate left before any scored question was answered")

    def _cancelled(self, reason: str) -> None:
        self._become(State.CANCELLED, doing="cancel")
        self.events.append(happened.Cancelled(self.attempt, reason))

    def _wait_for(self, stage: Stage, deadline: datetime) -> None:
        self.stage = stage
        self.asked_again = False
        self.deadline = deadline

    def _become(self, state: State, *, doing: str) -> None:
        if state not in TRANSITIONS[self.state]:
            raise IllegalTransitionError(doing, self.state)
        self.state = state
        self.stage = None
        self.deadline = None
        self.cancel_reason = None
        self.asked_again = False
