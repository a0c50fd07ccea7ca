"""Figures of calls; neither a number nor an interview is ever a label."""

from dataclasses import asdict

from opentelemetry import metrics

from viva.platform.log import get_logger
from viva.telephony.application.ports import LegCounters
from viva.telephony.domain.calls import HangUp, NotAnswered

log = get_logger(__name__)


class CallReport:
    """Counts on the process's meter, and logs what each line did."""

    def __init__(self, meter: metrics.Meter) -> None:
        self._missed = meter.create_counter(
            "viva.telephony.calls.missed", unit="{call}", description="Not answered, by reason"
        )
        for why in NotAnswered:
            self._missed.add(0, {"reason": why.value})
        self._over = meter.create_counter(
            "viva.telephony.calls.over", unit="{call}", description="Answered and over, by reason"
        )
        for end in HangUp:
            self._over.add(0, {"reason": end.value})
        self._gaps = meter.create_counter(
            "viva.telephony.audio.missing", unit="s", description="Sound that never came"
        )
        self._gaps.add(0)
        self._lost = meter.create_counter(
            "viva.telephony.packets.lost", unit="{packet}", description="By the network"
        )
        self._jitter = meter.create_histogram(
            "viva.telephony.jitter", unit="ms", description="Of a call at its end"
        )

    def missed(self, why: NotAnswered) -> None:
        """A call came to nothing."""
        self._missed.add(1, {"reason": why.value})

    def over(self, counters: LegCounters, ended: HangUp | None) -> None:
        """A call that was answered is over."""
        self._over.add(1, {"reason": ended.value if ended else "open"})
        self._gaps.add(counters.missing_samples / 16_000)
        self._lost.add(counters.lost_packets)
        self._jitter.record(counters.jitter_ms)
        log.info("line_over", **asdict(counters))
