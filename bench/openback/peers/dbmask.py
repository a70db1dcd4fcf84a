"""dbmask: its patterns on the values with the hints of the header, and for names alone those hints."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _columns
from bench.openback.peers._programs import package_version
from bench.openback.schema import Case, Result

TOPICS = _columns.NAMES_AND_VALUES
CLAIMS = _columns.CLAIMS
CLASSES = {
    "email": "email", "phone": "phone", "ssn": "national_id", "credit_card": "payment_card",
    "zip_code": "postal_address", "city": "postal_address", "address": "postal_address", "full_name": "person_name",
    "ip_address": "ip_address",
}  # fmt: skip
"""Class of each label; others are no personal data."""


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("columns", "dbmask")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case."""
    return _columns.answers("dbmask", "columns", "dbmask", cases, CLASSES.get)
