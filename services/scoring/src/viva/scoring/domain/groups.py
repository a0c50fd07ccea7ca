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
    "evangelical baptist lutheran methodist anglican sunni shia quaker zoroastrian pagan "
    "adventist ahmadi amish calvinist confucian coptic druze episcopalian hasidic ismaili maronite "
    "mennonite moravian pentecostal presbyterian puritan rastafarian salafi sufi unitarian wiccan "
    "yazidi animist humanist christians muslims jews hindus buddhists sikhs catholics protestants "
    "mormons quakers baptists methodists atheists scientologist scientology"
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
    "caucasian andorran antiguan bahamian bahraini barbadian basque belizean beninese bhutanese "
    "botswanan bruneian burkinabe burundian catalan chadian comorian cornish corsican crimean "
    "dominicans djiboutian emirati fijian flemish gabonese galician gambian greenlandic grenadian "
    "guinean guyanese hausa kosovar kyrgyz lesotho luxembourgish macedonian malagasy malawian "
    "maldivian malian maori mauritanian mauritian melanesian micronesian montenegrin nigerien "
    "palauan papuan polynesian roma romani samoan sami sicilian surinamese swazi tajik tatar "
    "tibetan timorese togolese tongan trinidadian turkmen tuvaluan uyghur vanuatuan zulu xhosa "
    "americans australians brazilians canadians europeans africans asians germans italians indians "
    "russians mexicans nigerians koreans arabs turks swedes danes finns scots brits kurds "
    "spaniards egyptians iranians iraqis syrians pakistanis israelis ukrainians romanians "
    "indonesians malaysians filipinos colombians peruvians cubans jamaicans kenyans ghanaians"
)
TWO_WORDS = frozenset(
    tuple(pair.split("-"))
    for pair in _words(
        "sri-lankan costa-rican puerto-rican sierra-leonean south-african north-african "
        "west-african east-african south-korean north-korean new-zealander el-salvadoran "
        "saudi-arabian cape-verdean hong-konger middle-eastern south-american north-american "
        "latin-american african-american native-american sri-lanka costa-rica puerto-rico "
        "sierra-leone south-africa south-korea north-korea new-zealand el-salvador saudi-arabia "
        "cape-verde hong-kong latin-america"
    )
)
"""Nationalities and countries of two words; none of the two need say it alone."""
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
    "catherine cecilia charles charlotte chen chiara chidi chinedu chloe chris christina "
    "christine christopher claire clara claudia craig cristina daniel daniela darius dave david "
    "deborah deepak denise dennis diana diego dmitri dmitry dominic donald donna doris dorothy "
    "douglas edith eduardo edward ekaterina elena eli elif elizabeth ella ellen emily emma eric "
    "erik esther ethan eugene eva evelyn fatima fatimah felix fernanda fernando filip fiona "
    "florence francesca francisco frederick gabriel gabriela gary george gerald giovanni giulia "
    "gloria gordon greg gregory gustavo hamid hannah hans haruto hassan heidi helen helena "
    "henry hiroshi hugo hussein ian ibrahim igor imran ingrid irene irina isaac isabel isabella "
    "ivan jacob jacqueline jakub jamal james jamila jan jane janet jason javier jennifer jeremy "
    "jerry jessica jesus joan joanna joao joe johan johannes john johnny jonas jonathan jorge jose "
    "joseph joshua juan judith julia julian julie juliet julio justin kamal karen karim karl "
    "katarzyna kate katherine kathleen katie kavita keisha keith kelly kemi ken kenji kenneth "
    "kevin khadija khalid kim kofi kumar kwame kyle lakshmi lamar larry latoya laura lauren leah "
    "leila leo leon leticia liam lin linda lisa lucas lucia lucy luigi luis luisa lukas lydia "
    "magdalena mahmoud malik manuel marco marcus margaret maria mariam marie marina mario marta "
    "martha mary maryam mateo matthew matteo maurice mei melissa michael michelle miguel "
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
    "zoe smith johnson williams jones garcia miller davis rodriguez martinez hernandez lopez "
    "gonzalez wilson anderson moore jackson lee perez thompson harris sanchez clark ramirez "
    "lewis robinson wang li liu chen yang huang zhao wu zhou singh patel sharma gupta khan nguyen "
    "tran le pham kowalski novak ivanov petrov muller schmidt schneider fischer rossi ferrari "
    "silva santos oliveira okafor adeyemi mensah"
)
# Names that are also common words: masked at a sentence's start only where somebody acts.
AMBIGUOUS_NAMES = _words(
    "will mark grace hope may rose jack bill art dean frank grant chase drew faith joy june april "
    "summer page pat ray rich rob sue miles carol dawn eve iris ivy lily olive ruby violet amber "
    "crystal jade pearl penny robin jean gene duke prince dick don harry wade brook brown "
    "blessing precious comfort patience fortune innocent wisdom justice gift happy bright prosper "
    "promise lucky trust memory mercy destiny honey sunny rocky melody harmony sky chance charity "
    "constance prudence felicity verity clarity joyce bliss beauty princess angel heaven star "
    "storm rain river ocean forest hunter mason carter cooper porter taylor parker tucker archer "
    "sawyer major king earl baron bishop pope sage basil rosemary ginger poppy daisy heather "
    "holly laurel myrtle hazel fern ash rowan berry cherry clay cliff dale glen heath stone wolf "
    "fox jay ace buddy sonny junior guy pat max rusty dusty sandy tiny curt ernest earnest noble "
    "loyal true sterling merit reason unity liberty victory glory praise praises"
)
NO_NAMES = _words(
    "nothing everything something anything everybody everyone somebody someone anybody anyone "
    "nobody none people both each others another most many some few all one management marketing "
    "support"
)
"""What speaks at a sentence's start and is nobody's name."""
PERSONAL_VERBS = _words(
    "told asked said agreed thanked wanted explained replied suggested promised apologised "
    "apologized insisted smiled laughed cried shouted complained offered invited loved liked knew "
    "thought believed"
)
"""What only somebody does."""
RELATION_CUES = _words(
    "colleague coworker co-worker manager boss friend teammate customer client supervisor mentor "
    "partner person parent child sibling relative named called teacher professor director lead "
    "engineer"
)
MONTHS_AND_DAYS = _words(
    "january february march april may june july august september october november december monday "
    "tuesday wednesday thursday friday saturday sunday christmas"
)
