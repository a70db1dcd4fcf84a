"""Draft of a CSAF 2.0 security advisory: apps as products by vendor, findings as their vulnerabilities.

Source: OASIS, Common Security Advisory Framework 2.0. The coordinator completes the draft before publication: publisher
namespace, tracking id and text.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from tieback.model.posture import RULES
from tieback.model.report import AppSummary, Report
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.document import clean, headline_text, store_text
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta

MOST_APPS = 5_000
"""Limit on the products of an advisory."""
MOST_FINDINGS = 2_000
_LABELS = {"AMBER": "AMBER", "CLEAR": "WHITE"}
"""CSAF 2.0 uses the labels of TLP version 1."""


class CsafRenderer:
    """Renders a ``csaf_security_advisory`` in status draft; findings of apps outside the product tree are left out."""

    meta = RendererMeta("csaf", ".csaf.json", "application/json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the advisory to ``out``; products and findings are bounded."""
        apps = [summary for summary in report.apps.first(MOST_APPS) if summary.exposures]
        known = {_product(summary.app.sha256) for summary in apps}
        found = list(_vulnerabilities(report, known))
        document: dict[str, Any] = {"document": _head(report)}
        if apps:
            document["product_tree"] = {"branches": list(_branches(apps))}
        if found:
            document["vulnerabilities"] = found
        out.write(encode_row(document) + b"\n")


def _head(report: Report) -> dict[str, Any]:
    stamp = report.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    who = report.scope.authorised_by if report.scope else ""
    digest = hashlib.sha256(f"{report.title}\0{stamp}".encode("utf-8", "replace")).hexdigest()[:12]
    title = clean(report.title, 300) or "Open back ends of mobile apps"
    text = headline_text(report)
    head = advisory_head(title, report.created, who, report.tlp, text, report.tool_version, digest, "a scan")
    for problem in report.problems.rows() if report.audience else ():
        if problem.where.startswith("--audience"):
            head["notes"].append({"category": "other", "text": clean(problem.what, 600), "title": "Note"})
    return head


def advisory_head(
    title: str,
    created: datetime,
    publisher: str,
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
        tlp: ``AMBER`` or ``CLEAR``.
        summary: conclusion.
        version: of tieback.
        key: end of the tracking ID.
        source: what the draft was made from.
    """
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "title": title,
        "publisher": {
            "category": "coordinator",
            "name": clean(publisher, 300) or "unknown",
            "namespace": "https://example.org",
        },
        "distribution": {"tlp": {"label": _LABELS[tlp]}},
        "notes": [{"category": "summary", "text": summary, "title": "Conclusion"}],
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


def _branches(apps: list[AppSummary]) -> Iterator[dict[str, Any]]:
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
            "hashes": [{"file_hashes": hashes, "filename": clean(summary.path, 300) or "unknown"}]
        }
    return {"category": "product_version", "name": version, "product": product}


def _product(sha256: str) -> str:
    return f"app-{clean(sha256, 64)}"


def _vulnerabilities(report: Report, known: set[str]) -> Iterator[dict[str, Any]]:
    told = 0
    for detail in iter_details(report):
        if detail.finding.rule.startswith(RULES):
            # An advisory is for others; these rules concern the owner's accounts.
            continue
        concerned = [key for key in (_product(summary.app.sha256) for summary in detail.apps) if key in known]
        if concerned:
            yield _vulnerability(detail, list(dict.fromkeys(concerned)))
            told += 1
            if told == MOST_FINDINGS:
                return


def _vulnerability(detail: FindingDetail, products: list[str]) -> dict[str, Any]:
    finding = detail.finding
    stores = ", ".join(f"{store_text(store)} at {', '.join(store.targets[:3])}" for store in detail.stores)
    text = "; ".join((*filter(None, [stores]), *finding.evidence)) or finding.title
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
