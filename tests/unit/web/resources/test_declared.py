"""The pages and the API of declarations: over the run, per app, with filters and pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_recipients import EMAIL, flow
from tests.unit.pipeline.workspaces import make
from tests.unit.web.clients import client as client_of
from tieback.model.app import App, Platform
from tieback.model.declaration import AccessedApi, DeclarationFormat, DeclaredType, PrivacyDeclaration
from tieback.model.flow import ContentState, FlowApp
from tieback.model.sighting import AppDocument
from tieback.model.unit import Unit
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.views.listing import encode_cursor
from tieback.storage.lake.tables.apps import app_tables
from tieback.storage.lake.tables.flows import flow_tables
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.workspace import Workspace

type Client = TestClient[ASGIApp]
HOSTILE = '"><script>alert(1)</script>\u202e'
SHOP = App(Platform.IOS, "test.shop.app", "e" * 64, "Shop")
QUIET = App(Platform.IOS, "test.quiet.app", "f" * 64, "Quiet")
CAPTURE = Unit("c" * 64, TRAFFIC_ANALYSIS, "/captures/run.har", 1)
APPLE = DeclarationFormat.APPLE_MANIFEST
TYPE = "NSPrivacyCollectedDataType"
MANIFESTS = (
    PrivacyDeclaration(
        APPLE,
        "Payload/Shop.app/PrivacyInfo.xcprivacy",
        tracking=False,
        types=(
            DeclaredType(f"{TYPE}EmailAddress", linked=True),
            DeclaredType(f"{TYPE}PreciseLocation"),
            DeclaredType(f"{TYPE}CrashData"),
            DeclaredType(HOSTILE),
        ),
        apis=(AccessedApi("NSPrivacyAccessedAPICategoryUserDefaults", ("CA92.1",)),),
    ),
    PrivacyDeclaration(
        APPLE,
        "Payload/Shop.app/Frameworks/Ads.framework/PrivacyInfo.xcprivacy",
        "Ads.framework",
        domains=("ads.test", "unseen.test"),
        types=(DeclaredType(f"{TYPE}DeviceID", tracking=True),),
    ),
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over two iOS apps, one of them with manifests, and one capture."""
    folder = make(tmp_path_factory.mktemp("declared"))
    app = FlowApp("Shop", "test.shop.app")
    phone = replace(EMAIL, pii_class="phone", where="json:$.phone")
    flows = [
        replace(flow("eu.ads.test", EMAIL, phone), app=app),
        replace(flow("api.shop.test", replace(EMAIL, pii_class="password", where="json:$.pw")), app=app),
        replace(flow("api.other.test", EMAIL), app=FlowApp("Other", "test.other.app")),
        replace(flow("shut.test", content=ContentState.ENCRYPTED), app=app),
    ]
    units = [Unit(one.sha256, "1", f"{one.sha256}.ipa", 1) for one in (SHOP, QUIET)]
    documents = [AppDocument(units[0].source, SHOP, declarations=MANIFESTS), AppDocument(units[1].source, QUIET)]
    with Workspace.open(folder) as workspace:
        workspace.lake.publish("ios", app_tables(list(zip(units, documents, strict=True))), units)
        workspace.lake.publish("run", flow_tables([(CAPTURE, (flows, []))]), [CAPTURE])
        run = workspace.ledger.start_run([])
        inputs = [RunInput(unit.source, unit.key, unit.version) for unit in (*units, CAPTURE)]
        save_inputs(workspace.lake, run, inputs)
        workspace.ledger.conclusions.save(run, (), ())
        workspace.ledger.end_run(run)
    return folder


@pytest.fixture(scope="module")
def pages(directory: Path) -> Iterator[Client]:
    with client_of(directory) as made:
        yield made


def names(pages: Client, **query: str) -> list[tuple[str, str]]:
    found = pages.get("/api/v1/declared", params=query).json()["items"]
    return [(one["item"]["title"], one["item"]["state"]) for one in found]


def test_what_was_not_seen_is_first(pages: Client) -> None:
    assert names(pages) == [
        ("Device ID", "not_seen"),
        ("Precise location", "not_seen"),
        ("unseen.test", "not_seen"),
        ("Email address", "seen"),
        ("ads.test", "seen"),
        (HOSTILE, "no_class"),
        ("Crash data", "no_class"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"seen": "seen"}, {"Email address", "ads.test"}),
        ({"seen": "not_seen", "kind": "domain"}, {"unseen.test"}),
        ({"q": "ads.framework device"}, {"Device ID"}),
        ({"app": "0" * 64}, set()),
        ({"q": "geo_location"}, {"Precise location"}),
    ],
)
def test_filters(pages: Client, query: dict[str, str], found: set[str]) -> None:
    assert {title for title, _ in names(pages, **query)} == found
    assert pages.get("/declared", params=query).status_code == 200


