from tests.each import each
from tieback.pii.values.text import TextReader
from tieback.pii.values.words import from_words

STREETS = ("Ahornstraße", "Calle Mayor", "Lindenweg", "Rue Haute", "Main Street", "Via Roma", "Kerkstraat", "Storgatan")
GIVEN = ("Ada", "Boris", "Carla", "Dieter", "Elena", "Fatima", "Giulia", "Hans", "Ingrid", "Jan", "Karin", "Luis")


@each(
    ("values", "pii_class"),
    [
        ([f"{street} {n}" for n, street in enumerate(STREETS, 3)], "postal_address"),
        (list(GIVEN), "person_name"),
        (["\u521d\u5b50 \u6c60\u7530", "\u5343\u91cc \u4e95\u672c", "\u7530\u4e2d \u592a\u90ce"] * 4, "person_name"),
        (["Acute bronchitis", "Asthma", "Type 2 diabetes mellitus", "Migraine", "Appendicitis"], "health"),
        (["Nurse", "Teacher", "Software engineer", "Accountant", "Bus driver", "Chef de projet"], "employment"),
        (["Paris", "Madrid", "Hamburg", "Porto", "Gdynia", "Torino", "Bergen"], "postal_address"),
        ([f"Room {n}" for n in range(30)], None),
        (["Red", "Blue", "Green", "Olive", "Violet", "Rose"], None),
        (["Müller GmbH", "Smith Ltd", "Rossi SpA", "Garcia SA", "Nowak sp. z o.o."], None),
        (["Germany", "France", "Jordan", "Chad", "Georgia"], None),
        (["Ada", "Boris"], None),
        (["10115 Berlin", "20095 Hamburg", "80331 München", "D-50667 Köln", "60311 Frankfurt"], "postal_address"),
        (
            ["Austin, TX 78701", "Chicago, IL 60601", "Boston, MA 02108", "Miami FL 33101", "Denver 80202"],
            "postal_address",
        ),
        ([f"XQ-{letter} {n}" for n, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUV")], None),
    ],
)
def test_columns_of_words(values: list[str], pii_class: str | None) -> None:
    found = list(from_words(TextReader(), values, len(values), {}))
    assert [candidate.pii_class for candidate in found] == ([pii_class] if pii_class else [])


def test_other_forms_are_not_read() -> None:
    forms = {"URL": 0.9}
    assert list(from_words(TextReader(), list(GIVEN), 12, forms)) == []
    assert forms == {"URL": 0.9}


def test_few_words_again_and_again_are_kinds() -> None:
    reader = TextReader()
    (once,) = from_words(reader, list(GIVEN), len(GIVEN), {})
    (often,) = from_words(reader, list(GIVEN), 4 * len(GIVEN), {})
    assert once.sure >= 0.8 > often.sure
