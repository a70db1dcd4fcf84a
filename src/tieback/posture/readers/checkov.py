"""Checkov: infrastructure templates before deployment, as JSON or SARIF.

Formats: https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html; SARIF 2.1.0, which contains only failed checks
and no resource names. A resource in a template is planned; it is counted separately from running ones.
"""

import re
from collections.abc import Iterator
from typing import Any

from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import count_record, list_elements
from tieback.posture.source import MAX_DOCUMENT, PostureSource

SARIF = "2.1.0"
_LISTS = (("passed_checks", True), ("failed_checks", False))
_TYPE = re.compile(r"(?:^|\.)((?:aws|azurerm|google|mongodbatlas)_[a-z0-9_]+|AWS::[A-Za-z0-9]+::[A-Za-z0-9]+)\.")


class Checkov:
    """Reads Checkov's JSON."""

    meta = PostureMeta("checkov", "Checkov", "https://www.checkov.io/2.Basics/Reviewing%20Scan%20Results.html")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True if the file begins like a Checkov report."""
        return b'"check_type"' in head and b'"results"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each check about each planned resource."""
        source.longest = MAX_DOCUMENT
        for line, value in source.items():
            report = ExportObject(value) if isinstance(value, dict) else ExportObject({})
            results = report.value("results")
            if not isinstance(results, dict):
                source.skip(line, "a report without results")
                continue
            for broken in list_elements(results.get("parsing_errors")):
                source.note_missing(f"{str(broken)[:120]}: not parsed")
            for name, passed in _LISTS:
                for one in list_elements(results.get(name)):
                    if isinstance(one, dict):
                        yield from count_record(source, self._of(source, ExportObject(one), passed=passed))

    def _of(self, source: PostureSource, one: ExportObject, *, passed: bool) -> Iterator[Fact]:
        code, resource = one.text("checkid"), one.text("resource")
        if not resource:
            return
        yield from _said(
            self._checks,
            source,
            code,
            f"{one.text('filepath')}:{resource}",
            resource,
            passed=passed,
            why=one.text("checkname"),
        )


class CheckovSarif:
    """Reads Checkov's SARIF."""

    meta = PostureMeta("checkov", "Checkov (SARIF)", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for a SARIF log with Checkov as driver."""
        return b'"runs"' in head and re.search(rb'"name"\s*:\s*"Checkov"', head) is not None

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each failed check about the resource at its location."""
        source.longest = MAX_DOCUMENT
        for key, line, value in source.members():
            if key == "version" and value != SARIF:
                source.skip(line, f"unsupported SARIF version {str(value)[:20]} (supported: {SARIF})")
            if key != "runs" or not isinstance(value, dict):
                continue
            for result in ExportObject(value).listed("results"):
                code = result.text("ruleid")
                if not self._checks.known("checkov", code):
                    continue
                place = next(result.listed("locations"), ExportObject({})).inner("physicallocation")
                file = place.inner("artifactlocation").text("uri")
                at = place.inner("region").number("startline") or 0
                why = result.inner("message").text("text")
                yield from _said(self._checks, source, code, f"{file}:{at}", f"{file}:{at}", passed=False, why=why)


def _said(
    checks: ToolCheckTable, source: PostureSource, code: str, place: str, name: str, *, passed: bool, why: str
) -> Iterator[Any]:
    kind = _TYPE.search(f".{name}.")
    about = DescriptionContext("checkov", source.seen, key=f"template:{place}", name=name)
    known = checks.kinds.by_name(kind[1]) if kind else None
    if kind and known is None:
        return  # a rule or policy next to the resource, which is not a store itself
    said = checks.statement("checkov", code, passed=passed, about=about, why=why, planned=True, kind=known)
    if said is not None:
        yield said
