"""Live runs with packets of their own: redirected ones, and a WireGuard tunnel with a real client.

Two network namespaces: ``client`` has nothing but a cable to ``gateway``, where the proxy and the servers are. Nothing
leaves the two. Needs root, ``ip``, and ``iptables`` or ``wireguard-go`` (the kernel's own WireGuard is not needed).
"""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.capturing import Live, certificate
from tests.lab.namespaces import CLIENT, GATEWAY, NETWORKS, SERVER, Namespaces, made, must, program

pytest.importorskip("mitmproxy")
LAB = Path(__file__).parents[1] / "lab"
pytestmark = pytest.mark.servers


@pytest.fixture
def spaces(tmp_path: Path) -> Iterator[Namespaces]:
    """The namespaces, with a web server, one with TLS, Redis and Mosquitto in the gateway's."""
    redis, mosquitto = program("redis-server", "redis-server"), program("mosquitto", "mosquitto")
    found = made()
    try:
        (tmp_path / "both.pem").write_bytes(certificate())
        (tmp_path / "index.html").write_text('{"email":"anna.berg@workhub.test"}')
        serve = "import http.server, ssl, sys; s = http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), http.server.SimpleHTTPRequestHandler); "  # noqa: E501 - one program
        tls = "c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); c.load_cert_chain('both.pem'); s.socket = c.wrap_socket(s.socket, server_side=True); "  # noqa: E501 - as above
        found.serve(sys.executable, "-c", f"{serve} s.serve_forever()", SERVER, "80", directory=tmp_path)
        found.serve(sys.executable, "-c", f"{serve}{tls} s.serve_forever()", SERVER, "443", directory=tmp_path)
        found.serve(
            redis, "--bind", SERVER, "--port", "7001", "--save", "", "--protected-mode", "no", directory=tmp_path
        )
        (tmp_path / "mosquitto.conf").write_text(f"listener 7002 {SERVER}\nallow_anonymous true\n")
        found.serve(mosquitto, "-c", str(tmp_path / "mosquitto.conf"), directory=tmp_path)
        peer = (sys.executable, str(LAB / "quic_peer.py"))
        found.serve(*peer, "serve", SERVER, "443", "both.pem", directory=tmp_path)
        for port in (80, 443, 7001, 7002):
            found.open(port)
        yield found
    finally:
        found.close()


def traffic(spaces: Namespaces, live: Live, *, names: bool = True) -> None:
    """What an app does: the web in the clear, with TLS as it should be and pinned, a store, and MQTT."""
    curl: tuple[str, ...] = (program("curl", "curl"), "-sS", "--max-time", "15")
    known = ("--resolve", f"api.workhub.test:80:{SERVER}", "--resolve", f"api.workhub.test:443:{SERVER}")
    if names:
        curl = (*curl, *known)
    assert "anna.berg" in spaces.run(*curl, "http://api.workhub.test/")
    assert "anna.berg" in spaces.run(*curl, "--cacert", str(live.authority), "https://api.workhub.test/")
    spaces.run(*curl, "https://api.workhub.test/", code=60)
    assert spaces.run(program("redis-cli", "redis-tools"), "-h", SERVER, "-p", "7001", "PING") == "PONG\n"
    publish = program("mosquitto_pub", "mosquitto-clients")
    # Until the server has confirmed it, the capture may end before the proxy has read the message.
    spaces.run(
        publish, "-h", SERVER, "-p", "7002", "-q", "1", "-t", "people", "-m", '{"email":"anna.berg@workhub.test"}'
    )


def check(flows: list[dict[str, Any]], end: dict[str, Any]) -> None:
    seen = [
        (flow["protocol"], flow["server"]["port"], flow["encrypted"]) for flow in flows if flow["protocol"] != "dns"
    ]
    assert sorted(seen) == [
        ("http", 80, False), ("http", 443, True), ("mqtt", 7002, False), ("redis", 7001, False), ("tls", 443, True),
    ]  # fmt: skip
    by_port = {(flow["server"]["port"], flow["protocol"]): flow for flow in flows}
    assert by_port[80, "http"]["server"]["name"] == "api.workhub.test"
    assert by_port[443, "http"]["server"]["name"] == "api.workhub.test"
    assert {leak["class"] for leak in by_port[7002, "mqtt"]["leaks"]} == {"email"}
    assert [one["server"] for one in end["refused"]] == ["api.workhub.test:443"]


