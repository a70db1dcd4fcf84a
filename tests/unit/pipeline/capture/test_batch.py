"""Batches with an emulated run and an emulated device: states, resume, a lost device, and what is not started."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.intake.capture.conftest import PACKAGE, Phone
from tests.unit.intake.traffic.test_documents import FLOW
from tieback.intake.capture.child import CaptureError
from tieback.intake.capture.device import DeviceError
from tieback.intake.capture.interface import ProxyMode
from tieback.model.app import App, Platform
from tieback.model.capture import LiveRun
from tieback.model.capture_batch import BatchApp, CaptureBatch
from tieback.model.errors import UsageError
from tieback.model.flow import Flow
from tieback.pipeline.capture import batch as module
from tieback.pipeline.capture import device, unpin
from tieback.pipeline.capture.batch import BatchRequest, run_batch
from tieback.pipeline.capture.batch_list import BatchEntry
from tieback.pipeline.capture.live import CaptureRequest

pytest.importorskip("mitmproxy")
APK = Path(__file__).parents[4] / "labs" / "apps" / "workhub.apk"
NAMES = ("com.one.app", "com.two.app", "com.three.app")


class Runs:
    """Emulated runs: an app may fail, be killed, or lose the device; each run that ends writes its file."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.workspace = tmp_path / "workspace"
        self.state = tmp_path / "state"
        self.phone = Phone()
        self.ran: list[CaptureRequest] = []
        self.errors: dict[str, BaseException] = {}
        self.faults: dict[str, str] = {}
        self.loses = ""
        self.stops = ""
        self.stop = False
        self.said: list[str] = []
        monkeypatch.setattr(module, "run_capture", self._run)

    def _run(self, request: CaptureRequest, **_: Any) -> Iterator[Flow | LiveRun]:
        self.ran.append(request)
        name = request.only
        self.phone.lost = self.phone.lost or name == self.loses
        self.stop = self.stop or name == self.stops
        if name in self.errors:
            raise self.errors[name]
        path = request.workspace / "captures" / f"{name}-{len(self.ran)}.flows"
        path.write_text("")
        yield FLOW
        faults = (self.faults[name],) if name in self.faults else ()
        yield LiveRun(str(path), "regular", "", name, 1.0, 2.0, 1, 0, 0, faults=faults)

    def __call__(self, *entries: BatchEntry, device: str = "adb:", **changed: Any) -> CaptureBatch:
        self.ran.clear()
        base = CaptureRequest(
            workspace=self.workspace,
            state=self.state,
            mode=changed.pop("mode", ProxyMode.REGULAR),
            unpin=changed.pop("unpin", None),
        )
        listed = entries or tuple(BatchEntry(name, name, seconds=5.0) for name in NAMES)
        request = BatchRequest(Path("apps.csv"), listed, base, device, **changed)
        *found, last = run_batch(
            request, stopped=lambda: self.stop, tell=self.said.append, connect=lambda _: self.phone
        )
        assert isinstance(last, CaptureBatch)
        ended = [one for one in found if isinstance(one, BatchApp)]
        assert [app for app in last.apps if app in ended] == ended
        return last

    @property
    def names(self) -> list[str]:
        return [request.only for request in self.ran]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(tmp_path, monkeypatch)


def states(batch: CaptureBatch) -> list[str]:
    return [app.state.value for app in batch.apps]


def test_each_app_has_its_run_and_the_same_request_runs_nothing_again(runs: Runs) -> None:
    batch = runs()
    assert states(batch) == ["done"] * 3
    assert [(one.only, one.seconds, one.name) for one in runs.ran] == [(name, 5.0, name) for name in NAMES]
    again = runs()
    assert (runs.names, states(again), again.done) == ([], ["done"] * 3, 3)
    assert [app.path for app in again.apps] == [app.path for app in batch.apps]
    assert runs.said[-1] == "3 of 3 apps were captured or failed before"


def test_failed_apps_are_reported_apart_and_run_again_only_on_request(runs: Runs) -> None:
    runs.errors[NAMES[0]] = DeviceError("com.one.app is not installed")
    runs.faults[NAMES[1]] = "The command of --explore ended with code 3"
    batch = runs()
    assert states(batch) == ["failed", "failed", "done"]
    assert [app.reason for app in batch.apps] == [
        "com.one.app is not installed", "The command of --explore ended with code 3", "",
    ]  # fmt: skip
    assert (batch.failed, batch.done, batch.stopped) == (2, 1, "")
    runs.errors.clear()
    assert (states(runs()), runs.names) == (["failed", "failed", "done"], [])
    assert states(runs(retry_failed=True)) == ["done", "failed", "done"]
    assert runs.names == list(NAMES[:2])


