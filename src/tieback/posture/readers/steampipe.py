"""Steampipe and Powerpipe: rows of a table, and results of a benchmark.

Formats: ``steampipe query --output json`` (https://steampipe.io/docs/reference/cli/query): ``{"columns": [...], "rows":
[...]}``, or only the rows; the table is known from the ids or from ``--resource``. ``powerpipe benchmark run --output
json`` (https://powerpipe.io/docs/run/benchmark): groups of controls with their results. ``error`` and ``skip`` are not
outcomes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.describe.kinds import ResourceType
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import count_record, describe, list_elements
from tieback.posture.source import MAX_DOCUMENT, PostureSource

_OUTCOME = {"ok": True, "alarm": False}
_COLUMNS = {
    "group_id": "aws-security-group",
    "route_table_id": "aws-route-table",
    "ip_permissions": "aws-security-group",
}
_MAX_DEPTH = 20


class Steampipe:
    """Reads rows of Steampipe's tables."""

    meta = PostureMeta("steampipe", "Steampipe (query)", "https://steampipe.io/docs/reference/cli/query")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for the columns that Steampipe plug-ins add to every row."""
        return (b'"rows"' in head and b'"columns"' in head) or b'"akas"' in head or b'"sp_connection_name"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each row."""
        for key, line, value in source.members():
            if key not in {"", "rows"} or not isinstance(value, dict):
                continue
            kind = self._kind(source, value)
            facts = ExportObject(value)
            if kind is None:
                source.skip(line, "row of an unknown table: pass --resource with the table name")
                continue
            about = DescriptionContext(
                self.meta.name,
                source.seen,
                facts.text("accountid", "subscriptionid", "project") or source.origin.account,
                facts.text("region", "location") or source.origin.region,
                key=_key(facts),
            )
            yield from describe(source, line, kind, facts, about)

    def _kind(self, source: PostureSource, row: Mapping[str, Any]) -> ResourceType | None:
        named = self._checks.kinds.by_name(source.origin.resource) if source.origin.resource else None
        if named is not None:
            return named
        facts = ExportObject(row)
        for id_ in (facts.text("arn"), facts.text("id"), *facts.texts("akas")):
            found = self._checks.kinds.by_key(id_)
            if found is not None:
                return found
        return next((self._checks.kinds.by_name(name) for column, name in _COLUMNS.items() if column in row), None)


class Powerpipe:
    """Reads results of Powerpipe's benchmarks."""

    meta = PostureMeta("powerpipe", "Powerpipe (benchmark)", "https://powerpipe.io/docs/run/benchmark")

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for groups with ids, and controls or further groups."""
        return b'"group_id"' in head and (b'"controls"' in head or b'"groups"' in head)

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each result of a known control."""
        source.longest = MAX_DOCUMENT
        for key, line, value in source.members():
            if key in {"", "groups", "controls"} and isinstance(value, dict):
                yield from self._group(source, line, value, 0)

    def _group(self, source: PostureSource, line: int, group: Mapping[str, Any], depth: int) -> Iterator[Fact]:
        if depth > _MAX_DEPTH:
            source.skip(line, "groups nested too deeply")
            return
        code = str(group.get("control_id") or "").rpartition(".")[2]
        for result in list_elements(group.get("results")) if code else ():
            one = ExportObject(result) if isinstance(result, dict) else ExportObject({})
            yield from count_record(source, self._result(source, code, one))
        for name in ("groups", "controls"):
            for inner in list_elements(group.get(name)):
                if isinstance(inner, dict):
                    yield from self._group(source, line, inner, depth + 1)

    def _result(self, source: PostureSource, code: str, result: ExportObject) -> Iterator[Fact]:
        status = result.text("status").lower()
        if status not in _OUTCOME:
            if self._checks.known("powerpipe", code):
                source.note_missing(f"{code}: {status or 'no status'}")
            return
        told = {one.text("key"): one.text("value") for one in result.listed("dimensions")}
        about = DescriptionContext(
            self.meta.name,
            source.seen,
            told.get("account_id") or told.get("subscription") or source.origin.account,
            told.get("region", ""),
            key=result.text("resource"),
        )
        said = self._checks.statement(
            "powerpipe", code, passed=_OUTCOME[status], about=about, why=result.text("reason")
        )
        if said is not None:
            yield said


def _key(facts: ExportObject) -> str:
    arn = facts.text("arn")
    return arn or next((aka for aka in facts.texts("akas") if aka.startswith(("arn:", "//", "/subscriptions/"))), "")
