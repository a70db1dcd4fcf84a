"""Where the proxy may connect to."""

import pytest

from tieback.intake.capture.destinations import LOOPBACK, Destinations


@pytest.mark.parametrize(
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
