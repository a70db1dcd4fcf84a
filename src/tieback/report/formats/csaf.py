"""Draft of a CSAF 2.0 security advisory: apps as products by vendor, findings as their vulnerabilities.

Source: OASIS, Common Security Advisory Framework 2.0. The coordinator completes the draft before publication: tracking
id, text, and the publisher's namespace if no contact shows it. A store that no app leads to is a product itself. A
``csaf_security_advisory`` requires products and vulnerabilities (section 4, profiles); a report without any is a
``csaf_base``.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure, Finding
from tieback.model.posture import RULES
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta
from tieback.report.shortened import cut_text, fit_text
from tieback.report.texts.clean import clean
from tieback.report.texts.headline import headline_text
from tieback.report.texts.stores import place_text, store_text

NAMESPACE_ADVICE = "Replace publisher.namespace by a URL of the publisher: it is not known"
"""For drafts with ``NO_NAMESPACE``."""
MOST_APPS = 5_000
"""Limit on the products of an advisory."""
MOST_FINDINGS = 2_000
_LABELS = {"AMBER": "AMBER", "CLEAR": "WHITE"}
"""CSAF 2.0 uses the labels of TLP version 1."""
NO_NAMESPACE = "https://publisher.invalid"
"""Stands for the publisher's namespace, which is required, if it is not known; the domain never exists (RFC 2606)."""
_DOMAIN = r"[a-z0-9][a-z0-9.-]{0,251}\.[a-z0-9-]{1,63}"
_CONTACT = re.compile(
    rf"(?:mailto:)?[^@\s/]+@(?P<mail>{_DOMAIN})|(?P<scheme>https?)://(?P<site>{_DOMAIN})(?:[:/?#].*)?"
)


class _Advisory(msgspec.Struct, frozen=True):
    """What one advisory contains, and how much it leaves out."""

    apps: dict[str, AppSummary]
    """By SHA-256, at most ``MOST_APPS``."""
    findings: tuple[Finding, ...]
    """Most severe first, at most ``MOST_FINDINGS``."""
    others: int
    """Findings above that limit."""
    accounts: int
    """Findings about the owner's cloud accounts: an advisory is for others."""
    more_apps: int
    """Apps above the limit that the findings concern."""