def test_a_lost_device_ends_the_batch_and_its_app_runs_again(runs: Runs) -> None:
    runs.loses = NAMES[1]
    runs.errors[NAMES[1]] = DeviceError("cannot reach the device (device offline)")
    batch = runs()
    assert states(batch) == ["done", "interrupted", "not_started"]
    assert batch.stopped == "the device was lost: not reached (device offline)"
    with pytest.raises(DeviceError):
        runs()  # it is still lost: nothing is begun
    runs.errors.clear()
    runs.loses, runs.phone.lost = "", False
    assert (states(runs()), runs.names) == (["done"] * 3, list(NAMES[1:]))


def test_a_device_that_was_away_for_a_moment_is_a_failed_run(runs: Runs) -> None:
    runs.faults[NAMES[0]] = "The device's sockets could not be read: not reached."
    assert states(runs()) == ["failed", "done", "done"]


@pytest.mark.parametrize("lost", [False, True])
def test_a_stop_ends_the_batch(runs: Runs, lost: bool) -> None:
    runs.stops = NAMES[0]
    if lost:
        runs.loses, runs.errors[NAMES[0]] = NAMES[0], DeviceError("cannot reach the device")
    batch = runs()
    assert (states(batch), batch.stopped) == (["interrupted", "not_started", "not_started"], "stopped by the user")
    assert batch.manifest == ""


def test_a_killed_batch_resumes_with_the_app_that_ran(runs: Runs) -> None:
    runs.errors[NAMES[1]] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        runs()
    runs.errors.clear()
    assert (states(runs()), runs.names) == (["done"] * 3, list(NAMES[1:]))


def test_a_proxy_that_does_not_start_ends_the_batch_and_fails_no_app(runs: Runs) -> None:
    runs.errors[NAMES[0]] = CaptureError("address already in use")
    batch = runs()
    assert states(batch) == ["interrupted", "not_started", "not_started"]
    assert batch.stopped == "the proxy did not start: address already in use"


def test_a_removed_capture_or_restart_or_other_options_run_again(runs: Runs) -> None:
    batch = runs()
    Path(batch.apps[1].path).unlink()
    runs()
    assert runs.names == [NAMES[1]]
    runs.stops = NAMES[0]
    assert states(runs(restart=True)) == ["interrupted", "not_started", "not_started"]
    runs.stops, runs.stop = "", False
    runs()
    assert runs.names == list(NAMES)
    runs(seed=2)
    assert runs.names == list(NAMES)


