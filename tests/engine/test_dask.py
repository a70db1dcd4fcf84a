"""The engine of many machines, on a real scheduler and real workers of loopback, over mutual TLS."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.clusters import Member, await_listener, member, program
from tests.engine.works import FAST, Behave, Publish, unit
from tests.lab.ports import free_port
from tieback.engine.certificates import make_certificates
from tieback.engine.cluster import dashboard_of
from tieback.engine.interface import EngineError, UnitLimits
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.unit import Unit, UnitState

dask = pytest.importorskip("tieback.engine.dask", reason="the extra [dask] is not installed")
pytest.importorskip("distributed", reason="the extra [dask] is not installed")


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of one cluster."""
    directory = tmp_path_factory.mktemp("certs")
    make_certificates(directory / "a")
    return directory / "a"


@pytest.fixture(scope="module")
def cluster(certs: Path) -> Iterator[Member]:
    """A scheduler with two workers."""
    with member("local", "--certs", str(certs), "--workers", "2", "--port", "0") as one:
        yield one


def engine(cluster: Member, certs: Path, batch: int = 8) -> Any:
    return dask.DaskEngine(f"dask://{cluster.address}", certs, batch)


def test_every_unit_ends_once_with_its_summary(cluster: Member, certs: Path) -> None:
    units = [unit("ok", number) for number in range(100)]
    ends = list(engine(cluster, certs).run(Behave(), iter(units), FAST))
    assert sorted(end.unit.key for end in ends) == sorted(one.key for one in units)
    assert {(end.state, end.result, end.problem) for end in ends} == {(UnitState.DONE, b"OK", "")}


def test_a_unit_that_crashes_costs_no_other(cluster: Member, certs: Path) -> None:
    sources = ["ok"] * 6 + ["segfault", "bad", "hang", "allocate"]
    limits = UnitLimits(seconds=3, memory_bytes=256 * 1024**2)
    units = [unit(source, number) for number, source in enumerate(sources)]
    ends = {end.unit.source: end for end in engine(cluster, certs, 10).run(Behave(), units, limits)}
    assert ends["ok"].state is UnitState.DONE
    assert (ends["bad"].state, ends["bad"].problem) == (UnitState.FAILED, "not an app. Give an APK")
    assert {ends[name].state for name in ("segfault", "hang", "allocate")} == {UnitState.QUARANTINED}


def test_workers_keep_their_processes(cluster: Member, certs: Path) -> None:
    ends = list(engine(cluster, certs, 2).run(Behave(), [unit("pid", number) for number in range(20)], FAST))
    assert len({end.result for end in ends}) <= 2


def test_parts_are_published_by_the_workers(cluster: Member, certs: Path, tmp_path: Path) -> None:
    ends = list(engine(cluster, certs, 5).run(Publish(tmp_path), [unit("ok", number) for number in range(20)], FAST))
    written = sorted(key for part in tmp_path.iterdir() for key in part.read_text().split())
    assert written == sorted(end.unit.key for end in ends)
    assert all(end.part for end in ends)


def test_unpublishable_results_stop_the_run(cluster: Member, certs: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="the disk is full"):
        list(engine(cluster, certs).run(Publish(tmp_path, "full"), [unit("ok")], FAST))


def test_units_are_taken_as_they_are_needed(cluster: Member, certs: Path) -> None:
    taken = 0

    def units() -> Iterator[Unit]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield unit("slow", number)

    ends = engine(cluster, certs, 4).run(Behave(), units(), FAST)
    next(ends)
    assert taken < 100
    ends.close()


@pytest.mark.more
@pytest.mark.timeout(120)
def test_a_killed_worker_loses_nothing(certs: Path, tmp_path: Path) -> None:
    with member("scheduler", "--certs", str(certs), "--port", "0") as scheduler:
        workers = [Member(("worker", scheduler.address, "--certs", str(certs))) for _ in range(2)]
        try:
            units = [unit("slow", number) for number in range(80)]
            run = engine(scheduler, certs, 4).run(Publish(tmp_path), units, FAST)
            ends = [next(run)]
            workers[0].kill()
            ends += run
        finally:
            for worker in workers:
                worker.stop()
    assert sorted(end.unit.key for end in ends) == sorted(one.key for one in units)
    assert {end.state for end in ends} == {UnitState.DONE}
    written = [key for part in tmp_path.iterdir() for key in part.read_text().split()]
    assert sorted(written) == sorted(one.key for one in units)


