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
    "Förra året arbetade jag i en butik och en kund ringde för att paketet inte hade kommit.",
    "W zeszłym roku pracowałem w sklepie i zadzwoniła klientka, bo zginęła jej paczka.",
    "Geçen yıl bir mağazada çalışıyordum ve bir müşteri kaybolan paketi için aradı.",  # noqa: RUF001
    "Tahun lalu saya bekerja di sebuah toko dan seorang pelanggan menelepon karena paketnya.",
    "Viime vuonna olin töissä kaupassa ja asiakas soitti, koska hänen pakettinsa oli kadonnut.",
    "Năm ngoái tôi làm việc ở một cửa hàng và một khách hàng gọi điện vì mất gói hàng.",
    "В прошлом году я работал в магазине, и клиентка позвонила из-за посылки.",  # noqa: RUF001
    "去 年 我 在 一 家 商 店 工 作 有 一 位 顾 客",
    "L'anno scorso lavoravo in un negozio e il cliente non era contento della consegna.",
)
ENGLISH = (
    STRONG,
    "I work with Maria de la Cruz and Juan de los Santos in El Paso and we call the customers.",
    "Communication, teamwork, deadline, KPI, customer, metrics, 50 percent, action, result, goal.",
    "I go shop and I ask the people, they say no have, so I find other shop for the customer.",
    "I met José at the café in São Paulo and his résumé was good, so we hired him for the job.",
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
