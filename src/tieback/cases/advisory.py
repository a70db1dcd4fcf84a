"""Draft of a CSAF 2.0 advisory about one case. It names no address and no container: those help only an attacker.

The coordinator completes it before publication, as the draft of a report (``report.formats.csaf``).
"""

from datetime import datetime
from typing import Any

import msgspec

from tieback.assess.rules import advice_for, load_rules
from tieback.cases.access_now import access_now
from tieback.model.case import Case, CaseApp
from tieback.pii.taxonomy import load_taxonomy
from tieback.report.formats.csaf import advisory_head
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import records_text

_STAMP = "%Y-%m-%dT%H:%M:%SZ"
_PRODUCT = "store"
"""Product of a case without an own app of its vendor: the service itself."""


def to_advisory(
    case: Case,
    vendor: str,
    publisher: str,
    contact: str,
    now: datetime,
    version: str,
    connected: datetime | None = None,
) -> bytes:
    """Return the draft as JSON.

    Args:
        case: the case.
        vendor: name of its vendor.
        publisher: who authorised the probes.
        contact: e-mail address or URL of the publisher; may be empty.
        now: time of writing.
        version: of tieback.
        connected: when we first connected to the store, from the audit log; ``None`` if it does not say.
    """
    summary = clean(f"A data store of {vendor} {access_now(case).partition(';')[0]}.", 600)
    head = advisory_head(summary[:300], now, publisher, contact, "AMBER", _summary(case, summary), version, case.id)
    if case.dates is not None:
        text = f"Our letter promises to publish nothing before {case.dates.publish}."
        head["notes"].append({"category": "other", "text": text, "title": "Not before"})
    products = [f"app-{app.sha256}" for app in case.apps] or [_PRODUCT]
    document = {
        "document": head,
        "product_tree": {"branches": [_branch(case, clean(vendor, 200) or "unknown vendor")]},
        "vulnerabilities": [_vulnerability(case, list(dict.fromkeys(products)), _discovered(case, connected))],
    }
    return msgspec.json.format(msgspec.json.encode(document)) + b"\n"


def _summary(case: Case, summary: str) -> str:
    check = case.check
    state = f"State of the case: {case.state.value.replace('_', ' ')} since {case.since.date()}."
    if check is not None:
        state += f" Latest re-check on {check.time.date()}: {check.verdict.value.replace('_', ' ')}."
    return f"{summary} {state}"


def _branch(case: Case, vendor: str) -> dict[str, Any]:
    if not case.apps:
        name = clean(f"{case.store.product} of {vendor}", 300)
        product = {"category": "product_name", "name": name, "product": {"name": name, "product_id": _PRODUCT}}
        return {"category": "vendor", "name": vendor, "branches": [product]}
    names: dict[str, dict[str, CaseApp]] = {}
    for app in case.apps:
        names.setdefault(clean(app.bundle_id or app.name, 200) or "unknown app", {})[app.sha256] = app
    branches = [
        {"category": "product_name", "name": name, "branches": [_version(app, vendor) for app in apps.values()]}
        for name, apps in sorted(names.items())
    ]
    return {"category": "vendor", "name": vendor, "branches": branches}


def _version(app: CaseApp, vendor: str) -> dict[str, Any]:
    version = clean(app.version, 100) or "unknown"
    label = clean(f"{vendor} {app.name or app.bundle_id} {version} ({app.platform})", 400)
    return {
        "category": "product_version",
        "name": version,
        "product": {"name": label, "product_id": f"app-{app.sha256}"},
    }


def _discovered(case: Case, connected: datetime | None) -> str:
    """When a run first found the store open: the day is known, and the time of day if that was the first connection."""
    first = case.store.window.first_seen[:10] if case.store.window is not None else ""
    if connected is not None and connected <= case.opened and first in ("", connected.date().isoformat()):
        return connected.strftime(_STAMP)
    return f"{first}T00:00:00Z" if first else case.opened.strftime(_STAMP)


def _vulnerability(case: Case, products: list[str], discovered: str) -> dict[str, Any]:
    store, rules, taxonomy = case.store, load_rules(), load_taxonomy()
    advice, _ = advice_for(rules["open-store"], rules, store.product)
    classes = [taxonomy[one.pii_class].title for one in store.pii if one.pii_class in taxonomy]
    text = f"{store.product} allowed access without authentication ({store.access}); {records_text(store.records)}"
    text += f"; personal data: {', '.join(classes)}" if classes else ""
    return {
        "title": "Data store accessible without authentication",
        "cwe": {"id": "CWE-306", "name": "Missing Authentication for Critical Function"},
        "ids": [{"system_name": "tieback", "text": case.id}],
        "notes": [{"category": "description", "text": clean(text, 4000), "title": "What was accessible"}],
        "discovery_date": discovered,
        "product_status": {"known_affected": products},
        "remediations": [{"category": "mitigation", "details": clean(advice, 4000) or "none", "product_ids": products}],
        "threats": [{"category": "impact", "details": store.severity.value, "product_ids": products}],
    }
