"""Patterns that mark the parts of a behavioural answer: situation, task, result, time."""

import re

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
SITUATION = re.compile(
    r"\b(?:when (?:i|we|our|my)|while (?:i|we)|(?:at|in|for|with) (?:my|our|a)"
    r" (?:\w+ )?(?:job|company|role|position|team|internship|university|school|project|startup)"
    r"|last (?:year|month|summer|quarter|week|spring|fall|autumn|winter)"
    r"|\w+ (?:years?|months?|weeks?) ago|(?:in|since) (?:19|20)\d\d|back (?:in|when|then)"
    r"|there (?:was|were) (?:a|this|some|one|two|three|many)|one (?:day|time|of (?:my|our))"
    r"|(?:we|i) (?:had|faced|were facing|was facing|ran into|noticed|received)"
    r"|our (?:\w+ ){1,3}(?:had|was|were|needed|kept|crashed|failed|dropped|broke)"
    r"|during (?:my|the|a|our)|the (?:\w+ )?(?:problem|challenge|issue|situation|conflict) was"
    r"|i (?:worked|was working|was) (?:as|at|for|on)"
    r"|once (?:a|an|i|my|we|the)|suddenly|(?:did not|didn't|stopped|would not|wouldn't) work"
    r"|a (?:\w+ )?(?:customer|client|guest|patient|person|colleague|student)"
    r" (?:was|came|called|had)"
    rf"|in (?:{_MONTHS}))\b"
)
TASK = re.compile(
    r"\b(?:(?:my|our) (?:\w+ )?(?:job|task|role|goal|responsibility|aim|objective|deadline)"
    r" (?:was|were)|(?:i|we) (?:was|were) (?:\w+ )?(?:responsible|in charge|asked|tasked|assigned"
    r"|told|expected|trying) |the (?:goal|aim|task|deadline|plan|challenge) was"
    r"|(?:i|we) (?:had|needed|wanted|set out) to|(?:asked|told|tasked) me to)\b"
)
RESULT = re.compile(
    r"\b(?:as a result|in the end|at the end(?! of)|resulted in|led to|ended up|turned out"
    r"|(?:the|our|my) (?:final |end )?(?:result|outcome|impact|effect)s? (?:was|were)"
    r"|(?:which|that|this|it) (?:meant|helped|saved|reduced|increased|gave|allowed|brought|cut"
    r"|improved|raised)"
    r"|(?:was|were) (?:solved|resolved|fixed|delivered|finished|completed|launched|approved)"
    r"|(?:it|everything|that|this|they) (?:\w+ )?(?:worked|passed|went well|ran again)"
    r"|(?:we|i|they) (?:passed|signed|kept|saved|thanked)|since then"
    r"|(?:got|understood|did) it (?:right|alone|at once)"
    r"|(?:went|came) (?:up|down) (?:by|from|to)|(?:became|got|was|were|is|are|runs?|ran)"
    r" (?:\w+ ){0,3}(?:faster|better|lower|higher|shorter|cheaper|easier|safer|happier|happy"
    r"|satisfied|stable))\b"
)
_OUTCOMES = (
    "increased decreased reduced improved dropped fell rose grew cut saved doubled tripled halved "
    "shipped launched delivered finished completed solved resolved won renewed recovered succeeded "
    "exceeded achieved eliminated prevented stayed shortened lowered raised gained closed"
)
OUTCOME_VERBS = frozenset(_OUTCOMES.split())
AVERTED = re.compile(
    r"\b(?:(?:didn't|did not|never|not) (?:lose|miss|fail|break|lost|missed|failed)"
    r"|(?:has|had)(?: not| never|n't) happened (?:again|since)|(?:never|not) happened again"
    r"|(?:did|does)(?: not|n't) happen (?:again|since)"
    r"|no (?:more |further )?(?:\w+ )?(?:complaints?|incidents?|downtime|delays?|errors?|losses)"
    r"|without (?:any )?(?:\w+ )?(?:downtime|incidents?|delays?|loss|complaints?))\b"
)
NO_RESULT = re.compile(
    r"\b(?:no|nothing|none|never|zero) (?:\w+ ){0,3}"
    r"(?:result|outcome|came|improved|changed|happened|effect|impact)\b"
)
_DAY = f"(?:{_DAYS})"
_SEASON = f"(?:{_MONTHS}|spring|summer|autumn|winter)"
_SPAN = "(?:minutes?|hours?|days?|nights?|mornings?|evenings?|weeks?|months?|seasons?|years?)"
AFTERWARDS = re.compile(
    rf"\b(?:now|today|nowadays|these days|to this day|since|from then on|after that|afterwards?"
    rf"|later|in the end|at the end|finally|eventually|again|any ?more|no longer|anyway|still"
    rf"|so far|early|on time|in time|on the day"
    rf"|by (?:the )?(?:end|noon|midnight|morning|evening|night|half past|next|\w+ o'clock)"
    rf"|(?:by|from|on|in) (?:the |that )?(?:{_DAY}|{_SEASON})"
    rf"|(?:that|same|next|following|first|second|third|last) (?:\w+ )?"
    rf"(?:{_SPAN}|{_DAY}|{_SEASON}|shift)|(?:within|in) \w+ {_SPAN})\b"
)
NO_MORE = re.compile(
    r"\b(?:no|nothing|none|neither|never|not|has(?: not|n't)|have(?: not|n't)|did(?: not|n't)"
    r"|was(?: not|n't)|were(?: not|n't)) .*\b(?:any ?more|again|since|once)\b"
    r"|\b(?:nobody|no one|not one|not a single)\b"
    r"(?! (?:knew|cared|told|helped|came|listened|asked|answered|wanted|could))"
    r"|\bwithout (?:anyone|anybody|anything|a single|one)\b"
)
BAD_ENDING = re.compile(
    r"\b(?:worse|in vain|nothing (?:changed|happened|came)|gave up|too late|got (?:fired|sacked)"
    r"|(?:was|were) (?:fired|sacked)|lost|failed|quit|complained|cancell?ed|refused|angry|furious"
    r"|upset|did(?: not|n't) work|broke down|my fault|a mistake|a disaster)\b"
)
UNDER_WAY = re.compile(r"\b(?:was|were) (?:\w+ly )?\w+ing\b")
WHEN = re.compile(
    r"\b(?:(?:19|20)\d\d|(?:january|february|march|april|june|july|august|september|october"
    rf"|november|december|{_DAYS})"
    r"|last (?:year|month|summer|quarter|week|spring|fall|autumn|winter)"
    r"|\w+ (?:years?|months?|weeks?|days?|hours?) (?:ago|later|early|before|after)"
    r"|(?:in|within|for|after) \w+ (?:years?|months?|weeks?|days?|hours?))\b"
)
_OTHERS = "somebody someone else manager boss supervisor colleague department they"
SOMEBODY_ELSE = frozenset(_OTHERS.split())
