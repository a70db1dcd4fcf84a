import re
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.pii.values.national import NationalNumber, load_numbers, normalise

NUMBERS = load_numbers()


def one(label: str) -> NationalNumber:
    return next(number for number in NUMBERS if number.scheme.label == label)


@each(
    ("label", "good", "bad"),
    [
        ("PL PESEL", "44051401359", "44051401358"),
        ("BR CPF", "529.982.247-25", "529.982.247-26"),
        ("NL BSN", "111222333", "111222334"),
        ("RO CNP", "1800101221144", "1800101221145"),
        ("BG EGN", "7523169263", "7523169262"),
        ("EE isikukood", "37605030299", "37605030298"),
        ("SE personnummer", "811218-9876", "811218-9875"),
        ("SE personnummer", "19811218-9876", "19811338-9876"),
        ("NO fodselsnummer", "15108695088", "15108695089"),
        ("DK CPR", "070761-4285", "079961-4285"),
        ("FI henkilotunnus", "131052-308T", "131052-308U"),
        ("TR T.C. kimlik no", "10000000146", "10000000147"),
        ("ZA ID number", "8001015009087", "8001015009088"),
        ("CN resident number", "11010519491231002X", "110105194912310021"),
        ("CH AHV", "756.9217.0769.85", "756.9217.0769.84"),
        ("PT NIF", "501964843", "501964842"),
        ("CL RUT", "12.531.909-2", "12.531.909-3"),
        ("IS kennitala", "120174-3399", "120174-3389"),
        ("US SSN", "536-90-4399", "536-00-4399"),
        ("GB NINO", "HH 01 02 03 D", "BG 01 02 03 D"),
        ("RS JMBG", "0101006500006", "0101006500007"),
        ("AU TFN", "123 456 782", "123 456 783"),
    ],
)
def test_schemes(label: str, good: str, bad: str) -> None:
    number = one(label)
    assert number.accepts(normalise(good))
    assert not number.accepts(normalise(bad))


def test_many_countries_each_with_a_source() -> None:
    assert len({number.scheme.country for number in NUMBERS}) >= 45
    for number in NUMBERS:
        scheme = number.scheme
        assert scheme.source
        assert scheme.digits or scheme.form
        assert 0 < scheme.chance < 1
        re.compile(scheme.form)


def test_the_year_inside() -> None:
    year = one("PL PESEL").year
    assert year is not None
    assert year("44051401359") == "44"


@settings(max_examples=examples(80), deadline=None)
@given(st.text(max_size=24) | st.text("0123456789", max_size=20))
def test_no_text_raises(text: str) -> None:
    for number in NUMBERS:
        assert number.accepts(normalise(text)) in (True, False)


def test_chances_are_not_understated() -> None:
    random = Random(6)
    for number in NUMBERS:
        if number.scheme.digits and number.scheme.chance < 0.5:
            texts = ["".join(random.choices("0123456789", k=number.scheme.digits)) for _ in range(2000)]
            passed = sum(map(number.accepts, texts))
            assert passed <= 2000 * number.scheme.chance * 1.3 + 8, number.scheme.label
