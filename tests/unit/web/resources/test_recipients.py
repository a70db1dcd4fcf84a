"""The page and the API of recipients: over the run, per app, with filters and pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_recipients import EMAIL, flow
from tests.unit.pipeline.workspaces import ANALYSED, make
from tests.unit.web.clients import client as client_of
from tieback.model.flow import ContentState, FlowApp, Leak, SentData
from tieback.model.unit import Unit
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace

type Client = TestClient[ASGIApp]
HOSTILE = '"><script>alert(1)</script>\u202e'
FIELDHAND = FlowApp("Fieldhand", "org.fieldhand.app")
FIELDHAND_KEY = ANALYSED[1].sha256
"""Of two releases with one bundle identifier, the one that traffic goes to."""
CAPTURE = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.har", 1)


RECEIVED = Leak("phone", "json:phone", "in", "+…3 (15)", 0.99)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over four apps and one capture."""
    folder = make(tmp_path_factory.mktemp("recipients"))
    gaid = SentData("device_id", "advertising identifier", "form:gps_adid", "http", 0.97, 2, "Adjust (POST body)")
    flows = [
        replace(flow("app.adjust.com", gaid, EMAIL), app=FIELDHAND),
        replace(flow("api.fieldhand.org", EMAIL, encrypted=False), app=FIELDHAND),
        replace(flow("collect.evil.test", replace(EMAIL, where=HOSTILE)), app=FlowApp(HOSTILE, "com.evil")),
        replace(flow("shut.test", content=ContentState.ENCRYPTED), app=FIELDHAND),
        replace(flow("search.test", encrypted=False), app=FIELDHAND, leaks=(RECEIVED,)),
        replace(flow("bare.test", content=ContentState.NOT_READ), app=FIELDHAND),
    ]
    with Workspace.open(folder) as workspace:
        workspace.lake.publish("run", flow_tables([(CAPTURE, (flows, []))]), [CAPTURE])
        units = [RunInput(f"{app.sha256}.apk", app.sha256, "1") for app in ANALYSED]
        run = workspace.ledger.start_run([])
        save_inputs(workspace.lake, run, [*units, RunInput(CAPTURE.source, CAPTURE.key, CAPTURE.version)])
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)
    return folder


@pytest.fixture(scope="module")
def pages(directory: Path) -> Iterator[Client]:
    with client_of(directory) as made:
        yield made


def hosts(pages: Client, **query: str) -> list[str]:
    return [one["recipient"]["host"] for one in pages.get("/api/v1/recipients", params=query).json()["items"]]


def test_third_parties_are_first_and_what_was_readable_is_stated(pages: Client) -> None:
    found = pages.get("/api/v1/recipients").json()
    assert [one["recipient"]["host"] for one in found["items"]][:2] == ["app.adjust.com"] * 2
    assert (found["total"], found["recipients"]) == (4, 4)
    figures = found["figures"]
    assert (figures["flows"], figures["read"], figures["with_data"], figures["unreadable"]) == (6, 4, 3, 1)
    assert figures["received"] == ["phone"]
    text = pages.get("/recipients").text
    assert "4 flows read: personal data or credentials sent in 3, none found in 1." in text
    assert "1 class received in cleartext: Phone numbers." in text
    assert "1 flow encrypted without keys" in text
    assert "1 flow without content that was read" in text
    assert "documented" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"party": "third"}, {"app.adjust.com"}),
        ({"pii_class": "email"}, {"app.adjust.com", "api.fieldhand.org", "collect.evil.test"}),
        ({"wire": "clear"}, {"api.fieldhand.org"}),
        ({"wire": "encrypted", "pii_class": "email"}, {"app.adjust.com", "collect.evil.test"}),
        ({"q": "adjust advertising"}, {"app.adjust.com"}),
        ({"app": FIELDHAND_KEY}, {"app.adjust.com", "api.fieldhand.org"}),
        ({"q": "nothing-like-this"}, set()),
    ],
)
def test_filters(pages: Client, query: dict[str, str], found: set[str]) -> None:
    assert set(hosts(pages, **query)) == found
    assert pages.get("/recipients", params=query).status_code == 200


def test_pages_of_the_list_have_each_row_once(pages: Client) -> None:
    seen, after = [], ""
    for _ in range(10):
        found = pages.get("/api/v1/recipients", params={"limit": "1", "after": after}).json()
        seen += [one["recipient"]["host"] for one in found["items"]]
        after = found["next"]
        if after is None:
            break
    assert seen == hosts(pages)


def test_the_page_of_an_app_lists_its_recipients(pages: Client) -> None:
    found = pages.get(f"/api/v1/apps/{FIELDHAND_KEY}").json()
    assert {one["host"] for one in found["recipients"]} == {"app.adjust.com", "api.fieldhand.org"}
    assert found["recipients_total"] == 3
    text = pages.get(f"/apps/{FIELDHAND_KEY}").text
    assert f"/recipients?app={FIELDHAND_KEY}" in text
    assert "gps_adid" in text
    assert "Received in cleartext: Phone numbers." in text


def test_an_app_without_a_capture_says_that_recipients_are_not_known(pages: Client) -> None:
    assert "recipients are not known" in pages.get(f"/apps/{ANALYSED[2].sha256}").text


def test_names_of_captures_are_escaped(pages: Client) -> None:
    text = pages.get("/recipients").text
    assert "<script>alert" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"limit": "0"}, {"party": "second"}, {"wire": "maybe"}, {"run": "none"}]
)
def test_invalid_parameters_are_problems(pages: Client, query: dict[str, str]) -> None:
    answer = pages.get("/api/v1/recipients", params=query)
    assert answer.status_code in {400, 404}
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_viewers_do_not_see_recipients(directory: Path) -> None:
    with client_of(directory, Role.VIEWER) as viewer:
        assert viewer.get("/api/v1/recipients").status_code == 403


def test_without_a_run_the_page_says_what_to_do(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    with client_of(tmp_path / "ws") as empty:
        assert empty.get("/api/v1/recipients").json()["items"] == []
        assert "No run has finished" in empty.get("/recipients").text


@pytest.mark.parametrize(("content", "said"), [
    (ContentState.READ, "were found in what the apps sent."),
    (ContentState.NOT_READ, "were found in the parts that were searched."),
])  # fmt: skip
def test_nothing_found_is_said_only_of_what_was_searched(tmp_path: Path, content: ContentState, said: str) -> None:
    folder = make(tmp_path)
    flows = [flow("search.test", encrypted=False), flow("bare.test", content=content)]
    with Workspace.open(folder) as workspace:
        workspace.lake.publish("run", flow_tables([(CAPTURE, (flows, []))]), [CAPTURE])
        run = workspace.ledger.start_run([])
        save_inputs(workspace.lake, run, [RunInput(CAPTURE.source, CAPTURE.key, CAPTURE.version)])
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)
    with client_of(folder) as made:
        text = made.get("/recipients").text
    assert said in text
