"""The pages and the API of the overview, apps, back ends and the evidence graph."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.each import each
from tests.inline_engine import InlineEngine
from tests.unit.cases.samples import exposure
from tests.unit.pipeline.graph_workspace import APPS
from tests.unit.pipeline.workspaces import conclude, make
from tests.unit.web.clients import client as client_of
from tieback.model.app import App, Platform
from tieback.model.backend import Attribution, Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import AppDocument, Credential, Evidence, Problem, Sighting
from tieback.model.unit import Unit
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.storage.lake.lake import part_name
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import save_backends
from tieback.storage.workspace import Workspace

type Client = TestClient[ASGIApp]
PAGES = ("/apps", "/backends", "/graph")
HOSTILE = '"><script>alert(1)</script>\u202e'
SHA = "e" * 64


def test_the_journey_from_an_app_to_its_store_and_back(pages: Client) -> None:
    (app,) = [one for one in pages.get("/api/v1/apps").json()["items"] if one["bundle_id"] == "com.workhub.mobile"]
    assert (app["state"], app["stores_exposed"], app["severity"]) == ("exposed", 1, "high")
    detail = pages.get(f"/api/v1/apps/{app['sha256']}").json()
    assert [store["id"] for store in detail["stores"]] == ["store-m"]
    (named,) = [one for one in detail["endpoints"]["items"] if one["value"] == "https://api.workhub.test"]
    assert [way["store"] for way in named["ways"]] == ["store-m"]
    assert (named["host"], bool(named["file"]), named["confidence"] > 0.5) == ("api.workhub.test", True, True)
    page = pages.get(f"/apps/{app['sha256']}").text
    assert 'href="/stores/store-m"' in page
    assert f'href="/backends/{named["backend"]}"' in page
    backend = pages.get(f"/api/v1/backends/{named['backend']}").json()
    assert [one["app"]["bundle_id"] for one in backend["apps"]["items"]] == ["com.workhub.mobile"]
    assert {one["said"].split()[2] for one in backend["seen"]} == {"shodan"}
    assert any(one["claim"] == "owner" and one["reason"] for one in backend["statements"])
    shown = pages.get(f"/backends/{named['backend']}").text
    assert f'href="/apps/{app["sha256"]}"' in shown
    assert "Reported by other tools" in shown
    hop = pages.get("/api/v1/graph", params={"node": "store:store-m"}).json()
    assert [node["id"] for node in hop["nodes"]] == ["store:store-m", "host:api.workhub.test"]
    assert (hop["edges"][0]["reason"], hop["truncated"]) == ("default port of MongoDB", False)


def test_the_list_of_apps_names_their_files(pages: Client) -> None:
    """Two damaged copies of one app have the same name and version."""
    rows = pages.get("/api/v1/apps").json()["items"]
    assert {one["file"] for one in rows} == {"workhub.apk", "fieldhand.apk", "tillroll.apk"}
    text = pages.get("/apps").text
    assert all(f"<small>{one['file']}</small>" in text for one in rows)
    (found,) = pages.get("/api/v1/apps", params={"q": "fieldhand.apk"}).json()["items"]
    assert found["bundle_id"] == "org.fieldhand.app"


def test_an_app_without_a_known_back_end_is_not_said_to_be_probed(tmp_path: Path) -> None:
    """ "Every host that it names was probed" is true of no host, too."""
    with ZipFile(APPS / "fieldhand.apk") as known, ZipFile(tmp_path / "bare.apk", "w") as bare:
        bare.writestr("AndroidManifest.xml", known.read("AndroidManifest.xml"))
    request = ScanRequest((tmp_path / "bare.apk",), None, tmp_path / "ws", engine=InlineEngine())
    with run_scan(request, lambda _: nullcontext(lambda _done, _total: None)):
        pass
    with client_of(tmp_path / "ws") as made_client:
        (row,) = made_client.get("/api/v1/apps").json()["items"]
        text = made_client.get(f"/apps/{row['sha256']}").text
    assert row["endpoints"] == 0
    assert "No back end of this app is known, so nothing could be probed." in text
    assert "Every host that it names was probed" not in text
    assert "covers its back ends" not in text


def test_the_list_twin_of_the_graph_leads_through_the_whole_graph(pages: Client) -> None:
    (app,) = [one for one in pages.get("/api/v1/apps").json()["items"] if one["bundle_id"] == "com.workhub.mobile"]
    at, steps = f"app:{app['sha256']}", ("endpoint:https://api.workhub.test", "host:api.workhub.test", "store:store-m")
    for step in steps:
        text = pages.get("/graph", params={"node": at}).text
        assert urlencode({"node": step}).replace("+", "%20") in text, f"no link from {at}"
        at = step


def test_a_back_end_with_only_a_closed_store_is_not_open(pages: Client) -> None:
    rows = {one["name"]: one for one in pages.get("/api/v1/backends", params={"has_store": "true"}).json()["items"]}
    assert set(rows) == {"api.workhub.test", "es.fieldhand.test"}
    assert (rows["es.fieldhand.test"]["stores"], rows["es.fieldhand.test"]["stores_exposed"]) == (1, 0)
    assert rows["es.fieldhand.test"]["probed"] is True
    (app,) = [one for one in pages.get("/api/v1/apps").json()["items"] if one["bundle_id"] == "org.fieldhand.app"]
    assert app["state"] == "closed"


def test_each_page_of_one_object_names_it_in_its_title(pages: Client) -> None:
    rows = {one["name"]: one for one in pages.get("/api/v1/backends").json()["items"]}
    app = pages.get("/api/v1/apps").json()["items"][0]
    titles = {
        f"/backends/{rows['api.workhub.test']['id']}": "<title>api.workhub.test \u2013 Back end \u2013 tieback",
        f"/apps/{app['sha256']}": f"<title>{app['name'] or app['bundle_id']} \u2013 App \u2013 tieback",
        "/stores/store-m": "<title>mongodb",
    }
    for path, title in titles.items():
        assert title in pages.get(path).text.partition("</title>")[0]


def test_what_was_not_probed_is_not_called_a_store_that_was_not_found(pages: Client) -> None:
    rows = [one for one in pages.get("/api/v1/backends").json()["items"] if not one["probed"]]
    assert rows
    for row in rows:
        page = pages.get(f"/backends/{row['id']}").text
        assert 'muted">no store found<' not in page
        assert 'muted">not probed<' in page


def test_the_filters_and_the_order(pages: Client) -> None:
    def names(**query: str) -> list[str]:
        return [one["bundle_id"] for one in pages.get("/api/v1/apps", params=query).json()["items"]]

    every = names()
    assert every[0] == "com.workhub.mobile"
    assert names(q="WORKHUB mobile") == ["com.workhub.mobile"]
    assert names(q="%") == []
    assert names(behind="exposed") == ["com.workhub.mobile"]
    assert names(platform="ios") == []
    assert sorted(names(sort="name")) == sorted(every)
    assert pages.get("/api/v1/backends", params={"q": "fieldhand"}).json()["total"] >= 1
    assert pages.get("/api/v1/backends", params={"party": "nobody"}).json()["items"] == []


@pytest.mark.parametrize("path", ["/api/v1/apps", "/api/v1/backends"])
@pytest.mark.parametrize("sort", ["worst", "name"])
def test_pages_of_one_item_give_the_whole_list(pages: Client, path: str, sort: str) -> None:
    query = {"sort": sort} if path.endswith("apps") else {}
    whole = pages.get(path, params=query).json()
    found, after = [], ""
    for _ in range(whole["total"]):
        page = pages.get(path, params={**query, "limit": 1, "after": after}).json()
        found += page["items"]
        after = page["next"] or ""
    assert found == whole["items"]
    assert not after


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/apps/{SHA}", 404),
        ("/backends/none", 404),
        ("/apps?after=x", 400),
        ("/apps?behind=broken", 400),
        ("/apps?sort=best", 400),
        ("/backends?has_store=maybe", 400),
        ("/apps?limit=0", 400),
        ("/apps?run=none", 400),
        ("/graph?node=host:none", 400),
        ("/graph?node=seen:x", 400),
        ("/graph?limit=101", 400),
    ],
)
def test_what_does_not_exist_is_an_error_in_both(pages: Client, path: str, status: int) -> None:
    answer = pages.get(f"/api/v1{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert pages.get(path).status_code == status


def test_the_overview_states_what_was_not_probed(pages: Client) -> None:
    data = pages.get("/api/v1/overview").json()
    assert (data["scope"], data["headline"]["stores_exposed"], data["names_withheld"]) == (None, 1, False)
    assert [store["id"] for store in data["worst_stores"]] == ["store-m"]
    assert data["probed"], "stores answered"
    page = pages.get("/").text
    assert "Nothing was probed: the run had no grant." in page
    assert 'href="/stores/store-m"' in page
    rows = {
        cells[0]: cells[1:]
        for row in re.split(r"<tr[ >]", page)
        if len(cells := re.findall(r"<t[hd][^>]*>([^<]*)<", row)) == 5
    }
    dash = "\N{EN DASH}"
    assert rows["elasticsearch"] == ["1", "0", dash, dash], "nothing of a store that is not open was counted"
    (point,) = pages.get("/api/v1/overview/trend").json()["points"]
    assert (point["stores_exposed"], point["records"]["quality"], point["same_inputs"]) == (1, "lower_bound", True)


def test_without_a_grant_the_overview_has_no_number_of_stores(tmp_path: Path) -> None:
    with client_of(make(tmp_path, stores=())) as client:
        assert client.get("/api/v1/overview").json()["probed"] is False
        page = client.get("/").text
        assert "tieback_stores_exposed" not in client.get("/metrics").text
    dash = "\N{EN DASH}"
    card = f'<span class="value">{dash}</span><span class="label">open stores</span><span class="quality">not probed'
    assert card in page
    assert "Not decided: nothing was probed, so no store is known." in page


@each(("answered", "charts"), [((False, False), 0), ((True, False), 0), ((True, True), 1)])
def test_runs_that_probed_nothing_are_in_no_chart(
    answered: tuple[bool, bool], charts: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, last = ((exposure(),) if some else () for some in answered)
    directory = make(tmp_path_factory.mktemp("trend"), stores=first)
    with Workspace.open(directory) as workspace:
        conclude(workspace, *last)
    with client_of(directory) as client:
        page = client.get("/").text
    assert page.count('class="trend-chart"') == page.count("/static/trend.js") == charts
    assert "Finished runs, the latest first" in page


def test_viewers_see_totals_and_no_names(scanned: Path) -> None:
    with client_of(scanned, Role.VIEWER) as viewer:
        data = viewer.get("/api/v1/overview").json()
        assert (data["names_withheld"], data["worst_stores"], data["cases"]["next"]) == (True, [], [])
        assert data["headline"]["stores_exposed"] == 1
        page = viewer.get("/").text
        assert "Your role shows totals only" in page
        for name in ("workhub", "fieldhand", "store-m", "store-e"):
            assert name not in page
            assert name not in viewer.get("/api/v1/overview").text
        for path in PAGES:
            assert viewer.get(path).status_code == 403
            assert viewer.get(f"/api/v1{path}").status_code == 403


def test_an_empty_workspace_says_what_to_do_next(tmp_path: Path) -> None:
    with client_of(tmp_path / "new") as client:
        for path in PAGES:
            assert client.get(f"/api/v1{path}").json()["run"] is None
            assert "No run has finished" in client.get(path).text
        assert "No run has finished yet" in client.get("/").text
        assert client.get("/api/v1/overview").json()["headline"] is None


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A workspace whose app, endpoint, credential and problems are written by an attacker."""
    directory = make(tmp_path_factory.mktemp("hostile"), stores=(exposure(),))
    place = Evidence(HOSTILE, 5, f"dex-string/{HOSTILE}", HOSTILE)
    endpoint = Endpoint(EndpointKind.URL, f"https://h.test/{HOSTILE}", "https", "h.test", 443, f"/{HOSTILE}", None)
    app = App(Platform.ANDROID, HOSTILE, SHA, HOSTILE, HOSTILE, vendor=HOSTILE)
    document = AppDocument(
        HOSTILE,
        app,
        (Sighting(endpoint, 1, Party.UNKNOWN, place, owner=HOSTILE, party_reason=HOSTILE),),
        (Credential(HOSTILE, HOSTILE, HOSTILE, place),),
        problems=(Problem(HOSTILE, HOSTILE),),
    )
    unit = Unit(SHA, "1", HOSTILE, 1)
    with Workspace.open(directory) as workspace:
        workspace.lake.publish(part_name([unit]), app_tables([(unit, document)]), [unit])
        run = workspace.ledger.start_run([])
        save_inputs(workspace.lake, run, [RunInput(HOSTILE, SHA, "1")])
        said = (Attribution("owner", HOSTILE, HOSTILE, 0.9, ((HOSTILE, 0.9),)),)
        save_backends(workspace.lake, run, [Backend(endpoint, provider=HOSTILE, owner=HOSTILE, attributions=said)])
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)
    with client_of(directory) as client:
        yield client


