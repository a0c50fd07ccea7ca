"""What a few words in the live text tell: English patterns that can be read aloud."""

import re

_WORD = re.compile(r"[a-z']+")

_REPEAT = re.compile(
    r"\b(repeat|say (that|it) again|ask (that|me|it) again|once more|pardon( me)?$"
    r"|(didn't|did not|couldn't|could not) (quite )?(hear|catch|get|understand)"
    r"|what was (that|the question)|come again|one more time)\b"
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


def ends_closed(text: str) -> bool:
    """Whether the text ends like a sentence."""
    stripped = text.rstrip(' "')
    return stripped.endswith((".", "!", "?")) and not ends_open(stripped[:-1])


def is_caption(text: str, caption: str) -> bool:
    """Whether these words are mostly the interviewer's own: an echo."""
    spoken = words(text)
    own = set(words(caption))
    return bool(spoken) and sum(word in own for word in spoken) >= 0.7 * len(spoken)