@pytest.mark.parametrize("query", [{"seen": "x"}, {"kind": HOSTILE}, {"limit": "0"}, {"after": "x"}, {"run": "x"}])
def test_invalid_parameters_are_problems(pages: Client, query: dict[str, str]) -> None:
    answer = pages.get("/api/v1/declared", params=query)
    assert answer.status_code in {400, 404}


def test_a_cursor_with_a_number_too_large_for_the_index_is_a_problem(pages: Client) -> None:
    run = pages.get("/api/v1/declared").json()["run"]["id"]
    for path in ("/api/v1/declared", "/declared"):
        assert pages.get(path, params={"after": encode_cursor((run, 2**63))}).status_code == 400


@pytest.mark.parametrize("name", ["q", "app"])
@pytest.mark.parametrize("value", [HOSTILE, "'; DROP TABLE declared;--", "\0", '"', "a* OR (", "%" * 3000])
def test_any_filter_is_escaped(pages: Client, name: str, value: str) -> None:
    answer = pages.get("/declared", params={name: value})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert pages.get("/api/v1/declared").json()["total"] == 7


def test_pages_of_the_list_have_each_row_once(pages: Client) -> None:
    seen, after = [], ""
    while True:
        found = pages.get("/api/v1/declared", params={"limit": "2", "after": after}).json()
        seen += [one["item"]["name"] for one in found["items"]]
        after = found["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == found["total"] == 7


def test_recipients_have_the_mark(pages: Client) -> None:
    rows = [one["recipient"] for one in pages.get("/api/v1/recipients").json()["items"]]
    marks = {(one["host"], one["class"]): (one["declared"], one["declared_by"]) for one in rows}
    assert marks == {
        ("eu.ads.test", "email"): ("declared", ["app"]),
        ("eu.ads.test", "phone"): ("not_declared", []),
        ("api.shop.test", "password"): ("no_type", []),
        ("api.other.test", "email"): ("unknown", []),
    }
    tracking = {one["host"]: (one["tracking_domain_of"], one["tracking_denied"]) for one in rows}
    assert tracking["eu.ads.test"] == (["Ads.framework"], True)
    assert tracking["api.shop.test"] == ([], False)


@pytest.mark.parametrize(("mark", "found"), [("declared", 1), ("not_declared", 1), ("no_type", 1), ("unknown", 1)])
def test_recipients_by_mark(pages: Client, mark: str, found: int) -> None:
    assert pages.get("/api/v1/recipients", params={"declared": mark}).json()["total"] == found
    assert pages.get("/recipients", params={"declared": mark}).status_code == 200


def test_the_page_of_an_app_shows_manifests_and_what_was_seen(pages: Client) -> None:
    found = pages.get(f"/api/v1/apps/{SHOP.sha256}").json()
    assert [one["part"] for one in found["declarations"]] == ["", "Ads.framework"]
    assert found["declared_total"] == len(found["declared"]) == 7
    text = pages.get(f"/apps/{SHOP.sha256}").text
    assert "declared and not seen" in text
    assert "though NSPrivacyTracking is false" in text


def test_an_app_without_a_manifest_is_unknown_not_undeclared(pages: Client) -> None:
    assert "has no privacy manifest, so what the app declares is not known" in pages.get(f"/apps/{QUIET.sha256}").text


def test_names_of_packages_are_escaped(pages: Client) -> None:
    for path in ("/declared", f"/apps/{SHOP.sha256}"):
        text = pages.get(path).text
        assert "<script>alert" not in text
        assert "\u202e" not in text


def test_viewers_do_not_see_declarations(directory: Path) -> None:
    with client_of(directory, role=Role.VIEWER) as viewer:
        assert viewer.get("/api/v1/declared").status_code == 403


def test_without_a_run_the_page_says_what_to_do(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "empty").close()
    with client_of(tmp_path / "empty") as empty:
        assert empty.get("/api/v1/declared").json()["items"] == []
        assert "No run has finished" in empty.get("/declared").text
