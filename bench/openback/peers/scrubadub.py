"""scrubadub: its default detectors on each value; the first ten values of a column, as it is slow."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _columns
from bench.openback.peers._programs import package_version
from bench.openback.schema import Case, Result

TOPICS = _columns.VALUES
CLAIMS = _columns.CLAIMS
MOST = 10
CLASSES = {
    "email": "email", "phone": "phone", "credit_card": "payment_card", "social_security_number": "national_id",
    "credential": "password", "twitter": "username", "drivers_licence": "national_id",
    "national_insurance_number": "national_id", "tax_reference_number": "national_id", "postal_code": "postal_address",
    "vehicle_licence_plate": "vehicle", "date_of_birth": "birth",
}  # fmt: skip
"""Class of each detector; others are no personal data."""


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("columns", "scrubadub")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case."""
    return _columns.answers("scrubadub", "columns", "scrubadub", cases, CLASSES.get, MOST)
