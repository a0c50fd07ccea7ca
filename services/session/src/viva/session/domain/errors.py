"""Errors of the domain; the application turns them into those that the platform knows."""


class IllegalTransitionError(Exception):
    """An interview cannot do that in the state it is in."""

    def __init__(self, doing: str, state: str) -> None:
        super().__init__(f"cannot {doing} an interview that is {state}")
        self.doing = doing
        self.state = state
