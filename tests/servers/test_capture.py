"""Live runs on loopback: curl, Chromium, redis-cli, psql, mariadb, mosquitto_pub, each with a real server."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.capturing import HOST, Live, certificate, socks_relay, website
from tests.lab.ports import free_port
from tieback.lab.process import Launch, RunningServer, launch, stop_process, unprivileged_account

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.servers

type Start = Callable[..., Live]
LOOPBACK = ("--destinations", "loopback", "--listen", ":0")


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here (Debian: {package})")
    return found


def call(*argv: str, code: int | None = 0, **environment: str) -> str:
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )
    assert code is None or done.returncode == code, done.stderr
    return done.stdout


def curl(*words: str, code: int | None = 0) -> str:
    return call(program("curl", "curl"), "-sS", "--max-time", "20", *words, code=code)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """``start(*words)``: a run that only reaches loopback."""
    running: list[Live] = []

    def begin(*words: str) -> Live:
        running.append(Live(tmp_path, *LOOPBACK, *words))
        return running[-1]

    yield begin
    for live in running:
        live.__exit__()


@pytest.fixture
def pem_file(tmp_path: Path) -> Path:
    path = tmp_path / "both.pem"
    path.write_bytes(certificate())
    return path


def test_curl_in_the_clear_and_the_report(start: Start, tmp_path: Path) -> None:
    pages = {"/people": b'{"email":"anna.berg@workhub.test"}'}
    with website(pages) as port, start("--only", "com.workhub.mobile") as live:
        proxy = ("-x", f"http://{live.proxy}")
        curl(*proxy, f"http://api.workhub.test:{port}/people")  # no name server is asked for it
        curl(*proxy, f"http://{HOST}:{port}/people?phone=%2B4930901820", "-H", "Host: api.workhub.test")
        (unknown, flow), end = live.stop()
    assert unknown["detail"].startswith("blocked")
    assert flow["server"]["name"] == "api.workhub.test"
    assert (flow["protocol"], flow["encrypted"], flow["app"]["bundle_id"]) == ("http", False, "com.workhub.mobile")
    assert {leak["class"] for leak in flow["leaks"]} == {"email", "phone"}
    assert end["flows"] == 2
    report = call("tieback", "report", "-w", str(tmp_path / "workspace"), "--format", "json", PATH=_path())
    assert f"http://api.workhub.test:{port}" in report
    assert "cleartext-personal-data" in report


@pytest.mark.more
def test_the_page_with_the_certificate_and_the_blind_spots_of_a_plain_proxy(start: Start) -> None:
    with start() as live:
        page = live.says(r"browser of the device: (http://127\.0\.0\.1:\d+/)")[1]
        assert live.says(r"its SHA-256: ([0-9A-F:]{95})")[1] in curl(page)
        assert curl(f"{page}tieback-authority.pem") == live.authority.read_text()
        assert "QR code" not in live.said  # stderr is no terminal
        _, end = live.stop(signal.SIGTERM)
    # A plain proxy names its blind spots.
    assert "Redis, MySQL, MQTT and other connections of an app bypass it" in live.said
    assert any("Redis, MySQL, MQTT" in text for text in end["blind_spots"])


def test_tls_is_read_with_the_authority_and_refused_without(start: Start, tmp_path: Path, pem_file: Path) -> None:
    log, saved = tmp_path / "keys", tmp_path / "saved.mitm"
    words = ("--upstream-ca", str(pem_file), "--keylog", str(log), "--save", str(saved))
    with website({"/": b'{"token":"secret"}'}, pem_file) as port, start(*words) as live:
        where = f"https://localhost:{port}/"
        trusting = curl("-x", f"http://{live.proxy}", "--cacert", str(live.authority), where)
        assert trusting == '{"token":"secret"}'
        curl("-x", f"http://{live.proxy}", where, code=60)
        flows, end = live.stop()
    read, refused = flows
    assert (read["protocol"], read["encrypted"], read["detail"]) == ("http", True, "GET / 200")
    assert read["tls"]["version"] == "TLSv1.3"
    assert read["tls"]["certificate_subject"] == "CN=localhost"
    assert read["leaks"] == []
    assert (refused["protocol"], refused["server"]["name"]) == ("tls", "localhost")
    assert refused["detail"] == "the app rejected the proxy's certificate (pinned, or the CA is not installed)"
    assert [(one["server"], one["times"]) for one in end["refused"]] == [(f"localhost:{port}", 1)]
    assert b"CLIENT_TRAFFIC_SECRET_0" in log.read_bytes()
    assert log.stat().st_mode & 0o077 == 0
    again = call("tieback", "traffic", str(saved), "--format", "json", PATH=_path())
    assert '"detail":"GET / 200"' in again


def test_an_app_that_rejected_the_certificate_passes_at_its_next_try(start: Start, pem_file: Path) -> None:
    words = ("--upstream-ca", str(pem_file), "--pass-through-pinned")
    with website({"/": b'{"token":"secret"}'}, pem_file) as port, start(*words) as live:
        where = f"https://localhost:{port}/"
        curl("-x", f"http://{live.proxy}", where, code=60)
        pinned = curl("-x", f"http://{live.proxy}", "--cacert", str(pem_file), where)
        other = curl("-x", f"http://{live.proxy}", "--cacert", str(live.authority), f"https://127.0.0.1:{port}/")
        flows, end = live.stop()
    assert pinned == other == '{"token":"secret"}'
    refused, passed, read = flows
    assert refused["tls"]["refused_by_client"]
    assert (passed["protocol"], passed["encrypted"], passed["server"]["name"]) == ("tls", True, "localhost")
    assert passed["detail"] == "passed through unread: TLS between the app and the server"
    assert passed["bytes_in"] > 500
    assert "secret" not in json.dumps(passed)
    assert read["detail"] == "GET / 200"
    assert [(one["server"], one["times"]) for one in end["passed"]] == [(f"localhost:{port}", 1)]


EXPLORE = """
import os, urllib.request
proxy = urllib.request.ProxyHandler({"http": "http://" + os.environ["PROXY"]})
page = "http://127.0.0.1:%d/?app=" + os.environ["PACKAGE"]
print(urllib.request.build_opener(proxy).open(page, timeout=20).read())
raise SystemExit(3)
"""


@pytest.mark.more
def test_the_run_ends_with_the_command_that_uses_the_app(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "explore.py"
    with website({"/": b"hello"}) as port:
        script.write_text(EXPLORE % port)
        with start("--only", "com.workhub.mobile", "--explore", f"{sys.executable} {script}") as live:
            assert live.process.wait(60) == 0, live.said
    lines = [json.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]
    assert lines[0]["detail"] == "GET / 200"
    assert lines[0]["app"]["bundle_id"] == "com.workhub.mobile"
    (spot,) = [text for text in lines[-1]["blind_spots"] if "--explore" in text]
    assert spot.startswith("The command of --explore ended with code 3: see ")
    (log,) = (tmp_path / "workspace" / "captures").glob("*.explore.log")
    assert log.read_text() == "b'hello'\n"


@pytest.mark.more
def test_server_with_an_untrusted_certificate_is_reported(start: Start, pem_file: Path) -> None:
    with website({}, pem_file) as port, start() as live:
        curl("-kx", f"http://{live.proxy}", f"https://localhost:{port}/", code=None)
        flows, end = live.stop()
    assert any("ertificate verify failed" in flow["detail"] for flow in flows)
    assert [one["server"] for one in end["unreached"]] == [f"localhost:{port}"]


PAGE = b"""<!doctype html><title>Workhub</title><body><script>
const sent = new XMLHttpRequest(); sent.open("POST", "/collect", false);
sent.setRequestHeader("Content-Type", "application/json");
sent.send(JSON.stringify({email: "anna.berg@workhub.test", employee: {phone: "+49 30 901820"}}));
document.title = "sent " + sent.status;
</script><img src="https://localhost:PORT/pixel.png"></body>"""


@pytest.mark.more
def test_chromium_with_a_page_that_sends(start: Start, tmp_path: Path, pem_file: Path) -> None:
    browser = program("chromium", "chromium")
    with website({}, pem_file) as secure:
        pages = {"/": PAGE.replace(b"PORT", str(secure).encode())}
        words = ("--resolve", "shop.workhub.test=127.0.0.1", "--upstream-ca", str(pem_file))
        with website(pages) as port, start(*words) as live:
            shown = call(
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-default-apps", f"--user-data-dir={tmp_path / 'profile'}", "--proxy-bypass-list=<-loopback>",
                f"--proxy-server=http://{live.proxy}", "--dump-dom", f"http://shop.workhub.test:{port}/",
                HOME=str(tmp_path),
            )  # fmt: skip
            flows, end = live.stop()
    assert "<title>sent 200</title>" in shown
    ours = [flow for flow in flows if flow["server"]["name"] == "shop.workhub.test"]
    page, collect = [flow for flow in ours if "favicon" not in flow["detail"]]
    assert (page["detail"], collect["detail"]) == ("GET / 200", "POST /collect 200")
    assert {leak["where"]: leak["class"] for leak in collect["leaks"]} == {
        "json:$.email": "email",
        "json:$.employee.phone": "phone",
    }
    assert f"localhost:{secure}" in {one["server"] for one in end["refused"]}
    assert {flow["server"]["ip"] for flow in flows} <= {"", HOST}


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[int]:
    binary, port = program("mosquitto", "mosquitto"), free_port()
    (tmp_path / "mosquitto.conf").write_text(f"listener {port} {HOST}\nallow_anonymous true\n")
    with subprocess.Popen([binary, "-c", str(tmp_path / "mosquitto.conf")], stderr=subprocess.DEVNULL) as broker:
        try:
            _until_open(port)
            yield port
        finally:
            broker.kill()


@pytest.mark.more
def test_mqtt_by_its_own_socks_client(start: Start, mosquitto: int) -> None:
    publish = program("mosquitto_pub", "mosquitto-clients")
    with start("--mode", "socks5") as live:
        call(
            publish, "-h", HOST, "-p", str(mosquitto), "--proxy", f"socks5h://{live.proxy}", "-q", "1",
            "-t", "workhub/people", "-m", '{"email":"anna.berg@workhub.test"}',
        )  # fmt: skip
        (flow,), end = live.stop()
    assert (flow["protocol"], flow["evidence"], flow["encrypted"]) == ("mqtt", "payload", False)
    assert flow["server"]["port"] == mosquitto
    assert [leak["class"] for leak in flow["leaks"]] == ["email"]
    assert "setting covers only HTTP" not in live.said
    assert "UDP" in end["blind_spots"][0]


@pytest.mark.more
def test_redis_and_curl(start: Start, valkey_open: RunningServer) -> None:
    client = program("redis-cli", "redis-tools")
    with website({"/": b"{}"}) as port, start("--mode", "socks5") as live:
        with socks_relay((live.host, live.port), (HOST, valkey_open.port)) as relay:
            assert call(client, "-h", HOST, "-p", str(relay), "DBSIZE").strip().isdecimal()
        curl("--socks5-hostname", live.proxy, f"http://localhost:{port}/")
        flows, _ = live.stop()
    redis, web = sorted(flows, key=lambda flow: str(flow["protocol"]), reverse=True)
    assert (redis["protocol"], redis["server"]["port"], redis["encrypted"]) == ("redis", valkey_open.port, False)
    assert (web["protocol"], web["server"]["name"]) == ("http", "localhost")


@pytest.mark.more
def test_postgresql_that_requests_tls_first(start: Start, postgres_trust: RunningServer) -> None:
    client = program("psql", "postgresql-client")
    with start("--mode", "socks5") as live, socks_relay((live.host, live.port), (HOST, postgres_trust.port)) as relay:
        assert call(client, "-h", HOST, "-p", str(relay), "-U", "postgres", "-Atc", "SELECT 40 + 2") == "42\n"
        (flow, *rest), _ = live.stop()
    assert (flow["protocol"], flow["encrypted"], flow["evidence"]) == ("postgresql", False, "payload")
    assert all(other["protocol"] == "postgresql" for other in rest)


@pytest.mark.more
def test_mysql_where_the_server_speaks_first(start: Start, mariadb_closed: RunningServer) -> None:
    client = program("mariadb", "mariadb-client")
    with start("--mode", "socks5") as live, socks_relay((live.host, live.port), (HOST, mariadb_closed.port)) as relay:
        argv = (
            client,
            "--no-defaults",
            "--skip-ssl",
            "-h",
            HOST,
            "-P",
            str(relay),
            "-u",
            "root",
            "-e",
            "SELECT 40 + 2",
        )
        assert "42" in call(*argv)
        (flow,), _ = live.stop()
    assert (flow["protocol"], flow["encrypted"]) == ("mysql", False)
    assert "MariaDB" in flow["detail"]


@pytest.mark.more
def test_redis_inside_tls_is_read(start: Start, tmp_path: Path, pem_file: Path) -> None:
    client, server = program("redis-cli", "redis-tools"), program("redis-server", "redis-server")
    port = free_port()
    account = unprivileged_account()
    place = tmp_path / "redis"
    place.mkdir()
    try:
        shutil.copy(pem_file, place / "both.pem")
        if account is not None:
            for path in (place, place / "both.pem"):
                os.chown(path, account.uid, account.gid)
        argv = (
            server, "--port", "0", "--tls-port", str(port), "--bind", HOST, "--save", "", "--tls-auth-clients", "no",
            "--tls-cert-file", "both.pem", "--tls-key-file", "both.pem", "--tls-ca-cert-file", "both.pem",
        )  # fmt: skip
        process, _ = launch(Launch(argv, place, HOST, port, account), lambda: _open(port))
        with start("--mode", "socks5", "--upstream-ca", str(pem_file)) as live:
            with socks_relay((live.host, live.port), (HOST, port)) as relay:
                words = ("--tls", "--cacert", str(live.authority), "--sni", "localhost", "-h", HOST, "-p", str(relay))
                assert call(client, *words, "PING") == "PONG\n"
            (flow,), _ = live.stop()
    finally:
        stop_process(process)
    assert (flow["protocol"], flow["encrypted"], flow["server"]["name"]) == ("redis", True, "localhost")
    assert flow["leaks"] == []


def test_a_run_that_is_killed_leaves_its_flows_and_no_proxy(start: Start, tmp_path: Path) -> None:
    with website({"/": b"{}"}) as port, start() as live:
        curl("-x", f"http://{live.proxy}", f"http://{HOST}:{port}/")
        live.until(1)
        live.process.kill()
        live.process.wait()
        for _ in range(100):
            if not _listens(live.port):
                break
            time.sleep(0.05)
        assert not _listens(live.port)
    again = call("tieback", "traffic", str(tmp_path / "workspace" / "captures"), "--format", "json", PATH=_path())
    assert '"detail":"GET / 200"' in again


def _path() -> str:
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


def _open(port: int) -> bool | None:
    with socket.create_connection((HOST, port), timeout=1):
        return True


def _listens(port: int) -> bool:
    try:
        return bool(_open(port))
    except OSError:
        return False


def _until_open(port: int) -> Any:
    for _ in range(200):
        if _listens(port):
            return
        time.sleep(0.05)
    pytest.fail("never ready")
