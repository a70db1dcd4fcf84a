"""The stand-in for a telephone: what it records is what went over the wire."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tieback.intake.traffic.open import open_traffic
from tieback.lab.device import record
from tieback.model.errors import LabError
from tieback.model.flow import NameSource

BODY = b'{"hits":{"total":{"value":1},"hits":[{"_source":{"operator_phone":"+15550100"}}]}}'


class Search(BaseHTTPRequestHandler):
    asked: bytes = b""

    def do_POST(self) -> None:
        Search.asked = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def place() -> Iterator[tuple[str, int]]:
    with HTTPServer(("127.0.0.1", 0), Search) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield "127.0.0.1", server.server_port
        server.shutdown()
        thread.join(5)


def test_an_app_is_opened_and_its_traffic_written(place: tuple[str, int], tmp_path: Path) -> None:
    (path,) = record({"fieldhand": place}, lambda name: tmp_path / name, tmp_path / "captures")
    opened = open_traffic(path)
    flows = [seen.flow for seen in opened.flows()]
    opened.close()
    (store,) = [flow for flow in flows if flow.protocol != "dns"]
    assert opened.problems == []
    assert path.name == "fieldhand.pcapng"
    assert Search.asked == b'{"size":50,"query":{"match_all":{}}}'
    assert (store.server.ip, store.server.port, store.server.name) == (*place, "es.fieldhand.test")
    assert (store.bytes_in or 0) > len(BODY)
    assert store.app is not None
    assert store.app.bundle_id == "org.fieldhand.app"
    assert NameSource.NONE not in {flow.server.name_from for flow in flows if flow.protocol != "dns"}


def test_nothing_runs(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="no server of the sample apps is running"):
        record({}, lambda name: tmp_path / name, tmp_path / "captures")


def test_a_server_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot record the traffic"):
        record({"fieldhand": ("127.0.0.1", 1)}, lambda name: tmp_path / name, tmp_path / "captures")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "captures").write_text("in the way")
    with pytest.raises(LabError, match="cannot record the traffic"):
        record({"fieldhand": ("127.0.0.1", 1)}, lambda name: tmp_path / name, tmp_path / "captures")
