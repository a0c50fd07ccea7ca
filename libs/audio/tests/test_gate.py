import pytest
from hypothesis import given
from hypothesis import strategies as st

from viva.audio.gate import GateSettings, SpeechBegan, SpeechEnded, SpeechGate

FRAME = 512
probabilities = st.lists(st.floats(0, 1), max_size=200)
settings_of_gates = st.builds(
    GateSettings,
    start_threshold=st.floats(0.5, 1),
    end_threshold=st.floats(0, 0.5),
    min_speech_ms=st.integers(0, 500),
    min_silence_ms=st.integers(0, 1000),
)


def run(gate: SpeechGate, values: list[float]) -> list[SpeechBegan | SpeechEnded]:
    events = [event for value in values if (event := gate.feed(value))]
    last = gate.finish()
    return [*events, last] if last else events


def test_speech_is_reported_where_it_began_and_ended() -> None:
    gate = SpeechGate(GateSettings(min_speech_ms=64, min_silence_ms=96))
    values = [0.1] * 5 + [0.9] * 10 + [0.1] * 5
    events = [gate.feed(value) for value in values]
    assert [event for event in events if event] == [
        SpeechBegan(5 * FRAME, 7 * FRAME),
        SpeechEnded(15 * FRAME, 18 * FRAME),
    ]
    assert not gate.speaking


def test_click_is_no_speech_and_a_breath_no_end() -> None:
    gate = SpeechGate(GateSettings(min_speech_ms=96, min_silence_ms=192))
    assert not run(gate, [0.1, 0.9, 0.9, 0.1, 0.1])
    events = run(SpeechGate(), [0.9] * 5 + [0.1] * 4 + [0.9] * 3 + [0.1] * 9)
    assert events == [SpeechBegan(0, 3 * FRAME), SpeechEnded(12 * FRAME, 18 * FRAME)]


def test_between_the_thresholds_nothing_changes() -> None:
    assert not run(SpeechGate(), [0.4] * 50)
    assert run(SpeechGate(), [0.9] + [0.4] * 50) == [
        SpeechBegan(0, 3 * FRAME),
        SpeechEnded(51 * FRAME, 51 * FRAME),
    ]


def test_positions_count_from_where_the_stream_begins() -> None:
    began = run(SpeechGate(position=16_000), [0.9] * 4)[0]
    assert began.position == 16_000


@given(settings_of_gates, probabilities)
def test_events_alternate_and_keep_their_minimum(
    settings: GateSettings, values: list[float]
) -> None:
    gate = SpeechGate(settings)
    events = run(gate, values)
    assert not gate.speaking
    kinds = [type(event) for event in events]
    assert kinds == [SpeechBegan, SpeechEnded] * (len(events) // 2)
    positions = [event.position for event in events]
    assert positions == sorted(positions)
    assert all(event.position <= event.decided_at <= len(values) * FRAME for event in events)
    for ended, began in zip(events[1::2], events[2::2], strict=False):
        assert began.position - ended.position >= settings.min_silence_ms * 16
    for began in events[::2]:
        assert began.decided_at - began.position >= settings.min_speech_ms * 16
        assert values[began.position // FRAME] >= settings.start_threshold


def test_thresholds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValueError, match="thresholds"):
        GateSettings(start_threshold=0.3, end_threshold=0.5)
