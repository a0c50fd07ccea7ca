"""How long to wait before somebody is called again."""

from dataclasses import dataclass
from datetime import timedelta

from viva.telephony.domain.ways import NotAnswered


@dataclass(frozen=True)
class Retries:
    """One budget for all that can go wrong with reaching one candidate.

    Attributes:
        most_calls: in all, where the customer names no number.
        dropped: after somebody took the call and was gone before a word was exchanged.
        call_back: after a drop, before the candidate is called back.
        in_doubt: before the carrier is asked again about an order whose outcome is unknown.
    """

    most_calls: int = 3
    busy: timedelta = timedelta(minutes=3)
    no_answer: timedelta = timedelta(minutes=20)
    voicemail: timedelta = timedelta(minutes=45)
    rejected: timedelta = timedelta(minutes=45)
    failed: timedelta = timedelta(minutes=1)
    dropped: timedelta = timedelta(minutes=3)
    call_back: timedelta = timedelta(seconds=3)
    in_doubt: timedelta = timedelta(seconds=15)

    def after(self, why: NotAnswered) -> timedelta:
        """The wait after a call that was not answered."""
        return {
            NotAnswered.BUSY: self.busy,
            NotAnswered.NO_ANSWER: self.no_answer,
            NotAnswered.VOICEMAIL: self.voicemail,
            NotAnswered.REJECTED: self.rejected,
            NotAnswered.FAILED: self.failed,
        }[why]
