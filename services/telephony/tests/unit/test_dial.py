from viva.contracts.session.events.v1 import events_pb2 as session_events
from viva.contracts.telephony.events.v1 import events_pb2 as events
from viva.telephony.application.dial import dial
from viva.telephony.domain.trunks import Trunk, choose

REQUEST = session_events.CallRequested(interview_id="iv_1", attempt=2)


def test_without_a_trunk_a_call_fails_and_says_so() -> None:
    failed = dial(REQUEST, [])
    assert failed is not None
    assert failed.failure == events.CALL_FAILURE_NO_TRUNK
    assert (failed.interview_id, failed.attempt) == ("iv_1", 2)


def test_a_repeated_request_is_the_same_call() -> None:
    first, second = dial(REQUEST, []), dial(REQUEST, [])
    assert first == second


def test_a_full_trunk_carries_no_call() -> None:
    failed = dial(REQUEST, [Trunk("main", "sip", slots=2, in_use=2)])
    assert failed is not None
    assert failed.detail == "every trunk is full"


def test_the_emptiest_trunk_is_chosen() -> None:
    emptier = Trunk("b", "sip", slots=10, in_use=1)
    assert choose([Trunk("a", "sip", slots=4), emptier]) == emptier
    assert dial(REQUEST, [emptier]) is None
