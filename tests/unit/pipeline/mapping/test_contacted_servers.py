"""The servers of a capture: one row per server and app, with the weakest encryption of its flows."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.pipeline.mapping.test_flow_endpoints import flow
from tieback.model.flow import ContentState, Flow, FlowApp, FlowTls, Leak
from tieback.model.report.captures import Encryption
from tieback.pipeline.mapping.contacted_servers import contacted_servers, encryption_of, worst_first

EMAIL = Leak("email", "query:email", "out", "a…t (16)", 0.9)


def tls(version: str, host: str = "api.example.test") -> Flow:
    return replace(flow("tls", 443, host), encrypted=True, tls=FlowTls(version=version))


@each(
    ("encrypted", "handshake", "expected"),
    [
        (False, None, "cleartext"),
        (True, FlowTls(version="SSLv3"), "weak_tls"),
        (True, FlowTls(version="TLSv1.0"), "weak_tls"),
        (True, FlowTls(version="TLSv1.1"), "weak_tls"),
        (True, FlowTls(version="TLSv1.2"), "encrypted"),
        (True, FlowTls(), "encrypted"),
        (True, None, "encrypted"),
        (None, None, "unknown"),
    ],
)
def test_encryption(encrypted: bool | None, handshake: FlowTls | None, expected: str) -> None:
    assert encryption_of(replace(flow("x", 1, "a.test"), encrypted=encrypted, tls=handshake)) == expected


def test_flows_with_one_server_are_one_row() -> None:
    one = replace(tls("TLSv1.3"), bytes_out=10, bytes_in=100)
    (server,), others = contacted_servers([one, replace(one, tls=FlowTls(version="TLSv1.0"))], "k", "run.pcap")
    assert (server.host, server.port, server.flows, server.bytes_out, server.bytes_in) == (
        "api.example.test", 443, 2, 20, 200,
    )  # fmt: skip
    assert (server.encryption, server.tls, others) == (Encryption.WEAK_TLS, ("TLSv1.0", "TLSv1.3"), 0)


def test_apps_are_separate_and_unknown_apps_have_no_name() -> None:
    flows = [tls("TLSv1.3"), replace(tls("TLSv1.3"), app=FlowApp("Shop", "org.shop"))]
    servers, _ = contacted_servers(flows, "k", "run.pcap")
    assert [(one.app, one.bundle_id) for one in servers] == [("", ""), ("Shop", "org.shop")]


@pytest.mark.parametrize(
    "more",
    [{"protocol": "dns"}, {"protocol": "ntp"}, {"server": replace(flow("x", 1, "a.test").server, ip="224.0.0.9")}],
)
def test_name_services_and_groups_are_counted_not_listed(more: dict[str, Any]) -> None:
    assert contacted_servers([replace(flow("x", 1, "a.test"), **more)], "k", "run.pcap") == ((), 1)


def test_leaks_come_first_then_the_weakest_encryption() -> None:
    clear = replace(flow("http", 80, "clear.test"), encrypted=False)
    leaking = replace(flow("http", 80, "leaking.test"), encrypted=False, leaks=(EMAIL, EMAIL))
    flows = [tls("TLSv1.3", "good.test"), clear, tls("TLSv1.0", "weak.test"), leaking]
    servers, _ = contacted_servers(flows, "k", "run.pcap")
    assert [one.host for one in worst_first(servers)] == ["leaking.test", "clear.test", "weak.test", "good.test"]
    assert worst_first(servers)[0].leaks == ("email",)


def test_a_server_that_got_nothing_does_not_count_as_reached() -> None:
    refused = replace(flow("http", 80, "a.test"), encrypted=None, content=ContentState.REFUSED)
    down = replace(refused, content=ContentState.NOT_SENT)
    (server,), _ = contacted_servers([refused, down], "k", "run.pcap")
    assert (server.flows, server.refused, server.not_sent, server.was_reached) == (2, 1, 2, False)
    assert server.encryption is Encryption.UNKNOWN
    # Only what was sent shows how it is encrypted.
    rows, _ = contacted_servers([replace(refused, server=tls("", "a.test").server), tls("TLSv1.3", "a.test")], "k", "x")
    assert [(one.encryption, one.was_reached) for one in rows] == [(Encryption.ENCRYPTED, True)]
