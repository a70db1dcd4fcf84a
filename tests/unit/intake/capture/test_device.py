"""What is done on a device and how it is undone, against transcripts: not yet verified on a device."""

from pathlib import Path

import pytest

from tests.lab.capturing import certificate
from tests.unit.intake.capture.conftest import PACKAGE, Phone
from tieback.intake.capture.device import (
    TRUSTED,
    CaptureDevice,
    CommandResult,
    DeviceError,
    last_line,
    trusted_path,
    undo_all,
)
from tieback.intake.capture.journal import UndoJournal

PUSHED = "/data/local/tmp/tieback-capture.apk"


@pytest.fixture
def journal(tmp_path: Path) -> UndoJournal:
    return UndoJournal.create(tmp_path / "undo")


def undo(journal: UndoJournal, phone: Phone) -> list[DeviceError]:
    phone.asked.clear()
    failed = undo_all(journal, {phone.serial: phone})
    journal.close()
    return failed


@pytest.mark.parametrize(
    ("before", "restored"),
    [
        ("null\n", ["settings put global http_proxy :0", "settings delete global http_proxy"]),
        (":0\n", ["settings put global http_proxy :0", "settings delete global http_proxy"]),
        ("proxy.corp.test:3128\n", ["settings put global http_proxy proxy.corp.test:3128"]),
    ],
)
def test_the_proxy_is_put_back_as_it_was(journal: UndoJournal, before: str, restored: list[str]) -> None:
    phone = Phone({"settings get global http_proxy": before})
    CaptureDevice(phone, journal).route_to_proxy(8080)
    assert phone.asked[-2:] == ["reverse 8080 8080", "settings put global http_proxy 127.0.0.1:8080"]
    assert undo(journal, phone) == []
    assert phone.asked == [*restored, "remove reverse 8080"]
    assert not journal.path.exists()


def test_an_app_that_is_there_stays_as_it_is(journal: UndoJournal, phone: Phone) -> None:
    CaptureDevice(phone, journal).install(Path("workhub.apk"), PACKAGE)
    assert phone.asked == [f"pm path {PACKAGE}"]
    assert journal.steps == []


def test_an_app_that_was_installed_goes_again(journal: UndoJournal) -> None:
    phone = Phone({f"pm path {PACKAGE}": ""})
    CaptureDevice(phone, journal).install(Path("workhub.apk"), PACKAGE)
    assert phone.asked[1:] == [f"push workhub.apk {PUSHED}", f"pm install -t {PUSHED}"]
    phone.answers[f"pm path {PACKAGE}"] = "package:/data/app/base.apk"
    assert undo(journal, phone) == []
    assert phone.asked == [f"pm path {PACKAGE}", f"pm uninstall {PACKAGE}", f"rm -f {PUSHED}"]


def test_failed_install_is_reported_and_cleaned_up(journal: UndoJournal) -> None:
    refusal = "Failure [INSTALL_FAILED_UPDATE_INCOMPATIBLE]\n"
    phone = Phone({f"pm path {PACKAGE}": "", f"pm install -t {PUSHED}": refusal})
    with pytest.raises(DeviceError, match="UPDATE_INCOMPATIBLE"):
        CaptureDevice(phone, journal).install(Path("workhub.apk"), PACKAGE)
    assert undo(journal, phone) == []
    assert phone.asked == [f"pm path {PACKAGE}", f"rm -f {PUSHED}"]


@pytest.mark.parametrize("known", [False, True])
def test_the_authority_is_trusted_where_the_shell_is_roots(journal: UndoJournal, tmp_path: Path, known: bool) -> None:
    (tmp_path / "ca.pem").write_bytes(certificate())
    path = trusted_path(tmp_path / "ca.pem")
    phone = Phone({"id -u": "0\n", f"ls {path}": path if known else "Error: no such file"})
    assert CaptureDevice(phone, journal).trust(tmp_path / "ca.pem") == ""
    done = [
        f"mkdir -p -m 755 {TRUSTED}",
        f"push ca.pem {path}",
        f"chown system:system {TRUSTED} {path}",
        f"chmod 644 {path}",
        f"restorecon {path}",
    ]
    assert phone.asked[2:] == ([] if known else done)
    assert undo(journal, phone) == []
    assert phone.asked == ([] if known else [f"rm -f {path}"])


def test_the_authority_is_handed_over_where_it_is_not(journal: UndoJournal, phone: Phone, tmp_path: Path) -> None:
    phone.answers["id -u"] = "2000\n"
    assert CaptureDevice(phone, journal).trust(tmp_path / "ca.pem") == "Download/tieback-authority.crt"
    assert undo(journal, phone) == []
    assert phone.asked == ["rm -f /sdcard/Download/tieback-authority.crt"]


def test_start_monkey_and_tables(journal: UndoJournal, phone: Phone) -> None:
    device = CaptureDevice(phone, journal)
    device.start(PACKAGE)
    assert device.monkey(PACKAGE, 20, 7) == "// Monkey finished"
    assert device.packages() == {10123: (PACKAGE,), 10200: ("com.other",)}
    assert undo(journal, phone) == []
    assert phone.asked == ["pkill -f com.android.commands.monkey", f"am force-stop {PACKAGE}"]


def test_device_output_is_one_printable_line() -> None:
    assert last_line(CommandResult(1, "first\n\x1b]0;owned\x07 last\n")) == "?]0;owned? last"
    assert last_line(CommandResult(3, "")) == "status 3"


def test_an_app_without_a_launcher_entry(journal: UndoJournal) -> None:
    start = f"monkey -p {PACKAGE} -c android.intent.category.LAUNCHER 1"
    phone = Phone({start: "** No activities found to run, monkey aborted.\n"})
    with pytest.raises(DeviceError, match="No activities found"):
        CaptureDevice(phone, journal).start(PACKAGE)
    journal.close()


@pytest.mark.parametrize("package", ["com.x; reboot", "$(id).x", "x", "-p.x", "", "a." + "b" * 300])
def test_invalid_package_name_is_never_passed_to_the_shell(journal: UndoJournal, phone: Phone, package: str) -> None:
    with pytest.raises(DeviceError, match="is not a package name"):
        CaptureDevice(phone, journal).has_app(package)
    assert phone.asked == []
    journal.close()


def test_a_device_that_went_away_is_undone_by_a_later_run(tmp_path: Path, journal: UndoJournal, phone: Phone) -> None:
    CaptureDevice(phone, journal).route_to_proxy(8080)
    phone.lost = True
    assert [error.where for error in undo(journal, phone)] == [phone.serial] * 2
    (left,) = UndoJournal.pending(tmp_path / "undo")
    assert [error.what for error in undo_all(left, {})] == [
        "the device is not connected; its changes are not undone"
    ] * 2
    phone.lost = False
    assert undo(left, phone) == []
    assert phone.reversed == set()
    assert list(UndoJournal.pending(tmp_path / "undo")) == []


def test_step_is_journaled_before_it_is_done(journal: UndoJournal, phone: Phone) -> None:
    phone.fails = {"reverse"}
    with pytest.raises(DeviceError, match="offline"):
        CaptureDevice(phone, journal).route_to_proxy(8080)
    phone.fails = set()
    assert undo(journal, phone) == []
    assert phone.asked == ["remove reverse 8080"]
