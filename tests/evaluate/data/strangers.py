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
        """Shepherd, Goodness, Kindness, Gladness, Wonder, Welcome, Success, Talent, Treasure,
        Knowledge, Progress, Silence, Freedom, Courage, Favour, Delight, Pretty, Emerald, Sapphire,
        Coral, Ember, Winter, Winner, Clever, Pride, Hero, Dove, Raven, Sparrow"""
    ),
    "nationality": _listed(
        """Breton, Occitan, Frisian, Bavarian, Walloon, Sardinian, Chechen, Circassian, Ossetian,
        Abkhaz, Buryat, Yakut, Hmong, Kachin, Rohingya, Sindhi, Pashtun, Baloch, Gujarati, Marathi,
        Sinhalese, Javanese, Sundanese, Balinese, Quechua, Aymara, Guarani, Mapuche, Inuit, Navajo,
        Cherokee, Hawaiian, Texan, Wolof, Fulani, Oromo, Tigrayan, Kikuyu, Shona, Tswana,
        San Marinese"""
    ),
    "religion": _listed(
        """Ibadi, Alevi, Mandaean, Lingayat, Congregationalist, Hutterite, Waldensian, Nestorian,
        Melkite, Chaldean, Vaishnava, Shaivite, Theravada, Mahayana, Nichiren, Tenrikyo, Caodaist,
        Candomble, Asatru, Karaite, Samaritan, Bohra, Barelvi, Deobandi, Wahhabi, Zaidi"""
    ),
}
