"""Closed word lists: verbs that state what was done, and words that carry no content."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Past forms of irregular verbs that name something done.
IRREGULAR_PAST = _words(
    "began brought built bought caught chose cut did drew drove fed fought found gave got grew "
    "held hit kept laid led left lent made met paid put ran read rebuilt reran rewrote said sat "
    "sent set shot showed sold sought split spent spoke spread stood stuck swept swung taught "
    "threw took told undertook oversaw underwent went won wrote wound withdrew came broke dealt "
    "overcame redid shut used rang bound hung dug flew rode lit tore woke bent shook "
    "learnt beat"
)
IRREGULAR_PARTICIPLE = _words(
    "begun brought built bought caught chosen cut done drawn driven fed fought found given gotten "
    "grown held kept laid led left lent made met paid put run rebuilt rewritten sent set shown "
    "sold split spent spoken spread stood taught thrown taken told overseen won written rung "
    "bound hung dug flown ridden lit torn woken bent shaken learnt beaten"
)
# Words in -ed that are no verbs here, and verbs of feeling, wish and attempt: no action.
NOT_ACTIONS = _words(
    "need indeed hundred speed seed feed exceed proceed succeed red bed wanted needed liked loved "
    "hated hoped wished seemed believed considered wondered assumed supposed expected intended "
    "tired excited interested scared worried pleased bored surprised amazed confused frustrated "
    "stressed embarrassed delighted concerned happened existed lived stayed "
    "remained appeared died turned enjoyed feared agreed imagined dreamed pretended "
    "graduated joined"
)
INTENT_VERBS = _words("planned meant intended wanted hoped agreed preferred")
FAILING_VERBS = _words("failed forgot refused neglected declined avoided stopped")
# What keeps clear of the matter is no evidence of acting on it.
AVOIDING_VERBS = _words(
    "blamed recited guessed rambled insisted missed ignored complained waited dodged dismissed "
    "denied hid quit shrugged evaded stalled excused panicked hesitated interrupted gossiped "
    "sulked shouted yelled lied cheated procrastinated skipped deflected belittled lacked "
    "struggled concealed dithered lost froze clung"
)
AVOIDING_PHRASES = frozenset(
    (verb, after)
    for verb, afters in {
        "gave": "up in",
        "looked": "away",
        "turned": "away",
        "walked": "away",
        "backed": "away off",
        "let": "others somebody someone it",
        "left": "it",
        "expected": "others people them him her someone somebody",
        "got": "by",
        "put": "off",
        "used": "jargon",
        "made": "mistakes errors excuses",
        "showed": "little",
        "started": "without",
        "acted": "without",
        "decided": "without",
        "worked": "alone without",
    }.items()
    for after in afters.split()
)
SHIFTING_VERBS = _words("put pushed shifted handed passed moved left relied depended")
MODALS = _words(
    "would could should might may must will shall can cannot 'd 'll won't wouldn't couldn't "
    "shouldn't can't mightn't gonna"
)
NEGATORS = _words(
    "not never hardly barely scarcely neither nor without cannot didn't don't doesn't wasn't "
    "weren't haven't hasn't hadn't isn't aren't ain't won't wouldn't couldn't shouldn't can't"
)
NEGATIVE_OBJECTS = _words("nothing nobody none nowhere")
HYPOTHETICAL_OPENERS = _words("if unless whether suppose supposing imagine wish hypothetically")
AUXILIARIES = _words("have has had did was were am is are been be being do does")
ADVERBS = _words(
    "also then just really first second third personally myself immediately often always still "
    "even already later soon once twice together only again next now so well basically actually "
    "kind sort of like right away simply all both each first-hand therefore ever almost usually "
    "sometimes normally typically"
)
OPENERS = _words(
    "and but so then because or also well um uh okay yes yeah like basically actually next first "
    "second third finally eventually afterwards later after that which meanwhile therefore now"
)

STOPWORDS = _words(
    "a an the and or but if so because as of at by for with about against between into through "
    "during before after above below to from up down in out on off over under again then once "
    "here there when where why how all any both each few more most other some such no nor not "
    "only own same than too very can will just should now i me my myself we us our ours you your "
    "yours he him his she her hers it its they them their theirs what which who whom this that "
    "these those am is are was were be been being have has had having do does did doing would "
    "could might must shall may i'm i've i'd i'll we've we're we'd it's that's don't didn't um uh "
    "like well yeah yes okay really lot lots thing things stuff something everything anything "
    "always everyone every also get got make made go went way best hard good great nice much many "
    "tell describe time"
)
FILLERS = _words("um uh uhm umm hmm mm er erm ah eh mhm")

# Verbs that a learner tells a past story with in the present: "I go to her and I ask".
PRESENT_ACTS = _words(
    "ask call tell check write send take give bring go put find explain show repair open close "
    "clean cook order pay sell buy move count measure test replace print draw drive carry compare "
    "search install restart sort pack swap apologize apologise invite email phone text offer "
    "refund return teach train report stop listen speak talk make build prepare plan divide split "
    "help visit wait walk run fill sign copy look see hear say"
)
# What is done always or usually is no account of something that happened.
HABITUAL = _words(
    "always usually often normally typically generally regularly constantly whenever "
    "everyday never-ending throughout"
)
# What was said follows in a clause of its own.
SAYING_VERBS = _words("told asked explained wrote showed promised suggested proposed offered said")
# What goes on in a head is not yet how it came out.
THINKING_VERBS = _words("wanted felt thought knew liked hated believed hoped wished")
# Past forms that tell what became of others and of things, beside those that tell an act.
PAST_OF_OTHERS = _words(
    "was were had became fell felt forgot froze knew lost meant rose saw sank slept understood "
    "wore ate drank cost shrank stopped stayed agreed joined enjoyed lived happened remained "
    "appeared loved liked turned"
)
# They say what was done without an object.
WHOLE_VERBS = _words("apologized apologised resigned intervened")
