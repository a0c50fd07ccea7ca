"""Whether what is heard may be kept."""

from viva.session.domain.conversation.state import Stage, State
from viva.session.domain.plan import ConsentMode, Plan


def may_record(plan: Plan, state: State) -> bool:
    """Nothing is kept before the interview begins, nor of a candidate who has not agreed."""
    agreed = state.consented or plan.consent_mode is ConsentMode.PRE_GRANTED
    return agreed and state.stage is not Stage.WAITING
