"""Endpoints that only a capture shows: every count of an app says which endpoints it counts."""

import io
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.pipeline.mapping.test_flow_endpoints import flow
from tests.unit.pipeline.mapping.test_traffic_apps import APPS, quiet
from tests.unit.web.clients import client
from tieback.model.document import encode
from tieback.model.flow import FlowApp
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.pipeline.views.app import show_app
from tieback.pipeline.views.apps import AppFilter, list_apps
from tieback.report import by_name
from tieback.storage.workspace import Workspace

WORKHUB = FlowApp("Workhub", "com.workhub.mobile")
OTHER = FlowApp("Other", "com.other")
HOSTS = ("one.shop.test", "two.shop.test", "api.workhub.test")
"""The package names the last one, too."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("captured")
    flows = [replace(flow("tls", 443, host), app=WORKHUB, encrypted=True) for host in HOSTS]
    flows.append(replace(flow("tls", 443, "three.shop.test"), app=OTHER))
    (folder / "run.flows").write_bytes(b"\n".join(encode("flow", one) for one in flows) + b"\n")
    request = ScanRequest((APPS / "workhub.apk", folder / "run.flows"), None, folder / "ws", workers=1)
    texts = {}
    with run_scan(request, quiet) as done:
        for name in ("terminal", "markdown", "html"):
            out = io.BytesIO()
            by_name(name).render(done.report, out)
            texts[name] = " ".join(out.getvalue().decode().split())
    return folder / "ws", texts


def test_no_more_endpoints_are_not_probed_than_there_are(scanned: tuple[Path, dict[str, str]]) -> None:
    with Workspace.open(scanned[0]) as workspace:
        (row,) = list_apps(workspace, AppFilter()).items
        page = show_app(workspace, row.sha256)
        assert page is not None
        assert (row.endpoints, page.endpoints.total) == (len(page.endpoints.items), len(page.endpoints.items))
        named = {one.value for one in page.endpoints.items}
        assert row.endpoints_captured == len({one.value for one in page.captured} - named) == 2
        assert row.endpoints_not_probed <= row.endpoints + row.endpoints_captured
        assert page.summary == row


def test_reports_list_the_hosts_of_the_package_and_count_the_others(scanned: tuple[Path, dict[str, str]]) -> None:
    for name, text in scanned[1].items():
        before, _, rest = text.partition("Servers in the captures")
        assert "2 more only in captures" in before, name
        assert "one.shop.test" not in before, name
        assert "one.shop.test" in rest, name


def test_pages_show_both_numbers(scanned: tuple[Path, dict[str, str]]) -> None:
    with client(scanned[0]) as pages:
        (row,) = pages.get("/api/v1/apps").json()["items"]
        every = f"{row['endpoints'] + row['endpoints_captured']}"
        for path in ("/apps", f"/apps/{row['sha256']}"):
            text = " ".join(re.sub(r"<[^>]*>", " ", pages.get(path).text).split())
            assert re.search(rf"\b{every}( endpoints)? 2 only in captures", text), text
            # The traffic of the app is encrypted, which is another answer than "none found".
            assert path == "/apps" or "none: encrypted" in text