def test_the_workspace_may_be_named_in_another_way(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs()
    monkeypatch.chdir(tmp_path)
    runs.workspace = Path("workspace")
    batch = runs()
    assert (states(batch), runs.names) == (["done"] * 3, [])
    assert batch.apps[0].path.startswith("workspace/captures/")


def test_an_apk_is_named_by_its_package_and_joined_by_the_manifest(runs: Runs, tmp_path: Path) -> None:
    copy = tmp_path / "shop, new.apk"
    copy.write_bytes(APK.read_bytes())
    entries = (BatchEntry("shop, new.apk", apk=copy, seconds=1.0), BatchEntry(NAMES[0], NAMES[0], seconds=1.0))
    batch = runs(*entries)
    assert [(app.package, app.fresh) for app in batch.apps] == [(PACKAGE, False), (NAMES[0], False)]
    assert runs.ran[0].device is not None
    assert (runs.ran[0].device.install, runs.ran[0].device.package) == (copy, PACKAGE)
    assert Path(batch.manifest).read_text().splitlines() == [
        "path,kind",
        f'"{copy}",app',
        f"{runs.workspace}/captures/{PACKAGE}-1.flows,traffic",
        f"{runs.workspace}/captures/{NAMES[0]}-2.flows,traffic",
    ]
    runs.phone.answers[f"pm path {PACKAGE}"] = ""
    copy.write_bytes(APK.read_bytes() + b"\n")  # a new build
    assert [(app.package, app.fresh) for app in runs(*entries).apps] == [(PACKAGE, True), (NAMES[0], False)]
    assert runs.names == [PACKAGE]


def test_a_file_that_is_no_app_fails_alone(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "none.apk").write_text("nothing")
    entries = tuple(BatchEntry(name, apk=tmp_path / name, seconds=1.0) for name in ("none.apk", "missing.apk"))
    batch = runs(*entries, BatchEntry(NAMES[0], NAMES[0], seconds=1.0))
    assert states(batch) == ["failed", "failed", "done"]
    assert batch.apps[1].reason == "no such file"


@pytest.mark.parametrize(
    ("entry", "device", "mode", "says"),
    [
        (BatchEntry("com.x.y", "com.x.y"), "adb:", ProxyMode.REGULAR, "nothing ends the run of com.x.y"),
        (BatchEntry("x.apk", apk=Path("x.apk"), seconds=1.0), "", ProxyMode.REGULAR, "x.apk needs a device"),
        (BatchEntry("com.x.y", "com.x.y", seconds=1.0), "", ProxyMode.REGULAR, "nothing starts com.x.y"),
        (BatchEntry("com.x.y", "com.x.y", seconds=1.0), "adb:", ProxyMode.SOCKS5, "cannot route a device"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_is_done(
    runs: Runs, entry: BatchEntry, device: str, mode: ProxyMode, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        runs(entry, device=device, mode=mode)
    assert (runs.phone.asked, runs.workspace.exists()) == ([], False)


def test_without_a_device_the_commands_start_the_apps(runs: Runs) -> None:
    batch = runs(BatchEntry("org.example.my-app", "org.example.my-app", explore=("go",)), device="")
    assert (states(batch), batch.apps[0].fresh, runs.phone.asked) == (["done"], None, [])
    assert (runs.ran[0].device, runs.ran[0].explore) == (None, ("go",))


def test_messages_that_repeat_are_printed_once_but_not_failures(runs: Runs) -> None:
    say = module._once(runs.said.append)
    for _ in range(2):
        say("regular proxy at 127.0.0.1:8080")
        say("not restored: x")
    assert runs.said == ["regular proxy at 127.0.0.1:8080", "not restored: x", "not restored: x"]


@pytest.mark.parametrize(
    "name", ["../../escaped", "-rf", "a", "com.x/../../y", "com.x.y\0", "com.x.$(id)", "com.x.y\n", "com." + "x" * 300]
)
def test_an_app_whose_package_name_android_refuses_fails_alone(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    app = App(Platform.ANDROID, name, "a" * 64)
    monkeypatch.setattr(device, "open_app", lambda _: nullcontext(SimpleNamespace(app=app)))
    batch = runs(
        BatchEntry("evil.apk", apk=tmp_path / "evil.apk", seconds=1.0), BatchEntry(NAMES[0], NAMES[0], None, 1.0)
    )
    assert (states(batch), runs.names) == (["failed", "done"], [NAMES[0]])
    assert "is not a package name" in batch.apps[0].reason
    assert not any("escaped" in asked or "$(id)" in asked for asked in runs.phone.asked)


@pytest.mark.parametrize("name", ["batch.part", "batch.csv", ".batch.csv"])
def test_the_manifest_follows_no_link(runs: Runs, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    runs()
    (runs.workspace / "captures" / "batch.csv").unlink()
    (runs.workspace / "captures" / name).symlink_to(victim)
    batch = runs()
    assert (victim.read_text(), Path(batch.manifest).is_symlink()) == ("mine", False)
    assert Path(batch.manifest).read_text().startswith("path,kind\n")


def test_a_journal_changes_neither_the_name_of_an_app_nor_what_runs(runs: Runs) -> None:
    runs.errors[NAMES[0]] = DeviceError("not installed")
    runs()
    journal = runs.workspace / "captures" / "batch.jsonl"
    journal.write_text(journal.read_text().replace(NAMES[0], "org.other.app"))
    runs.errors.clear()
    assert [app.app for app in runs().apps] == list(NAMES)
    batch = runs(retry_failed=True)
    assert (batch.apps[0].app, runs.names) == (NAMES[0], [NAMES[0]])
    journal.write_text(journal.read_text().replace('"state":"done"', '"state":"failed"').replace(NAMES[1], "org.b.c"))
    assert [app.app for app in runs().apps] == list(NAMES)


@pytest.mark.parametrize("path", ["..", ".", "/", "/etc/passwd", "../../victim", "a\\u0000b", "batch.jsonl/x"])
def test_a_journal_names_no_capture_outside_the_workspace(runs: Runs, tmp_path: Path, path: str) -> None:
    (tmp_path / "victim").write_text("mine")
    batch = runs()
    journal = runs.workspace / "captures" / "batch.jsonl"
    journal.write_text(journal.read_text().replace(batch.apps[0].path, path))
    assert (runs().done, runs.names) == (3, [NAMES[0]])


def test_scripts_are_loaded_into_each_app_and_other_scripts_run_it_again(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "hook.js").write_text("one")
    with pytest.raises(UsageError, match="frida is not installed"):
        runs(unpin=folder)
    with pytest.raises(UsageError, match="no device named"):
        runs(BatchEntry("com.x.y", "com.x.y", explore=("go",)), device="", unpin=folder)
    assert (runs.phone.asked, runs.workspace.exists()) == ([], False)
    monkeypatch.setattr(unpin, "require_frida", lambda: "frida")
    assert states(runs(unpin=folder)) == ["done"] * 3
    assert [(run.only, run.unpin) for run in runs.ran] == [(name, folder) for name in NAMES]
    runs(unpin=folder)
    assert runs.names == []
    (folder / "hook.js").write_text("two")
    runs(unpin=folder)
    assert runs.names == list(NAMES)
