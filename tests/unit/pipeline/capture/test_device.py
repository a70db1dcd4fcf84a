"""A device during a run, with transcripts: prepared, asked, and put back whatever happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.capturing import certificate
from tests.unit.intake.capture.conftest import PACKAGE, PHONE, Phone
from tieback.intake.capture.device import DeviceError, trusted_path
from tieback.intake.capture.interface import ProxyMode
from tieback.model.errors import InputError, UsageError
from tieback.model.flow import FlowApp, Peer
from tieback.pipeline.capture.device import DevicePlan, ProxyRoute, package_of, prepared_device, undo_left_overs

SAMPLES = Path(__file__).parents[4] / "labs" / "apps"
PROXY = ("127.0.0.1", 8080)
TABLE = "cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6"
ROWS = (
    "   0: 0100007F:9C4C 0100007F:1F90 01 00000000:00000000 02:000AE8F5 00000000 10123        0 1 2 0\n"
    "   1: 0A00000A:9C4D 320200C0:0CEA 01 00000000:00000000 02:000AE8F5 00000000 10123        0 1 2 0\n"
)

type Connect = Callable[[str], Phone]


def test_a_run_from_start_to_end(tmp_path: Path) -> None:
    phone, told = Phone({TABLE: ROWS}), list[str]()
    plan = DevicePlan("adb:emulator-5554", PACKAGE)
    with prepared_device(plan, lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), told.append) as live:
        assert phone.reversed == {8080}
        live.poll(100.0)
        live.poll(100.5)
        assert phone.asked.count(TABLE) == 1
        import time

        now = time.time()
        app = FlowApp(PACKAGE, PACKAGE, 10123, "uid-map")
        assert live.attribute(Peer("127.0.0.1", 1), now, now) == app
        assert live.owners.outside() == [("192.0.2.50", 3306, app, 1)]
    assert told == [f"started {PACKAGE} on emulator-5554"]
    assert phone.asked[-4:] == [
        f"am force-stop {PACKAGE}",
        "settings put global http_proxy :0",
        "settings delete global http_proxy",
        "remove reverse 8080",
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_certificate_and_the_tunnels_profile_are_handed_over_and_taken_back(tmp_path: Path) -> None:
    phone, told = Phone(), list[str]()
    (tmp_path / "ca.pem").write_bytes(certificate())
    way = ProxyRoute(ProxyMode.WIREGUARD, PROXY, tmp_path / "ca.pem", tmp_path / "wg.conf")
    with prepared_device(DevicePlan("adb:", PACKAGE), lambda _: phone, tmp_path / "undo", way, told.append):
        assert [command for command in phone.asked if command.startswith("push")] == [
            "push ca.pem /sdcard/Download/tieback-authority.crt",
            "push wg.conf /sdcard/Download/tieback-wireguard.conf",
        ]
    assert [text.partition(" on ")[0].partition(" in ")[0] for text in told[:2]] == [
        "to decrypt TLS, install Download/tieback-authority.crt",
        "import Download/tieback-wireguard.conf",
    ]
    assert phone.asked[-2:] == [
        "rm -f /sdcard/Download/tieback-wireguard.conf",
        "rm -f /sdcard/Download/tieback-authority.crt",
    ]


def test_a_device_whose_shell_is_roots_trusts_the_authority_for_the_run(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(certificate())
    phone, told = Phone({"id -u": "0\n", f"ls {trusted_path(tmp_path / 'ca.pem')}": "Error: no such file"}), list[str]()
    way = ProxyRoute(ProxyMode.REGULAR, PROXY, tmp_path / "ca.pem")
    with prepared_device(DevicePlan("adb:", PACKAGE), lambda _: phone, tmp_path / "undo", way, told.append):
        assert told[0] == "emulator-5554 trusts the proxy's CA during this run"
    assert phone.asked[-1] == f"rm -f {trusted_path(tmp_path / 'ca.pem')}"


def test_a_tunnel_changes_no_setting(tmp_path: Path) -> None:
    phone = Phone()
    with prepared_device(
        DevicePlan("adb:", PACKAGE), lambda _: phone, tmp_path, ProxyRoute(ProxyMode.WIREGUARD, PROXY), print
    ):
        assert not [command for command in phone.asked if "http_proxy" in command or "reverse" in command]


@pytest.mark.parametrize("error", [KeyboardInterrupt, DeviceError("broken"), ZeroDivisionError])
def test_everything_is_undone_whatever_happens(tmp_path: Path, error: BaseException | type[BaseException]) -> None:
    phone = Phone()
    plan = DevicePlan("adb:", PACKAGE)
    kind = error if isinstance(error, type) else type(error)
    with (
        pytest.raises(kind),
        prepared_device(plan, lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), print),
    ):
        raise error
    assert phone.reversed == set()
    assert "settings delete global http_proxy" in phone.asked
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_fails_undoes_those_before_it(tmp_path: Path) -> None:
    start = f"monkey -p {PACKAGE} -c android.intent.category.LAUNCHER 1"
    phone = Phone({start: "** No activities found to run, monkey aborted.\n"})
    with (
        pytest.raises(DeviceError, match="No activities"),
        prepared_device(
            DevicePlan("adb:", PACKAGE), lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), print
        ),
    ):
        raise AssertionError("it must not start")
    assert phone.reversed == set()
    assert list(tmp_path.iterdir()) == []


def test_an_app_that_is_not_there(tmp_path: Path) -> None:
    phone = Phone({f"pm path {PACKAGE}": ""})
    with (
        pytest.raises(DeviceError, match="--install"),
        prepared_device(
            DevicePlan("adb:", PACKAGE), lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), print
        ),
    ):
        raise AssertionError("it must not start")


def test_a_later_run_completes_what_is_left(tmp_path: Path) -> None:
    phone, told = Phone(), list[str]()
    plan = DevicePlan("adb:", PACKAGE)
    with prepared_device(plan, lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), told.append):
        phone.lost = True  # as when the cable is pulled
    assert sum(text.startswith("not restored: emulator-5554") for text in told) == 3
    told.clear()

    def away(_: str) -> Phone:
        raise UsageError("no such device")

    undo_left_overs(tmp_path, away, told.append)
    assert sum("not connected" in text for text in told) == 3
    told.clear()
    phone.lost = False
    undo_left_overs(tmp_path, lambda _: phone, told.append)
    assert told == ["changes of an earlier run undone: 3 of 3 steps"]
    assert (phone.reversed, list(tmp_path.iterdir())) == (set(), [])


def test_unreadable_socket_table_is_reported_once(tmp_path: Path) -> None:
    phone = Phone()
    with prepared_device(
        DevicePlan("adb:"), lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), print
    ) as live:
        phone.fails = {"cat"}
        for now in (1.0, 2.5, 4.0):
            live.poll(now)
        assert live.troubles == ["The device's sockets could not be read: not reached (device offline)."]
        phone.fails = set()


def test_the_monkey_runs_beside(tmp_path: Path) -> None:
    import time

    phone = Phone()
    plan = DevicePlan("adb:", PACKAGE, monkey=20, seed=7)
    wanted = f"monkey -p {PACKAGE} -s 7 --throttle 300 20"
    with prepared_device(plan, lambda _: phone, tmp_path, ProxyRoute(ProxyMode.REGULAR, PROXY), print):
        while wanted not in phone.asked:
            time.sleep(0.005)
    assert "pkill -f com.android.commands.monkey" in phone.asked
    assert wanted in PHONE


def test_packages_of_files(tmp_path: Path) -> None:
    apk = next(iter(sorted(SAMPLES.rglob("*.apk"))), None)
    assert package_of(DevicePlan("adb:", "com.x.y")) == "com.x.y"
    (tmp_path / "none.apk").write_text("nothing")
    with pytest.raises(InputError):
        package_of(DevicePlan("adb:", install=tmp_path / "none.apk"))
    if apk is not None:
        found = package_of(DevicePlan("adb:", install=apk))
        assert "." in found
        with pytest.raises(UsageError, match=r"not com\.x\.y"):
            package_of(DevicePlan("adb:", "com.x.y", apk))
