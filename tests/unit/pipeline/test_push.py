"""``tieback push`` against a real server of this process on a port that the kernel chooses."""

import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.intake.reports.open import open_report
from tieback.model.device import InventoryRow
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.jobs.kinds import ImportJob, decode_arguments
from tieback.pipeline.passive_evidence import import_reports
from tieback.pipeline.push import open_pushed, push_report, server_url
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace
from tieback.web.app import build_server
from tieback.web.context import Connection, User
from tieback.web.settings import WebSettings

TOKENS = {"tbk_operator": Role.OPERATOR, "tbk_analyst": Role.ANALYST}


def by_token(connection: Connection) -> User | None:
    role = TOKENS.get(connection.headers.get("authorization", "").removeprefix("Bearer "))
    return None if role is None else User(id="u1", name="ann", role=role)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("source"), InventoryRow(P.ANDROID, "com.a"), stores=(exposure(),))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server") / "ws"


@pytest.fixture(scope="module")
def server(target: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = build_server(WebSettings(workspace=target), identify=by_token)
        running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
        thread.start()
        yield f"http://localhost:{listener.getsockname()[1]}/"
        running.should_exit = True
        thread.join(30)


def test_the_report_of_a_workspace_arrives_once(source: Path, server: str, target: Path) -> None:
    with open_pushed(source) as (report, file):
        first = push_report(report, file, server, "tbk_operator")
        again = push_report(report, file, server, "tbk_operator")
    assert (first.sent, first.new, first.state, first.report.title) == (True, True, "queued", "tieback")
    assert (again.sent, again.new, again.job) == (False, False, first.job)
    with Workspace.open(target) as workspace:
        job = workspace.ledger.jobs.job(first.job)
        assert job is not None
        assert decode_arguments(job.arguments) == ImportJob(inputs=(report.sha256,))
        path = UploadFolder(workspace.directory).path_of(report.sha256)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == report.sha256
    assert open_report(path)[0].meta.name == "tieback"
    assert b"audit.jsonl" not in path.read_bytes()


def test_what_arrives_is_evidence_and_no_result(source: Path, tmp_path: Path) -> None:
    with open_pushed(source) as (_, file):
        (tmp_path / "report").write_bytes(file.read())
    list(import_reports(tmp_path / "ws", [tmp_path / "report"]))
    with Workspace.open(tmp_path / "ws") as workspace:
        assert workspace.ledger.list_runs() == []
        assert list(workspace.lake.stream("SELECT * FROM probes")) == []
        assert list(workspace.lake.stream("SELECT DISTINCT source FROM passive_services")) == [("tieback",)]


def test_a_report_of_another_tool(tmp_path: Path, server: str) -> None:
    path = tmp_path / "shodan.json"
    path.write_text(json.dumps({"_shodan": {"module": "http"}, "ip_str": "203.0.113.7", "port": 80}) + "\n")
    with open_pushed(path) as (report, file):
        done = push_report(report, file, server, "tbk_operator")
    assert (done.report.name, done.report.title, done.sent) == ("shodan.json", "Shodan", True)


@pytest.mark.parametrize(("token", "words"), [("tbk_wrong", "sign in"), ("tbk_analyst", "operator")])
def test_the_server_decides_who_may_send(tmp_path: Path, server: str, token: str, words: str) -> None:
    path = tmp_path / "nmap.xml"
    path.write_text('<?xml version="1.0"?><nmaprun></nmaprun>')
    with open_pushed(path) as (report, file), pytest.raises(InputError) as error:
        push_report(report, file, server, token)
    assert words in error.value.what + error.value.advice


@pytest.mark.parametrize("token", ["", "two words", "tbk_ä", "tbk_x\nX-Header: y"])
def test_a_token_is_one_word(tmp_path: Path, token: str) -> None:
    path = tmp_path / "nmap.xml"
    path.write_text('<?xml version="1.0"?><nmaprun></nmaprun>')
    with open_pushed(path) as (report, file), pytest.raises(UsageError, match="not an API token"):
        push_report(report, file, "http://127.0.0.1:1", token)


def test_nothing_listens(tmp_path: Path) -> None:
    path = tmp_path / "nmap.xml"
    path.write_text('<?xml version="1.0"?><nmaprun></nmaprun>')
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with open_pushed(path) as (report, file), pytest.raises(InputError) as error:
        push_report(report, file, url, "tbk_operator")
    assert "Check the URL" in error.value.advice


def test_what_is_no_report_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")
    with pytest.raises(InputError, match="unknown report format"), open_pushed(tmp_path / "x"):
        pass
    with pytest.raises(InputError, match="No such file"), open_pushed(tmp_path / "none"):
        pass
    path = tmp_path / "nmap.xml"
    path.write_text('<?xml version="1.0"?><nmaprun></nmaprun>')
    with pytest.raises(UsageError, match="only a workspace has runs"), open_pushed(path, "r1"):
        pass


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.test/", "https://a.test"),
        ("http://localhost:8484", "http://127.0.0.1:8484"),
        ("https://a.test/base/?x#y", "https://a.test/base"),
    ],
)
def test_urls_of_servers(text: str, url: str) -> None:
    assert server_url(text) == url
