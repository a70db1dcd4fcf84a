"""The page of the cloud accounts."""

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from tests.unit.pipeline.posture.test_join import OTHER, STORE, STRAY, make
from tests.unit.pipeline.workspaces import make as make_scanned
from tests.unit.posture.exports import INSTANCE
from tests.unit.web.clients import client
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.posture.exports import import_posture
from tieback.pipeline.report import last_report
from tieback.posture.source import Origin

HOSTILE = {**OTHER, "DBInstanceIdentifier": "<script>alert(1)</script>"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("posture")
    make(folder, INSTANCE, HOSTILE, stores=(STORE, STRAY))
    return folder / "ws"


def test_numbers_join_and_findings(directory: Path) -> None:
    with client(directory, Role.ANALYST) as made:
        found = made.get("/api/v1/posture").json()
        page = made.get("/posture").text
    assert (found["resources"], found["owned_total"], found["leaking"], found["foreign_total"]) == (2, 1, 1, 1)
    assert found["databases"]["at_rest"]["unknown"] + found["databases"]["at_rest"]["none"] > 0
    assert [one["open"] for one in found["owned"]] == [True]
    assert found["findings_total"] == len(found["findings"]) > 0
    assert 'href="/stores/exp-stray"' in page
    # Findings of one rule have the same title: each names its resource or store, and leads to its stores.
    for one in found["findings"]:
        assert one["evidence"]
        assert one["evidence"][:20] in page
    assert ["exp-stray"] in [one["stores"] for one in found["findings"]]
    assert "This run had no grant, so nothing was probed" in page
    assert "<script>alert" not in page


def test_every_count_of_findings_has_those_of_an_account_imported_later(tmp_path: Path) -> None:
    directory = make_scanned(tmp_path, stores=(STRAY,))
    export = tmp_path / "instances"
    export.write_text(json.dumps({"DBInstances": [INSTANCE]}))
    with client(directory, Role.ANALYST) as made:
        before = made.get("/api/v1/overview").json()  # it builds and keeps the index of the run
        assert before["findings"] == made.get("/api/v1/findings").json()["findings_total"]
        list(import_posture(directory, [export], Origin()))
        after = made.get("/api/v1/overview").json()
        listed = made.get("/api/v1/findings").json()
        run = made.get(f"/api/v1/overview?run={after['run']['id']}").json()
        inside = made.get("/api/v1/posture").json()
    with last_report(directory) as report:
        reported = report.findings.count
    assert inside["findings_total"] == 1
    assert after["findings"] == before["findings"] + 1
    assert after["findings"] == run["findings"] == listed["findings_total"] == listed["total"] == reported


def test_nothing_imported_is_unknown_not_safe(pages: TestClient[Any]) -> None:
    assert pages.get("/api/v1/posture").json()["imported"] is False
    assert "nothing is known" in pages.get("/posture").text


def test_roles_and_unknown_runs(directory: Path) -> None:
    with client(directory, Role.VIEWER) as viewer:
        assert viewer.get("/posture").status_code == 403
    with client(directory, Role.ANALYST) as made:
        assert made.get("/api/v1/posture?run=none").status_code == 404
