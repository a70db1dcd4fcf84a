"""The list of findings: those of the ledger and those of cloud accounts are one sorted list."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tieback.assess.findings import apply_rules
from tieback.model.exposure import Severity
from tieback.pipeline.posture.section import PostureSection
from tieback.pipeline.views import findings
from tieback.storage.workspace import Workspace

STORES = (exposure(), exposure("es-2", severity=Severity.LOW))
FOUND = apply_rules(STORES, ())
INSIDE = tuple(
    replace(FOUND[0], id=f"fnd-in-{severity.value}", rule="public-database", severity=severity)
    for severity in reversed(Severity)
)


def test_findings_of_cloud_accounts_are_in_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "kept_posture", lambda *_: PostureSection(None, INSIDE))
    with Workspace.open(make(tmp_path, stores=STORES)) as workspace:
        run = workspace.ledger.latest_run()
        assert run is not None
        workspace.ledger.conclusions.save(run.id, STORES, FOUND)
        listed: list[str] = []
        after: str | None = ""
        while after is not None:
            page = findings.list_findings(workspace, limit=2, after=after)
            assert page is not None
            assert page.total == page.findings_total == len(FOUND) + len(INSIDE)
            listed += [one.id for one in page.items]
            after = page.next
        assert listed == [one.id for one in sorted((*FOUND, *INSIDE), key=lambda one: one.order)]
        only = findings.list_findings(workspace, rule="public-database", severity=Severity.INFO)
        assert only is not None
        assert [one.id for one in only.items] == ["fnd-in-info"]
        detail = findings.show_finding(workspace, "fnd-in-high")
        assert detail is not None
        assert detail.finding.severity is Severity.HIGH
