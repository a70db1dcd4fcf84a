"""The user's Frida scripts, with a stand-in for ``frida`` that is no Frida: what is started, ended and reported."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.told import whole_lines
from tests.unit.intake.capture.conftest import PACKAGE, Phone
from tests.unit.intake.capture.droid import Droid
from tests.unit.pipeline.capture.conftest import HOOK, STAYS, Frida
from tests.unit.pipeline.capture.test_live import Run
from tests.unit.pipeline.capture.test_pcapdroid import Recording, pcap_of
from tieback.intake.capture import pcapdroid as driver
from tieback.model.capture import LiveRun, UnpinScript
from tieback.model.errors import UsageError
from tieback.pipeline.capture import unpin as module
from tieback.pipeline.capture.device import DevicePlan
from tieback.pipeline.capture.unpin import Unpinner, check_unpin, read_scripts

SCRIPT = UnpinScript("hook.js", hashlib.sha256(HOOK).hexdigest())


def until(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def test_scripts_are_listed_with_their_hashes(scripts: Path) -> None:
    (scripts / "a.js").write_bytes(b"")
    (scripts / "folder.js").mkdir()
    assert [script.name for _, script in read_scripts(scripts)] == ["a.js", "hook.js"]
    assert read_scripts(scripts)[1] == (scripts / "hook.js", SCRIPT)


def test_folders_that_cannot_be_used(tmp_path: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_scripts(tmp_path / "missing")
    with pytest.raises(UsageError, match="no script"):
        read_scripts(tmp_path)
    monkeypatch.setattr(module, "MAX_BYTES", 3)
    with pytest.raises(UsageError, match="more than 3 bytes"):
        read_scripts(scripts)
    monkeypatch.setattr(module, "MAX_SCRIPTS", 0)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match="more than 0 scripts"):
        read_scripts(scripts)


def test_a_pipe_is_no_script(scripts: Path) -> None:
    os.mkfifo(scripts / "pipe.js")
    assert len(read_scripts(scripts)) == 1


def test_any_file_name_is_written_to_the_document_of_the_run(scripts: Path) -> None:
    (scripts / os.fsdecode(b"\xff\x1b[2J.js")).write_bytes(b"")
    path, script = next(one for one in read_scripts(scripts) if one[1] != SCRIPT)
    assert path.is_file()
    assert msgspec.json.decode(msgspec.json.encode(script))["name"] == "\\udcff\\x1b[2J.js"


def test_without_frida_the_error_names_the_next_step(scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(scripts))
    with pytest.raises(UsageError, match="frida is not installed") as raised:
        check_unpin(scripts, DevicePlan("adb:", PACKAGE))
    assert "frida-tools" in raised.value.diagnostics()


def test_without_a_device_or_an_app(scripts: Path) -> None:
    for plan in (None, DevicePlan("adb:")):
        with pytest.raises(UsageError, match="no device and app named"):
            check_unpin(scripts, plan)
    check_unpin(None, None)


def test_frida_starts_the_app_with_the_scripts_and_ends_with_the_run(
    tmp_path: Path, scripts: Path, frida: Frida
) -> None:
    frida(STAYS)
    log = tmp_path / "run.unpin.log"
    with Unpinner(scripts, "emulator-5554", PACKAGE, log) as unpinner:
        until(lambda: log.read_text().endswith("\n"))
        words, _, place = log.read_text().strip().rpartition(" ")
        assert words == f"ARGV -D emulator-5554 -f {PACKAGE} -q -t inf --no-auto-reload -l"
        (scripts / "hook.js").write_text("changed after it was hashed")
        assert Path(place).read_bytes() == HOOK
        assert Path(place).parent.stat().st_mode & 0o077 == 0
        before = unpinner.ended
    assert (before, unpinner.ended) == (False, True)
    assert (unpinner.trouble, unpinner.failed) == ("", False)
    assert unpinner.scripts == (SCRIPT,)
    assert not Path(place).parent.exists()


def test_a_frida_that_ends_early_is_reported_once(tmp_path: Path, scripts: Path, frida: Frida) -> None:
    frida("print('Failed to spawn: unable to find application'); sys.exit(1)")
    told: list[str] = []
    with Unpinner(scripts, "emulator-5554", PACKAGE, tmp_path / "log") as unpinner:
        until(lambda: unpinner.ended)
        unpinner.look(told.append)
        unpinner.look(told.append)
    assert unpinner.failed
    assert told == [unpinner.trouble]
    assert told[0].startswith("Frida ended with code 1 before the run did")
    assert str(tmp_path / "log") in told[0]


def test_errors_of_scripts_are_reported(tmp_path: Path, scripts: Path, frida: Frida) -> None:
    frida(
        "print('Error: cannot \\x1b[2Jhook\\n    at <eval>\\nReferenceError: Java is not defined\\nError: again'); "
        "print('text with Error: in the middle', flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    with Unpinner(scripts, "emulator-5554", PACKAGE, log) as unpinner:
        until(lambda: "middle" in whole_lines(log))
    assert unpinner.trouble == (
        f"Scripts of --unpin failed: Error: cannot ?[2Jhook; ReferenceError: Java is not defined; Error: again. "
        f"See {log}."
    )


@given(st.binary(max_size=3000))
def test_any_output_is_a_short_printable_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    log = tmp_path_factory.mktemp("log") / "log"
    log.write_bytes(b"Error: " + data + b"\nError: x" * 100)
    found = list(module._errors(log))
    assert len(found) <= 5
    assert all(text.isprintable() and len(text) <= 260 for text in found)


def test_the_document_of_a_run_lists_the_scripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripts: Path, frida: Frida
) -> None:
    pytest.importorskip("mitmproxy")
    frida(STAYS)
    run, phone = Run(tmp_path, monkeypatch), Phone()
    log: list[Path] = []

    def wait() -> None:
        until(lambda: any((run.workspace / "captures").glob("*.unpin.log")))
        log.extend((run.workspace / "captures").glob("*.unpin.log"))
        until(lambda: "ARGV" in whole_lines(log[0]))

    (end,) = run(wait, phone, device=DevicePlan("adb:", PACKAGE), unpin=scripts)
    assert isinstance(end, LiveRun)
    assert end.unpin == (SCRIPT,)
    assert f"-D {phone.serial} -f {PACKAGE}" in log[0].read_text()
    assert not any("monkey" in command for command in phone.asked)
    assert phone.asked.count(f"am force-stop {PACKAGE}") == 2
    assert any(text.startswith("The app ran with 1 script of --unpin") for text in end.blind_spots)
    assert not any("Frida ended" in text or "failed" in text for text in end.blind_spots)


def test_scripts_work_with_pcapdroid_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scripts: Path, frida: Frida
) -> None:
    monkeypatch.setattr(driver, "_POLL_SECONDS", 0.001)
    frida("sys.exit(3)")
    record = Recording(tmp_path)
    _, document = record(Droid(pcap_of()), seconds=2.0, unpin=scripts)
    assert document.unpin == (SCRIPT,)
    assert any(text.startswith("Frida ended with code 3") for text in document.blind_spots)
    assert any(text.startswith("Frida ended with code 3") for text in record.told)


def test_no_folder_starts_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        assert module.start_unpinner(None, DevicePlan("adb:", PACKAGE), None, tmp_path / "a.flows", stack) is None
