"""Which app is behind a connection, as far as the device's tables tell."""

from tieback.intake.capture.owners import SocketOwners
from tieback.intake.capture.sockets import Socket
from tieback.model.flow import FlowApp, Peer

PACKAGES = {10123: ("com.workhub.mobile",), 10200: ("com.other",), 10300: ("a.shared", "b.shared")}
WORKHUB = FlowApp("com.workhub.mobile", "com.workhub.mobile", 10123, "uid-map")


def owners(port: int | None, only: str = "") -> SocketOwners:
    return SocketOwners(PACKAGES, reversed_port=port, only=only)


def test_a_tunnel_shows_the_apps_own_port() -> None:
    known = owners(None)
    known.learn([Socket("10.0.0.1", 40001, "10.77.2.1", 6379, 10123)], 100.0, ("10.77.1.1", 51820))
    assert known.of(Peer("10.0.0.1", 40001), 100.0, 101.0) == WORKHUB
    assert known.of(Peer("10.0.0.1", 40002), 100.0, 101.0) is None


def test_reversed_port_names_an_app_only_if_it_is_the_only_one_connected() -> None:
    known = owners(8080)
    one, two = (Socket("127.0.0.1", 40000 + uid, "127.0.0.1", 8080, uid) for uid in (10123, 10200))
    known.learn([one], 100.0, ("127.0.0.1", 8080))
    known.learn([one, two], 200.0, ("127.0.0.1", 8080))
    known.learn([], 300.0, ("127.0.0.1", 8080))
    assert known.of(Peer("127.0.0.1", 5), 100.5, 101.0) == WORKHUB
    assert known.of(Peer("127.0.0.1", 5), 199.5, 200.5) is None  # either of two
    assert known.of(Peer("127.0.0.1", 5), 299.5, 300.5) is None  # nobody: it was shorter than the table's interval
    assert known.outside() == []


def test_only_connections_of_apps_past_the_proxy_are_counted() -> None:
    known = owners(8080)
    past = Socket("192.0.2.1", 41000, "192.0.2.50", 3306, 10123)
    system = Socket("192.0.2.1", 41001, "192.0.2.51", 5228, 1000)
    local = Socket("127.0.0.1", 41002, "127.0.0.1", 9000, 10123)
    for at in (1.0, 2.0):
        known.learn([past, system, local], at, ("127.0.0.1", 8080))
    assert known.outside() == [("192.0.2.50", 3306, WORKHUB, 2)]


def test_the_way_to_the_proxy_is_not_past_it() -> None:
    known = owners(None)
    known.learn([Socket("192.0.2.1", 41000, "192.0.2.9", 51820, 10123)], 1.0, ("192.0.2.9", 51820))
    assert known.outside() == []


def test_names_of_ids() -> None:
    assert owners(None).app(99999) == FlowApp("uid 99999", "", 99999, "uid-map")
    # Which of several packages it was is unknown; all are named.
    assert owners(None).app(10300) == FlowApp("a.shared, b.shared", "", 10300, "uid-map")
    assert owners(None, only="b.shared").app(10300).bundle_id == "b.shared"
