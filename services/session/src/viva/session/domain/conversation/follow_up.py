"""Which follow-up is asked: the first in the script whose evidence the answer does not show yet."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from viva.session.domain.conversation.cues import words
from viva.session.domain.plan import Evidence, FollowUpPlan

# A part counts as shown when one of its cues is in the text; see also `_shows`.
_CUES: dict[Evidence, re.Pattern[str]] = {
    Evidence.SITUATION: re.compile(
        r"\b(when (i|we) (was|were|had|worked|started)|at (my|our) (last|previous|current|old|job|"
        r"company)|(last|this|two|three|few|some) (year|month|week|summer|winter|quarter)s?( ago)?"
        r"|there was|we had (a|an|this|to)|our (team|client|customer|company|project)|in my (last|"
        r"previous|current|first)|once|one (time|day)|the (problem|situation|challenge|issue) was"
        r"|my (team|manager|boss|colleague))\b"
    ),
    Evidence.ACTION: re.compile(
        r"\b(i|we) (then |first |also |finally |just |actually |immediately )?(decided|started|"
        r"created|built|wrote|called|talked|spoke|asked|organi[sz]ed|planned|made|set|fixed|changed|"
        r"led|proposed|suggested|designed|implemented|introduced|explained|worked|tested|moved|split"
        r"|helped|took|found|checked|measured|reviewed|contacted|offered|presented|trained|listed|"
        r"met|went|tried|looked|agreed|sat|added|removed|ran|used|sent|prepared|gave|did|put)\b"
    ),
    # Stricter than what ends a turn (`cues.reaches_result`): who told less than scoring counts as
    # a result should be asked for it.
    Evidence.RESULT: re.compile(
        r"\b(as a result|in the end|result(s|ed)?|outcome|because of that|led to|ended up|finally|"
        r"succe(ss|ssful|eded)|improved|increased|decreased|reduced|saved|delivered|finished|won|"
        r"solved|on time|learned|the effect|happy|worked (out|well)|since then|afterwards|"
        r"eventually|(we|i) (got|managed)|fell|dropped|rose|from \w+( \w+){0,3} to \w+|percent|"
        r"by (half|a third|a quarter)|instead of|paid|stayed|thanked|review|not (one|a single)|"
        r"(has|have|had|was|were|did)(n't| not| never) (happened|missed|lost|had|come|been|"
        r"repeated)|"
        r"no (more )?(\w+ )?(complaints?|problems?|errors?|findings?|mistakes?|issues?|delays?))\b"
    ),
    Evidence.SPECIFICS: re.compile(
        r"(\d|\b(percent|per cent|hundred|thousand|million|dozen|half|twice|two|three|four|five|"
        r"six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|hours?|days?|weeks?|months?|"
        r"for example|for instance|called|named)\b)"
    ),
}
# What happened opens a story: something past among its first words is the situation.
_PAST = re.compile(
    r"\b(?!(need|feed|seed|speed|indeed|used to)\b)"
    r"(was|were|had|did|came|went|got|lost|broke|kept|wrote|told|said|found|left|sent|bought|sold"
    r"|took|gave|made|ran|fell|forgot|knew|thought|felt|began|stood|met|brought|became|sat|rang"
    r"|paid|wasn't|weren't|hadn't|didn't|couldn't|[a-z]{2,}ed)\b"
)
_OPENING_WORDS = 25
# Where a story ends, what is not told of the candidate themselves is how it came out.
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_OWN = re.compile(
    r"^((and|so|then|but|also|first|now|after that|today|later|well|um|uh|of course)[, ]+)*"
    r"(i|we|i've|we've|i'm|i'd|my)\b"
)
_OF_NOW = re.compile(
    r"\b(now|today|still|these days|since|later|afterwards|again|any ?more|nobody|no one)\b"
)
_ELABORATE_WORDS = 45
_SHORT_VOICED_MS = 12_000


@dataclass(frozen=True)
class Choice:
    """A follow-up or none, and why."""

    follow_up: FollowUpPlan | None
    reason: str


def missing_evidence(text: str) -> tuple[Evidence, ...]:
    """The parts that no cue in the text shows."""
    lowered = text.lower().replace("\u2019", "'")
    missing = [kind for kind in _CUES if not _shows(lowered, kind)]
    if len(words(lowered)) < _ELABORATE_WORDS:
        missing.append(Evidence.ELABORATION)
    return tuple(missing)


def _shows(text: str, kind: Evidence) -> bool:
    if kind is Evidence.SITUATION and _PAST.search(" ".join(words(text)[:_OPENING_WORDS])):
        return True
    if kind is Evidence.RESULT and _tells_ending(text):
        return True
    return _CUES[kind].search(text) is not None


def _tells_ending(text: str) -> bool:
    """Whether its second half, behind all acts but perhaps the last, tells of others or things."""
    sentences = [one for one in _SENTENCE.split(text) if one]
    acts = [i for i, one in enumerate(sentences) if _CUES[Evidence.ACTION].search(one)]
    if not acts:
        return False
    ending = sentences[max(acts[-2:][0] + 1, len(sentences) // 2) :]
    return any(
        not (one.endswith("?") or _OWN.search(one)) and (_PAST.search(one) or _OF_NOW.search(one))
        for one in ending
    )


def choose_follow_up(
    follow_ups: Sequence[FollowUpPlan],
    asked: Sequence[str],
    most: int,
    text: str | None,
    voiced_ms: int,
) -> Choice:
    """Chooses the next follow-up of a question, or none.

    Args:
        follow_ups: those of the script, in its order.
        asked: ids of those that were asked already.
        most: how many may be asked in all.
        text: live text of everything said to this question so far; None where there is none.
        voiced_ms: how long the candidate spoke.
    """
    left = [f for f in follow_ups if f.id not in asked]
    if not left or len(asked) >= most:
        return Choice(None, "none left")
    if text is None:
        if voiced_ms < _SHORT_VOICED_MS:
            return Choice(left[0], "short answer, no live text")
        return Choice(None, "long answer, no live text")
    missing = missing_evidence(text)
    for follow_up in left:
        if follow_up.evidence in missing:
            return Choice(follow_up, f"no {follow_up.evidence.value} in the answer")
    return Choice(None, "all evidence shown")
