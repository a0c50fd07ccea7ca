"""Words that could stand in anybody's answer to anything: they make nothing concrete.

Fluent emptiness is made of them. A word is concrete here when it is none of them, no adverb in -ly,
no number and no echo of the question or the framework.
"""

from collections.abc import Iterable

from viva.scoring.domain.lexicon import ADVERBS, FILLERS, STOPWORDS
from viva.scoring.domain.stems import stem
from viva.scoring.domain.tokens import NUMBER_WORDS, Token


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split())


_NOUNS = _stems(
    "ability accomplishment accountability achievement action activity advantage agility aim "
    "alignment ambition angle answer approach area aspect asset atmosphere attention attitude "
    "awareness background basis behaviour behavior benefit business candidate capability capacity "
    "care career case challenge chance change character circumstance clarity client collaboration "
    "colleague commitment communication community company competence competency complexity "
    "concept concern condition confidence conflict connection consideration context contribution "
    "cooperation core creativity credibility criterion culture customer deal decision dedication "
    "deliverable demand department detail determination development difference difficulty "
    "diligence direction discipline discussion diversity drive duty dynamic effect effectiveness "
    "efficiency effort emotion empathy emphasis employee employer end energy engagement "
    "enthusiasm environment event everybody evidence evaluation example excellence execution "
    "expectation experience expert expertise extent fact factor failure feedback feeling field "
    "flexibility focus foundation framework function future gain goal ground group growth "
    "guidance guideline habit hand happiness heart help honesty idea impact implementation "
    "importance improvement individual industry influence information initiative innovation input "
    "insight inspiration integrity intention interaction interest issue job journey key kind "
    "knowledge leader leadership learning lesson level life loss management manager manner matter "
    "member mentality method mile milestone mind mindset mission mistake model moment momentum "
    "motivation nature necessity need network norm number objective obstacle opinion opportunity "
    "option organization organisation outcome output overview ownership pace part partner "
    "partnership passion past path patience people performance perseverance person personality "
    "perspective phase philosophy place plan point policy position possibility potential power "
    "practice praise preparation presence present pressure pride principle priority proactivity "
    "problem procedure process productivity professional professionalism profit progress project "
    "promise purpose quality quantity question range rapport reality reason recognition record "
    "relation relationship reliability reputation requirement resilience resource respect "
    "response responsibility result revenue reward rigor rise risk road role routine rule "
    "satisfaction scenario scope score sector sense service session setting shape side situation "
    "skill society solution speed spirit stage stakeholder standard start state status step story "
    "strategy strength structure struggle style subject success superior supervisor support "
    "sustainability synergy system talent target task team teammate teamwork technique technology "
    "tendency term thing thinking thought tool top topic track trait transformation transparency "
    "trust truth type understanding unit use user value variety version view viewpoint vision way "
    "weakness whole willingness win wisdom word work worker workload workplace world worth second "
    "minute hour day week month quarter year decade time today yesterday tomorrow morning evening "
    "afternoon night monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july august september october november december summer winter spring "
    "autumn fall percent percentage hundred thousand million half double one another else "
    "somebody someone somewhere nobody anybody bit until behind around maybe along together aside "
    "away back yet quite rather too since despite towards toward upon within without among across "
    "whatever however whoever sorry please thanks okay none kpi metric roi asap robin evaluator "
    "evaluate grade rating forth"
)
_ADJECTIVES = _stems(
    "able absolute accountable active actual adaptable additional aligned amazing ambitious "
    "appropriate authentic available aware awesome bad basic beautiful best better big bigger "
    "biggest brief bright broad brilliant busy calm capable careful certain challenging clear "
    "close collaborative committed common competent complete complex concrete confident "
    "consistent constant constructive cool correct creative critical crucial current customer- "
    "focused daily decisive dedicated deep detailed determined different difficult diligent "
    "direct diverse due dynamic eager early easy effective efficient empathetic energetic "
    "enthusiastic entire especial essential ethical everyday exact excellent exceptional exciting "
    "experienced extra extraordinary extreme fair familiar famous fantastic fast favorable final "
    "fine first flexible former forward free fresh friendly full fundamental future general "
    "genuine glad global good grateful great happy hard hardworking healthy helpful high higher "
    "holistic honest huge ideal immediate important impressed impressive incredible independent "
    "individual initial innovative inspiring integral intense interested interesting involved "
    "keen key large last late latest little local long long-term loyal main major many massive "
    "meaningful measurable mindful modern motivated mutual natural necessary negative new next "
    "nice normal numerous objective obvious old open open-minded optimal optimistic organized "
    "original outstanding overall own passionate past patient perfect personal pleased polite "
    "popular positive possible powerful practical precise previous prior proactive productive "
    "professional proper proud public quick quiet rapid rare ready real realistic recent regular "
    "relevant reliable remarkable required resilient resourceful respectful responsible right "
    "rich robust same satisfied satisfying scalable seamless senior sensible serious several "
    "short significant similar simple sincere single slight slow small smart smooth solid special "
    "specific stable steady stellar strategic stressful strict strong successful such sudden "
    "suitable super supportive sure sustainable systematic talented terrible thankful thorough "
    "timely tough transparent tremendous true trustworthy typical ultimate unique useful usual "
    "valuable various vast versatile vital warm weak whole willing wise wonderful worried worth "
    "wrong young box board table page field"
)
VAGUE_VERBS = _stems(
    "accept accomplish achieve acknowledge act adapt add address adhere adjust advance affect "
    "agree aim align allow amaze analyse analyze anticipate apply appreciate approach assess "
    "assist assume assure attain attempt attend balance be become begin behave believe benefit "
    "boost bring build carry cause celebrate champion change choose clarify collaborate combine "
    "come commit communicate complete concentrate conclude conduct confirm consider continue "
    "contribute control cooperate coordinate cope cover create cultivate deal decide dedicate "
    "define delegate deliver demonstrate describe deserve determine develop devote discover "
    "discuss display do drive effect elevate embody embrace emphasize empower enable encounter "
    "encourage end engage enhance enjoy ensure establish evaluate examine exceed excel execute "
    "exercise exhibit expand expect experience explore express face facilitate feel fight "
    "finalize find finish fix focus follow foster fulfil fulfill gain generate get give go grow "
    "guarantee guide handle happen have help hit honour identify impact implement impress improve "
    "increase influence inform innovate inspire instil integrate invest investigate involve keep "
    "know launch lead learn let leverage lift like listen live look love maintain make manage "
    "master matter maximize mean meet mentor mitigate model monitor motivate move navigate need "
    "negotiate observe offer open operate optimize orchestrate organize organise overcome oversee "
    "own participate perform persevere persist plan play possess practice practise prepare "
    "present prevent prioritize produce promise promote propose prove provide pursue push put "
    "raise reach react realize receive recognize reflect remain resolve respect respond review "
    "rise run see seek serve set share shine show simplify solve speak spearhead spend stand "
    "start stay steer step stimulate stop streamline strengthen stress strive structure study "
    "succeed suggest support surpass sustain tackle take talk target tend thank think thrive "
    "touch track train transform try turn understand unite use utilize utilise validate value "
    "verify view want watch win wish work"
)
_STOP = frozenset(stem(word) for word in STOPWORDS | ADVERBS | FILLERS)
_VAGUE = _NOUNS | _ADJECTIVES | VAGUE_VERBS | _STOP
_SHORTEST = 3


