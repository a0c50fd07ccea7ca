"""Crude stems: one key for the forms of a word, enough to tell an echo from a word of one's own."""

import functools

_IRREGULAR = {
    "began": "begin", "begun": "begin", "brought": "bring", "built": "build", "bought": "buy",
    "caught": "catch", "chose": "choose", "chosen": "choose", "did": "do", "done": "do",
    "drew": "draw", "drawn": "draw", "drove": "drive", "driven": "drive", "fed": "feed",
    "fought": "fight", "found": "find", "gave": "give", "given": "give", "got": "get",
    "grew": "grow", "grown": "grow", "held": "hold", "heard": "hear", "kept": "keep",
    "laid": "lay", "led": "lead", "left": "leave", "lent": "lend", "made": "make", "met": "meet",
    "paid": "pay", "ran": "run", "said": "say", "sat": "sit", "sent": "send", "showed": "show",
    "shown": "show", "sold": "sell", "sought": "seek", "spent": "spend", "spoke": "speak",
    "spoken": "speak", "stood": "stand", "stuck": "stick", "swung": "swing", "taught": "teach",
    "threw": "throw", "thrown": "throw", "took": "take", "taken": "take", "told": "tell",
    "thought": "think", "understood": "understand", "undertook": "undertake", "went": "go",
    "won": "win", "wrote": "write", "written": "write", "wound": "wind", "felt": "feel",
    "broke": "break", "broken": "break", "came": "come", "dealt": "deal", "overcame": "overcome",
    "became": "become", "knew": "know", "known": "know", "saw": "see", "seen": "see",
    "lost": "lose", "rose": "rise", "fell": "fall", "people": "person", "better": "good",
    "best": "good", "children": "child", "men": "man", "women": "woman", "others": "other",
    "wanted": "want", "rang": "ring", "rung": "ring", "bound": "bind", "hung": "hang",
    "dug": "dig", "flew": "fly", "flown": "fly", "rode": "ride", "ridden": "ride", "lit": "light",
    "tore": "tear", "torn": "tear", "woke": "wake", "woken": "wake", "bent": "bend",
    "shook": "shake", "shaken": "shake", "learnt": "learn", "beaten": "beat",
}  # fmt: skip
_SHORTEST = 3


@functools.lru_cache(20_000)
def stem(word: str) -> str:
    """The key of a lower-case word."""
    text = word.removesuffix("'s").removesuffix("'")
    text = _IRREGULAR.get(text, text)
    return _without_e(_without_ending(text))


def _without_ending(text: str) -> str:
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    if text.endswith("ied") and len(text) > 4:
        return text[:-3] + "y"
    for ending in ("ing", "ed"):
        head = text.removesuffix(ending)
        if head != text and len(head) >= _SHORTEST and any(v in head for v in "aeiouy"):
            return _single(head)
    if text.endswith(("ches", "shes", "sses", "xes", "zes")):
        return text[:-2]
    if text.endswith("s") and not text.endswith(("ss", "us", "is")) and len(text) > _SHORTEST:
        return text[:-1]
    return text


def _single(head: str) -> str:
    double = len(head) > _SHORTEST and head[-1] == head[-2] and head[-1] not in "lsz"
    return head[:-1] if double else head


def _without_e(text: str) -> str:
    return text[:-1] if text.endswith("e") and len(text) > _SHORTEST else text


def irregular_base(past: str) -> str:
    """The base of an irregular past form; the form itself where it is not known."""
    return _IRREGULAR.get(past, past)
