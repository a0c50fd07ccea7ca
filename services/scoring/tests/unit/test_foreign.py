import pytest
from scoring_speaking import STRONG, spoken

from viva.scoring.domain.foreign import is_foreign

# As recognition wrote it down, an American voice reading French.
HEARD_AS_ENGLISH = (
    "L 'année dernière je travaillais dans un magasin et une cliente à plaiter fâché. Je lui ai "
    "envoyé un autre coller le jour même et à la haçut deux jours plus tard."
)
OTHERS = (
    HEARD_AS_ENGLISH,
    "El año pasado trabajé en una tienda y un cliente llamó por un paquete perdido.",
    "No ano passado eu trabalhava em uma loja e uma cliente ligou porque a encomenda sumiu.",
    "Letztes Jahr habe ich in einem Laden gearbeitet und ein Kunde war nicht zufrieden mit uns.",
    "L'anno scorso lavoravo in un negozio e il cliente non era contento della consegna.",
)
ENGLISH = (
    STRONG,
    "I work with Maria de la Cruz and Juan de los Santos in El Paso and we call the customers.",
    "Communication, teamwork, deadline, KPI, customer, metrics, 50 percent, action, result, goal.",
    "I go shop and I ask the people, they say no have, so I find other shop for the customer.",
    "C'est la vie.",
    "",
)


@pytest.mark.parametrize("text", OTHERS)
def test_another_language_is_no_english_whatever_recognition_says(text: str) -> None:
    assert is_foreign(text.split())
    assert not spoken(text, heard_language="en").language_matches
    assert not spoken(text, heard_language="").language_matches


@pytest.mark.parametrize("text", ENGLISH)
def test_english_stays_english(text: str) -> None:
    assert not is_foreign(text.split())
    assert spoken(text).language_matches
