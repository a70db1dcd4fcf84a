"""Every link of every page leads somewhere that the user may see."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.posture.test_join import STORE, STRAY
from tests.unit.pipeline.posture.test_join import make as make_posture
from tests.unit.pipeline.workspaces import GRANT, P, conclude, enter, make
from tests.unit.posture.exports import INSTANCE
from tests.unit.web.clients import client as client_of
from tieback.model.device import InventoryRow
from tieback.pipeline.accounts.roles import Role
from tieback.storage.workspace import Workspace

OTHERS = ("/account", "/api/v1/exports/")
"""Not for the token of this client, and downloads that take seconds."""
_LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
MOST_PAGES = 300
ROWS = (
    InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0"),
    InventoryRow(P.ANDROID, "com.unknown", "Unknown", device="d0"),
    InventoryRow(P.UNKNOWN, name="Fieldhand", count=120),
)


def empty(folder: Path) -> Path:
    with Workspace.open(folder / "ws"):
        return folder / "ws"


def unprobed(folder: Path) -> Path:
    return make(folder, *ROWS)


def probed(folder: Path) -> Path:
    return make(folder, *ROWS, stores=(exposure(),), grant=GRANT)


def crawl(client: TestClient[ASGIApp]) -> dict[str, set[str]]:
    """The pages of a site that answer with an error, each with the pages that link to it."""
    waiting, seen, broken = [("/", "")], set[str](), dict[str, set[str]]()
    while waiting and len(seen) < MOST_PAGES:
        path, above = waiting.pop()
        if path in seen or path.startswith(OTHERS):
            continue
        seen.add(path)
        answer = client.get(path)
        if answer.status_code >= 400:
            broken.setdefault(path, set()).add(above)
        elif answer.headers["content-type"].startswith("text/html"):
            waiting += ((unescape(link), path) for link in _LINK.findall(answer.text))
    assert len(seen) > 3
    return broken


# A probe gives each role the most links, so each of them is there.
SITES = [
    *((probed, role) for role in (Role.VIEWER, Role.ANALYST, Role.OPERATOR)),
    *((unprobed, role) for role in (Role.VIEWER, Role.OPERATOR)),
    (empty, Role.OPERATOR),
    pytest.param(unprobed, Role.ANALYST, marks=pytest.mark.more),
    *(pytest.param(empty, role, marks=pytest.mark.more) for role in (Role.VIEWER, Role.ANALYST)),
]


@pytest.mark.parametrize(("site", "role"), SITES)
def test_no_link_leads_to_an_error(tmp_path: Path, site: Callable[[Path], Path], role: Role) -> None:
    with client_of(site(tmp_path), role) as client:
        assert crawl(client) == {}


RESULTS = ("/inventory", "/posture", "/stores", "/apps", "/findings", "/api/v1/inventory")
"""Pages and files that show a run."""


def test_links_of_fleet_and_posture_keep_the_chosen_run(tmp_path: Path) -> None:
    make_posture(tmp_path, INSTANCE, stores=(STORE, STRAY))
    directory = tmp_path / "ws"
    with Workspace.open(directory) as workspace:
        enter(workspace, date(2026, 3, 1), *ROWS)
        first = workspace.ledger.latest_run()
        assert first is not None
        conclude(workspace)
    waiting, seen, lost = ["/inventory", "/posture"], set[str](), set[tuple[str, str]]()
    with client_of(directory, Role.ANALYST) as client:
        assert client.get("/api/v1/posture").json()["run"] != first.id
        while waiting:
            path = waiting.pop()
            seen.add(path)
            page = client.get(path, params={"run": first.id})
            assert page.status_code == 200, path
            assert first.id in page.text or path == "/inventory/devices"
            main = page.text.partition("<main")[2]
            for link in map(unescape, _LINK.findall(main)):
                there, _, query = link.partition("?")
                if not there.startswith(RESULTS):
                    continue
                if dict(parse_qsl(query)).get("run") != first.id:
                    lost.add((path, link))
                if there.startswith(("/inventory", "/posture")) and there not in seen:
                    waiting.append(there)
                elif there not in seen:
                    seen.add(there)
                    assert client.get(link).status_code == 200, link
    assert lost == set()
    kinds = {re.sub(r"/[^/]*[0-9-][^/]*", "/ID", path) for path in seen}
    assert {"/inventory/apps/ID", "/inventory/devices/ID", "/stores/ID", "/findings/ID"} <= kinds
