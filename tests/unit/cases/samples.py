"""Vendors, stores and cases that the tests share."""

from datetime import UTC, date, datetime
from typing import Any

from tieback.assess.exposures import exposure_id
from tieback.model.backend import Candidate, Route
from tieback.model.case import Case, CaseApp, CaseState, Letter
from tieback.model.exposure import AppRoute, Exposure, PiiClassTotal, Severity
from tieback.model.figure import estimate, exact
from tieback.model.probe import Access, Container, Identity, Ransom
from tieback.model.vendor import Contact, Vendor

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
ENDPOINT = "http://es.fieldhand.test:9200"
APP = CaseApp("org.fieldhand.app", "Fieldhand", "4.0.7", "android", "a" * 64)


def vendor(key: str = "v-1", name: str = "Fieldhand Machinery", **more: Any) -> Vendor:
    contacts = (Contact("security@fieldhand.test", "security.txt"),)
    values: dict[str, Any] = {"contacts": contacts, "signers": ("6c" * 32,), **more}
    return Vendor(key, name, **values)


def exposure(key: str = "es-1", **more: Any) -> Exposure:
    values: dict[str, Any] = {
        "id": exposure_id(key),
        "identity": Identity(key, "vendor_id"),
        "product": "elasticsearch",
        "version": "7.10.2",
        "access": Access.OPEN,
        "addresses": ("192.0.2.7:9200",),
        "targets": ("es.fieldhand.test:9200",),
        "routes": (
            AppRoute(
                "a" * 64,
                Candidate("es.fieldhand.test", 9200, "elasticsearch", Route.NAMED, (ENDPOINT,), "named"),
                ENDPOINT,
                "classes.dex",
                100,
                "strings",
            ),
        ),
        "containers": (
            Container(("machines",), "index", records=exact(1200, "docs.count"), bytes=estimate(90_000, "store.size")),
            Container(("operators",), "index", records=exact(150, "docs.count"), bytes=estimate(10_000, "store.size")),
        ),
        "records": exact(1350, "docs.count"),
        "bytes": estimate(100_000, "store.size"),
        "pii": (
            PiiClassTotal("geo_location", exact(1200, "docs.count"), 2),
            PiiClassTotal("email", exact(150, "docs.count"), 1),
        ),
        "fields": (),
        "ransom": Ransom(),
        "severity": Severity.HIGH,
        "score": 60,
        "factors": (),
        "bytes_sent": 420,
        "bytes_read": 3100,
        "cleartext": True,
        "proofs": ("GET /_cat/indices: 2 indices", "GET /machines/_count: 1200"),
        **more,
    }  # fmt: skip
    return Exposure(**values)


def case(store: str | Exposure = "es-1", **more: Any) -> Case:
    values: dict[str, Any] = {
        "id": f"case-{store if isinstance(store, str) else 'es-1'}",
        "vendor": "v-1",
        "state": CaseState.FOUND,
        "opened": NOW,
        "since": NOW,
        "store": exposure(store) if isinstance(store, str) else store,
        "apps": (APP,),
        "due": date(2026, 3, 8),
        "reached": {"found": NOW},
        **more,
    }
    return Case(**values)


def letter(vendor: str = "v-1", version: int = 1) -> Letter:
    return Letter(f"letter-{version}", "assurance", "en", vendor, (), version, "0" * 64, NOW, "Subject", "Text")