@pytest.mark.timeout(120)
def test_a_killed_scheduler_ends_the_run_in_one_line(certs: Path) -> None:
    with member("local", "--certs", str(certs), "--workers", "1", "--port", "0") as scheduler:
        run = engine(scheduler, certs, 2).run(Behave(), [unit("slow", number) for number in range(2000)], FAST)
        next(run)
        scheduler.kill()
        with pytest.raises(EngineError, match="lost the connection to the scheduler"):
            list(run)


@pytest.mark.more
def test_workers_find_a_scheduler_that_is_started_again(certs: Path) -> None:
    words = ("--certs", str(certs))
    port = str(free_port())
    with member("scheduler", "--port", port, *words) as first, member("worker", first.address, *words) as worker:
        first.kill()
        with member("scheduler", "--port", port, *words) as second:
            ends = list(engine(second, certs).run(Behave(), [unit("ok")], FAST))
            assert [end.state for end in ends] == [UnitState.DONE]
            second.stop()
            # One that ends in order takes its workers along.
            assert worker.process.wait(30) == 0


def test_another_clusters_certificate_is_refused(cluster: Member, tmp_path: Path) -> None:
    make_certificates(tmp_path / "b")
    with pytest.raises(EngineError, match="no connection to a scheduler with a certificate of this cluster"):
        list(engine(cluster, tmp_path / "b").run(Behave(), [unit("ok")], FAST))


