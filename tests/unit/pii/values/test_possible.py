"""Values that are clearly something else than the name of their field suggests, and those that stay."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.pii import Column
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import load_taxonomy
from tieback.pii.values import ValueDetector, classify_columns
from tieback.pii.values.possible import is_possible, is_zeros

NAMES, VALUES = NameDetector(), ValueDetector(this_year=2026)
WORDS_FOR_NUMBERS = ("en", "support", "true", "0x3f", "0000000000", "000-00-0000")
NUMBERS = (
    "lat", "latitude", "lon", "zip", "iban", "accountNumber", "phone", "cardNumber", "ssn", "passport", "birthday",
    "dob", "imei", "vin", "licensePlate",
)  # fmt: skip
"""Names whose values have digits."""
POSSIBLE = (
    ("lat", "52.52"), ("lat", "0"), ("lat", "52\u00b031'12\"N"), ("geohash", "u33dc0"), ("home_location", "Mitte"),
    ("address", "12 Hill Road"), ("address", "Berlin"), ("address", "Hauptstr.12"), ("address", "Hauptstrasse"),
    ("address", "\u6771\u4eac\u90fd"), ("street", "Broadway"), ("city", "Ulm"), ("zip", "10115"), ("zip", "SW1A 1AA"),
    ("iban", "DE89370400440532013000"), ("bic", "DEUTDEFF"), ("bank_name", "Commerzbank"), ("birthplace", "Ulm"),
    ("birth_month", "March"), ("dob", "1985-03-02"), ("cardholder", "Lovelace"), ("cardNumber", "**** 0125"),
    ("cvc", "123"), ("passport", "C01X00T47"), ("otp_secret", "JBSWYXDPEHPKPXPA"), ("pin", "0000"),
    ("vehicle_make", "Audi"), ("licensePlate", "B-AD 1815"), ("phone", "+49 30 901820"), ("ssn", "gAAAAABk3hZ0q1J9"),
)  # fmt: skip


def verdict(field: str, value: str) -> str:
    return next(iter(classify_columns([Column(field, values=(value,))], NAMES, VALUES))).pii_class


@each("value", WORDS_FOR_NUMBERS)
@each("field", NUMBERS)
def test_a_word_or_zeros_are_no_number_of_a_person(field: str, value: str) -> None:
    assert verdict(field, value) == "none"


@each("field", ["address", "addr", "homeAddress", "shipping_address"])
@each("value", ["0x3f", "support", "true", "0x52908400098527886E0F7030069857D2E4169EE7", "a@b.test", "10.0.0.7"])
def test_an_address_of_another_kind_is_no_place(field: str, value: str) -> None:
    assert verdict(field, value) != "postal_address"


@each(("field", "value"), POSSIBLE)
def test_values_that_can_belong_to_the_name_stay(field: str, value: str) -> None:
    assert verdict(field, value) != "none"


@each(
    ("value", "zeros"),
    [("0000", True), ("DE36 0000 0000 0000 0000 00", True), ("000", False), ("DE36 0000 0001", False)],
)
def test_zeros_in_place_of_a_number(value: str, zeros: bool) -> None:
    assert is_zeros(value) is zeros


@given(st.sampled_from(sorted(load_taxonomy())), st.text(max_size=40), st.text(max_size=200))
def test_any_text_never_raises(pii_class: str, field: str, value: str) -> None:
    is_possible(pii_class, field, value)
