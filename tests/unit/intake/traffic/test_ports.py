import pytest

from tests.each import each
from tieback.intake.traffic.ports import usual_ports


@each(
    ("transport", "port", "service"),
    [
        ("tcp", 9200, "elasticsearch"),
        ("tcp", 27017, "mongodb"),
        ("udp", 443, "quic"),
        ("tcp", 443, "tls"),
        ("udp", 3306, ""),
        ("tcp", 1, ""),
    ],
)
def test_services(transport: str, port: int, service: str) -> None:
    assert usual_ports().service(transport, port) == service


@pytest.mark.parametrize(
    ("name", "expected"),
    [("dns.google", True), ("abc123.dns.nextdns.io", True), ("google", False), ("notdns.google", False), ("", False)],
)
def test_resolvers(name: str, expected: bool) -> None:
    assert usual_ports().is_resolver(name) is expected
