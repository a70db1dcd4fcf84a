"""SARIF 2.1.0 for code scanning: findings at their locations in the packages.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; for ``security-severity`` and the fingerprints GitHub's
page "SARIF support for code scanning". A location in a package is ``<package>/<entry>`` with the byte offset of its
first byte. It has no length: the text of an endpoint is normalised, so its length is not that of the bytes in the file.
Binary files have no lines, but code scanning requires one: it is always 1. If the line of the maker's source is known,
it is the location, and those in the package are related locations.

Code scanning reads ``security-severity`` only from rules. Each rule has the highest severity of its results in this
file, so that no alert has a lower one than its finding.

Locations above ``MOST_PLACES`` are counted in the message and in the property ``locationsNotListed``; notices above
``MOST_NOTICES`` in the last notice.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO
from urllib.parse import quote

from tieback.assess.rules import FindingRule, load_rules
from tieback.model.count_text import count_text
from tieback.model.exposure import AppRoute, Finding, Severity
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.model.sighting import UnreadKind
from tieback.report.detail import FindingDetail, iter_details
from tieback.report.encoding import encode_row
from tieback.report.interface import RendererMeta
from tieback.report.shortened import cut_text, more_text
from tieback.report.source_lines import source_text
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import TRAFFIC
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import place_text
from tieback.report.texts.unread import partly_read_inputs, unread_text
from tieback.report.verdict import abilities_text, entry_text, unlisted_text, untested_text

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_PLACES = 10
"""Limit on the locations of one result."""
MOST_NOTICES = 1_000
"""Limit on the notices of a run."""
_PLACE = re.compile(r".*: (?P<file>.{1,500}) at (?P<offset>0x[0-9a-f]{1,12})")
"""End of an evidence line: the file in the package and the offset."""

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "0.0",
}
"""``security-severity``: over 9.0 is critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low, 0.0 none."""


class SarifRenderer:
    """Renders one run: one result per finding, and one driver rule per rule that could apply."""

    meta = RendererMeta("sarif", ".sarif", "application/sarif+json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``, result by result."""
        rules, worst = load_rules(), _worst(report)
        order = {rule: number for number, rule in enumerate(rules)}
        driver = {
            "name": "tieback",
            "version": report.tool_version,
            "semanticVersion": _semantic_version(report.tool_version),
            "rules": [_rule(key, rule, worst.get(key, rule.severity or Severity.HIGH)) for key, rule in rules.items()],
        }
        out.write(b'{"$schema":' + encode_row(SCHEMA) + b',"version":"2.1.0","runs":[{"tool":{"driver":')
        out.write(encode_row(driver) + b'},"columnKind":"unicodeCodePoints","results":[')
        for number, result in enumerate(_results(report, order)):
            out.write(b"," if number else b"")
            out.write(encode_row(result))
        head = report.headline
        end = report.created.strftime("%Y-%m-%dT%H:%M:%SZ")
        invocation: dict[str, Any] = {
            "executionSuccessful": not (head.apps_damaged or head.captures_damaged or head.inputs_failed),
            "endTimeUtc": end,
        }
        every = _notices(report)
        if notices := list(islice(every, MOST_NOTICES)):
            more = more_text(sum(1 for _ in every), "notice")
            rest = {"level": "note", "message": {"text": f"{more}; the JSON report lists them all"}}
            invocation["toolExecutionNotifications"] = [*notices, *([rest] if more else [])]
        out.write(b'],"invocations":[' + encode_row(invocation) + b"]}]}\n")


def _notices(report: Report) -> Iterator[dict[str, Any]]:
    """Apps and captures that were only partly read, then the problems of the run."""
    for summary in partly_read_inputs(report):
        text = f"{clean(summary.path, 300)}: only partly read: {unread_text(summary)}"
        yield {"level": "error" if summary.damaged else "warning", "message": {"text": text}}
    for problem in report.problems.rows():
        level = "error" if problem.unread is UnreadKind.WHOLE else "warning"
        yield {"level": level, "message": {"text": f"{clean(problem.where, 300)}: {clean(problem.what, 500)}"}}


