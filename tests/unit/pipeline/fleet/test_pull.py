"""Inventories from an EMM's API, against a local server that pages, throttles and refuses as the documentation says.

The server is an emulation made for this test, of Graph and of Jamf Pro; neither product was asked.
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
from tieback.pipeline.fleet.inventory import InventoryRequest, InventoryResult, import_inventories
from tieback.pipeline.fleet.pull import ApiAccount, pull_inventory
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


class Emm:
    """Graph and Jamf Pro, as far as a pull asks them."""

    def __init__(self) -> None:
        self.url = ""
        self.tokens = 0
        self.asked: list[str] = []
        self.trouble: list[tuple[int, dict[str, str], dict[str, Any]]] = []
        """Answered before anything else, in this order."""

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
        if token != f"Bearer t{self.tokens}":
            return 401, {}, {"error": {"code": "InvalidAuthenticationToken", "message": "expired"}}
        query = parse_qs(parts.query)
        rows: list[dict[str, Any]]
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
    return ApiAccount(source, "client", secret, "tenant", emm.url, emm.url)


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
