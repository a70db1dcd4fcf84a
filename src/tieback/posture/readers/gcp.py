"""Google Cloud: exports of Asset Inventory, and findings of Security Command Center.

Formats: https://cloud.google.com/asset-inventory/docs/reference/rest/v1/TopLevel/exportAssets (one asset per line, or
the list from ``gcloud asset list``),
https://cloud.google.com/security-command-center/docs/reference/rest/v2/folders.sources.findings (``gcloud scc findings
list``). An inactive finding gives no fact, because it does not show why it was closed.
"""

from collections.abc import Iterator

from tieback.intake.reports.interface import parse_time
from tieback.posture.checks import ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact, PostureMeta
from tieback.posture.readers.interface import describe, list_elements
from tieback.posture.source import PostureSource


class AssetInventory:
    """Reads exports of Asset Inventory: resources, and the IAM policies on buckets."""

    meta = PostureMeta(
        "gcp-assets",
        "Google Cloud Asset Inventory",
        "https://cloud.google.com/asset-inventory/docs/reference/rest/v1/TopLevel/exportAssets",
    )

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for an asset with its type."""
        return (b'"assetType"' in head or b'"asset_type"' in head) and b"googleapis.com/" in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each asset."""
        for _, line, value in source.members() if source.head().lstrip()[:1] == b"[" else _whole(source):
            facts = ExportObject(value) if isinstance(value, dict) else ExportObject({})
            kind = self._checks.kinds.by_name(facts.text("assettype"))
            if kind is None:
                source.other += 1
                continue
            resource = facts.inner("resource")
            data = resource.inner("data")
            known = dict(data.pairs())
            if "iampolicy" in facts:
                known["iampolicy"] = facts.value("iampolicy")
            if not known:
                source.note_missing(f"{facts.text('assettype')} without data")
                continue
            known.setdefault("location", resource.text("location"))
            name = facts.text("name")
            about = DescriptionContext(
                self.meta.name, parse_time(facts.text("updatetime")) or source.seen, source.origin.account, key=name
            )
            yield from describe(source, line, kind, ExportObject(known), about)


class CommandCenter:
    """Reads findings of Security Command Center."""

    meta = PostureMeta(
        "gcp-scc",
        "Google Security Command Center",
        "https://cloud.google.com/security-command-center/docs/reference/rest/v2/folders.sources.findings",
    )

    def __init__(self) -> None:
        self._checks = ToolCheckTable()

    def recognises(self, head: bytes) -> bool:
        """True for a finding with its category and the name of the resource."""
        return b'"category"' in head and b'"resourceName"' in head and b'"state"' in head

    def facts(self, source: PostureSource) -> Iterator[Fact]:
        """The facts of each active finding."""
        for line, value in source.items():
            within = isinstance(value, dict) and "listFindingsResults" in value
            for one in list_elements(value["listFindingsResults"]) if within else (value,):
                outer = ExportObject(one) if isinstance(one, dict) else ExportObject({})
                finding = outer.inner("finding") if "finding" in outer else outer
                code = finding.text("category")
                if not finding.text("resourcename"):
                    source.skip(line, "a finding without a resourceName")
                    continue
                if finding.text("state").upper() != "ACTIVE":
                    continue
                if not self._checks.known("scc", code):
                    source.other += 1
                    continue
                key = finding.text("resourcename")
                resource = outer.inner("resource")
                about = DescriptionContext(
                    self.meta.name,
                    parse_time(finding.text("eventtime")) or source.seen,
                    resource.text("projectdisplayname") or _project(key) or source.origin.account,
                    key=key,
                    name=key.rpartition("/")[2],
                )
                said = self._checks.statement(
                    "scc", code, passed=False, about=about, why=finding.text("description") or code
                )
                if said is not None:
                    yield said


def _whole(source: PostureSource) -> Iterator[tuple[str, int, object]]:
    for line, value in source.items():
        yield "", line, value


def _project(key: str) -> str:
    parts = key.split("/projects/", 1)
    return parts[1].partition("/")[0] if len(parts) == 2 else ""