def _semantic_version(version: str) -> str:
    """A version of PEP 440 (``0.2.0.dev0``) as Semantic Versioning 2.0.0 writes it (``0.2.0-dev0``)."""
    public, plus, local = version.partition("+")
    numbers = re.match(r"\d+(?:\.\d+){0,2}", public)
    if numbers is None:
        return version
    release = ".".join([*numbers[0].split("."), "0", "0"][:3])
    pre = public[numbers.end() :].lstrip(".")
    return release + (f"-{pre}" if pre else "") + plus + local


def _worst(report: Report) -> dict[str, Severity]:
    """The highest severity of the findings of each rule; suppressed ones count if the rule has no others."""
    found: dict[str, Severity] = {}
    apart: dict[str, Severity] = {}
    for severities, findings in (
        (found, report.findings.rows()),
        (apart, (s.finding for s in report.suppressed.rows())),
    ):
        for one in findings:
            severities[one.rule] = max(
                severities.get(one.rule, one.severity), one.severity, key=lambda level: level.rank
            )
    return apart | found


def _rule(key: str, rule: FindingRule, severity: Severity) -> dict[str, Any]:
    tags = [
        "security",
        *([f"external/cwe/{rule.cwe.lower()}"] if rule.cwe else []),
        *([rule.masvs] if rule.masvs else []),
        *rule.references,
    ]
    return {
        "id": key,
        "name": "".join(word.capitalize() for word in key.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.title},
        "help": {"text": rule.advice.get("default", rule.title)},
        **({"helpUri": rule.sources["default"]} if "default" in rule.sources else {}),
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": tags, "security-severity": _SCORES[severity]},
    }


def _results(report: Report, order: dict[str, int]) -> Iterator[dict[str, Any]]:
    known = report.baseline
    for detail in iter_details(report):
        result = _result(detail, order)
        yield result if known is None else result | {"baselineState": known.standing(detail.finding.id).value}
    apart = {one.finding.id: one.by for one in report.suppressed.rows()}
    for detail in iter_details(report, (one.finding for one in report.suppressed.rows())):
        by = apart[detail.finding.id]
        words = f"{clean(by.reason, 500)} ({clean(by.author, 100)}, until {by.expires})"
        suppression = {"kind": "external", "status": "accepted", "justification": words}
        yield _result(detail, order) | {"suppressions": [suppression]}


def _result(detail: FindingDetail, order: dict[str, int]) -> dict[str, Any]:
    finding = detail.finding
    labels = (clean(summary.app.label, 60) for summary in detail.apps)
    names = cut_text(labels, 3, count=len(finding.apps)) or "no app"
    stores = cut_text(map(place_text, detail.stores), 3, count=len(finding.exposures)) if detail.stores else ""
    # Credentials of one app have the same title and differ only in their evidence.
    first = f" {clean(finding.evidence[0], 400)}." if finding.evidence and not stores else ""
    (inside, more), source = _locations(detail), list(_source_locations(finding))
    rest = f" Not listed: {count_text(more, 'more location')} in the packages." if more else ""
    shared = f" {shared_identifier_text(finding)}" if finding.shared_identifier else ""
    text = f"{finding.title} ({names}{'; ' + stores if stores else ''}).{first}{rest}{shared} {finding.advice}"
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": clean(text, 2000)},
        "locations": source or inside,
        **({"relatedLocations": [{"id": at, **one} for at, one in enumerate(inside, 1)]} if source else {}),
        "partialFingerprints": {"tiebackFinding/v1": finding.id},
        "properties": {
            "severity": finding.severity.value,
            "security-severity": _SCORES[finding.severity],
            "cwe": finding.cwe,
            **({"cvss": finding.cvss} if finding.cvss else {}),
            **({"references": list(finding.references)} if finding.references else {}),
            **({"sharedIdentifier": clean(finding.shared_identifier)} if finding.shared_identifier else {}),
            "evidence": [clean(line, 500) for line in finding.evidence],
            "stores": list(finding.exposures),
            **_ways_in(detail),
            "apps": len(finding.apps),
            **({"locationsNotListed": more} if more else {}),
        },
    }
    if finding.rule in order:
        result["ruleIndex"] = order[finding.rule]
    return result


