"""What a run could not see, in words and as a document."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.unit.intake.traffic.test_documents import FLOW
from tieback.intake.capture.interface import ProxyMode
from tieback.model.capture import BlindSpot, LiveRun
from tieback.model.flow import Flow, FlowApp, FlowTls, Server
from tieback.pipeline.capture.summary import MAX_LISTED, FlowTally

WORKHUB = FlowApp("com.workhub.mobile", "com.workhub.mobile", 10123, "uid-map")
API = Server("127.0.0.5", 443, "api.workhub.test")
PINNED = replace(
    FLOW, server=API, protocol="tls", app=WORKHUB, tls=FlowTls(refused_by_client="unknown ca"), detail="refused"
)


def ended(mode: ProxyMode, *flows: Flow, **changed: object) -> LiveRun:
    tally = FlowTally(mode)
    for flow in flows:
        tally.add(flow)
    given: dict[str, object] = {
        "path": "run.flows", "listened": "127.0.0.1:8080", "app": "", "start": 1.0, "end": 2.0, "lost": 0, "cut": 0,
        "outside": None,
    }  # fmt: skip
    return tally.finish(**(given | changed))  # type: ignore[arg-type]


def test_pinned_servers_are_counted_by_app() -> None:
    run = ended(ProxyMode.WIREGUARD, PINNED, PINNED, FLOW)
    assert run.refused == (BlindSpot("api.workhub.test:443", "com.workhub.mobile", 2, "unknown ca"),)
    assert (run.flows, run.bytes_out) == (3, 60)
    assert run.blind_spots[0] == (
        "Certificate rejected by the app (pinned, or the CA is not installed): api.workhub.test:443."
    )


def test_quic_and_servers_that_were_not_reached() -> None:
    quic = replace(PINNED, protocol="quic")
    tried = replace(PINNED, detail="HTTP/3, GET / 200")
    read = replace(FLOW, detail="HTTP/3, GET / 200", server=Server("::1", 443))
    lost = replace(FLOW, detail="unreachable: refused", server=API)
    run = ended(ProxyMode.WIREGUARD, quic, tried, read, lost)
    assert [(one.server, one.reason) for one in run.quic] == [
        ("api.workhub.test:443", "refused"),
        ("api.workhub.test:443", "read"),
        ("[::1]:443", "read"),
    ]
    assert [one.server for one in run.unreached] == ["api.workhub.test:443"]
    assert "Unreachable through the proxy: api.workhub.test:443." in run.blind_spots


def test_refused_and_unreachable_servers_are_two_answers() -> None:
    lost = replace(FLOW, detail="unreachable: refused", server=API)
    refused = replace(FLOW, detail="blocked: outside", server=Server("", 80, "tracker.test"))
    run = ended(ProxyMode.WIREGUARD, lost, refused)
    assert [one.server for one in run.unreached] == ["api.workhub.test:443", "tracker.test:80"]
    assert run.blind_spots[:2] == (
        "Refused by the destinations of this capture, so nothing was sent: tracker.test:80.",
        "Unreachable through the proxy: api.workhub.test:443.",
    )


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (ProxyMode.REGULAR, "Redis, MySQL, MQTT"),
        (ProxyMode.SOCKS5, "UDP (including QUIC)"),
        (ProxyMode.TRANSPARENT, "only redirected TCP connections"),
        (ProxyMode.WIREGUARD, "IPv6"),
    ],
)
def test_each_mode_reports_its_blind_spots(mode: ProxyMode, says: str) -> None:
    assert says in " ".join(ended(mode).blind_spots)


def test_device_sockets_show_connections_past_the_proxy() -> None:
    past = [("192.0.2.50", 3306, WORKHUB, 4), ("2001:db8::9", 443, replace(WORKHUB, bundle_id="com.other"), 1)]
    run = ended(ProxyMode.REGULAR, FLOW, outside=past, app="com.workhub.mobile")
    assert run.outside == (BlindSpot("192.0.2.50:3306", "com.workhub.mobile", 4, ""),)
    assert "1 connection bypassed the proxy: 192.0.2.50:3306." in run.blind_spots
    assert "1 flow could not be attributed to an app." in run.blind_spots
    assert len(ended(ProxyMode.REGULAR, FLOW, outside=past).outside) == 2


def test_without_a_device_the_user_is_the_witness() -> None:
    assert "are unknown" in ended(ProxyMode.SOCKS5).blind_spots[-1]
    assert "by --only" in ended(ProxyMode.SOCKS5, app="com.workhub.mobile").blind_spots[-1]


def test_losses_and_problems_are_reported() -> None:
    run = ended(ProxyMode.SOCKS5, lost=3, cut=2, troubles=["The monkey fell."])
    assert run.blind_spots[-3:] == (
        "3 flows were lost: too many at the same time.",
        "2 long flows were truncated: only their beginning was read or saved.",
        "The monkey fell.",
    )


def test_lists_are_bounded() -> None:
    make: Callable[[int], Flow] = lambda n: replace(PINNED, server=Server("", n, f"h{n}.test"))  # noqa: E731 - as above
    run = ended(ProxyMode.SOCKS5, *map(make, range(MAX_LISTED + 50)))
    assert len(run.refused) == MAX_LISTED
    assert "and 495 more" in run.blind_spots[0]