def test_a_cloud_resource_has_the_host_that_a_grant_must_cover(tmp_path: Path) -> None:
    directory = make(tmp_path, stores=(exposure(),))
    bucket, host = "firebase-storage:shop.appspot.com", "firebasestorage.googleapis.com"
    endpoint = Endpoint(EndpointKind.CLOUD, bucket, "https", host, 443, "", "firebase-storage")
    with Workspace.open(directory) as workspace:
        run = workspace.ledger.start_run([])
        save_backends(workspace.lake, run, [Backend(endpoint)])
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)
    with client_of(directory) as client:
        (row,) = client.get("/api/v1/backends").json()["items"]
        assert row["name"] == bucket
        (one,) = client.get(f"/api/v1/backends/{row['id']}").json()["endpoints"]
        assert one["host"] == host
        assert f"at {host}: a grant names this host" in client.get(f"/backends/{row['id']}").text


def test_texts_of_an_attacker_are_inert(hostile: Client) -> None:
    (backend,) = hostile.get("/api/v1/backends").json()["items"]
    node = urlencode({"node": f"app:{SHA}"})
    for path in ("/", *PAGES, f"/apps/{SHA}", f"/backends/{backend['id']}", f"/graph?{node}", "/graph?q=script"):
        answer = hostile.get(path)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
        # A filter sends the value back as it is; what is shown is clean.
        assert "\u202e" not in re.sub(r'value="[^"]*"', "", answer.text), path
    hop = hostile.get(f"/api/v1/graph?{node}").json()
    assert [one["kind"] for one in hop["nodes"]] == ["app", "endpoint"]


def test_the_pages_of_an_earlier_run_lead_to_pages_of_the_same_run(hostile: Client) -> None:
    earlier, latest = (one["run"] for one in hostile.get("/api/v1/overview/trend").json()["points"])
    (row, *_) = hostile.get("/api/v1/apps", params={"run": earlier}).json()["items"]
    for path in ("/", "/apps", f"/apps/{row['sha256']}"):
        text = hostile.get(path, params={"run": earlier}).text
        assert "A newer run has finished" in text, path
        assert latest not in text.replace(f"/runs/{latest}", ""), path
    assert f"/apps/{row['sha256']}?run={earlier}" in hostile.get("/apps", params={"run": earlier}).text
    assert "A newer run has finished" in hostile.get(f"/apps/{row['sha256']}").text


def test_a_host_that_was_not_probed_says_so_in_the_graph(pages: Client) -> None:
    rows = pages.get("/api/v1/backends").json()["items"]
    assert {one["probed"] for one in rows} == {True, False}
    for row in rows:
        (node, *_) = pages.get("/api/v1/graph", params={"node": f"host:{row['name']}"}).json()["nodes"]
        assert node["detail"].endswith("not probed") is not (row["probed"] or row["stores"] > 0)
