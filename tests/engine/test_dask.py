"""The engine of many machines, on a real scheduler and real workers of loopback, over mutual TLS."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.clusters import Member, member
from tests.engine.works import FAST, Behave, Publish, unit
from tieback.engine.certificates import make_certificates
from tieback.engine.interface import EngineError, Unit, UnitLimits, UnitState
from tieback.model.errors import UsageError, WorkspaceError

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


def test_a_poisonous_unit_costs_no_other(cluster: Member, certs: Path) -> None:
    sources = ["ok"] * 6 + ["segfault", "bad", "hang", "allocate"]
    limits = UnitLimits(seconds=3, memory_bytes=256 * 1024**2)
    units = [unit(source, number) for number, source in enumerate(sources)]
    ends = {end.unit.source: end for end in engine(cluster, certs, 10).run(Behave(), units, limits)}
    assert ends["ok"].state is UnitState.DONE
    assert (ends["bad"].state, ends["bad"].problem) == (UnitState.FAILED, "not an app. Give an APK")
    assert {ends[name].state for name in ("segfault", "hang", "allocate")} == {UnitState.POISON}


def test_workers_keep_their_processes(cluster: Member, certs: Path) -> None:
    ends = list(engine(cluster, certs, 2).run(Behave(), [unit("pid", number) for number in range(20)], FAST))
    assert len({end.result for end in ends}) <= 2


def test_parts_are_published_by_the_workers(cluster: Member, certs: Path, tmp_path: Path) -> None:
    ends = list(engine(cluster, certs, 5).run(Publish(tmp_path), [unit("ok", number) for number in range(20)], FAST))
    written = sorted(key for part in tmp_path.iterdir() for key in part.read_text().split())
    assert written == sorted(end.unit.key for end in ends)
    assert all(end.part for end in ends)


def test_what_nobody_can_publish_stops_the_run(cluster: Member, certs: Path, tmp_path: Path) -> None:
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


@pytest.mark.timeout(120)
def test_a_killed_worker_loses_nothing(certs: Path, tmp_path: Path) -> None:
    with member("scheduler", "--certs", str(certs), "--port", "0") as scheduler:
        workers = [Member(("worker", scheduler.address, "--certs", str(certs))) for _ in range(2)]
        try:
            threading.Timer(1.0, workers[0].kill).start()
            units = [unit("slow", number) for number in range(80)]
            ends = list(engine(scheduler, certs, 4).run(Publish(tmp_path), units, FAST))
        finally:
            for worker in workers:
                worker.stop()
    assert sorted(end.unit.key for end in ends) == sorted(one.key for one in units)
    assert {end.state for end in ends} == {UnitState.DONE}
    written = [key for part in tmp_path.iterdir() for key in part.read_text().split()]
    assert sorted(written) == sorted(one.key for one in units)


def test_a_killed_scheduler_ends_the_run_in_one_line(certs: Path) -> None:
    with member("local", "--certs", str(certs), "--workers", "1", "--port", "0") as scheduler:
        threading.Timer(1.5, scheduler.kill).start()
        begun = time.monotonic()
        with pytest.raises(EngineError, match="scheduler is gone"):
            list(engine(scheduler, certs, 2).run(Behave(), [unit("slow", number) for number in range(2000)], FAST))
        assert time.monotonic() - begun < 90


def test_another_clusters_certificate_is_refused(cluster: Member, tmp_path: Path) -> None:
    make_certificates(tmp_path / "b")
    with pytest.raises(EngineError, match="does not answer, or not with a certificate of this cluster"):
        list(engine(cluster, tmp_path / "b").run(Behave(), [unit("ok")], FAST))


def test_nobody_there(certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 1)
    with pytest.raises(EngineError, match="does not answer"):
        list(dask.DaskEngine("dask://127.0.0.1:9", certs).run(Behave(), [unit("ok")], FAST))


def test_no_worker_there(certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.engine.dask_members.LONELY_SECONDS", 1)
    with (
        member("scheduler", "--certs", str(certs), "--port", "0") as scheduler,
        pytest.raises(EngineError, match="no worker came"),
    ):
        list(engine(scheduler, certs).run(Behave(), [unit("ok")], FAST))


def test_another_release_is_refused(cluster: Member, certs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.engine.dask_members._ours", lambda: ("9.9", "3.99"))
    with pytest.raises(EngineError, match=r"a worker has tieback .* here are 9\.9 and 3\.99"):
        list(engine(cluster, certs).run(Behave(), [unit("ok")], FAST))


@pytest.mark.parametrize("address", ["tls://a:1", "dask://a", "dask://:1", "dask://a:b"])
def test_addresses(certs: Path, address: str) -> None:
    with pytest.raises(UsageError, match="dask://HOST:PORT"):
        dask.DaskEngine(address, certs)


def test_without_certificates_nothing_is_used(tmp_path: Path) -> None:
    for certs in (None, tmp_path):
        with pytest.raises(UsageError, match="tieback cluster certs"):
            dask.DaskEngine("dask://127.0.0.1:1", certs)
