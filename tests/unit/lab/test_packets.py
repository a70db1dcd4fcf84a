"""What the lab writes as a capture is a capture to our own reader, and to tshark where it is installed."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from tieback.intake.traffic.open import open_traffic
from tieback.lab.packets import PacketWriter, TcpStream

CLIENT, SERVER = ("10.215.173.1", 40_000), ("127.77.0.10", 9200)
REQUEST = b"GET /machines HTTP/1.1\r\nHost: es.fieldhand.test:9200\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4001\r\n\r\n" + b"x" * 4001


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    out = io.BytesIO()
    times = iter(range(1_700_000_000, 1_800_000_000))
    writer = PacketWriter(out, clock=lambda: float(next(times)))
    writer.app(10_201, "org.fieldhand.app", "Fieldhand")
    stream = TcpStream(writer, CLIENT, SERVER, 10_201)
    stream.send(REQUEST, outwards=True)
    stream.send(ANSWER, outwards=False)
    stream.close()
    path = tmp_path / "run.pcapng"
    path.write_bytes(out.getvalue())
    return path


def test_our_reader_finds_the_flow_with_its_app(capture: Path) -> None:
    opened = open_traffic(capture)
    (seen,) = opened.flows()
    flow = seen.flow
    opened.close()
    assert opened.problems == []
    assert (flow.client.ip, flow.client.port) == CLIENT
    assert (flow.server.ip, flow.server.port, flow.server.name) == (*SERVER, "es.fieldhand.test")
    assert (flow.protocol, flow.encrypted) == ("http", False)
    assert (flow.bytes_out, flow.bytes_in) == (len(REQUEST), len(ANSWER))
    assert flow.app is not None
    assert (flow.app.bundle_id, flow.app.name, flow.app.uid) == ("org.fieldhand.app", "Fieldhand", 10_201)


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_finds_no_fault(capture: Path) -> None:
    def fields(*words: str) -> str:
        checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
        command = ["tshark", "-n", *checks, "-r", str(capture), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    faults = "tcp.checksum.status==0 || ip.checksum.status==0 || tcp.analysis.flags || _ws.malformed"
    assert fields("-Y", faults) == ""
    words = fields("-Y", "http", "-T", "fields", "-e", "http.request.method", "-e", "http.response.code").split()
    assert words == ["GET", "200"]
