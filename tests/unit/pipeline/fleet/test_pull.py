"""Inventories from an EMM's API, against a local server that pages, throttles and refuses as the documentation says.

The server is an emulation made for this test; no product was asked.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tieback.model.errors import InputError, UsageError
from tieback.pipeline.fleet.inventory import InventoryRequest, InventoryResult, InventoryStatement, import_inventories
from tieback.pipeline.fleet.pull import pull_inventory
from tieback.pipeline.fleet.pull_client import ApiAccount
from tieback.storage.workspace import Workspace

APPS = [
    {"id": f"a{n}", "displayName": f"App {n}", "version": "1", "sizeInByte": 1, "deviceCount": 3, "publisher": "P",
     "platform": "androidWorkProfile" if n < 4 else "windows"}
    for n in range(5)
]  # fmt: skip
DEVICES = [{"id": f"d{n}", "deviceName": f"D{n}", "managedDeviceOwnerType": "company"} for n in range(3)]
MOBILE = [
    {"mobileDeviceId": str(n), "deviceType": "iOS", "general": {"udid": f"u{n}"},
     "applications": [{"identifier": f"com.app{m}", "name": "A", "version": "1"} for m in range(2)]}
    for n in range(250)
]  # fmt: skip


AW = [
    {"Id": {"Value": n}, "Uuid": f"u{n}", "SerialNumber": f"S{n}", "DeviceFriendlyName": f"D{n}", "Platform": "Android",
     "UserName": "ann", "Ownership": "E" if n else "C"}
    for n in range(103)
]  # fmt: skip
AW_APPS = [{"name": f"A{n}", "bundle_id": f"com.a{n}", "installed_version": "1", "installed_status": "INSTALLED"}
           for n in range(101)]  # fmt: skip
MANAGED = [
    {"name": f"enterprises/e/devices/d{n}", "ownership": "PERSONALLY_OWNED",
     "applicationReports": [{"packageName": f"com.a{m}", "state": "INSTALLED"} for m in range(2)]}
    for n in range(130)
]  # fmt: skip
KANDJI = [{"device_id": f"k{n}", "device_name": f"K{n}", "platform": "iPhone", "user": {"email": "ann@x.test"}}
          for n in range(301)]  # fmt: skip


class Emm:
    """Graph, Jamf Pro, Workspace ONE, Android Management and Kandji, as far as a pull asks them."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens = 0
        self.asked: list[str] = []
        self.trouble: list[tuple[int, dict[str, str], dict[str, Any]]] = []
        """Answered before anything else, in this order."""

    def workspace_one(self, path: str, page: int, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if path.endswith("/devices/search"):
            size = int(query["pagesize"][0])
            rows = AW[page * size : (page + 1) * size]
            return (
                (200, {}, {"Devices": rows, "Page": page, "PageSize": size, "Total": len(AW)})
                if rows
                else (204, {}, "")
            )
        size = int(query["pageSize"][0])
        return 200, {}, {"app_items": AW_APPS[page * size : (page + 1) * size]}

    def answer(self, method: str, path: str, form: dict[str, list[str]], token: str) -> tuple[int, dict[str, str], Any]:
        parts = urlsplit(path)
        self.asked.append(f"{method} {parts.path}")
        if parts.path.endswith("/token"):
            if form.get("client_secret") != ["s3cret"]:
                return (
                    401,
                    {},
                    {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."},
                )
            self.tokens += 1
            return 200, {}, {"access_token": f"t{self.tokens}", "expires_in": 3599}
        if self.trouble:
            return self.trouble.pop(0)
        if token not in (f"Bearer t{self.tokens}", "Bearer s3cret"):
            return 401, {}, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}}
        query = parse_qs(parts.query)
        rows: list[dict[str, Any]]
        if parts.path.startswith("/API/mdm/devices"):
            return self.workspace_one(parts.path, int(query["page"][0]), query)
        if parts.path.startswith("/v1/enterprises/"):
            start = int(query.get("pageToken", ["0"])[0])
            more = {"nextPageToken": str(start + 100)} if start + 100 < len(MANAGED) else {}
            return 200, {}, {"devices": MANAGED[start : start + int(query["pageSize"][0])], **more}
        if parts.path == "/api/v1/devices":
            start = int(query["offset"][0])
            return 200, {}, KANDJI[start : start + int(query["limit"][0])]
        if parts.path.startswith("/api/v1/devices/"):
            key = parts.path.split("/")[4]
            gone = {"detail": "Not found."}
            apps = [{"app_name": "A.app", "bundle_id": "com.a", "version": "1"}]
            return (404, {}, gone) if key == "k7" else (200, {}, {"device_id": key, "apps": apps})
        if parts.path.startswith("/api/"):
            rows = MOBILE if "mobile" in parts.path else []
            start, size = int(query["page"][0]) * int(query["page-size"][0]), int(query["page-size"][0])
            return 200, {}, {"totalCount": len(rows), "results": rows[start : start + size]}
        rows = DEVICES if parts.path.endswith("managedDevices") else APPS
        start = int(query.get("$skip", ["0"])[0])
        page: dict[str, Any] = {"value": rows[start : start + 2]}
        if start + 2 < len(rows):
            page["@odata.nextLink"] = f"{self.url}{parts.path}?$skip={start + 2}"
        return 200, {}, page


@pytest.fixture
def emm() -> Iterator[Emm]:
    one = Emm()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, headers, page = one.answer(
                self.command, self.path, parse_qs(body), self.headers.get("Authorization", "")
            )
            data = json.dumps(page).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _do  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield one
    server.shutdown()
    server.server_close()
    thread.join()


