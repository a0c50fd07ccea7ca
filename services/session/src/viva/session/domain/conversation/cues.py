"""What a few words in the live text tell: English patterns that can be read aloud."""

import re

_WORD = re.compile(r"[a-z']+")

_REPEAT = re.compile(
    r"\b(repeat|say (that|it) again|ask (that|me|it) again|once more|pardon me|pardon(?=\W*$)"
    r"|(didn't|did not|couldn't|could not) (quite )?(hear|catch|get|understand)"
    r"|what was (that|the question)|come again|one more time)(\b|$)"
)
_THINKING = re.compile(
    r"\b(let me (think|see)|give me (a|one|some) (second|moment|minute|time)|i need (a|some) "
    r"(second|moment|minute|time)|(one|a|just a) (second|moment|sec)|good question)\b"
)
_YES = re.compile(r"\b(yes|yeah|yep|sure|i agree|okay|ok|of course|i do)\b")
_NO = re.compile(r"\b(no|nope|i don't|i do not|disagree|refuse)\b")


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words_of(
    "um uh uhm erm er hmm hm mm mhm ah oh well so like okay ok right yeah yes and you know"
)
_BACKCHANNEL = _words_of(
    "mhm mm hmm hm uh huh yeah yes yep okay ok right sure ah oh um alright great good"
)
# A clause that ends in one of these goes on.
_OPEN_ENDS = _words_of(
    """a an the and or but because so that which who if when while where as than then to of in on at
    for with from by about into is are was were be been am have has had will would could should can
    i we you he she they it my our your their his her its this these very really just also like um
    uh er erm hmm not don't didn't i'm we're it's i'd i've more most some any each every between"""
)
_LONGEST_REQUEST = 12
_TAIL_WORDS = 14

_FAREWELL = re.compile(
    r"\b((that's|that is|that was) (it|all|everything|about it|my answer|what i did)"
    r"|nothing (else|more)|(all|everything) (that )?i can say|thank you|thanks)\b"
)
_RESULT = re.compile(
    r"\b(results?|resulted|outcome|in the end|finally|eventually|since then|ever since|afterwards"
    r"|fell|dropped|rose|grew|improved|increased|decreased|reduced|saved|solved|resolved|finished"
    r"|delivered|won|succeeded|successful|success|worked (out|well)|on time|in time|ahead of"
    r"|from \w+( \w+){0,3} to \w+|percent|by (half|a third|a quarter)|stayed|happy|satisfied|glad"
    r"|grateful|review|feedback|paid|never (again|happened)|not (one|a single)|i (have )?learned"
    r"|learnt|still use|got (it right|the job|promoted)|signed|renewed|launched|went live)\b"
)


def words(text: str) -> list[str]:
    """Lower-case words."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def asks_to_repeat(text: str) -> bool:
    """Whether all that was said is a request to hear the question again."""
    return len(words(text)) <= _LONGEST_REQUEST and _REPEAT.search(text.lower()) is not None


def asks_for_time(text: str) -> bool:
    """Whether all that was said is that the candidate thinks."""
    return len(words(text)) <= _LONGEST_REQUEST and _THINKING.search(text.lower()) is not None


def only_fillers(text: str) -> bool:
    """Whether nothing but "um", "well" and the like was said."""
    return all(word in _FILLERS for word in words(text))


def only_backchannel(text: str) -> bool:
    """Whether this is listening noise ("mhm", "okay") and no interruption."""
    spoken = words(text)
    return len(spoken) <= 3 and all(word in _BACKCHANNEL for word in spoken)


def agrees(text: str) -> bool | None:
    """True for a yes, False for a no, None where it is neither."""
    lowered = text.lower()
    if _NO.search(lowered):
        return False
    return True if _YES.search(lowered) else None


def ends_open(text: str) -> bool:
    """Whether the text stops where a sentence cannot end."""
    stripped = text.rstrip(' "')
    if stripped.endswith((",", "-", "...", "…", ":", ";")):
        return True
    spoken = words(stripped)
    return bool(spoken) and spoken[-1] in _OPEN_ENDS


def says_farewell(text: str) -> bool:
    """Whether the text ends by saying that this was all."""
    return _FAREWELL.search(" ".join(words(text)[-_TAIL_WORDS:])) is not None


def reaches_result(text: str) -> bool:
    """Whether the last words tell what came of it: answers tend to end there."""
    return _RESULT.search(" ".join(words(text)[-_TAIL_WORDS:])) is not None


def is_caption(text: str, caption: str) -> bool:
    """Whether these words are mostly the interviewer's own: an echo."""
    spoken = words(text)
    own = set(words(caption))
    return bool(spoken) and sum(word in own for word in spoken) >= 0.7 * len(spoken)
