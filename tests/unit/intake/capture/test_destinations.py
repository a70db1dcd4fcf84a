"""Where the proxy may connect to."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from tests.each import each
from tieback.intake.capture.destinations import FORBIDDEN, LOOPBACK, Destinations, GuardedResolver


@each(
    ("networks", "host", "place"),
    [
        ((), "api.example.org", "api.example.org"),
        ((), "192.0.2.7", "192.0.2.7"),
        (LOOPBACK, "127.0.0.1", "127.0.0.1"),
        (LOOPBACK, "127.77.0.9", "127.77.0.9"),
        (LOOPBACK, "::1", "::1"),
        (LOOPBACK, "[::1]", "::1"),
        (LOOPBACK, "::ffff:127.0.0.1", "127.0.0.1"),
        (LOOPBACK, "localhost", "127.0.0.1"),
        (LOOPBACK, "shop.localhost.", "127.0.0.1"),
        (LOOPBACK, "api.workhub.test", "127.0.0.5"),
        (LOOPBACK, "API.Workhub.test.", "127.0.0.5"),
        (LOOPBACK, "away.workhub.test", None),  # its address is outside
        (LOOPBACK, "update.example.org", None),  # nobody is asked
        (LOOPBACK, "192.0.2.7", None),
        (LOOPBACK, "::ffff:192.0.2.7", None),
        (LOOPBACK, "2130706433", None),  # no address for us, whatever a C library makes of it
        (LOOPBACK, "127.1", None),
        (LOOPBACK, "", None),
        (("10.77.0.0/16",), "10.77.2.1", "10.77.2.1"),
        (("10.77.0.0/16",), "127.0.0.1", None),
    ],
)
def test_connectable_address_by_policy(networks: tuple[str, ...], host: str, place: str | None) -> None:
    names = (("api.workhub.test", "127.0.0.5"), ("away.workhub.test", "192.0.2.9"))
    assert Destinations(networks, names).place(host) == place


def test_a_name_that_is_known_needs_no_limits() -> None:
    assert Destinations((), [("api.workhub.test", "127.0.0.5")]).place("api.workhub.test") == "127.0.0.5"


@pytest.mark.parametrize(("networks", "names"), [(("loopback",), ()), ((), (("a.test", "b.test"),))])
def test_invalid_network_or_address_is_rejected(networks: tuple[str, ...], names: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match="appear"):
        Destinations(networks, names)


@each(
    "host",
    [
        *("127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1", "localhost", "LOCALHOST.", "a.localhost"),
        *("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"),
        *("0.0.0.0", "::", "fe80::1%eth0", "224.0.0.1", "255.255.255.255", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
        *("127.1", "2130706433", "0x7f.1", "0177.0.0.1", ""),
    ],
)
def test_what_only_this_host_reaches_is_refused_by_default(host: str) -> None:
    assert Destinations().place(host) is None
    if host:
        assert Destinations(("any",)).place(host) is not None


@pytest.mark.parametrize("host", ["api.example.org", "192.0.2.7", "10.1.2.3", "192.168.1.9", "2001:db8::7"])
def test_other_servers_are_reached_by_default(host: str) -> None:
    assert Destinations().place(host) == host


async def test_a_name_that_leads_to_this_host_is_refused() -> None:
    answers = {
        "rebind.test": ["127.0.0.1", "169.254.169.254", "::1"],
        "mixed.test": ["192.0.2.7", "127.0.0.1", "2001:db8::7"],
    }

    class Loop:
        async def getaddrinfo(self, host: str, port: int, **_: object) -> list[Any]:
            kinds = {4: socket.AF_INET, 6: socket.AF_INET6}
            return [(kinds[ip_address(one).version], socket.SOCK_STREAM, 6, "", (one, port)) for one in answers[host]]

    resolver = GuardedResolver(Loop(), Destinations())  # type: ignore[arg-type]
    with pytest.raises(OSError, match=FORBIDDEN):
        await resolver.getaddrinfo("rebind.test", 80)
    assert [one[4][0] for one in await resolver.getaddrinfo("mixed.test", 80)] == ["192.0.2.7", "2001:db8::7"]
