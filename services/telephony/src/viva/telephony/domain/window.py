"""When a candidate may be called."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from viva.telephony.domain.errors import WindowInvalidError

_DAY_MINUTES = 24 * 60
_DAYS_AHEAD = 8


@dataclass(frozen=True)
class CallingWindow:
    """Times of day in one place. A day with a change of clocks keeps its wall-clock times.

    Attributes:
        time_zone: IANA name.
        from_minute: after midnight, inclusive.
        until_minute: after midnight, exclusive; later than `from_minute`.
        weekdays: ISO, 1 for Monday; empty for all.
    """

    time_zone: str
    from_minute: int = 0
    until_minute: int = _DAY_MINUTES
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.from_minute < self.until_minute <= _DAY_MINUTES:
            raise WindowInvalidError("A calling window ends after it begins, on the same day.")
        if not set(self.weekdays) <= set(range(1, 8)):
            raise WindowInvalidError("Weekdays are 1 (Monday) to 7.")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise WindowInvalidError("The time zone is not known.") from error

    def next_open(self, at: datetime) -> datetime:
        """The first moment from `at` on when calling is allowed; `at` itself if it is now."""
        zone = ZoneInfo(self.time_zone)
        today = at.astimezone(zone).date()
        for ahead in range(_DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if self.weekdays and day.isoweekday() not in self.weekdays:
                continue
            opens = _moment(day, self.from_minute, zone)
            closes = _moment(day, self.until_minute, zone)
            if at < closes:
                return max(at, opens)
        raise AssertionError("every window opens once a week")


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    midnight = datetime.combine(day, time(), zone)
    # Wall-clock arithmetic, then to UTC: the offset is that of the moment itself.
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)
