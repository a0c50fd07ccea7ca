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
# There is a "no" or a "not" in it, and it means yes.
_NO_OBJECTION = re.compile(
    r"\b((no|not a) (problem|worries|objections?)|why not"
    r"|(no,? )?i (don't|do not|wouldn't|would not) mind"
    r"|(have no|(don't|do not) have (a|any)) (problems?|objections?))\b"
)
_YES = re.compile(
    r"\b(yes|yeah|yep|yup|sure|certainly|absolutely|definitely|agree|agreed|okay|ok|of course"
    r"|i do|that's fine|that is fine|go ahead)\b|^\W*(one|1)\W*$"
)
_NO = re.compile(
    r"\b(no|nope|nah|never|not|cannot|\w+n't|disagree|refuse|decline)\b|^\W*(two|2)\W*$"
)
# A yes right behind its negation is none.
_NO_YES = re.compile(
    r"\b(i do )?(not|cannot|never|\w+n't) (really )?(agree|sure|okay|ok|fine)\b"
    r"|\b(of course|certainly|absolutely|definitely|i do) not\b"
)


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words_of(
    "um uh uhm erm er hmm hm mm mhm ah oh well so like okay ok right yeah yes and you know"
)
_BACKCHANNEL = _words_of(
    "mhm mm hmm hm uh huh yeah yes yep okay ok right sure ah oh um alright great good"
)
# As which a hum is recognized: "MHF", "M. H. M."
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz']+")
# A clause that ends in one of these goes on.
_OPEN_ENDS = _words_of(
    """a an the and or but because so who if when while where than then of at from my your his our
    their its i we he she they would could should can will also um uh er erm hmm don't didn't i'm
    we're it's i'd i've between"""
)
# After one of these it may end, where recognition hears a full stop: "and I fixed it."
_OFTEN_OPEN_ENDS = _words_of(
    """that this these which to in on for with by about into as is are was were be been am have has
    had you it her very really just like not more most some any each every"""
)
_FULL_STOPS = (".", "!", "?")
_LONGEST_REQUEST = 12
_TAIL_WORDS = 14

_FAREWELL = re.compile(
    r"\b((that's|that is|that was) (it|all|everything|about it|my answer|what i did)"
    r"|nothing (else|more)|(all|everything) (that )?i can say|thank you|thanks)\b"
)
_RESULT = re.compile(
    r"\b(results?|resulted|outcome|in the end|at the end|finally|eventually|since then|ever since"
    r"|afterwards|after (that|this)|by then|fell|dropped|rose|grew|improved|increased|decreased"
    r"|reduced|saved|solved|resolved|finished|delivered|won|succeeded|successful|success|passed"
    r"|approved|thanked|recovered|gone|calmed down|worked (out|well)|worked$|on time|in time"
    r"|ahead of|from \w+( \w+){0,3} to \w+|percent|by (half|a third|a quarter)|stayed|happy"
    r"|satisfied|glad|grateful|review|feedback|paid|never (again|happened)|not (one|a single)"
    r"|i (have )?learned|learnt|still use|got (it right|the job|promoted)|signed|renewed|launched"
    r"|went (live|down|up|well|back|smoothly)|which (i|we|he|she|they) did|said (yes|okay|thanks)"
    r"|(has|have|had|was|were|did)(n't| not| never) (happened|missed|lost|had|come|been|repeated)"
    r"|no (more )?(\w+ )?(complaints?|problems?|errors?|findings?|mistakes?|issues?|delays?)"
    r"|now (i|we|it|they|the|my|our|he|she)|(i|we|they|he|she) now|today (i|we|it|they)"
    r"|(was|were|is|are) (all )?(done|fixed|closed|fine|okay|ok|back|ready|surprised|relieved"
    r"|pleased|proud))\b"
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
    if all(_CONSONANTS.fullmatch(word) for word in spoken):
        return True
    return len(spoken) <= 3 and all(word in _BACKCHANNEL for word in spoken)


def agrees(text: str) -> bool | None:
    """True for a yes, False for a no, None where it is neither, or both: then one asks again."""
    said = _NO_OBJECTION.sub("yes", text.lower().replace("\u2019", "'"))
    said = _NO_YES.sub("no", said)
    yes, no = _YES.search(said) is not None, _NO.search(said) is not None
    return None if yes == no else yes


def ends_open(text: str) -> bool:
    """Whether the text stops where a sentence cannot end."""
    stripped = text.rstrip(' "')
    if stripped.endswith((",", "-", "...", "…", ":", ";")):
        return True
    last = (words(stripped) or [""])[-1]
    return last in _OPEN_ENDS or (last in _OFTEN_OPEN_ENDS and not stripped.endswith(_FULL_STOPS))


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
