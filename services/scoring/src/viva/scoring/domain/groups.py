"""Words that tell who somebody is. None of them may reach a feature.

The lists matter only where capitals do not help: at a sentence's start and in typed text. Anything
else that is written with a capital is masked by that alone.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HE_SHE = _words("he she")
HIS_HER = _words("him his her hers")
REFLEXIVE = _words("himself herself")

_NEUTRAL = {
    "person": "man woman guy girl boy lady gentleman male female lad gal dude chap",
    "people": "men women guys girls boys ladies gentlemen males females",
    "partner": "husband wife boyfriend girlfriend fiance fiancee spouse",
    "parent": "father mother dad mom mum mama papa daddy mommy mummy",
    "parents": "fathers mothers dads moms mums",
    "child": "son daughter",
    "children": "sons daughters",
    "sibling": "brother sister",
    "siblings": "brothers sisters",
    "relative": "uncle aunt nephew niece",
    "grandparent": "grandfather grandmother grandpa grandma",
    "server": "waiter waitress",
    "performer": "actor actress",
    "businessperson": "businessman businesswoman",
    "salesperson": "salesman saleswoman",
    "chairperson": "chairman chairwoman",
    "officer": "policeman policewoman",
    "attendant": "steward stewardess",
    "monarch": "king queen",
    "royal": "prince princess",
}
NEUTRAL_NOUNS = {word: neutral for neutral, words in _NEUTRAL.items() for word in words.split()}
TITLES = _words("mr mrs ms miss mister sir madam mx dr prof professor")
AGE_WORDS = _words(
    "young old younger older elderly middle-aged aged teenage youngest oldest youthful ageing"
)
DECADES = _words("teens twenties thirties forties fifties sixties seventies eighties nineties")
AGE_NOUNS = _words("teenager adult pensioner senior junior millennial boomer retiree youth")

RELIGIONS = _words(
    "muslim christian jewish hindu buddhist sikh catholic protestant orthodox atheist agnostic "
    "jew islam christianity judaism hinduism buddhism sikhism mormon jain bahai taoist shinto "
    "evangelical baptist lutheran methodist anglican sunni shia quaker zoroastrian pagan"
)
ORIENTATIONS = _words("gay lesbian straight bisexual transgender trans queer heterosexual")

NATIONALITIES = _words(
    "afghan albanian algerian american angolan argentinian argentine armenian australian austrian "
    "azerbaijani bangladeshi belarusian belgian bolivian bosnian brazilian british bulgarian "
    "burmese cambodian cameroonian canadian chilean chinese colombian congolese croatian cuban "
    "cypriot czech danish dominican dutch ecuadorian egyptian english eritrean estonian ethiopian "
    "filipino finnish french georgian german ghanaian greek guatemalan haitian honduran hungarian "
    "icelandic indian indonesian iranian iraqi irish israeli italian ivorian jamaican japanese "
    "jordanian kazakh kenyan korean kurdish kuwaiti laotian latvian lebanese liberian libyan "
    "lithuanian malaysian maltese mexican moldovan mongolian moroccan mozambican namibian nepali "
    "nepalese nicaraguan nigerian norwegian omani pakistani palestinian panamanian paraguayan "
    "persian peruvian polish portuguese qatari romanian russian rwandan salvadoran saudi scottish "
    "senegalese serbian singaporean slovak slovenian somali spanish sudanese swedish swiss syrian "
    "taiwanese tanzanian thai tunisian turkish ugandan ukrainian uruguayan uzbek venezuelan "
    "vietnamese welsh yemeni zambian zimbabwean european african asian latino latina hispanic "
    "arab arabic mandarin cantonese hindi urdu bengali tamil telugu punjabi swahili yoruba igbo "
    "caucasian"
)
COUNTRIES = _words(
    "afghanistan albania algeria america angola argentina armenia australia austria azerbaijan "
    "bangladesh belarus belgium bolivia bosnia brazil britain bulgaria burma cambodia cameroon "
    "canada chile china colombia congo croatia cuba cyprus czechia denmark ecuador egypt england "
    "eritrea estonia ethiopia finland france georgia germany ghana greece guatemala haiti honduras "
    "hungary iceland india indonesia iran iraq ireland israel italy jamaica japan kazakhstan kenya "
    "korea kuwait laos latvia lebanon liberia libya lithuania malaysia malta mexico moldova "
    "mongolia morocco mozambique myanmar namibia nepal netherlands nicaragua nigeria norway oman "
    "pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia "
    "rwanda scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden "
    "switzerland syria taiwan tanzania thailand tunisia uganda ukraine uruguay uzbekistan "
    "venezuela vietnam wales yemen zambia zimbabwe europe africa asia"
)
GIVEN_NAMES = _words(
    "aaron abdul abdullah abigail adam ada adele ahmad ahmed aisha alan albert alejandro alex "
    "alexander alexandra ali alice alicia alina amanda amara amina amir amit amy ana anastasia "
    "anders andre andrea andrew andrzej angela anil anita anjali ann anna anne anthony antonio "
    "arjun arthur asha ashley astrid aya ayesha barbara beatrice ben benjamin bernard beth betty "
    "bianca bjorn bob brandon brenda brian bruce bruno camila carl carla carlos carmen caroline "
    "catherine cecilia charles charlotte chen chiara chidi chinedu chloe chris christian christina "
    "christine christopher claire clara claudia craig cristina daniel daniela darius dave david "
    "deborah deepak denise dennis diana diego dmitri dmitry dominic donald donna doris dorothy "
    "douglas edith eduardo edward ekaterina elena eli elif elizabeth ella ellen emily emma eric "
    "erik esther ethan eugene eva evelyn fatima fatimah felix fernanda fernando filip fiona "
    "florence francesca francisco frederick gabriel gabriela gary george gerald giovanni giulia "
    "gloria gordon greg gregory gustavo hamid hannah hans haruto hassan heather heidi helen helena "
    "henry hiroshi hugo hussein ian ibrahim igor imran ingrid irene irina isaac isabel isabella "
    "ivan jacob jacqueline jakub jamal james jamila jan jane janet jason javier jennifer jeremy "
    "jerry jessica jesus joan joanna joao joe johan johannes john johnny jonas jonathan jorge jose "
    "joseph joshua juan judith julia julian julie juliet julio justin kamal karen karim karl "
    "katarzyna kate katherine kathleen katie kavita keisha keith kelly kemi ken kenji kenneth "
    "kevin khadija khalid kim kofi kumar kwame kyle lakshmi lamar larry latoya laura lauren leah "
    "leila leo leon leticia liam lin linda lisa lucas lucia lucy luigi luis luisa lukas lydia "
    "magdalena mahmoud malik manuel marco marcus margaret maria mariam marie marina mario marta "
    "martha martin mary maryam mateo matthew matteo maurice mei melissa michael michelle miguel "
    "mikhail mohamed mohammad mohammed monica muhammad mustafa nadia nancy naomi natalia natalie "
    "natasha nathan neha nicholas nicole nikhil nikolai nina noah nora olga oliver olivia omar "
    "oscar pablo pamela patricia patrick paul paula paulo pavel pedro peter philip pierre piotr "
    "priya rachel rafael raj rajesh ralph ramon raquel raul ravi raymond rebecca ricardo richard "
    "rita robert roberto roger rohan ronald rosa ruth ryan sakura salma sam samantha samir samuel "
    "sandra sanjay santiago sara sarah sasha scott sean sebastian sergei sergey sharon shreya "
    "simon sofia sonia sophia sophie stefan stephanie stephen steve steven sunil susan suresh "
    "svetlana sven takashi tamara tanya tariq tatiana terrence theresa thomas tiffany timothy tom "
    "tomas tony tyrone usman valentina vanessa vera victor victoria vijay vikram vincent vladimir "
    "walter wei wendy william xavier xiao yan yasmin yuki yusuf yusra yvonne zainab zara zhang "
    "zoe smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez "
    "gonzalez wilson anderson taylor moore jackson lee perez thompson harris sanchez clark ramirez "
    "lewis robinson wang li liu chen yang huang zhao wu zhou singh patel sharma gupta khan nguyen "
    "tran le pham kowalski novak ivanov petrov muller schmidt schneider fischer rossi ferrari "
    "silva santos oliveira okafor adeyemi mensah"
)
# Names that are also common words: masked at a sentence's start only where they act.
AMBIGUOUS_NAMES = _words(
    "will mark grace hope may rose jack bill art dean frank grant chase drew faith joy june april "
    "summer page pat ray rich rob sue miles carol dawn eve iris ivy lily olive ruby violet amber "
    "crystal jade pearl penny robin jean gene duke prince dick don harry drew wade brook"
)
RELATION_CUES = _words(
    "colleague coworker co-worker manager boss friend teammate customer client supervisor mentor "
    "partner person parent child sibling relative named called teacher professor director lead "
    "engineer"
)
MONTHS_AND_DAYS = _words(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday christmas"
)
