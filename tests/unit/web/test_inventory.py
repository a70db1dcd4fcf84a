"""The pages and the API of the fleet."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, P, make
from tests.unit.web.clients import client as client_of
from tieback.model.device import InventoryRow, Ownership
from tieback.pipeline.accounts.roles import Role
from tieback.storage.workspace import Workspace

HOSTILE = "<script>alert(1)</script>\u202e"
ROWS = (
    InventoryRow(P.ANDROID, "org.fieldhand.app", HOSTILE, "4.0.7", device="d0", ownership=Ownership.PERSONAL),
    InventoryRow(P.ANDROID, "com.unknown", HOSTILE, device="d0", ownership=Ownership.PERSONAL),
    InventoryRow(P.IOS, "com.acme.mail", "Acme Mail", device="d1", ownership=Ownership.CORPORATE),
)
PAGES = ("/inventory", "/inventory/apps", "/inventory/devices", "/inventory/blocklists")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("fleet"), *ROWS, stores=(exposure(),))


@pytest.fixture(scope="module")
def client(fleet: Path) -> Iterator[TestClient[ASGIApp]]:
    with client_of(fleet, Role.ANALYST) as found:
        yield found


def test_the_journey_from_the_review_to_a_block_list(client: TestClient[ASGIApp]) -> None:
    first = client.get("/api/v1/inventory/apps", params={"show": "open"}).json()["items"]
    assert [(one["bundle_id"], one["action"]) for one in first] == [("org.fieldhand.app", "block")]
    page = client.get("/inventory/apps").text
    assert f'href="/inventory/apps/{first[0]["id"]}"' in page
    assert "It leads to 1 open store" in page
    app = client.get(f"/api/v1/inventory/apps/{first[0]['id']}").json()
    device = app["installs"]["items"][0]["device"]
    assert f'href="/inventory/devices/{device}"' in client.get(f"/inventory/apps/{first[0]['id']}").text
    apps = client.get(f"/api/v1/inventory/devices/{device}").json()["apps"]["items"]
    assert {one["bundle_id"]: one["state"] for one in apps} == {"org.fieldhand.app": "open", "com.unknown": "unknown"}
    assert client.get(f"/inventory/devices/{device}").status_code == 200
    listed = client.get("/inventory/blocklists").text
    assert 'href="/api/v1/inventory/blocklists/android-enterprise?' in listed
    file = client.get("/api/v1/inventory/blocklists/android-enterprise")
    assert file.json()["applications"][0]["packageName"] == "org.fieldhand.app"
    assert file.headers["content-disposition"] == 'attachment; filename="tieback-block-android-enterprise.json"'
    assert file.headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/v1/inventory/review/csv").headers["content-type"] == "text/csv; charset=utf-8"


def test_personal_devices_only(client: TestClient[ASGIApp]) -> None:
    found = client.get("/api/v1/inventory/apps", params={"ownership": "personal"}).json()
    assert {one["bundle_id"] for one in found["items"]} == {"org.fieldhand.app", "com.unknown"}
    assert client.get("/api/v1/inventory/review/csv", params={"ownership": "corporate"}).text.count("\n") == 2


@pytest.mark.parametrize("path", PAGES)
def test_names_are_inert(client: TestClient[ASGIApp], path: str) -> None:
    text = client.get(path).text
    assert "<script>alert" not in text
    assert "\u202e" not in text


def test_cursors_have_a_link(client: TestClient[ASGIApp]) -> None:
    answer = client.get("/api/v1/inventory/apps", params={"limit": 1, "q": "com"})
    following = answer.json()["next"]
    assert f"after={following}" in answer.headers["link"]
    assert "Next page" in client.get("/inventory/apps", params={"limit": 1}).text
    assert client.get("/api/v1/inventory/apps", params={"limit": 1, "q": "com", "after": following}).json()["items"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inventory/apps/999", 404),
        ("/inventory/devices/d0", 404),
        ("/inventory/devices/%2e%2e%2fledger.db", 404),
        ("/inventory/apps?show=none", 400),
        ("/inventory/apps?after=none", 400),
        ("/inventory/apps?limit=0", 400),
        ("/inventory/devices?platform=<b>", 400),
    ],
)
def test_what_is_refused(client: TestClient[ASGIApp], path: str, status: int) -> None:
    answer = client.get(f"/api/v1{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert client.get(path).status_code == status


def test_unknown_lists(client: TestClient[ASGIApp]) -> None:
    assert client.get("/api/v1/inventory/blocklists/none").status_code == 400
    assert client.get("/api/v1/inventory/review/docx").status_code == 400


def test_a_viewer_sees_no_device(fleet: Path) -> None:
    with client_of(fleet, Role.VIEWER) as viewer:
        for path in (*PAGES, *(f"/api/v1{page}" for page in PAGES), "/api/v1/inventory/blocklists/csv"):
            assert viewer.get(path).status_code == 403


def test_a_run_without_a_grant_is_not_silent(tmp_path: Path) -> None:
    hosts = {"org.fieldhand.app": "api.fieldhand.test"}
    with client_of(make(tmp_path, *ROWS, hosts=hosts), Role.ANALYST) as client:
        for path in PAGES:
            assert "This run had no grant, so nothing was probed" in client.get(path).text or "devices" in path
        page = client.get("/inventory/apps").text
        assert "none found" not in page
        assert "robe it under a grant" in page
        assert "Do not import an empty list" in client.get("/inventory/blocklists").text
        for form in ("csv", "intune", "rpz"):
            answer = client.get(f"/api/v1/inventory/blocklists/{form}")
            assert (answer.status_code, "no back end of an app was probed" in answer.json()["detail"]) == (409, True)


def test_an_app_without_a_back_end_and_one_partly_read_have_words_of_their_own(tmp_path: Path) -> None:
    rows = (InventoryRow(P.IOS, "com.Acme.Mail", device="d0"), InventoryRow(P.ANDROID, "com.never", device="d0"))
    with client_of(make(tmp_path, *rows, grant=GRANT, unread={"com.never"}), Role.ANALYST) as client:
        page = client.get("/inventory/apps").text
        assert ("no back end found" in page, "partly read" in page) == (True, True)
        assert 'badge plain">no open store found' not in page
        assert "<code>tieback capture</code>" in page
        found = {one["bundle_id"]: one for one in client.get("/api/v1/inventory/apps").json()["items"]}
        assert {name: (one["state"], one["open_stores"]) for name, one in found.items()} == {
            "com.Acme.Mail": ("no_back_end", None), "com.never": ("partly_read", None),
        }  # fmt: skip
        counts = client.get("/api/v1/inventory").json()["fleet"]
        assert (counts["no_back_end"], counts["partly_read"], counts["no_open_store"]) == (1, 1, 0)
        apps = client.get("/apps").text
        assert ("no back end known" in apps, "only partly read" in apps, "nothing to probe" in apps) == (True,) * 3
        assert client.get("/api/v1/apps", params={"behind": "no_back_end"}).json()["total"] == 3
        assert client.get("/api/v1/overview").json()["probed"] is False


def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    with client_of(tmp_path / "ws", Role.ANALYST) as client:
        assert "tieback inventory import" in client.get("/inventory").text
        assert "Import an inventory first" in client.get("/inventory/apps").text
        assert "Import an inventory first" in client.get("/inventory/devices").text
        assert "Import an inventory first" in client.get("/inventory/blocklists").text


def test_the_block_list_of_a_page_is_about_its_app_only(tmp_path: Path) -> None:
    rows = (
        InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", device="a1"),
        InventoryRow(P.IOS, "org.fieldhand.app", "Fieldhand", device="i1"),
        InventoryRow(P.UNKNOWN, name="Fieldhand", count=120),
    )
    with client_of(make(tmp_path, *rows, stores=(exposure(),)), Role.ANALYST) as client:
        apps = client.get("/api/v1/inventory/apps").json()["items"]
        assert {one["state"] for one in apps} == {"open", "weak", "unknown"}
        for one in apps:
            page = client.get(f"/inventory/apps/{one['id']}").text
            link = re.search(r'href="(/api/v1/inventory/blocklists/csv[^"]*)"', page)
            assert (link is not None) == (one["state"] == "open")
            if link is not None:
                (row,) = csv.DictReader(io.StringIO(client.get(unescape(link[1])).text.removeprefix("\ufeff")))
                assert (row["platform"], row["devices"]) == (one["platform"], str(one["devices"]))
        assert client.get("/api/v1/inventory/blocklists/csv", params={"entry": "x"}).status_code == 400


def test_a_wrong_import_is_removed_with_what_only_it_brought(tmp_path: Path) -> None:
    directory = make(tmp_path, *ROWS, stores=(exposure(),))
    with client_of(directory, Role.ANALYST) as reader:
        (one,) = reader.get("/api/v1/inventory").json()["imports"]["items"]
        assert (one["day_imports"], one["day_apps"], one["day_devices"]) == (1, 3, 2)
        page = reader.get("/inventory").text
        assert "3 apps, 2 devices" in page
        assert "/inventory/remove" not in page
        choice = {"source": one["source"], "taken": one["taken"]}
        assert reader.post("/api/v1/inventory/remove", json=choice).status_code == 403
        assert reader.post("/inventory/remove", data=choice).status_code == 403
    with client_of(directory, Role.OPERATOR) as operator:
        assert 'action="/inventory/remove"' in operator.get("/inventory").text
        wrong = operator.post("/api/v1/inventory/remove", json={**choice, "source": "none"})
        assert (wrong.status_code, wrong.json()["detail"]) == (400, "no inventory of this source and day")
        answer = operator.post("/inventory/remove", data=choice, follow_redirects=False)
        assert answer.status_code == 303
        assert "The imports of that day were removed." in operator.get(answer.headers["location"]).text
        assert operator.get("/api/v1/inventory").json()["imports"]["total"] == 0
        assert operator.get("/api/v1/inventory/apps").json()["items"] == []
