"""The pages and documents of stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tests.unit.web.clients import client
from tieback.assess.findings import apply_rules
from tieback.model.exposure import Severity
from tieback.model.figure import exact
from tieback.model.probe import Ability, Access, Container
from tieback.pipeline.accounts.roles import Role
from tieback.storage.workspace import Workspace

EVIL = "<img src=x onerror=alert(1)>"
OPEN = exposure()
HOSTILE = exposure(
    "es-evil",
    severity=Severity.CRITICAL,
    version=EVIL,
    product=EVIL,
    targets=(EVIL,),
    proofs=(EVIL,),
    containers=(Container((EVIL,), EVIL),),
    provider=EVIL,
    experimental=True,
)
UNDECIDED = exposure("es-und", access=Access.AUTH_REQUIRED, untested=("a login with any user name",))
SERVER = exposure(
    "es-models",
    product="ollama",
    severity=Severity.HIGH,
    abilities=(Ability.GENERATE,),
    containers=(Container(("llama3",), "model"), Container(("flows",), "flow", records=exact(7, "list"))),
    records=exact(0, "sum"),
    pii=(),
)
STORES = (OPEN, HOSTILE, UNDECIDED, SERVER)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = make(tmp_path_factory.mktemp("stores"), stores=STORES)
    with Workspace.open(directory) as workspace:
        run = workspace.ledger.latest_run()
        assert run is not None
        workspace.ledger.conclusions.save(run.id, STORES, apply_rules(STORES, ()))
    return directory


@pytest.fixture(scope="module")
def pages(stored: Path) -> Iterator[TestClient[ASGIApp]]:
    with client(stored, Role.ANALYST) as made:
        yield made


def test_the_list_as_json(pages: TestClient[ASGIApp]) -> None:
    answer = pages.get("/api/v1/stores", params={"exposed": "yes", "limit": 1}).json()
    (row,) = answer["items"]
    assert (row["id"], row["state"], row["severity"], row["experimental"]) == (HOSTILE.id, "open", "critical", True)
    assert row["records"] == {"value": 1350, "quality": "exact", "method": "docs.count"}
    assert (answer["total"], answer["stores_total"]) == (3, 4)
    after = pages.get("/api/v1/stores", params={"exposed": "yes", "limit": 2, "after": answer["next"]}).json()
    assert {one["id"] for one in after["items"]} == {OPEN.id, SERVER.id}
    assert after["next"] is None


def test_the_list_as_a_page(pages: TestClient[ASGIApp]) -> None:
    page = pages.get("/stores")
    assert page.status_code == 200
    assert "elasticsearch 7.10.2" in page.text
    assert "not decided (login required)" in page.text
    assert f'href="/stores/{OPEN.id}"' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "access=opened",
        "severity=bad",
        "exposed=1",
        "experimental=x",
        "pii_class=shoe",
        "limit=0",
        "after=%00",
        "after=W10",
    ],
)
def test_wrong_filters_are_named(pages: TestClient[ASGIApp], query: str) -> None:
    answer = pages.get(f"/api/v1/stores?{query}")
    assert answer.status_code == 400
    assert answer.json()["where"] == query.partition("=")[0]
    assert pages.get(f"/stores?{query}").status_code == 400


def test_empty_filters_of_the_form_show_all(pages: TestClient[ASGIApp]) -> None:
    page = pages.get("/stores?exposed=&severity=&product=&access=&pii_class=&experimental=")
    assert "4 stores" in page.text
    assert "No store matches" in pages.get("/stores?product=nothing").text


def test_a_server_shows_what_it_permits_and_that_it_was_not_tried(pages: TestClient[ASGIApp]) -> None:
    data = pages.get(f"/api/v1/stores/{SERVER.id}").json()
    assert data["store"]["abilities"] == ["generate"]
    assert data["store"]["records"] is None
    assert {one["kind"]: one["noun"] for one in data["containers"]} == {"model": "models", "flow": "flows"}
    page = pages.get(f"/stores/{SERVER.id}").text
    assert "run models at the owner" in page
    assert "not tried" in page
    assert "Model server is accessible without authentication" in page
    assert ">no data<" in page
    assert "permits (not tried): run models" in pages.get("/stores").text
    (listed,) = pages.get("/api/v1/findings", params={"rule": "open-model-server"}).json()["items"]
    assert listed["severity"] == "high"


def test_one_store(pages: TestClient[ASGIApp]) -> None:
    page = pages.get(f"/stores/{OPEN.id}")
    assert page.status_code == 200
    for text in ("machines", "How to close it", "GET /machines/_count: 1200", "Open a case", "Fieldhand"):
        assert text in page.text
    detail = pages.get(f"/api/v1/stores/{OPEN.id}").json()
    assert detail["store"]["id"] == OPEN.id
    assert detail["apps"][0]["bundle_id"] == "org.fieldhand.app"


def test_what_was_not_tried_is_on_the_page(pages: TestClient[ASGIApp]) -> None:
    page = pages.get(f"/stores/{UNDECIDED.id}").text
    assert "not known to be closed" in page
    assert "a login with any user name" in page
    assert "Only an open store can have a case" in page


@pytest.mark.parametrize("path", ["/stores", f"/stores/{HOSTILE.id}"])
def test_hostile_names_are_inert(pages: TestClient[ASGIApp], path: str) -> None:
    page = pages.get(path).text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_an_experimental_verdict_says_what_to_do(pages: TestClient[ASGIApp]) -> None:
    page = pages.get(f"/stores/{HOSTILE.id}").text
    assert "This verdict is experimental" in page
    assert f'action="/stores/{HOSTILE.id}/confirm"' in page


def test_unknown_stores_and_runs(pages: TestClient[ASGIApp]) -> None:
    assert pages.get("/api/v1/stores/exp-none").status_code == 404
    assert pages.get("/stores/exp-none").status_code == 404
    assert pages.get(f"/api/v1/stores/{OPEN.id}?run=none").status_code == 404
    assert pages.get("/api/v1/stores?run=none").status_code == 404


def test_a_viewer_sees_no_store(stored: Path) -> None:
    with client(stored, Role.VIEWER) as pages:
        assert pages.get("/stores").status_code == 403
        assert pages.get(f"/api/v1/stores/{OPEN.id}").status_code == 403


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    with client(tmp_path / "ws") as pages:
        assert "No run has finished yet" in pages.get("/stores").text
        assert pages.get("/api/v1/stores").json()["items"] == []


def test_the_list_names_classes_of_personal_data_as_letters_and_reports_do(pages: TestClient[ASGIApp]) -> None:
    rows = pages.get("/stores").text.partition("<tbody")[2]
    assert "<li>Locations</li><li>E-mail addresses</li>" in rows
    assert "geo location" not in rows
