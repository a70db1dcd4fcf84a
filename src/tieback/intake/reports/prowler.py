"""Prowler: detection findings in OCSF, as JSON array or lines; only failed checks of public data stores.

Format: class 2004 of https://schema.ocsf.io/ as https://docs.prowler.com/ shows it. A finding becomes one service with
the host name that apps may use. The package ``posture`` joins findings with the posture of the whole account.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from typing import Any

import msgspec

from tieback.intake.reports.interface import (
    Fact,
    ReportImporterMeta,
    clean_host_name,
    one_line,
    parse_time,
    port_number,
)
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

_BUCKETS = {"s3": "{}.s3.amazonaws.com", "gcs": "{}.storage.googleapis.com", "azure_blob": "{}.blob.core.windows.net"}


class _Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    service: str
    claims: Access


class _Checks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    check: tuple[_Check, ...]


class _Metadata(msgspec.Struct, frozen=True):
    event_code: str = ""


class _Facts(msgspec.Struct, frozen=True):
    endpoint: Any = None
    engine: str | None = ""


class _Data(msgspec.Struct, frozen=True):
    metadata: _Facts = _Facts()


class _Resource(msgspec.Struct, frozen=True):
    uid: str = ""
    name: str = ""
    data: _Data = _Data()


class _Finding(msgspec.Struct, frozen=True):
    metadata: _Metadata
    status_code: str = ""
    time_dt: str = ""
    time: int | float | None = None
    resources: tuple[_Resource, ...] = ()


class ProwlerFindings:
    """Importer of Prowler findings."""

    meta = ReportImporterMeta("prowler", "Prowler", "JSON", "https://docs.prowler.com/")

    def __init__(self) -> None:
        self._products = Products()

    @cached_property
    def _checks(self) -> Mapping[str, _Check]:
        raw = resources.files("tieback.intake.reports").joinpath("prowler.toml").read_bytes()
        return {check.code: check for check in msgspec.toml.decode(raw, type=_Checks).check}

    def recognises(self, head: bytes) -> bool:
        """True if the file has an OCSF finding with a check code and the product name Prowler."""
        return b'"event_code"' in head and b'"status_code"' in head and b'"Prowler"' in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per resource of a failed check of this kind."""
        for _, finding in source.records(_Finding):
            check = self._checks.get(finding.metadata.event_code)
            if check is None or finding.status_code.upper() != "FAIL":
                continue
            for resource in finding.resources:
                yield self._service(check, finding, resource)

    def _service(self, check: _Check, finding: _Finding, resource: _Resource) -> PassiveService:
        facts = resource.data.metadata
        service = check.service or self._products.within(facts.engine or "")
        name, port = _endpoint(facts.endpoint)
        if not name and service in _BUCKETS:
            name, port = clean_host_name(_BUCKETS[service].format(resource.name)), 443
        return PassiveService(
            source=self.meta.name,
            seen=parse_time(finding.time_dt or finding.time),
            address="",
            port=port if name else None,
            names=(name,) if name else (),
            service=service,
            product=one_line(facts.engine or service),
            claims=check.claims,
            resource=one_line(resource.uid or resource.name, 240),
            note=one_line(f"check {check.code}"),
        )


def _endpoint(value: Any) -> tuple[str, int | None]:
    """Name and port, from a text or from an RDS object with address and port."""
    if isinstance(value, str):
        return clean_host_name(value), 443
    if isinstance(value, dict):
        lower = {str(key).lower(): one for key, one in value.items()}
        return clean_host_name(str(lower.get("address", ""))), port_number(lower.get("port"))
    return "", None