def content_stems(tokens: Iterable[Token]) -> frozenset[str]:
    """Keys of the words that carry content, names and numbers left out."""
    return frozenset(
        stem(token.text) for token in tokens if _content(token) and stem(token.text) not in _STOP
    )


def words_stems(text: str) -> frozenset[str]:
    """Keys of the content words of a plain text."""
    cleaned = (word.strip(".,;:!?\"'()").lower() for word in text.split())
    return frozenset(
        stem(word) for word in cleaned if len(word) >= _SHORTEST and stem(word) not in _STOP
    )


def concrete_stems(tokens: Iterable[Token], echoed: frozenset[str]) -> frozenset[str]:
    """Keys of the words that are the candidate's own and name something.

    Args:
        echoed: keys of the words of the question and the framework.
    """
    return frozenset(
        key
        for token in tokens
        if _content(token) and not token.text.endswith("ly")
        for key in (stem(token.text),)
        if key not in _VAGUE and key not in echoed
    )


def says_what(verb: str, echoed: frozenset[str]) -> bool:
    """Whether the verb alone tells what was done: "called", not "handled"."""
    key = stem(verb)
    return key not in VAGUE_VERBS and key not in echoed


def _content(token: Token) -> bool:
    text = token.text
    known = text.split("-")[0] in NUMBER_WORDS or token.is_number
    return len(text) >= _SHORTEST and not (token.name or known or not text[0].isalpha())
