"""The pages and documents of findings, and suppressing one: the file that reports read changes, and nothing else."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp
from msgspec.structs import replace

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tests.unit.web.clients import Changes, client
from tieback.assess.findings import apply_rules
from tieback.model.exposure import Finding
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.suppressions import read_suppressions
from tieback.storage.trust import accept_file, trust
from tieback.storage.workspace import Workspace

EVIL = "<img src=x onerror=alert(1)>"
STORES = (exposure(), exposure("es-2", targets=("cache.test:9200",), addresses=("192.0.2.8:9200",)))
FOUND = apply_rules(STORES, ())
FIRST, SECOND, *_ = (one for one in FOUND if one.exposures == (STORES[0].id,))
HOSTILE = replace(FIRST, id="fnd-evil", title=EVIL, evidence=(EVIL,), advice=EVIL)
SHARED = replace(FIRST, id="fnd-shared", exposures=(), shared_identifier="io.cordova.hellocordova")
FINDINGS: tuple[Finding, ...] = (*FOUND, HOSTILE, SHARED)
TODAY = datetime.now(UTC).date()
UNTIL = (TODAY + timedelta(days=30)).isoformat()
KEY = FIRST.id


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = make(tmp_path_factory.mktemp("findings"), stores=STORES)
    with Workspace.open(directory) as workspace:
        run = workspace.ledger.latest_run()
        assert run is not None
        workspace.ledger.conclusions.save(run.id, STORES, FINDINGS)
    return directory


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies") / "ws"


@pytest.fixture
def workspace(original: Path, place: Path) -> Path:
    """A copy, at the same path for each test."""
    copied = place
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(original, copied)
    trust(copied)
    return copied


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def pages(workspace: Path, changes: Changes) -> Iterator[TestClient[ASGIApp]]:
    with client(workspace, Role.ANALYST, changes) as made:
        yield made


def ids(pages: TestClient[ASGIApp], query: str = "") -> list[str]:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        answer = pages.get(f"/api/v1/findings?limit=2{query}&after={after}").json()
        found += [one["id"] for one in answer["items"]]
        after = answer["next"]
    return found


def suppress(pages: TestClient[ASGIApp], key: str = KEY, **more: object) -> int:
    body = {"suppressed": True, "reason": "test system, ticket 4711", "until": UNTIL, **more}
    return pages.patch(f"/api/v1/findings/{key}", json=body).status_code


def test_the_list_has_each_finding_once_and_the_most_severe_first(pages: TestClient[ASGIApp]) -> None:
    assert sorted(ids(pages)) == sorted(one.id for one in FINDINGS)
    assert ids(pages, "&rule=cleartext-store") == [one.id for one in FINDINGS if one.rule == "cleartext-store"]
    answer = pages.get("/api/v1/findings").json()
    assert (answer["total"], answer["findings_total"], answer["suppressed_total"]) == (len(FINDINGS),) * 2 + (0,)
    # Findings of one rule have the same title, so each row names its store.
    about = {one["id"]: one["targets"] for one in answer["items"]}
    targets = {store.id: store.targets[0] for store in STORES}
    assert about == {one.id: [targets[key] for key in one.exposures if key in targets][:3] for one in FINDINGS}
    page = pages.get("/findings").text
    assert all(target in page for some in about.values() for target in some)


def test_each_row_names_its_apps(pages: TestClient[ASGIApp]) -> None:
    rows = pages.get("/api/v1/findings").json()["items"]
    names = {one["id"]: one["app_names"] for one in rows}
    assert names[KEY], "a finding about an app"
    assert all(len(names[one["id"]]) == min(one["apps"], 3) for one in rows)
    page = pages.get("/findings").text
    assert all(name in page for some in names.values() for name in some)


def test_a_suppressed_finding_stays_listed_and_counted(pages: TestClient[ASGIApp], changes: Changes) -> None:
    assert suppress(pages) == 200
    answer = pages.get("/api/v1/findings").json()
    assert (answer["findings_total"], answer["suppressed_total"]) == (len(FINDINGS), 1)
    assert ids(pages, "&suppressed=yes") == [KEY]
    assert set(ids(pages, "&suppressed=no")) == {one.id for one in FINDINGS} - {KEY}
    note = pages.get(f"/api/v1/findings/{KEY}").json()["finding"]["suppressed"]
    assert note == {"reason": "test system, ticket 4711", "author": "Ann", "until": UNTIL, "pattern": ""}
    assert changes.lines == [("Ann", "suppress a finding, or undo it", KEY)]
    assert "until " + UNTIL in pages.get("/findings").text


def test_the_command_line_applies_the_same_suppression(pages: TestClient[ASGIApp], workspace: Path) -> None:
    suppress(pages)
    with Workspace.open(workspace) as opened:
        (one,) = read_suppressions(opened, TODAY).active
    assert (one.finding, one.author, one.expires) == (KEY, "Ann", UNTIL)


def test_undo(pages: TestClient[ASGIApp], workspace: Path) -> None:
    suppress(pages)
    suppress(pages, SECOND.id)
    assert pages.patch(f"/api/v1/findings/{KEY}", json={"suppressed": False}).json()["finding"]["suppressed"] is None
    assert ids(pages, "&suppressed=yes") == [SECOND.id]
    again = pages.patch(f"/api/v1/findings/{KEY}", json={"suppressed": False})
    assert (again.status_code, again.json()["detail"]) == (400, "no entry names only this finding")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"suppressed": True, "until": UNTIL}, 400),
        ({"suppressed": True, "reason": "r"}, 400),
        ({"suppressed": True, "reason": " ", "until": UNTIL}, 400),
        ({"suppressed": True, "reason": "r" * 501, "until": UNTIL}, 400),
        ({"suppressed": True, "reason": "r", "until": "2020-01-01"}, 400),
        ({"suppressed": True, "reason": "r", "until": "soon"}, 400),
        ({"suppressed": True, "reason": "r", "until": UNTIL, "rule": "open-store"}, 400),
        ({}, 400),
    ],
)
def test_incomplete_suppressions_change_nothing(
    pages: TestClient[ASGIApp], workspace: Path, body: dict[str, object], status: int
) -> None:
    assert pages.patch(f"/api/v1/findings/{KEY}", json=body).status_code == status
    assert not (workspace / "suppressions.toml").exists()


def test_a_finding_that_changed_meanwhile_is_not_overwritten(pages: TestClient[ASGIApp]) -> None:
    tag = pages.get(f"/api/v1/findings/{KEY}").headers["etag"]
    suppress(pages)
    late = pages.patch(f"/api/v1/findings/{KEY}", json={"suppressed": False}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert ids(pages, "&suppressed=yes") == [KEY]


def test_a_file_that_nobody_accepted_is_neither_applied_nor_changed(
    pages: TestClient[ASGIApp], workspace: Path
) -> None:
    file = workspace / "suppressions.toml"
    text = f'[[suppress]]\nfinding = "{KEY}"\nreason = "r"\nauthor = "a"\nexpires = {UNTIL}\n'
    file.write_text(text)
    answer = pages.get("/api/v1/findings").json()
    assert answer["suppressed_total"] == 0
    assert "is not applied" in answer["problem"]
    assert "is not applied" in pages.get("/findings").text
    assert suppress(pages) == 400
    assert file.read_text() == text


def test_a_pattern_is_shown_and_stays(pages: TestClient[ASGIApp], workspace: Path) -> None:
    text = f'[[suppress]]\nstore = "cache.test:*"\nreason = "r"\nauthor = "a"\nexpires = {UNTIL}\n'
    (workspace / "suppressions.toml").write_text(text)
    accept_file(workspace, "suppressions.toml")
    theirs = next(one.id for one in FOUND if one.exposures == (STORES[1].id,))
    assert set(ids(pages, "&suppressed=yes")) == {one.id for one in FOUND if one.exposures == (STORES[1].id,)}
    assert pages.get("/api/v1/findings").json()["suppressed_total"] == len(ids(pages, "&suppressed=yes"))
    detail = pages.get(f"/api/v1/findings/{theirs}").json()
    assert (detail["finding"]["suppressed"]["pattern"], detail["can_undo"]) == ("store cache.test:*", False)
    assert "suppressions.toml" in pages.get(f"/findings/{theirs}").text


def test_the_forms_of_the_page(pages: TestClient[ASGIApp], changes: Changes) -> None:
    sent = pages.post(f"/findings/{KEY}/suppress", data={"reason": "ticket 1", "until": UNTIL})
    assert sent.status_code == 200
    assert "stays listed and counted" in sent.text
    assert "Suppressed until" in sent.text
    undone = pages.post(f"/findings/{KEY}/unsuppress")
    assert "counts again" in undone.text
    assert [line[1] for line in changes.lines] == ["suppress a finding", "undo the suppression of a finding"]
    assert pages.post(f"/findings/{KEY}/suppress", data={"reason": "ticket 1", "until": ""}).status_code == 400


def test_one_finding(pages: TestClient[ASGIApp]) -> None:
    page = pages.get(f"/findings/{KEY}").text
    for text in ("What to do", "Evidence", STORES[0].targets[0], "Fieldhand", "open"):
        assert text in page
    assert pages.get("/api/v1/findings/fnd-none").status_code == 404
    assert pages.get("/findings/fnd-none").status_code == 404
    assert pages.patch("/api/v1/findings/fnd-none", json={"suppressed": False}).status_code == 404


@pytest.mark.parametrize("path", ["/findings", "/findings/fnd-evil"])
def test_hostile_texts_are_inert(pages: TestClient[ASGIApp], path: str) -> None:
    page = pages.get(path).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_viewer_changes_nothing(workspace: Path) -> None:
    with client(workspace, Role.VIEWER) as pages:
        assert pages.get("/findings").status_code == 403
        assert suppress(pages) == 403
    assert not (workspace / "suppressions.toml").exists()


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with client(tmp_path / "ws") as pages:
        assert "No run has finished yet" in pages.get("/findings").text


def test_the_page_says_that_apps_share_the_identifier_of_a_template(pages: TestClient[ASGIApp]) -> None:
    assert pages.get(f"/api/v1/findings/{SHARED.id}").json()["shared_identifier"] == "io.cordova.hellocordova"
    assert "io.cordova.hellocordova is that of a template" in pages.get(f"/findings/{SHARED.id}").text
    assert pages.get(f"/api/v1/findings/{FIRST.id}").json()["shared_identifier"] == ""
