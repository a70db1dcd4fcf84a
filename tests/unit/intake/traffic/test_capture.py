from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.unit.intake.traffic import wire
from tieback.intake.traffic.capture import CaptureFile
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.model.flow import Flow
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]


def test_a_flow_document_is_complete(read: Read) -> None:
    talk = wire.talk(
        b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        client="2001:db8::2",
        server="2001:db8::9",
        port=80,
    )
    flows, _ = read(wire.pcap(talk))
    flow = flows[0].flow
    assert (flow.client.ip, flow.client.port, flow.server.ip, flow.server.port) == (
        "2001:db8::2",
        40000,
        "2001:db8::9",
        80,
    )
    assert (flow.bytes_out, flow.bytes_in, flow.packets_out, flow.packets_in) == (34, 19, 2, 2)
    assert (flow.start, flow.end, flow.transport, flow.app) == (1.0, 1.3, "tcp", None)
    assert msgspec.json.decode(msgspec.json.encode(flow), type=Flow) == flow


def test_flows_do_not_mix_between_transports(read: Read) -> None:
    same = [
        (1.0, wire.ethernet(wire.ip(wire.udp(40000, 53, wire.dns("a.test", response=False)), protocol=17))),
        (1.1, wire.ethernet(wire.ip(wire.tcp(40000, 53, flags=2), protocol=6))),
    ]
    flows, _ = read(wire.pcap(same))
    assert [seen.flow.transport for seen in flows] == ["udp", "tcp"]


def test_capture_without_secrets_has_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(wire.pcap(wire.talk(b"a", b"b")))
    opened = open_traffic(path)
    assert isinstance(opened, CaptureFile)
    assert len(list(opened.flows())) == 1
    opened.close()
    assert not opened.has_secrets
