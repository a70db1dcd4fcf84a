"""Kinds of a class by a field's name, and what laws say of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.pii import Column
from tieback.pii.kinds import KindReader, load_kinds, regulation_tags
from tieback.pii.names import NameDetector
from tieback.pii.taxonomy import load_taxonomy
from tieback.pii.values.national import load_numbers

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pii-taxonomy.md"


@pytest.fixture(scope="module")
def names() -> NameDetector:
    return NameDetector()


TABLE = [
    # field, class, kind
    ("password_hash", "password", "password hash"),
    ("passwort_salt", "password", "password salt"),
    ("pregunta_secreta", "password", "security question or answer"),
    ("pwd", "password", ""),
    ("用户密码加密", "password", "password hash"),
    ("atm_pin", "pin_otp", "card PIN"),
    ("kvpin", "pin_otp", "PIN"),
    ("smsCode", "pin_otp", "one-time code"),
    ("cvv", "payment_card", "card verification code"),
    ("card.expiry", "payment_card", "card expiry"),
    ("fecha_caducidad_tarjeta", "payment_card", "card expiry"),
    ("cc_last4", "payment_card", "last or first digits of a card"),
    ("cardholder_name", "payment_card", "cardholder name"),
    ("numero_de_tarjeta", "payment_card", "card number"),
    ("信用卡号", "payment_card", "card number"),
    ("cpf_gerente", "national_id", "BR CPF"),
    ("ssn_last4", "national_id", "US SSN"),
    ("身份证号", "national_id", "CN resident number"),
    ("numéro de passeport", "national_id", "passport"),
    ("religião", "demographic", "religion"),
    ("民族", "demographic", "ethnic origin"),
    ("political_party", "demographic", "political opinion"),
    ("vorstrafen", "demographic", "criminal record"),
    ("religionszugehoerigkeit", "demographic", "religion"),
    ("Religionszugehörigkeit", "demographic", "religion"),
    ("antecedentes_penales", "demographic", "criminal record"),
    ("犯罪记录", "demographic", "criminal record"),
    ("estado_civil", "demographic", "marital status"),
    ("geschlecht", "demographic", "sex"),
    ("profile_photo", "biometric_media", "photo"),
    ("指纹", "biometric_media", "fingerprint"),
    ("Blutgruppe", "health", "blood group"),
    ("email", "email", ""),
]


@pytest.mark.parametrize(("field", "pii_class", "kind"), TABLE, ids=[row[0] for row in TABLE])
def test_kind_of_a_field(names: NameDetector, field: str, pii_class: str, kind: str) -> None:
    (verdict,) = names.classify(Column(field, "users"))
    assert (verdict.pii_class, verdict.detail) == (pii_class, kind)


@each(
    ("pii_class", "kind", "special", "article", "pci"),
    [
        ("payment_card", "", False, "4(1)", "CHD"),
        ("payment_card", "card number", False, "4(1)", "CHD"),
        ("payment_card", "card verification code", False, "4(1)", "SAD"),
        ("payment_card", "magnetic stripe", False, "4(1)", "SAD"),
        ("pin_otp", "one-time code", False, "32", ""),
        ("pin_otp", "card PIN", False, "32", "SAD"),
        ("demographic", "sex", False, "4(1)", ""),
        ("demographic", "religion", True, "9(1)", ""),
        ("demographic", "criminal record", True, "10", ""),
        ("biometric_media", "photo", False, "recital 51", ""),
        ("biometric_media", "fingerprint", True, "9(1)", ""),
        ("health", "genetic data", True, "4(13)", ""),
        ("health", "a kind that nobody listed", True, "9", ""),
    ],
)
def test_regulation_tags_of_a_kind(pii_class: str, kind: str, special: bool, article: str, pci: str) -> None:
    leaf = regulation_tags(pii_class, kind)
    assert (leaf.special, leaf.pci) == (special, pci)
    assert article in leaf.gdpr
    assert leaf.title == load_taxonomy()[pii_class].title


ONLY_BY_NAME = {
    "AR CUIT or CUIL",
    "ID NPWP",
    "JMBG",
    "MX RFC",
    "RU INN",
    "driving licence",
    "passport",
    "passport, machine readable",
    "residence permit or visa",
    "social security number",
    "tax number",
}


def test_national_numbers_have_the_same_kind_by_name_and_by_value() -> None:
    by_value = {number.scheme.label for number in load_numbers()}
    assert set(load_kinds()["national_id"]) - by_value == ONLY_BY_NAME


def test_no_word_means_two_kinds_of_a_class() -> None:
    for pii_class, named in load_kinds().items():
        words = [word for kind in named.values() for word in kind.words]
        assert len(words) == len(set(words)), pii_class


@given(st.sampled_from([*load_kinds(), "email"]), st.lists(st.text(max_size=12), max_size=8))
def test_any_words_have_a_kind_or_none(pii_class: str, words: list[str]) -> None:
    kind = KindReader(load_kinds()).of(pii_class, tuple(words))
    assert kind == "" or kind in load_kinds()[pii_class]


def test_the_page_shows_every_class_and_kind() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [line for line in rows() if line not in page]
    assert not missing, "docs/reference/pii-taxonomy.md lacks:\n" + "\n".join(missing)


def rows() -> list[str]:
    """The table of the page."""
    lines = []
    for name, leaf in load_taxonomy().items():
        for kind in ("", *load_kinds().get(name, ())):
            own = regulation_tags(name, kind)
            special = "yes" if own.special else ""
            first = kind or f"`{name}` {leaf.title}"
            cells = (first, own.gdpr, special, own.nist, " ".join(own.hipaa), own.pci, own.ccpa, own.source)
            lines.append("| " + " | ".join(cells) + " |")
    return lines
