"""Names and groups that no list of the masker knows: what it does without its lists.

Names that are English words stand by themselves: in much of Africa children are called so.
"""

from collections.abc import Mapping, Sequence


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(one.split()) for one in text.split(","))


STRANGERS: Mapping[str, Sequence[str]] = {
    "name": _listed(
        """Thandiwe, Anneliese, DeShawn, Oluwaseun, Xiomara, Bjarte, Tuomas, Nguyet, Saoirse,
        Ioannis, Hyun-woo, Fatoumata, Itzel, Siddharth, Parvati, Baraka, Wanjiru, Tendai, Mthunzi,
        Aroha, Tamati, Leilani, Nizhoni, Quetzalli, Ayelen, Nurul, Siti Nurhaliza, Rakibul,
        Farzaneh, Shahryar, Gulnara, Bolormaa, Tserendorj, Khampheng, Sokha, Thiri, Ngawang,
        Eilidh, Gwenllian, Maximilien, Zbigniew, Jadwiga, Vojtech, Ljubica, Aurelija"""
    ),
    "name that is a word": _listed(
        """Blessing, Precious, Comfort, Patience, Fortune, Innocent, Wisdom, Justice, Gift, Happy,
        Bright, Prosper, Promise, Lucky, Trust, Memory, Mercy, Destiny, Honey, Sunny, Rocky, Melody,
        Harmony, Sky, Chance"""
    ),
    "nationality": _listed(
        """Surinamese, Guyanese, Burundian, Beninese, Togolese, Gambian, Chadian, Malian, Mauritian,
        Comorian, Djiboutian, Botswanan, Gabonese, Samoan, Palauan, Tajik, Kyrgyz, Turkmen,
        Timorese, Maldivian, Bahraini, Emirati, Luxembourgish, Montenegrin, Macedonian, Kosovar,
        Andorran, Belizean, Barbadian, Trinidadian, Tibetan, Uyghur, Basque, Sri Lankan,
        Costa Rican, Sierra Leonean"""
    ),
    "religion": _listed(
        """Presbyterian, Coptic, Druze, Rastafarian, Calvinist, Maronite, Unitarian, Wiccan, Yazidi,
        Alevi, Ahmadi, Salafi, Sufi, Ismaili, Hasidic, Mennonite, Amish, Adventist, Episcopalian,
        Confucian, Moravian, Congregationalist, Mandaean, Ibadi, Lingayat, Seventh-day Adventist"""
    ),
}