def test_redirected_packets(spaces: Namespaces, tmp_path: Path) -> None:
    iptables = program("iptables", "iptables")
    must("ip", "-n", spaces.client, "route", "add", "default", "via", GATEWAY)
    words = (
        "--mode", "transparent", "--listen", f"{GATEWAY}:0", "--destinations", NETWORKS, "--upstream-ca",
        str(tmp_path / "both.pem"),
    )  # fmt: skip
    with Live(tmp_path, *words, prefix=spaces.inside(spaces.gateway)) as live:
        assert live.host == GATEWAY
        rule = (
            "-t",
            "nat",
            "-A",
            "PREROUTING",
            "-i",
            "cable",
            "-p",
            "tcp",
            "-j",
            "REDIRECT",
            "--to-ports",
            str(live.port),
        )
        subprocess.run([*spaces.inside(spaces.gateway), iptables, *rule], check=True, capture_output=True)
        traffic(spaces, live)
        flows, end = live.stop()
    check(flows, end)
    assert {flow["client"]["ip"] for flow in flows} == {CLIENT}
    assert any("only redirected TCP" in text for text in end["blind_spots"])


@pytest.fixture
def resolver(spaces: Namespaces) -> Iterator[None]:
    """The client asks the tunnel's name server (``ip netns exec`` puts that file in the place of /etc/resolv.conf)."""
    place = Path("/etc/netns") / spaces.client
    place.mkdir(parents=True)
    (place / "resolv.conf").write_text("nameserver 10.0.0.53\noptions timeout:2 attempts:2\n")
    yield
    shutil.rmtree(place)
    with contextlib.suppress(OSError):
        place.parent.rmdir()


@pytest.mark.usefixtures("resolver")
@pytest.mark.more
def test_a_wireguard_tunnel(spaces: Namespaces, tmp_path: Path) -> None:
    userspace, wg = program("wireguard-go", "wireguard-go"), program("wg", "wireguard-tools")
    if not Path("/dev/net/tun").exists():
        pytest.skip("no /dev/net/tun here")
    words = (
        "--mode", "wireguard", "--listen", f"{GATEWAY}:0", "--destinations", NETWORKS, "--upstream-ca",
        str(tmp_path / "both.pem"), "--resolve", f"api.workhub.test={SERVER}",
    )  # fmt: skip
    with Live(tmp_path, *words, prefix=spaces.inside(spaces.gateway)) as live:
        profile = live.state / "wireguard-client.conf"
        assert profile.stat().st_mode & 0o077 == 0
        bare = tmp_path / "bare.conf"
        kept = [line for line in profile.read_text().splitlines() if not line.startswith(("Address", "DNS"))]
        bare.write_text("\n".join(kept) + "\n")
        spaces.start(userspace, "-f", "wg0")
        link = ("ip", "-n", spaces.client)
        for _ in range(100):
            if subprocess.run([*link, "link", "show", "wg0"], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.05)
        spaces.run(wg, "setconf", "wg0", str(bare))
        must(*link, "address", "add", "10.0.0.1/32", "dev", "wg0")
        must(*link, "link", "set", "wg0", "up")
        for route in ("10.77.2.0/24", "10.0.0.53/32"):
            must(*link, "route", "add", route, "dev", "wg0")
        traffic(spaces, live, names=False)
        spaces.run(program("curl", "curl"), "-sS", "--max-time", "10", "http://away.example.org/", code=6)
        peer = (sys.executable, str(LAB / "quic_peer.py"), "get", SERVER, "443")
        assert spaces.run(*peer, str(live.authority)) == '{"by":"h3"}'
        assert spaces.run(*peer, "") == "refused"
        everything, end = live.stop()
    h3 = [flow for flow in everything if flow["protocol"] == "quic" or flow["detail"].startswith("HTTP/3")]
    flows = [flow for flow in everything if flow not in h3]
    check(flows, end)
    assert [flow["transport"] for flow in h3 if flow["protocol"] == "quic"] == ["udp"]
    assert sorted((flow["protocol"], flow["server"]["name"]) for flow in h3) == [
        ("http", "api.workhub.test"), ("quic", "api.workhub.test"),
    ]  # fmt: skip
    assert {one["reason"] for one in end["quic"]} == {"read", "refused"}
    assert {flow["client"]["ip"] for flow in flows} == {"10.0.0.1"}
    redis = next(flow for flow in flows if flow["protocol"] == "redis")
    assert (redis["server"]["name"], redis["server"]["name_from"]) == ("api.workhub.test", "dns")
    assert {flow["detail"] for flow in flows if flow["protocol"] == "dns"} >= {"api.workhub.test", "away.example.org"}
    assert any("IPv6" in text for text in end["blind_spots"])
