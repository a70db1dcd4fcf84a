import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.pii.values.text import Shares, TextReader, load_vocabulary

COLUMNS = {
    "person": [
        [
            "Ada Lovelace",
            "Dr. Heinz Müller",
            "María José García",
            "Jan van der Berg",
            "\u0418\u0432\u0430\u043d\u043e\u0432 \u041f\u0451\u0442\u0440",
        ],
        ["Kowalska", "Petrov", "Jónsdóttir", "Papadopoulos", "Johansson"],
        ["田中 太郎", "王伟", "김민준", "佐藤 花子"],
    ],
    "place": [
        ["Lisboa", "Kraków", "Bad Homburg", "Saint-Denis", "New Haven"],
        [
            "\u0433. \u041c\u043e\u0441\u043a\u0432\u0430",
            "\u0441. \u0418\u0432\u0430\u043d\u043e\u0432\u043a\u0430",
            "\u043f. \u041b\u0435\u0441\u043d\u043e\u0439",
        ],
        ["深圳市", "福田区", "横浜市"],
    ],
    "street": [
        ["12 Main Street", "Hauptstraße 7", "5 rue de la Paix", "ul. Długa 3", "Calle Mayor 9", "Prinsengracht 263"],
        ["東京都千代田区丸の内1丁目9番1号"],
        ["\u0433. \u041c\u043e\u0441\u043a\u0432\u0430, \u0443\u043b. \u041b\u0435\u043d\u0438\u043d\u0430, \u0434. 5"],
    ],
    "trade": [
        ["Systems analyst", "Nurse", "Electrical engineer", "Software developer", "Teacher, primary school"],
        ["Krankenpfleger", "Ingénieur d'application", "Contador"],
    ],
    "organisation": [
        [
            "Müller GmbH",
            "Smith & Sons",
            "Larsen-Ortiz",
            "Acme Inc",
            "\u041e\u041e\u041e «\u0420\u043e\u043c\u0430\u0448\u043a\u0430»",
            "株式会社青木運輸",
            "Cole, Ray and Poe",
        ],
    ],
    "finding": [["Acute bronchitis", "Type 2 diabetes mellitus", "Major depressive disorder", "Appendicitis"]],
    "user": [["rachelgreen", "jsmith", "anna.schmidt", "tim84"]],
    "country": [["Germany", "Brasil", "France", "Japan"]],
}


@pytest.fixture(scope="module")
def reader() -> TextReader:
    return TextReader()


@pytest.mark.parametrize(
    ("what", "values"), [(what, values) for what, columns in COLUMNS.items() for values in columns]
)
def test_columns(reader: TextReader, what: str, values: list[str]) -> None:
    assert getattr(reader.read(values), what) >= 0.6


@pytest.mark.parametrize(
    "values",
    [
        ["Ultra Chair", "Red Keyboard", "Mini Table", "Classic Phone", "New Camera"],
        ["active", "inactive", "deleted", "pending"],
        ["In role sport onto history.", "Recognize he only prepare build team."],
        ["SlateBlue", "Aquamarine", "DarkOrange", "BlanchedAlmond"],
    ],
)
def test_other_words(reader: TextReader, values: list[str]) -> None:
    shares = reader.read(values)
    assert max(shares.person, shares.place, shares.street, shares.finding, shares.user) <= 0.3


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8))
def test_no_text_raises(values: list[str]) -> None:
    shares = TextReader().read(values)
    assert isinstance(shares, Shares)
    assert all(0 <= getattr(shares, name) <= 1 for name in ("person", "place", "address", "trade", "plain", "user"))


def test_words_are_folded_and_lower_case() -> None:
    words = load_vocabulary()
    assert all(word == word.lower() for word in words.organisation | words.title | words.particle)
