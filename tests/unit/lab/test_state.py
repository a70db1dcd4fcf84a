"""The lab's directory tells what runs, survives being cut short, and stops exactly its own servers."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from tieback.lab.process import RECORD, ProcessRecord, ProcessStamp, RunningServer, is_running, stamp
from tieback.lab.state import Lab, LabServer, default_directory
from tieback.model.errors import LabError


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = Lab(tmp_path / "lab")
    with lab.locked():
        return lab


@pytest.fixture
def child() -> Iterator[ProcessStamp]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    mark = stamp(process.pid)
    assert mark is not None
    yield mark
    process.kill()
    process.wait()


def entry(process: ProcessStamp, records: int | None = 500) -> LabServer:
    return LabServer(
        RunningServer("valkey", "9.1", "127.77.0.40", 6379, process, emulation=False, directory="/x"), records
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/ada"}, "/home/ada/.local/state/tieback/lab"),
        ({"HOME": "/home/ada", "XDG_STATE_HOME": "/var/ada"}, "/var/ada/tieback/lab"),
        ({"HOME": "/home/ada", "TIEBACK_LAB": "/srv/lab"}, "/srv/lab"),
        ({"HOME": "/home/ada", "TIEBACK_LAB": ""}, "/home/ada/.local/state/tieback/lab"),
    ],
)
def test_where_the_lab_is(environment: Mapping[str, str], expected: str) -> None:
    assert default_directory(environment) == Path(expected)


def test_a_running_store_is_up(lab: Lab, child: ProcessStamp) -> None:
    lab.remember("valkey-open", entry(child))
    up = [standing for standing in lab.statuses() if standing.up]
    assert [(s.name, s.version, s.records, s.target) for s in up] == [("valkey-open", "9.1", 500, "127.77.0.40:6379")]
    lab.remember("valkey-open", None)
    assert not any(standing.up for standing in lab.statuses())


def test_stale_process_id_is_down_and_not_stopped(lab: Lab, child: ProcessStamp) -> None:
    lab.remember("valkey-open", entry(msgspec.structs.replace(child, started=child.started - 1)))
    assert not any(standing.up for standing in lab.statuses())
    assert lab.stop_all() == ([], [])
    assert is_running(child)
    assert lab.entries() == {}


def test_down_stops_what_runs_and_forgets_it(lab: Lab, child: ProcessStamp) -> None:
    lab.remember("valkey-open", entry(child))
    assert lab.stop_all() == (["valkey-open"], [])
    assert not is_running(child)
    assert lab.stop_all() == ([], [])


def test_down_stops_a_server_that_the_state_never_learnt_of(lab: Lab, child: ProcessStamp) -> None:
    directory = lab.store_directory("mongo-empty")
    directory.mkdir(parents=True)
    (directory / RECORD).write_bytes(msgspec.json.encode(ProcessRecord(child, 15)))
    assert lab.stop_all() == (["mongo-empty"], [])
    assert not is_running(child)


@pytest.mark.parametrize("content", [b"", b"{", b'{"servers": 1}', b"[]"])
def test_truncated_state_file_is_ignored(lab: Lab, content: bytes) -> None:
    (lab.directory / "state.json").write_bytes(content)
    assert lab.entries() == {}
    assert lab.stop_all() == ([], [])


def test_threads_do_not_lose_each_others_entries(lab: Lab, child: ProcessStamp) -> None:
    names = [f"store-{number}" for number in range(12)]
    threads = [threading.Thread(target=lab.remember, args=(name, entry(child))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(lab.entries()) == sorted(names)


def test_two_commands_wait_for_each_other(lab: Lab) -> None:
    order: list[str] = []

    def second() -> None:
        with Lab(lab.directory).locked():
            order.append("second")

    with lab.locked():
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_command_that_waited_through_a_purge_has_its_own_lock(lab: Lab) -> None:
    with lab.locked():
        other = Lab(lab.directory)
        entered = threading.Event()

        def second() -> None:
            with other.locked():
                entered.set()

        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        lab.purge()
    thread.join()
    assert entered.is_set()
    assert (lab.directory / ".lock").exists()


def test_the_subnet_is_kept(lab: Lab) -> None:
    assert lab.choose_subnet(None) == 0
    assert lab.choose_subnet(9) == 9
    assert Lab(lab.directory).choose_subnet(None) == 9
    assert lab.statuses()[0].target == "127.77.9.10:9200"


def test_a_running_lab_does_not_move(lab: Lab, child: ProcessStamp) -> None:
    lab.remember("valkey-open", entry(child))
    message = r"the lab is running in 127\.77\.0\.0/24 on the usual ports\. Run `tieback lab down` first"
    with pytest.raises(LabError, match=message):
        lab.choose_subnet(9)
    with pytest.raises(LabError, match=message):
        lab.choose_subnet(None, odd_ports=True)
    assert lab.choose_subnet(0, odd_ports=False) == 0


def test_the_choice_of_ports_is_kept(lab: Lab) -> None:
    assert lab.choose_subnet(7, odd_ports=True) == 7
    assert lab.choose_subnet(None) == 7
    assert lab.state().odd_ports
    assert lab.choose_subnet(None, odd_ports=False) == 7
    assert not lab.state().odd_ports


def test_purge_removes_what_the_lab_wrote_and_nothing_else(lab: Lab) -> None:
    (lab.directory / "mine.txt").write_text("kept")
    lab.store_directory("tillroll").mkdir(parents=True)
    lab.replace("truth.json", b"{}")
    lab.purge()
    assert [path.name for path in lab.directory.iterdir()] == ["mine.txt"]


def test_uncreatable_directory_has_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    lab = Lab(tmp_path / "file" / "lab")
    with (
        pytest.raises(LabError, match=r"cannot use the lab's directory .* Choose another one with --dir"),
        lab.locked(),
    ):
        pass
    assert not any(standing.up for standing in lab.statuses())