def test_no_worker_answers(certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    with pytest.raises(EngineError, match="no connection to a scheduler"):
        list(dask.DaskEngine("dask://127.0.0.1:9", certs).run(Behave(), [unit("ok")], FAST))


@pytest.mark.more
def test_no_worker_there(certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.engine.dask_members.NO_WORKER_SECONDS", 1)
    with (
        member("scheduler", "--certs", str(certs), "--port", "0") as scheduler,
        pytest.raises(EngineError, match="no worker connected"),
    ):
        list(engine(scheduler, certs).run(Behave(), [unit("ok")], FAST))


def test_another_release_is_refused(cluster: Member, certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.engine.dask_members._ours", lambda: ("9.9", "3.99"))
    with pytest.raises(EngineError, match=r"the worker has tieback .* this client 9\.9 on 3\.99"):
        list(engine(cluster, certs).run(Behave(), [unit("ok")], FAST))


@pytest.mark.more
def test_a_worker_of_another_release_that_comes_later_is_sent_away(
    certs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieback.engine.dask_members.POLL_SECONDS", 0.2)
    told: list[str] = []
    words = ("--certs", str(certs))
    with (
        member("scheduler", "--port", "0", *words) as scheduler,
        member("worker", scheduler.address, *words),
        contextlib.ExitStack() as later,
    ):
        units = [unit("slow", number) for number in range(100)]
        running = dask.DaskEngine(f"dask://{scheduler.address}", certs, 2, lambda event: told.append(event.detail))
        ends = []
        for end in running.run(Behave(), units, FAST):
            ends.append(end)
            if len(ends) == 2:
                # As if the release of this client had been another one when the second worker came.
                monkeypatch.setattr("tieback.engine.dask_members._ours", lambda: ("9.9", "3.99"))
                later.enter_context(member("worker", scheduler.address, *words))
    assert {end.state for end in ends} == {UnitState.DONE}
    assert len(ends) == 100
    (line,) = [line for line in told if "worker stopped" in line]
    assert re.search(r"the worker has tieback .* this client 9\.9 on 3\.99; worker stopped", line)


def test_batches_that_reach_a_worker_of_another_release_are_not_quarantined(
    cluster: Member, certs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieback.engine.dask_run.release", lambda: ("9.9", "3.99"))
    with pytest.raises(EngineError, match=r"workers cannot do the work \(another release"):
        list(engine(cluster, certs).run(Behave(), [unit("ok")], FAST))


@pytest.mark.more
def test_a_worker_whose_memory_is_short_begins_no_further_batch(certs: Path) -> None:
    told: list[str] = []
    words = ("--certs", str(certs))
    with (
        member("scheduler", "--port", "0", *words) as scheduler,
        # What it holds itself is some 150 MB; an input takes 600 MB for three seconds.
        member("worker", scheduler.address, *words, "--threads", "2", "--memory", "600MB"),
    ):
        running = dask.DaskEngine(f"dask://{scheduler.address}", certs, 1, lambda event: told.append(event.detail))
        units = [unit("hold"), *(unit("time", number) for number in range(30))]
        ends = list(running.run(Behave(), units, UnitLimits(memory_bytes=1024**3)))
    assert {end.state for end in ends} == {UnitState.DONE}
    results = {end.unit.key: float(end.result.split()[0]) for end in ends}
    held_until = results.pop("hold-0")
    # Without the pause the other thread would have done all of them in half the time.
    assert sum(ended > held_until for ended in results.values()) >= 10
    assert any("low on memory" in line for line in told)


@pytest.mark.more
@pytest.mark.timeout(120)
def test_scheduler_and_workers_started_by_dask_programs_work(certs: Path, tmp_path: Path) -> None:
    """What dask-kubernetes, dask-jobqueue and Coiled start: a scheduler, and workers in the care of a nanny."""
    tls = (
        "--tls-ca-file",
        certs / "authority.pem",
        "--tls-cert",
        certs / "member.pem",
        "--tls-key",
        certs / "member.pem",
    )
    address = f"127.0.0.1:{free_port()}"
    loopback = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0", *tls)
    # A batch is given up after the first worker that it takes along, not after the fourth.
    environment = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with (
        program("scheduler", "--protocol", "tls", "--port", address.rpartition(":")[2], *loopback, **environment),
        program("worker", f"tls://{address}", "--nworkers", "2", "--nthreads", "1", "--memory-limit", "1GB",
                "--local-directory", tmp_path / "scratch", *loopback),
    ):  # fmt: skip
        await_listener(int(address.rpartition(":")[2]))
        limits = UnitLimits(seconds=3, memory_bytes=256 * 1024**2)
        sources = ["ok"] * 6 + ["hang", "allocate", "bad"]
        units = [unit(source, number) for number, source in enumerate(sources)]
        runner = dask.DaskEngine(f"dask://{address}", certs, 1)
        ends = list(runner.run(Publish(tmp_path), units, limits))
        # By itself: after so few losses Dask gives up what waited for the same worker too.
        ends += runner.run(Publish(tmp_path), [unit("kills the worker")], limits)
    states = {end.unit.source: end.state for end in ends}
    assert len(ends) == len(units) + 1
    assert states == {
        "ok": UnitState.DONE,
        "hang": UnitState.QUARANTINED,
        "allocate": UnitState.QUARANTINED,
        "bad": UnitState.FAILED,
        "kills the worker": UnitState.QUARANTINED,
    }
    assert len([path for path in tmp_path.iterdir() if path.is_file()]) == 6


@pytest.mark.parametrize(
    ("link", "bokeh", "shown"),
    [
        ("http://127.0.0.1:8787/status", True, "http://127.0.0.1:8787/status"),
        ("http://127.0.0.1:8787/status", False, ""),
        # Plain HTTP of another machine: the scheduler's own line says how to get there.
        ("http://10.0.0.5:8787/status", True, ""),
        ("", True, ""),
    ],
)
def test_the_dashboard_is_linked_where_it_can_be_seen(
    link: str, bokeh: bool, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object() if bokeh else None)
    assert dashboard_of(link) == shown


@pytest.mark.parametrize("address", ["tls://a:1", "dask://a", "dask://:1", "dask://a:b"])
def test_addresses(certs: Path, address: str) -> None:
    with pytest.raises(UsageError, match="dask://HOST:PORT"):
        dask.DaskEngine(address, certs)


def test_without_certificates_nothing_is_used(tmp_path: Path) -> None:
    for certs in (None, tmp_path):
        with pytest.raises(UsageError, match="tieback cluster certs"):
            dask.DaskEngine("dask://127.0.0.1:1", certs)