def _ways_in(detail: FindingDetail) -> dict[str, Any]:
    """How a client without credentials gets into the stores, and what was not tried."""
    found = {
        "entry": sorted({entry_text(store) for store in detail.stores} - {""}),
        "abilities": sorted({abilities_text(store) for store in detail.stores} - {""}),
        "untested": sorted({untested_text(store) for store in detail.stores} - {""}),
        "notCounted": sorted({unlisted_text(store) for store in detail.stores} - {""}),
    }
    return {key: value for key, value in found.items() if value}


def _source_locations(finding: Finding) -> Iterator[dict[str, Any]]:
    """Lines of the maker's source, each once."""
    told = set()
    for one in finding.locations:
        if not one.file or (one.file, one.line) in told:
            continue
        told.add((one.file, one.line))
        yield {
            "physicalLocation": {"artifactLocation": {"uri": _uri(one.file)}, "region": {"startLine": one.line}},
            **_method(one.method),
            "message": {"text": clean(source_text(one), 1000)},
        }


def _method(name: str) -> dict[str, Any]:
    if not name:
        return {}
    return {"logicalLocations": [{"fullyQualifiedName": clean(name, 500), "kind": "function"}]}


def _locations(detail: FindingDetail) -> tuple[list[dict[str, Any]], int]:
    """The first locations in the packages that lead to the stores, and the number of the others.

    If no location is known, they are the packages themselves.
    """
    apps = {summary.app.sha256: summary for summary in detail.apps}
    concerned = frozenset(detail.finding.apps)
    methods = {(one.entry, one.offset): one.method for one in detail.finding.locations if one.method}
    ways = [
        route
        for store in detail.stores
        for route in store.routes
        if route.app_sha256 in concerned and not route.how.startswith(TRAFFIC)
    ]
    shown = list(islice((route for route in ways if route.app_sha256 in apps), MOST_PLACES))
    if shown:
        return [
            _inside(apps[route.app_sha256], route) | _method(methods.get((route.file, route.offset), ""))
            for route in shown
        ], len(ways) - len(shown)
    if len(detail.apps) == 1:
        places = list(_places_in(detail.apps[0], detail.finding))
        if places:
            return places[:MOST_PLACES], max(len(places) - MOST_PLACES, 0)
    if detail.apps:
        packages = [_uri(summary.path) for summary in detail.apps[:MOST_PLACES]]
        return [_whole(uri) for uri in packages], len(detail.finding.apps) - len(packages)
    # Code scanning shows no result without a location, so a store without an app uses its own name.
    name = detail.stores[0].targets[0] if detail.stores and detail.stores[0].targets else detail.finding.id
    return [_whole(_uri(name))], 0


def _places_in(summary: AppSummary, finding: Finding) -> Iterator[dict[str, Any]]:
    """The places that the evidence names in the only app; without any, the entries of the finding's locations."""
    found = [(match, line) for line in finding.evidence if (match := _PLACE.fullmatch(line))]
    yield from (_evidence(summary, match, line) for match, line in found)
    for entry in () if found else dict.fromkeys(one.entry for one in finding.locations):
        yield _whole(_entry_uri(summary, entry)) | {"message": {"text": f"{clean(entry, 300)} in the package"}}


def _whole(uri: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}


def _inside(summary: AppSummary, route: AppRoute) -> dict[str, Any]:
    region: dict[str, int] = {"startLine": 1}
    if route.offset is not None:
        region["byteOffset"] = route.offset
    return {
        "physicalLocation": {"artifactLocation": {"uri": _entry_uri(summary, route.file)}, "region": region},
        "message": {"text": f"{clean(route.endpoint, 300)} ({clean(route.how, 100)})"},
    }


def _evidence(summary: AppSummary, found: re.Match[str], line: str) -> dict[str, Any]:
    """The place of a credential, from the text of the evidence."""
    region = {"startLine": 1, "byteOffset": int(found["offset"], 16)}
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _entry_uri(summary, found["file"])},
            "region": region,
        },
        "message": {"text": clean(line, 400)},
    }


def _entry_uri(summary: AppSummary, entry: str) -> str:
    """An entry in a package; a file that is no package, such as a bundle of scripts, is itself the entry."""
    return _uri(summary.path if summary.path.rpartition("/")[2] == entry else f"{summary.path}/{entry}")


def _uri(path: str) -> str:
    """A relative reference (RFC 3986): code scanning accepts no absolute one."""
    return quote(clean(path, 1000).lstrip("/"), safe="/._-~") or "unknown"
