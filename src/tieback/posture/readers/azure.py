"""Azure Resource Graph as JSON and as the portal's CSV; Defender for Cloud assessments as JSON, and its report as CSV.

Formats:

- https://learn.microsoft.com/azure/governance/resource-graph/first-query-azurecli (``{"data": [...]}``, or only the
  list);
- https://learn.microsoft.com/azure/governance/resource-graph/first-query-portal ("Download as CSV": one column per
  field, objects as JSON in their cell; "Formatted results" leaves the objects out);
- https://learn.microsoft.com/rest/api/defenderforcloud/assessments/list;
- https://learn.microsoft.com/azure/defender-for-cloud/export-to-siem ("Download CSV report").

``NotApplicable`` is neither healthy nor unhealthy.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceTypes, arm_type
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import describe
from tieback.posture.source import PostureSource

_COLUMNS = frozenset({b"id", b"type", b"properties"})
_GRAPH = re.compile(rb'"(?:data|value)"\s*:\s*\[')
_ARM = re.compile(rb'"id"\s*:\s*"/subscriptions/', re.IGNORECASE)
_OUTCOME = {"healthy": True, "unhealthy": False}


class ResourceGraph:
    """Reads results of Resource Graph, and assessments of Defender."""

    meta = PostureMeta(
        "azure-graph",
        "Azure Resource Graph or Defender for Cloud (JSON)",
        "https://learn.microsoft.com/azure/governance/resource-graph/",
    )

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for resources with Azure ids below ``data`` or ``value``, or for assessments."""
        return bool(_ARM.search(head)) and (bool(_GRAPH.search(head)) or b"Microsoft.Security/assessments" in head)

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each resource and each assessment."""
        for key, line, value in source.members():
            if key not in {"", "data", "value"} or not isinstance(value, dict):
                continue
            facts = ExportObject(value)
            kind_name = facts.text("type").lower() or arm_type(facts.text("id"))
            if kind_name == "microsoft.security/assessments":
                yield from self._assessment(source, facts)
                continue
            about = DescriptionContext(self.meta.name, source.seen, source.origin.account, source.origin.region)
            kind = self._checks.kinds.by_name(kind_name)
            source.other += kind is None
            yield from describe(source, line, kind, facts, about)

    def _assessment(self, source: PostureSource, facts: ExportObject) -> Iterator[Fact]:
        props = facts.inner("properties")
        props = props if list(props.pairs()) else facts
        status = props.inner("status")
        yield from _judged(
            self._checks,
            source,
            name=props.text("displayname"),
            state=status.text("code"),
            key=props.inner("resourcedetails").text("id"),
            seen=parse_time(status.text("statuschangedate")),
        )


class ResourceGraphCsv:
    """Reads the CSV download of the portal's Resource Graph Explorer."""

    meta = PostureMeta(
        "azure-graph",
        "Azure Resource Graph (the portal's CSV)",
        "https://learn.microsoft.com/azure/governance/resource-graph/first-query-portal",
    )

    def __init__(self) -> None:
        self._kinds = ResourceTypes()

    def recognises(self, head: bytes) -> bool:
        """True for a header line with id, type and properties."""
        first = head.removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0]
        return {cell.strip().strip(b'"').lower() for cell in first.split(b",")} >= _COLUMNS

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each row."""
        for line, row in source.rows(needed=(name.decode() for name in _COLUMNS)):
            kind = self._kinds.by_name(row["type"]) or self._kinds.by_name(arm_type(row["id"]))
            if kind is None:
                source.other += 1
                continue
            try:
                value = {name: _cell(cell) for name, cell in row.items() if cell}
            except (ValueError, RecursionError):
                source.skip(line, "invalid JSON in a cell; a spreadsheet may have truncated it")
                continue
            if not isinstance(value.get("properties"), dict):
                source.skip(line, "no properties: download the CSV with Formatted results turned off")
                continue
            about = DescriptionContext(self.meta.name, source.seen, source.origin.account, source.origin.region)
            yield from describe(source, line, kind, ExportObject(value), about)


def _cell(text: str) -> Any:
    return json.loads(text) if text[0] in "{[" else text


class DefenderCsv:
    """Reads the CSV report of the portal."""

    meta = PostureMeta(
        "defender",
        "Microsoft Defender for Cloud (CSV)",
        "https://learn.microsoft.com/azure/defender-for-cloud/review-security-recommendations",
    )

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for a header line with the recommendation, the state and the resource."""
        first = head.partition(b"\n")[0].lower()
        return (
            b"recommendation" in first
            and b"state" in first
            and (b"resourceid" in first or b"nativeresourceid" in first)
        )

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each row."""
        for _, row in source.rows():
            yield from _judged(
                self._checks,
                source,
                name=row.get("recommendationdisplayname")
                or row.get("recommendationname")
                or row.get("recommendation", ""),
                state=row.get("state", ""),
                key=row.get("resourceid") or row.get("nativeresourceid", ""),
                seen=parse_time(row.get("statuschangedate", "") or row.get("exportedtimestamp", "")),
            )


def _judged(
    checks: ToolCheckTable, source: PostureSource, *, name: str, state: str, key: str, seen: str
) -> Iterator[Any]:
    code, outcome = name.strip().lower(), _OUTCOME.get(state.strip().lower())
    if not checks.known("defender", code):
        source.other += 1
        return
    if outcome is None:
        source.note_missing(f"{name[:80]}: {state.lower() or 'no state'}")
        return
    parts = key.split("/")
    about = DescriptionContext(
        "defender", seen or source.seen, parts[2] if len(parts) > 2 else "", key=key, name=parts[-1]
    )
    said = checks.statement("defender", code, passed=outcome, about=about, why=name)
    if said is not None:
        yield said
