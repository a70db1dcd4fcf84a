import tieback.pii
from tests.each import each
from tieback.model.pii import ClassificationBasis, Column
from tieback.pii.names import NameDetector
from tieback.pii.values import ValueDetector, classify_columns
from tieback.pii.values.combine import fits

NAMES, VALUES = NameDetector(), ValueDetector(this_year=2026)
MAILS = tuple(f"p{n}@example.test" for n in range(12))
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu")
PEOPLE = ("Ada Lovelace", "Maria Garcia", "Peter Schmidt", "Anna Kowalska", "John Smith", "Laura Rossi", "Ivan Petrov")


@each(
    ("field", "values", "pii_class"),
    [
        ("c1", MAILS, "email"),
        ("email", MAILS, "email"),
        ("status", MAILS, "email"),  # proof holds whatever the field is called
        ("email", (), "email"),  # a name alone
        ("email", ("", "null"), "email"),
        ("email", ("true", "false", "true"), "none"),  # truth values are no addresses
        ("email", WORDS, "none"),
        ("password", tuple(map(str, range(20))), "none"),
        ("birthday", tuple(f"10:{n}:00" for n in range(10, 30)), "birth"),
        ("phone_number", WORDS, "none"),
        ("photo", tuple(f"https://example.test/{n}.png" for n in range(9)), "biometric_media"),
        ("c1", tuple(f"https://example.test/{n}.png" for n in range(9)), "none"),
        ("c1", PEOPLE * 2, "none"),  # seven names without a header are too few
        ("last_name", PEOPLE, "person_name"),
        ("cvv", tuple(map(str, range(100, 140))), "payment_card"),
        ("card_type", ("Visa", "MasterCard", "Visa", "Amex"), "none"),
        ("latitude", tuple(f"{n}.1234" for n in range(20, 60)), "geo_location"),
        ("pan", ("5391234567890125",), "payment_card"),
        ("panNumber", ("5391 2345 6789 0125",), "payment_card"),
        ("card.dpan", ("5391234567890125",), "payment_card"),
        ("pan", ("ABCPE1234F",), "national_id"),
        ("pan", ("5391234567890126",), "none"),  # no valid check digit
        ("pan", ("left",), "none"),
        ("number", ("5391234567890125",), "none"),
        ("iban", ("DE36000000000000000000",), "none"),
        ("latitude", ("", "en", "de"), "none"),
        ("latitude", ("en", "52.52"), "geo_location"),
        ("c1", ("DE36000000000000000000",), "none"),  # MOD 97-10 holds for an account of zeros
    ],
)
def test_name_and_value_evidence_are_combined(field: str, values: tuple[str, ...], pii_class: str) -> None:
    (verdict,) = classify_columns([Column(field, values=values)], NAMES, VALUES)
    assert verdict.pii_class == pii_class


def test_agreement_raises_confidence_and_cites_both() -> None:
    alone, both = classify_columns([Column("c1", values=MAILS), Column("email", values=MAILS)], NAMES, VALUES)
    assert both.confidence > alone.confidence
    assert any("phrase" in said for said in both.evidence)
    assert not any("example" in said for said in both.evidence)


def test_without_names() -> None:
    first, second = classify_columns([Column("email", values=WORDS), Column("x", values=MAILS)], None)
    assert (first.pii_class, second.pii_class) == ("none", "email")


def test_veto_has_a_reason() -> None:
    (verdict,) = classify_columns([Column("email", values=WORDS)], NAMES, VALUES)
    assert verdict.evidence[-1].endswith("do not fit email")


def test_value_forms_fit_a_class() -> None:
    assert fits("birth", VALUES.scan(["34", "57", "19"]))
    assert not fits("email", VALUES.scan(["34", "57", "19"]))


def test_the_library_call_joins_names_and_values() -> None:
    hashes = tuple("$2b$12$" + "abcdefghij" * 5 + f"{n:03d}" for n in range(12))
    found = list(tieback.pii.classify_columns([Column("pw", values=hashes), Column("cvv"), Column("", values=hashes)]))
    assert [(one.pii_class, one.detail, one.basis) for one in found] == [
        ("password", "bcrypt hash", ClassificationBasis.VALUE),
        ("payment_card", "card verification code", ClassificationBasis.NAME),
        ("password", "bcrypt hash", ClassificationBasis.VALUE),
    ]


def test_kind_from_the_name_stays_if_values_only_agree() -> None:
    (found,) = tieback.pii.classify_columns([Column("cvv", "cards", values=("123", "937", "004", "771", "652"))])
    assert (found.pii_class, found.detail) == ("payment_card", "card verification code")
    assert found.basis is ClassificationBasis.NAME
