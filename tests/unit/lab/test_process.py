"""A server is known by its process, stopped exactly, and leaves nothing behind when it fails to start."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.lab.process import (
    RECORD,
    Launch,
    ProcessRecord,
    ProcessStamp,
    RunningServer,
    clean_environment,
    is_running,
    launch,
    run_tool,
    stamp,
    stop,
    stop_process,
    stop_recorded,
)
from tieback.model.errors import LabError

ADDRESS, PORT = "127.77.255.1", 20001
SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal,time,pathlib; signal.signal(15, signal.SIG_IGN); pathlib.Path('deaf').touch(); time.sleep(60)",
)


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(SLEEP)
    yield process
    process.kill()
    process.wait()


def start(directory: Path, argv: tuple[str, ...] = SLEEP) -> ProcessStamp:
    process, _ = launch(Launch(argv, directory, ADDRESS, PORT), lambda: True)
    return process


def test_a_process_is_itself_until_it_ends(child: "subprocess.Popen[bytes]") -> None:
    mark = stamp(child.pid)
    assert mark is not None
    assert Path(mark.executable).samefile(sys.executable)
    assert is_running(mark)
    child.kill()
    child.wait()
    assert not is_running(mark)
    assert stamp(child.pid) is None


def test_a_zombie_does_not_run(child: "subprocess.Popen[bytes]") -> None:
    mark = stamp(child.pid)
    assert mark is not None
    assert stop_process(mark)
    assert not is_running(mark)


def test_a_name_with_parentheses_does_not_mislead(tmp_path: Path) -> None:
    odd = tmp_path / "a) Z 1 (b"
    shutil.copy("/bin/sleep", odd)
    with subprocess.Popen([odd, "60"]) as process:
        mark = stamp(process.pid)
        process.kill()
    assert mark is not None
    assert mark.executable == str(odd)


@pytest.mark.parametrize("difference", [{"started": 1}, {"executable": "/usr/bin/other"}])
def test_reused_process_id_is_not_stopped(child: "subprocess.Popen[bytes]", difference: dict[str, object]) -> None:
    mark = stamp(child.pid)
    assert mark is not None
    stale = msgspec.structs.replace(mark, **difference)
    assert not stop_process(stale)
    assert child.poll() is None


def test_a_server_stops_once(tmp_path: Path) -> None:
    server = RunningServer("x", "1", ADDRESS, PORT, start(tmp_path), emulation=False, directory=str(tmp_path))
    assert server.pid == server.process.pid
    assert stop(server)
    assert not stop(server)


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    plan = Launch(STUBBORN, tmp_path, ADDRESS, PORT)
    process, _ = launch(plan, lambda: (tmp_path / "deaf").exists() or None)
    assert stop_process(process, patience=0.1)
    assert not is_running(process)


def test_the_record_stops_what_a_killed_command_left(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert msgspec.json.decode((tmp_path / RECORD).read_bytes(), type=ProcessRecord) == ProcessRecord(
        process, signal.SIGTERM
    )
    assert stop_recorded(tmp_path)
    assert not is_running(process)
    assert not stop_recorded(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"process": 1}',
        b"\xff\x00",
        b'{"process":{"pid":-1,"started":1,"executable":"/x"},"stop_signal":15}',
        b'{"process":{"pid":99999999999,"started":1,"executable":"/x"},"stop_signal":15}',
    ],
)
def test_a_record_that_was_cut_short_stops_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / RECORD).write_bytes(content)
    assert not stop_recorded(tmp_path)
    assert not (tmp_path / RECORD).exists()


@settings(max_examples=examples(60), deadline=None)
@given(content=st.binary(max_size=200) | st.from_regex(rb'\{"process":\{"pid":-?[0-9]{1,30}.*', fullmatch=True))
def test_no_record_makes_it_stop_a_process_by_guess(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / RECORD).write_bytes(content)
        assert not stop_recorded(Path(folder))


def test_early_exit_is_reported_with_its_reason(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "import sys; sys.exit('data files are damaged')")
    with pytest.raises(LabError, match=r"127\.77\.255\.1:20001: .*data files are damaged.*server\.log"):
        launch(Launch(argv, tmp_path, ADDRESS, PORT), lambda: None)


def test_a_server_that_never_answers_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"was not ready within 0\.1 s"):
        launch(Launch(SLEEP, tmp_path, ADDRESS, PORT, seconds=0.1), lambda: None)
    record = msgspec.json.decode((tmp_path / RECORD).read_bytes(), type=ProcessRecord)
    assert not is_running(record.process)


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot start /no/such/program"):
        launch(Launch(("/no/such/program",), tmp_path, ADDRESS, PORT), lambda: True)


def test_an_interrupted_start_leaves_no_process(tmp_path: Path) -> None:
    def interrupted() -> bool | None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        launch(Launch(SLEEP, tmp_path, ADDRESS, PORT), interrupted)
    assert not is_running(msgspec.json.decode((tmp_path / RECORD).read_bytes(), type=ProcessRecord).process)


def test_a_tool_gets_text_and_gives_text(tmp_path: Path) -> None:
    assert run_tool(["/bin/cat"], directory=tmp_path, text="row\n") == "row\n"


def test_a_tool_that_fails_gives_its_last_line(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="sh failed: second"):
        run_tool(["/bin/sh", "-c", "echo first >&2; echo second >&2; exit 1"], directory=tmp_path)


def test_the_callers_settings_do_not_reach_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "elsewhere")
    assert "PGHOST" not in clean_environment(tmp_path)
    assert "PGHOST" not in run_tool(["/usr/bin/env"], directory=tmp_path)
