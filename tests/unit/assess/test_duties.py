"""Notices that may be due: which classes together, in one store, ask for which."""

from tests.each import each
from tieback.assess.duties import Duties, load_duties
from tieback.model.exposure import PiiClassTotal
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.pii import ClassificationBasis
from tieback.pii.kinds import load_kinds
from tieback.pii.taxonomy import load_taxonomy

SOME = exact(9, "count")


def total(
    pii_class: str, *details: str, records: Figure = SOME, basis: ClassificationBasis = ClassificationBasis.NAME
) -> PiiClassTotal:
    return PiiClassTotal(pii_class, records, 1, basis, details)


def due(*stores: list[PiiClassTotal]) -> list[str]:
    duties = Duties()
    for store in stores:
        duties.add(store)
    return [duty.rule for duty in duties.due_notices()]


TABLE = [
    # what the stores hold, what may be due
    ("nothing", [[]], []),
    ("addresses for mail", [[total("email")]], ["gdpr-33"]),
    ("passwords", [[total("password", "bcrypt hash")]], ["gdpr-33", "gdpr-34"]),
    ("passwords of users", [[total("password"), total("email")]], ["gdpr-33", "gdpr-34", "ca-1798-82"]),
    ("passwords and users in two stores", [[total("password")], [total("email")]], ["gdpr-33", "gdpr-34"]),
    ("sexes are no special category", [[total("demographic", "sex")]], ["gdpr-33"]),
    ("religions are", [[total("demographic", "religion", "sex")]], ["gdpr-33", "gdpr-34"]),
    ("photographs are not", [[total("biometric_media", "photo"), total("person_name")]], ["gdpr-33"]),
    ("patients", [[total("health"), total("person_name")]], ["gdpr-33", "gdpr-34", "hipaa-164-404", "ca-1798-82"]),
    ("findings of nobody", [[total("health")]], ["gdpr-33", "gdpr-34"]),
    ("cards", [[total("payment_card", "card number")]], ["gdpr-33", "gdpr-34", "pci-12-10"]),
    ("cards of some kind", [[total("payment_card")]], ["gdpr-33", "gdpr-34", "pci-12-10"]),
    ("when cards expire", [[total("payment_card", "card expiry")]], ["gdpr-33", "gdpr-34"]),
    (
        "verification codes",
        [[total("payment_card", "card number", "card verification code")]],
        ["gdpr-33", "gdpr-34", "pci-12-10", "pci-3-3-1"],
    ),
    ("people in Brazil", [[total("national_id", "BR CPF")]], ["gdpr-33", "gdpr-34", "lgpd-48"]),
    ("people in Britain", [[total("national_id", "GB NINO")]], ["gdpr-33", "gdpr-34", "uk-gdpr-33"]),
    ("a class that has no records", [[total("email", records=exact(0, "count"))]], []),
    ("a class that nobody counted", [[total("email", records=lower_bound(0, "not listed"))]], ["gdpr-33"]),
    ("a class of another version", [[total("aura")]], []),
]


@each(("stores", "rules"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_may_be_due(stores: list[list[PiiClassTotal]], rules: list[str]) -> None:
    assert due(*stores) == rules


def test_reason_names_data_location_and_evidence() -> None:
    duties = Duties()
    duties.add([total("email"), total("payment_card", "card verification code", basis=ClassificationBasis.VALUE)])
    duties.add([total("email")])
    found = {duty.rule: duty for duty in duties.due_notices()}
    first, last = found["gdpr-33"], found["pci-3-3-1"]
    assert first.advice.startswith("If people in the EU or EEA are affected")
    assert "72 hours" in first.advice
    held = "e-mail addresses, payment cards (card verification code)"
    assert first.reason == f"2 exposed stores contain {held}, detected by field names and values"
    assert last.reason == "an exposed store contains payment cards (card verification code), detected by values"


def test_a_long_reason_is_cut() -> None:
    duties = Duties()
    duties.add([total(name) for name in load_taxonomy()])
    assert duties.due_notices()[0].reason.endswith(" and 20 more, detected by field names")


def test_every_rule_names_classes_and_kinds_that_there_are() -> None:
    values_alone = {"GB NHS number"}
    kinds = {kind for named in load_kinds().values() for kind in named} | values_alone | {""}
    for name, rule in load_duties().items():
        assert rule.needs, name
        assert rule.source, name
        for criterion in (criterion for need in rule.needs for criterion in need):
            assert set(criterion.classes) <= load_taxonomy().keys(), name
            assert set(criterion.kinds) <= kinds, name
            assert criterion.classes or criterion.kinds or criterion.special or criterion.pci or criterion.points, name
