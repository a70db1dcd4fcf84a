"""Captures become flow documents; a bad file is an error in the stream and loses nothing of the rest."""

import json
import struct
from pathlib import Path

from tieback.model.errors import InputError
from tieback.model.flow import Flow
from tieback.pipeline.traffic import describe_traffic

HTTP = b"GET /v1/me?email=ada%40workhub.test HTTP/1.1\r\nHost: api.workhub.test\r\n\r\n"


def capture(payload: bytes) -> bytes:
    """A pcap (link type 101) with one TCP connection that sends ``payload``; made from the format's description."""

    def packet(sequence: int, flags: int, data: bytes) -> bytes:
        tcp = struct.pack(">HHIIBBHHH", 40000, 80, sequence, 0, 5 << 4, flags, 65535, 0, 0) + data
        head = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes([127, 0, 0, 1]), bytes([127, 0, 0, 2])
        )
        return struct.pack("<IIII", 1700000000, 0, len(head + tcp), len(head + tcp)) + head + tcp

    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + packet(1, 0x02, b"") + packet(2, 0x18, payload)


PEOPLE = '[{"operator_name": "Ada Lovelace", "phone": "+49 30 90182053"}]'


def archive(url: str, response: str, posted: str = "") -> bytes:
    """A HAR with one request and its response, both JSON."""
    request: dict[str, object] = {
        "method": "POST" if posted else "GET",
        "url": url,
        "httpVersion": "HTTP/1.1",
        "headers": [],
    }
    if posted:
        request["postData"] = {"mimeType": "application/json", "text": posted}
    head = [{"name": "Content-Type", "value": "application/json"}]
    content = {"size": len(response), "mimeType": "application/json", "text": response}
    entry = {
        "startedDateTime": "2026-05-04T08:00:00.000Z",
        "request": request,
        "response": {"status": 200, "httpVersion": "HTTP/1.1", "headers": head, "content": content},
    }
    made = {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": [entry]}}
    return json.dumps(made).encode()


def test_flows_names_and_leaks(tmp_path: Path) -> None:
    good, bad = tmp_path / "run.pcap", tmp_path / "text.pcap"
    good.write_bytes(capture(HTTP))
    bad.write_text("no capture")
    ends = list(describe_traffic([good, bad, tmp_path / "missing.pcap"], workers=1))
    (flow,) = [end for end in ends if isinstance(end, Flow)]
    assert (flow.server.name, flow.server.name_from, flow.protocol) == ("api.workhub.test", "http_host", "http")
    assert [(leak.pii_class, leak.where) for leak in flow.leaks] == [("email", "query:email")]
    assert sorted(Path(end.where).name for end in ends if isinstance(end, InputError)) == ["missing.pcap", "text.pcap"]


def test_leaks_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    (flow,) = describe_traffic([tmp_path / "run.pcap"], leaks=False, workers=1)
    assert isinstance(flow, Flow)
    assert flow.leaks == ()
