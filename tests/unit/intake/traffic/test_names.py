from collections.abc import Callable

import pytest

from tests.each import each
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.names import DnsNames, hostname, hostname_of_url
from tieback.model.flow import NameSource
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
HERE, THERE, OTHER = wire.address(wire.CLIENT), wire.address(wire.SERVER), wire.address("10.0.0.7")


@each(
    ("text", "expected"),
    [
        ("API.Test.", "api.test"),
        ("a_b-c.test", "a_b-c.test"),
        ("192.0.2.9", "192.0.2.9"),
        ("", ""),
        ("..", ""),
        ("a..b", ""),
        (".a", ""),
        ("a b", ""),
        ("a\x1b[31m", ""),
        ("\u0430pi.test", ""),
        ("x" * 300, ""),
    ],
)
def test_what_is_a_name(text: str, expected: str) -> None:
    assert hostname(text) == expected


@each(
    ("text", "expected"),
    [
        ("m\u00fcnchen.example", "xn--mnchen-3ya.example"),
        ("m%C3%BCnchen.example", "xn--mnchen-3ya.example"),
        ("M\u00dcNCHEN\u3002example", "xn--mnchen-3ya.example"),
        ("API.Test.", "api.test"),
        ("\u2028.test", ""),
        ("\u00fc" * 70 + ".test", ""),
        ("a b", ""),
    ],
)
def test_a_name_in_a_url_may_have_any_letters(text: str, expected: str) -> None:
    assert hostname_of_url(text) == expected


def test_an_answer_counts_for_the_client_that_got_it() -> None:
    names = DnsNames()
    names.learn(wire.dns("db.test", [("db.test", 1, THERE)]), HERE)
    assert (names.of(HERE, THERE), names.of(OTHER, THERE)) == ("db.test", "")


def test_a_multicast_answer_counts_for_everyone() -> None:
    names = DnsNames()
    names.learn(wire.dns("printer.local", [("printer.local", 1, THERE)]), wire.address("224.0.0.251"))
    assert names.of(OTHER, THERE) == "printer.local"


def test_names_are_bounded_and_the_oldest_go() -> None:
    names = DnsNames(limit=3)
    for number in range(5):
        names.remember(((f"a{number}.test", bytes([1, 1, 1, number])),), HERE)
    assert [names.of(HERE, bytes([1, 1, 1, number])) for number in range(5)] == [
        "",
        "",
        "a2.test",
        "a3.test",
        "a4.test",
    ]


@pytest.mark.parametrize(("later", "expected"), [(False, "db.test"), (True, "db.test")])
def test_a_flow_is_named_by_dns_in_the_capture(read: Read, later: bool, expected: str) -> None:
    answer = wire.ip(
        wire.udp(53, 5000, wire.dns("db.test", [("db.test", 1, THERE)])), "10.0.0.1", wire.CLIENT, protocol=17
    )
    packet = (0.5, wire.ethernet(answer))
    talk = wire.talk(b"\0\0hello")
    flows, _ = read(wire.pcap([*talk, packet] if later else [packet, *talk]))
    server = next(seen.flow.server for seen in flows if seen.flow.transport == "tcp")
    assert (server.name, server.name_from) == (expected, NameSource.DNS)
