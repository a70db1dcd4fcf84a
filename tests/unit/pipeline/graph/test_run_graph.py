"""What leads where in the last run, asked from either end."""

import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.inline_engine import InlineEngine
from tests.unit.pipeline.graph_workspace import API, ELASTIC, shared
from tieback.backends.confidence import SAME_HOST
from tieback.model.errors import UsageError, WorkspaceError
from tieback.pipeline.graph.run_graph import RunGraph, last_graph
from tieback.pipeline.scan import ScanRequest, run_scan


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared(tmp_path_factory)


@pytest.fixture
def graph(workspace: Path, tmp_path: Path) -> Iterator[RunGraph]:
    with last_graph(workspace, tmp_path) as opened:
        yield opened


def test_the_list_has_open_stores_first_and_what_others_saw(graph: RunGraph) -> None:
    lines = list(graph.lines())
    assert [(line.host, line.apps, line.access) for line in lines] == [
        ("api.workhub.test", 1, ("open",)),
        ("es.fieldhand.test", 1, ("auth_required",)),
        ("telemetry.vendor-sdk.test", 3, ()),
        ("db.tillroll.test", 1, ()),
    ]
    assert [line.probed for line in lines] == [True, True, False, False], "a host without a store need not be probed"
    assert [graph.backend(line.host).probed for line in lines] == [line.probed for line in lines]
    assert lines[0].seen_by == ("shodan",)
    assert lines[0].addresses == ("203.0.113.20",), "the capture shows it"


def test_a_back_end_from_every_side(graph: RunGraph) -> None:
    view = graph.backend("api.workhub.test")
    assert (view.host, view.party, view.apps_total) == ("api.workhub.test", "first", 1)
    (app,) = view.apps
    assert (app.bundle_id, app.endpoint, app.file) == ("com.workhub.mobile", API, "resources.arsc")
    (store,) = view.stores
    assert (store.product, store.access, store.relation) == ("mongodb", "open", "behind an API")
    assert (store.confidence, store.parts) == (SAME_HOST, (("on the host of the API", SAME_HOST),))
    assert view.why is not None
    owners = [one.value for one in view.why.statements if one.claim == "owner"]
    assert owners[0] == "Workhub Access GmbH"
    assert view.why.resolved_by == "capture"


def test_what_others_saw_is_dated_and_superseded_by_our_own_probe(graph: RunGraph) -> None:
    seen = graph.backend("api.workhub.test").seen
    assert [(one.said, one.note.asked) for one in seen] == [
        ("seen by shodan on 2026-11-01: elasticsearch open, ≈1,200 records", ""),
        ("seen by shodan on 2026-11-01: mongodb responds", "open"),
    ]
    assert all(len(one.note.reached) == 1 for one in seen)


@pytest.mark.parametrize("text", ["API.workhub.test.", "https://api.workhub.test/other", API, "api.workhub.test:443"])
def test_back_ends_are_found_as_people_write_them(graph: RunGraph, text: str) -> None:
    assert graph.backend(text).why is not None


def test_one_sdk_back_end_has_many_clients(graph: RunGraph) -> None:
    view = graph.backend("telemetry.vendor-sdk.test")
    assert {app.bundle_id for app in view.apps} == {"com.tillroll.pos", "com.workhub.mobile", "org.fieldhand.app"}


def test_the_host_of_a_resource_has_its_apps(tmp_path: Path) -> None:
    """The back end of the list is the resource, as ``000webhost:shop``; people ask for its host too."""
    with zipfile.ZipFile(tmp_path / "shop.apk", "w") as archive:
        archive.writestr(
            "assets/www/app.js", 'fetch("https://shop-9.000webhostapp.com/a"); fetch("https://own.shop.test")'
        )
        archive.writestr("classes.dex", b"")
    request = ScanRequest((tmp_path / "shop.apk",), None, tmp_path / "ws", engine=InlineEngine())
    with run_scan(request, lambda _: nullcontext(lambda *_: None)):
        pass
    with last_graph(tmp_path / "ws", tmp_path) as graph:
        assert {line.host: line.apps for line in graph.lines()} == {"000webhost:shop-9": 1, "own.shop.test": 1}
        for text in ("000webhost:shop-9", "shop-9.000webhostapp.com", "own.shop.test"):
            view = graph.backend(text)
            assert (view.apps_total, len(view.apps)) == (1, 1), text


@pytest.mark.parametrize("text", ["nowhere.test", "203.0.113.99", "s3:nothing"])
def test_a_back_end_that_nothing_leads_to(graph: RunGraph, text: str) -> None:
    with pytest.raises(UsageError):
        graph.backend(text)


def test_an_app_with_everything_that_it_reaches(graph: RunGraph) -> None:
    (view,) = graph.apps("org.fieldhand.app")
    reached = {one.value: [(store.access, store.relation) for store in one.stores] for one in view.endpoints}
    assert reached == {ELASTIC: [("auth_required", "direct")], "https://telemetry.vendor-sdk.test/v1/events": []}
    (again,) = graph.apps(view.app.sha256[:12])
    assert again == view


def test_endpoints_seen_only_by_other_tools_are_listed_separately(graph: RunGraph) -> None:
    (view,) = graph.apps("com.workhub.mobile")
    assert [one.sighting.endpoint.value for one in view.others] == ["https://old.workhub.test/v0"]
    assert "https://old.workhub.test/v0" not in {one.value for one in view.endpoints}
    (api,) = [one for one in view.endpoints if one.value == API]
    assert [one.note.asked for one in api.seen] == ["", "open"]


@pytest.mark.parametrize("text", ["fieldhand.apk", "Fieldhand", "fieldhand", "labs/apps/fieldhand.apk"])
def test_an_app_by_its_name_or_file(graph: RunGraph, text: str) -> None:
    (view,) = graph.apps("org.fieldhand.app")
    named = view.app.name.upper() if text == "fieldhand" else view.path if "/" in text else text
    assert list(graph.apps(named)) == [view]


@pytest.mark.parametrize("text", ["org.nothing", "hand.apk", "%", ""])
def test_no_such_app(graph: RunGraph, text: str) -> None:
    with pytest.raises(UsageError, match=r"does not contain this app.* com\.workhub\.mobile, org\.fieldhand\.app"):
        list(graph.apps(text))


def test_no_run_has_ended(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError), last_graph(tmp_path / "none"):
        pass