class CsafRenderer:
    """Renders a ``csaf_security_advisory`` in status draft; without a finding, a ``csaf_base``."""

    meta = RendererMeta("csaf", ".csaf.json", "application/json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the advisory to ``out``; products and findings are bounded."""
        chosen = _chosen(report)
        stores: dict[str, Exposure] = {}
        found = list(_vulnerabilities(report, chosen, stores))
        document: dict[str, Any] = {
            "document": _head(report, chosen, "csaf_security_advisory" if found else "csaf_base")
        }
        if found:
            document["product_tree"] = _tree(chosen.apps, stores)
            document["vulnerabilities"] = found
        out.write(encode_row(document) + b"\n")

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the advisory."""
        if publisher_namespace(report.scope.contact if report.scope else "") == NO_NAMESPACE:
            yield f"the publisher's namespace, because the report has no e-mail address or URL of it: {NO_NAMESPACE}"
        chosen = _chosen(report)
        stated = sum(1 for _ in _vulnerabilities(report, chosen, {}))
        if not stated:
            yield "products and vulnerabilities, because it has no finding (profile csaf_base)"
        if nowhere := len(chosen.findings) - stated:
            yield f"{count_text(nowhere, 'finding')} without an app or store in this report"
        yield from _above_limits(chosen)
        if chosen.accounts:
            yield f"{count_text(chosen.accounts, 'finding')} about your own accounts, because an advisory is for others"
        if report.suppressed.count:
            yield count_text(report.suppressed.count, "suppressed finding")


def _chosen(report: Report) -> _Advisory:
    """The findings of an advisory and the apps that they concern, worst first."""
    findings: list[Finding] = []
    keys: dict[str, None] = {}
    more: set[str] = set()
    others = accounts = 0
    for finding in report.findings.rows():
        if finding.rule.startswith(RULES):
            accounts += 1
        elif len(findings) == MOST_FINDINGS:
            others += 1
        else:
            findings.append(finding)
            for key in finding.apps:
                if key in keys or len(keys) < MOST_APPS:
                    keys[key] = None
                else:
                    more.add(key)
    known = {summary.app.sha256: summary for summary in report.apps.pick(keys)} if keys else {}
    apps = {key: known[key] for key in keys if key in known}
    return _Advisory(apps, tuple(findings), others, accounts, len(more))


def _above_limits(chosen: _Advisory) -> Iterator[str]:
    if chosen.others:
        yield f"{count_text(chosen.others, 'finding')} above the limit of {MOST_FINDINGS:,}"
    if chosen.more_apps:
        yield f"{count_text(chosen.more_apps, 'app')} above the limit of {MOST_APPS:,}"


def _head(report: Report, chosen: _Advisory, category: str) -> dict[str, Any]:
    stamp = report.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    who, contact = (report.scope.authorised_by, report.scope.contact) if report.scope else ("", "")
    digest = hashlib.sha256(f"{report.title}\0{stamp}".encode("utf-8", "replace")).hexdigest()[:12]
    title = clean(report.title, 300) or "Open back ends of mobile apps"
    text = headline_text(report)
    head = advisory_head(title, report.created, who, contact, report.tlp, text, report.tool_version, digest, "a scan")
    head["category"] = category
    if limits := "; ".join(_above_limits(chosen)):
        head["notes"].append({"category": "other", "text": f"Not in this draft: {limits}.", "title": "Limits"})
    for problem in report.problems.rows() if report.audience else ():
        if problem.where.startswith("--audience"):
            head["notes"].append({"category": "other", "text": clean(problem.what, 600), "title": "Note"})
    return head


def publisher_namespace(contact: str) -> str:
    """The site of a grant's contact, such as ``https://example.org``; ``NO_NAMESPACE`` if it names none."""
    found = _CONTACT.fullmatch(contact.strip().lower())
    return f"{found['scheme'] or 'https'}://{found['mail'] or found['site']}" if found else NO_NAMESPACE


def advisory_head(
    title: str,
    created: datetime,
    publisher: str,
    contact: str,
    tlp: str,
    summary: str,
    version: str,
    key: str,
    source: str = "a case",
) -> dict[str, Any]:
    """Return the ``document`` member of a draft.

    Args:
        title: title, at most 300 characters.
        created: time of writing, UTC.
        publisher: the coordinator; may be empty.
        contact: e-mail address or URL of the coordinator; may be empty.
        tlp: ``AMBER`` or ``CLEAR``.
        summary: conclusion.
        version: of tieback.
        key: end of the tracking ID.
        source: what the draft was made from.
    """
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    namespace = publisher_namespace(contact)
    notes = [{"category": "summary", "text": summary, "title": "Conclusion"}]
    if namespace == NO_NAMESPACE:
        notes.append({"category": "other", "text": f"{NAMESPACE_ADVICE}.", "title": "Publisher"})
    return {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "title": title,
        "publisher": {
            "category": "coordinator",
            "name": clean(publisher, 300) or "unknown",
            "namespace": namespace,
        },
        "distribution": {"tlp": {"label": _LABELS[tlp]}},
        "notes": notes,
        "tracking": {
            "id": f"TIEBACK-{created:%Y%m%d}-{key}",
            "status": "draft",
            "version": "0.1.0",
            "initial_release_date": stamp,
            "current_release_date": stamp,
            "generator": {"engine": {"name": "tieback", "version": version}, "date": stamp},
            "revision_history": [{"date": stamp, "number": "0.1.0", "summary": f"Draft generated from {source}."}],
        },
    }


def _tree(apps: dict[str, AppSummary], stores: dict[str, Exposure]) -> dict[str, Any]:
    """The products: apps by vendor, and stores that no app leads to."""
    tree: dict[str, Any] = {}
    if apps:
        tree["branches"] = list(_branches(apps.values()))
    if stores:
        tree["full_product_names"] = [
            {"name": clean(place_text(store), 400), "product_id": key} for key, store in stores.items()
        ]
    return tree


def _branches(apps: Iterable[AppSummary]) -> Iterator[dict[str, Any]]:
    vendors: dict[str, dict[str, list[AppSummary]]] = {}
    for summary in apps:
        vendor = clean(summary.app.vendor, 200) or "unknown vendor"
        name = clean(summary.app.bundle_id or summary.app.label, 200) or "unknown app"
        vendors.setdefault(vendor, {}).setdefault(name, []).append(summary)
    for vendor, products in sorted(vendors.items()):
        yield {
            "category": "vendor",
            "name": vendor,
            "branches": [
                {
                    "category": "product_name",
                    "name": name,
                    "branches": [_version(summary, vendor) for summary in versions],
                }
                for name, versions in sorted(products.items())
            ],
        }


def _version(summary: AppSummary, vendor: str) -> dict[str, Any]:
    app = summary.app
    version = clean(app.version_name, 100) or "unknown"
    product: dict[str, Any] = {
        "name": clean(f"{vendor} {app.label} {version} ({app.platform.value})", 400),
        "product_id": _product(app.sha256),
    }
    if len(app.sha256) == 64 and app.sha256.isascii() and app.sha256.isalnum():
        hashes = [{"algorithm": "sha256", "value": app.sha256}]
        product["product_identification_helper"] = {
            "hashes": [{"file_hashes": hashes, "filename": clean(summary.path.rpartition("/")[2], 300) or "unknown"}]
        }
    return {"category": "product_version", "name": version, "product": product}


def _product(sha256: str) -> str:
    return f"app-{clean(sha256, 64)}"


def _store_product(store: Exposure) -> str:
    return f"store-{clean(store.id, 64)}"


def _vulnerabilities(report: Report, chosen: _Advisory, stores: dict[str, Exposure]) -> Iterator[dict[str, Any]]:
    """Each finding that has a product; a finding without an app concerns its stores, which are added to ``stores``."""
    for detail in iter_details(report, chosen.findings):
        products = [_product(key) for key in dict.fromkeys(detail.finding.apps) if key in chosen.apps]
        if not products:
            named = {_store_product(store): store for store in detail.stores}
            stores |= named
            products = list(named)
        if products:
            yield _vulnerability(detail, products)


def _vulnerability(detail: FindingDetail, products: list[str]) -> dict[str, Any]:
    finding = detail.finding
    places = (f"{store_text(store)} at {cut_text(store.targets, 3, longest=1000)}" for store in detail.stores)
    stores = fit_text(places, 1800, between=", ", one="store")
    evidence = fit_text(finding.evidence, 1800, one="line of evidence", many="lines of evidence")
    text = "; ".join(filter(None, (stores, evidence))) or finding.title
    if finding.cvss:
        # CSAF 2.0 has no field for CVSS v4 (2.1 has one).
        text += f"; {finding.cvss}"
    return {
        "title": clean(finding.title, 300),
        "ids": [{"system_name": "tieback", "text": finding.id}],
        "notes": [{"category": "description", "text": clean(text, 4000), "title": finding.rule}],
        "product_status": {"known_affected": products},
        "remediations": [
            {"category": "mitigation", "details": clean(finding.advice, 4000) or "none", "product_ids": products}
        ],
        "threats": [{"category": "impact", "details": finding.severity.value, "product_ids": products}],
    }
