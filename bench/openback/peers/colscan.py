"""colscan: ``scan_column`` with header and values; for names alone its prior by name, which is no public call."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _columns
from bench.openback.peers._programs import package_version
from bench.openback.schema import Case, Result

TOPICS = _columns.NAMES_AND_VALUES
CLAIMS = _columns.CLAIMS
CLASSES = {
    "email": "email", "phone": "phone", "person_name_full": "person_name", "person_given": "person_name",
    "person_surname": "person_name", "gender_label": "demographic", "fiscal_code_it": "national_id",
    "national_id": "national_id", "vat_number": "national_id", "street_address": "postal_address",
    "house_number": "postal_address", "city": "postal_address", "postcode": "postal_address",
    "country_name": "postal_address", "region_admin": "postal_address", "coordinate": "geo_location",
    "iban": "bank_account", "bic": "bank_account", "credit_card": "payment_card", "job_title": "employment",
    "icd_code": "health", "atc_code": "health", "ip_address": "ip_address", "mac_address": "device_id",
}  # fmt: skip
"""Class of each label; others are no personal data."""


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("columns", "colscan")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case."""
    return _columns.answers("colscan", "columns", "colscan", cases, CLASSES.get)
