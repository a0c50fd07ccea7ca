"""The simulated candidate of test interviews: how it behaves, and what it says by itself."""

from dataclasses import dataclass
from enum import StrEnum


class Behaviour(StrEnum):
    """What the interview comes to: a verdict, one without numbers, or one of part of it."""

    FLUENT = "fluent"
    SILENT = "silent"
    DROPS = "drops"


@dataclass(frozen=True)
class Simulation:
    """One candidate to be simulated.

    Attributes:
        answers: question and text; to whatever else is asked, `FOLLOW_UP` is said.
    """

    interview_id: str
    join_token: str
    voice: str
    behaviour: Behaviour
    answers: tuple[tuple[str, str], ...]


# They fit the built-in questions, and any set that asks for examples.
ANSWERS = (
    "I like it when somebody comes with a problem and leaves with an answer. That is what makes a "
    "day at work a good one for me.",
    "Last spring a customer was upset because her order had arrived broken twice. I listened until "
    "she had told me everything, and I said that I was sorry. Then I checked the parcel with the "
    "carrier, packed a new one myself, and called her two days later. It had arrived in one piece, "
    "and she thanked me for calling.",
    "Our booking system lost about forty appointments one morning, and nobody knew why. I compared "
    "the log with the calendar, step by step, and saw that all of them came from one old phone. I "
    "tested that by booking from it. We updated the app, and it has not happened again since.",
    "I had to explain a loan with a changing rate to a man who had never had one. I compared it "
    "with the price of petrol, wrote down what he would pay in a cheap year and in an expensive "
    "year, and asked him to explain it to me. He did, and he chose the fixed rate.",
    "I once sent the prices of one customer to another. I noticed it after ten minutes, told my "
    "manager and both customers at once, and asked for the file to be deleted. Since then I read "
    "the address aloud before I send anything, and I have not done it again.",
)
FOLLOW_UP = (
    "I did it myself, on the same day, because waiting would have made it worse. In the end it "
    "worked: the customer stayed with us, and we saved about three hours a week."
)
# Not the usual interviewer's, so that the two are told apart as people are.
VOICES = ("am_michael", "bf_emma")
