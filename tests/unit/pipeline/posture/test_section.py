"""A report tells of the owner's accounts where exports were imported, with the join's findings among the others."""

from pathlib import Path

import pytest

from tests.unit.pipeline.posture.test_join import OTHER, STORE, STRAY, make
from tests.unit.posture.exports import INSTANCE, RDS_ARN
from tieback.pipeline.posture import section
from tieback.pipeline.posture.section import posture_section
from tieback.pipeline.report import last_report
from tieback.storage.workspace import Workspace


def test_without_exports_there_is_none(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        found = posture_section(workspace)
    assert (found.posture, found.findings) == (None, ())


def test_the_numbers_and_the_join(tmp_path: Path) -> None:
    make(tmp_path, INSTANCE, OTHER, stores=(STORE, STRAY), devices=3)
    with last_report(tmp_path / "ws") as report:
        told = report.posture
        findings = list(report.findings.rows())
        assert report.findings.count == len(findings)
    assert told is not None
    assert [(row.by, row.resources, row.at_rest.none) for row in told.numbers if row.by == "all"] == [("all", 2, 2)]
    assert (told.resources, told.accounts, told.figure_2017) == (2, 1, 82)
    assert (told.owned_total, told.leaking, told.unseen_total, told.foreign_total) == (1, 1, 1, 1)
    assert "used by 3 devices" in findings[0].title
    assert [one.rule for one in findings] == ["posture-open-own-store", "posture-open-store-in-no-account"]
    assert [one.severity for one in findings] == ["critical", "medium"]
    assert len(told.exports) == 2


def test_long_parts_are_cut_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "MOST_ROWS", 1)
    safe = {
        **OTHER,
        "DBInstanceArn": RDS_ARN.replace("orders", "safer"),
        "DBInstanceIdentifier": "safer",
        "StorageEncrypted": True,
    }
    make(tmp_path, INSTANCE, safe, OTHER, stores=(STORE,))
    with Workspace.open(tmp_path / "ws") as workspace:
        told = posture_section(workspace).posture
    assert told is not None
    assert told.unseen_total == 2
    assert [one.resource.name for one in told.unseen] == ["quiet"], "the worse one is kept"