def account(emm: Emm, source: str = "intune", secret: str = "s3cret") -> ApiAccount:
    login = f"{emm.url}/connect/token" if source == "workspace-one" else emm.url
    return ApiAccount(source, "client", secret, "tenant", emm.url, login)


def test_intune_app_by_app_and_page_by_page(tmp_path: Path, emm: Emm) -> None:
    (pulled,) = pull_inventory(account(emm), tmp_path)
    assert pulled.pages == 3
    assert pulled.path.stat().st_mode & 0o077 == 0
    assert emm.asked.count("GET /v1.0/deviceManagement/detectedApps/a4/managedDevices") == 0
    done, _ = import_inventories(tmp_path / "ws", [pulled.path], InventoryRequest())
    assert isinstance(done, InventoryResult)
    assert done.entered.source == "intune"
    with Workspace.open(tmp_path / "ws") as workspace:
        apps = {app.name: (app.devices, str(app.counted)) for app in workspace.ledger.inventory.apps()}
    assert apps == {**{f"App {n}": (3, "listed") for n in range(4)}, "App 4": (3, "reported")}


def test_jamf_page_by_page(tmp_path: Path, emm: Emm) -> None:
    mobile, computers = pull_inventory(account(emm, "jamf"), tmp_path)
    assert (mobile.pages, computers.pages) == (3, 1)
    done, _ = import_inventories(tmp_path / "ws", [mobile.path], InventoryRequest())
    assert isinstance(done, InventoryResult)
    assert (done.entered.source, done.entered.rows) == ("jamf", 500)


@pytest.mark.parametrize(
    ("source", "pages", "name", "rows", "devices"),
    [
        ("workspace-one", 2, "workspace-one", 103 * 101, 103),
        ("google", 2, "android-management", 260, 130),
        ("kandji", 301, "kandji", 300, 300),
    ],
)
def test_the_other_products_page_by_page(
    tmp_path: Path, emm: Emm, source: str, pages: int, name: str, rows: int, devices: int
) -> None:
    emm.trouble = [(429, {"Retry-After": "2"}, {}), (503, {}, {"error": {"code": 503}})]
    waits: list[float] = []
    (pulled,) = pull_inventory(account(emm, source), tmp_path, pause=waits.append)
    assert (pulled.pages, waits) == (pages, [2.0, 2.0])
    done, statement = import_inventories(tmp_path / "ws", [pulled.path], InventoryRequest(complete=True))
    assert isinstance(done, InventoryResult)
    assert isinstance(statement, InventoryStatement)
    assert (done.entered.source, done.entered.rows) == (name, rows)
    assert (statement.complete, statement.problems) == (True, ())
    with Workspace.open(tmp_path / "ws") as workspace:
        assert workspace.ledger.inventory.devices() == devices
        owned = {whose for app in workspace.ledger.inventory.apps() for whose in app.ownership}
    assert ("personal" in owned) == (source != "kandji")


@pytest.mark.parametrize("source", ["google", "kandji"])
def test_a_refused_token_is_not_tried_again(tmp_path: Path, emm: Emm, source: str) -> None:
    emm.trouble = [(401, {}, {"error": {"code": 401, "message": "invalid credentials"}})]
    with pytest.raises(InputError, match="HTTP 401: invalid credentials") as caught:
        pull_inventory(account(emm, source), tmp_path)
    assert "s3cret" not in caught.value.diagnostics()
    assert len(emm.asked) == 1


def test_retry_after_of_a_busy_service_is_honoured(tmp_path: Path, emm: Emm) -> None:
    emm.trouble = [(429, {"Retry-After": "17"}, {}), (503, {}, {})]
    waits: list[float] = []
    assert pull_inventory(account(emm, "jamf"), tmp_path, pause=waits.append)
    assert waits == [17.0, 2.0]


def test_a_token_that_lapsed_is_renewed_once(tmp_path: Path, emm: Emm) -> None:
    emm.trouble = [(401, {}, {"error": {"message": "expired"}})]
    pull_inventory(account(emm, "jamf"), tmp_path)
    assert emm.tokens == 2


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (
            (403, {}, {"error": {"code": "Forbidden", "message": "needs DeviceManagementApps.Read.All"}}),
            "HTTP 403: needs",
        ),
        ((200, {}, ["no object"]), "not a JSON object"),
        ((404, {}, "x"), "HTTP 404"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_no_file(tmp_path: Path, emm: Emm, trouble: Any, says: str) -> None:
    emm.trouble = [trouble]
    with pytest.raises(InputError, match=says):
        pull_inventory(account(emm), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_wrong_secret_and_a_service_that_stays_busy(tmp_path: Path, emm: Emm) -> None:
    with pytest.raises(InputError, match="Invalid client secret") as caught:
        pull_inventory(account(emm, secret="wrong"), tmp_path)
    assert "wrong" not in caught.value.diagnostics()
    emm.trouble = [(503, {}, {})] * 9
    with pytest.raises(InputError, match="stays busy"):
        pull_inventory(account(emm), tmp_path, pause=lambda _: None)


def test_link_to_another_host_is_not_followed(tmp_path: Path, emm: Emm) -> None:
    emm.trouble = [(200, {}, {"value": [], "@odata.nextLink": "https://evil.example/next"})]
    with pytest.raises(UsageError, match="not a configured service"):
        pull_inventory(account(emm), tmp_path)
