"""Every link of every page leads somewhere that the user may see."""

import re
from html import unescape
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, P, make
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


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.OPERATOR], ids=lambda role: role.value)
@pytest.mark.parametrize("site", [empty, unprobed, probed])
def test_no_link_leads_to_an_error(tmp_path: Path, site: object, role: Role) -> None:
    assert callable(site)
    with client_of(site(tmp_path), role) as client:
        assert crawl(client) == {}
