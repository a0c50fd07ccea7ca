"""What can be wrong with a call, in the domain's words."""


class TelephonyError(Exception):
    """Base of telephony's own errors.

    Attributes:
        code: stable and machine readable.
        detail: for people; never a number.
    """

    code = "telephony"
    detail = "The call cannot be made."

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or type(self).detail)
        self.detail = detail or type(self).detail


class NumberInvalidError(TelephonyError):
    """It is no number in E.164."""

    code = "number_invalid"
    detail = "A phone number is written in E.164: + and 7 to 15 digits."


class WindowInvalidError(TelephonyError):
    """No such times of day, weekdays or time zone."""

    code = "window_invalid"


class NumberForbiddenError(TelephonyError):
    """Numbers of this prefix may not be called."""

    code = "number_forbidden"
    detail = "Numbers with this prefix may not be called."


class CallStateError(TelephonyError):
    """The call is not in a state in which this can happen."""

    code = "call_state"
