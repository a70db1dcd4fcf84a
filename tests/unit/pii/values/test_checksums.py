from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.pii.values import checksums
from tieback.pii.values.checksums import NAMED, Weighted

# Published examples of each authority, or of its standard.
GOOD = [
    ("luhn", "4111111111111111"),
    ("luhn", "490154203237518"),
    ("verhoeff", "2363"),
    ("mod11_10", "94577403194"),
    ("mod11_2", "11010519491231002X"),
    ("nir", "269054958815780"),
    ("dni", "12345678Z"),
    ("dni", "X1234567L"),
    ("pps", "1234567T"),
    ("codice_fiscale", "RSSMRA85T10A562S"),
    ("rijksregister", "85073003328"),
    ("hetu", "131052-308T"),
    ("rodne_cislo", "7103192745"),
    ("tckn", "10000000146"),
    ("snils", "11223344595"),
    ("steuer_id", "36574261809"),
    ("rut", "125319092"),
    ("curp", "BOXW310820HNERXN09"),
    ("hkid", "A1234563"),
    ("taiwan", "A123456789"),
    ("nric", "S1234567D"),
    ("nhs", "9434765919"),
    ("ean", "4006381333931"),
    ("ssn", "219099999"),
]


@each(("name", "number"), GOOD)
def test_published_numbers_pass(name: str, number: str) -> None:
    assert NAMED[name](number.replace("-", ""))


@each(("name", "number"), [(n, v) for n, v in GOOD if n != "ssn"])
def test_a_wrong_last_character_fails(name: str, number: str) -> None:
    number = number.replace("-", "")
    others = "0123456789" if number[-1].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = [number[:-1] + c for c in others if c != number[-1]]
    # Modulo 31, 23 or 97 there may be a letter or two that says the same; most are refused.
    assert sum(map(NAMED[name], wrong)) <= len(wrong) // 4


def test_iban_and_vin_and_mrz() -> None:
    assert checksums.mod97("WEST12345698765432GB82")
    assert not checksums.mod97("WEST12345698765433GB82")
    assert not checksums.mod97("WEST-")
    assert checksums.vin("1M8GDM9AXKP042788")
    assert not checksums.vin("1M8GDM9AXKP042789")
    assert checksums.mrz("L898902C3", "6")
    assert checksums.mrz("<<<<<<<<<<<<<<", "<")


@each(
    ("sums", "number", "holds"),
    [
        (Weighted((9, 8, 7, 6, 5, 4, 3, 2)), "111222333", True),
        (Weighted((9, 8, 7, 6, 5, 4, 3, 2)), "111222334", False),
        (Weighted((1, 4, 3, 7, 5, 8, 6, 9, 10)), "123456782", True),
        (Weighted((1, 3, 7, 9, 1, 3, 7, 9, 1, 3), modulus=10, complement=True), "44051401359", True),
        (Weighted((1, 3)), "x", False),
        (Weighted((1, 3)), "", False),
    ],
)
def test_weighted_sums(sums: Weighted, number: str, *, holds: bool) -> None:
    assert sums.matches(number) is holds


@settings(max_examples=examples(80), deadline=None)
@given(st.text(max_size=24) | st.text("0123456789ABCXZ<", max_size=24))
def test_no_text_raises(text: str) -> None:
    for check in NAMED.values():
        assert check(text) in (True, False)
    assert checksums.vin(text) in (True, False)
    assert checksums.mod97(text) in (True, False)


@settings(max_examples=examples(50), deadline=None)
@given(st.text("0123456789", min_size=2, max_size=18), st.integers(0, 17), st.integers(1, 9))
def test_luhn_sees_every_single_error(body: str, at: int, by: int) -> None:
    number = next(body + d for d in "0123456789" if checksums.luhn(body + d))
    at %= len(number)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not checksums.luhn(wrong)
