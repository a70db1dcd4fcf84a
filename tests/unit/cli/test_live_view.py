"""The screen of a running capture: what a flow adds to it, and that it stays small."""

import io
from typing import Any

from msgspec.structs import replace

from tieback.cli.live_view import ROWS, LiveView
from tieback.console import SafeConsole
from tieback.model.flow import Flow, FlowEvidence, FlowTls, Peer, Server

FLOW = Flow(
    path="run.flows",
    app=None,
    client=Peer("10.0.0.2", 40000),
    server=Server("192.0.2.9", 443),
    transport="tcp",
    protocol="tls",
    evidence=FlowEvidence.PAYLOAD,
    confidence=0.9,
    encrypted=True,
    tls=None,
    bytes_out=1,
    bytes_in=1,
    packets_out=1,
    packets_in=1,
    start=1.0,
    end=2.0,
)


def screen(view: LiveView, height: int = 20) -> str:
    out = io.StringIO()
    console = SafeConsole(file=out, width=160, height=height, force_terminal=False)
    console.print(view.render())
    return out.getvalue()


def view(height: int = 20) -> LiveView:
    return LiveView(SafeConsole(file=io.StringIO(), width=160, height=height))


def at(host: str, **changes: Any) -> Flow:
    return replace(FLOW, server=Server("192.0.2.9", 443, host), **changes)


def test_before_the_first_flow_the_screen_says_so() -> None:
    assert "no flows yet" in screen(view())


def test_a_flow_has_server_owner_protocol_and_note() -> None:
    one = view()
    one.add(at("graph.facebook.com", protocol="http", encrypted=False))
    text = screen(one)
    assert "graph.facebook.com:443" in text
    assert "Facebook" in text or "Meta" in text
    assert "in the clear" in text
    assert "flows: 1" in text


def test_a_rejected_certificate_and_a_store_are_counted() -> None:
    one = view()
    one.add(at("api.shop.test", protocol="tls", encrypted=True, tls=FlowTls(refused_by_client="unknown ca")))
    one.add(at("db.shop.test", protocol="redis", encrypted=False))
    one.add(at("old.shop.test", protocol="", detail="unreachable: connection refused"))
    text = screen(one)
    assert "rejected certificates: 1" in text
    assert "to data stores: 1" in text
    assert "not reached: 1" in text
    assert "unreachable: connection refused" in text


def test_equal_flows_in_a_row_are_one_line() -> None:
    one = view()
    for _ in range(3):
        one.add(at("api.shop.test", protocol="tls", encrypted=True))
    assert screen(one).count("api.shop.test") == 1
    assert "x3" in screen(one)


def test_thousands_of_flows_fit_a_small_screen() -> None:
    one = view(height=12)
    for number in range(5000):
        one.add(at(f"host{number}.shop.test", protocol="tls", encrypted=True))
    text = screen(one, height=12)
    assert len(one._rows) == ROWS
    assert text.count("shop.test:443") == 7
    assert "host4999.shop.test" in text
    assert "flows: 5,000" in text


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    one = view()
    one.add(at("api\x1b[31m.test", protocol="tls", detail="unreachable: \x1b[2J"))
    assert "\x1b" not in screen(one)
