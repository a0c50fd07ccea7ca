"""When a conversation can change its replica without anybody noticing."""

from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.conversation.timing import samples

# The client holds whole utterances: while so much of one is still to be heard, it can do without
# its replica.
_COVERED = samples(1_500)


def may_change_replica(state: State) -> bool:
    """Whether this is a turn's end: the interviewer speaks on, and the candidate listens.

    Where nobody is attached, any moment will do; a farewell is not worth the change.
    """
    if not state.attached or state.stage is Stage.WAITING:
        return True
    if state.stage in (Stage.CLOSING, Stage.ENDED) or state.speech is not None:
        return False
    if state.choice_due >= 0 or not any(item.started >= 0 for item in state.playing):
        return False
    return sum(item.samples - item.heard for item in state.playing) >= _COVERED
