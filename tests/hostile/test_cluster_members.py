"""A member of a cluster that has a certificate and is hostile: what it can send to the client, over real Dask."""

import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.engine.clusters import ENVIRONMENT, ROOT, Member, member
from tests.engine.hostile_worker import KINDS, RELEASES, Evil
from tests.engine.works import FAST, Behave, unit
from tieback.engine.certificates import make_certificates
from tieback.engine.dask_results import MalformedReportError, decode_ends, encode_ends
from tieback.engine.interface import EngineError
from tieback.model.unit import UnitEnd, UnitState

dask = pytest.importorskip("tieback.engine.dask", reason="the extra [dask] is not installed")
pytest.importorskip("distributed", reason="the extra [dask] is not installed")

UNITS = [unit("ok", number) for number in range(4)]
PLAIN_CLIENT = """
import sys
from distributed import Client
from distributed.security import Security
from tieback.engine import dask_worker
sides = {f"tls_{side}_{part}": sys.argv[2] + "/member.pem"
         for side in ("client", "scheduler", "worker") for part in ("cert", "key")}
security = Security(require_encryption=True, tls_ca_file=sys.argv[2] + "/authority.pem", **sides)
with Client("tls://" + sys.argv[1], security=security) as client:
    try:
        client.submit(dask_worker.run_batch, 1, 2, (), 4, pure=False).result(timeout=30)
    except BaseException:
        pass
import os
print(os.getpid())
"""


class HostileCluster(msgspec.Struct):
    """A scheduler with one worker, which is hostile."""

    scheduler: Member
    certs: Path
    kind: Path
    mark: Path

    def engine(self, told: list[str]) -> Any:
        return dask.DaskEngine(
            f"dask://{self.scheduler.address}", self.certs, 4, on_event=lambda event: told.append(event.detail)
        )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileCluster]:
    folder = tmp_path_factory.mktemp("hostile")
    make_certificates(folder / "certs")
    kind, mark = folder / "kind", folder / "mark"
    kind.write_text("object")
    with member("scheduler", "--certs", str(folder / "certs"), "--port", "0") as scheduler:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.hostile_worker", scheduler.address, folder / "certs", kind, mark],
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
        )
        assert worker.stderr is not None
        try:
            assert b"worker at" in worker.stderr.readline()
            drain = threading.Thread(target=worker.stderr.read, daemon=True)
            drain.start()
            yield HostileCluster(scheduler, folder / "certs", kind, mark)
        finally:
            worker.kill()
            worker.wait()


def ran_in(cluster: HostileCluster) -> set[str]:
    """The processes in which code of the worker ran."""
    return {path.suffix[1:] for path in cluster.mark.parent.glob("mark.*")}


def test_a_plain_dask_client_runs_the_code_of_a_member(cluster: HostileCluster) -> None:
    """The control: the attack works on a client that is not ours."""
    cluster.kind.write_text("object")
    words = [sys.executable, "-c", PLAIN_CLIENT, cluster.scheduler.address, str(cluster.certs)]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, text=True, timeout=60, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, check=True
    )
    assert done.stdout.split()[-1] in ran_in(cluster)


@pytest.mark.parametrize("kind", KINDS)
def test_results_of_a_member_are_data_or_refused(
    cluster: HostileCluster, kind: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tieback.engine.dask_run.MAX_UNEXPLAINED_FAILURES", 1)
    cluster.kind.write_text(kind)
    told: list[str] = []
    with pytest.raises(EngineError, match="workers cannot do the work") as raised:
        list(cluster.engine(told).run(Behave(), UNITS, FAST))
    assert str(os.getpid()) not in ran_in(cluster)
    assert len(str(raised.value)) < 600
    printed = "".join(capfd.readouterr())
    assert "PRINTED-BY-A-MEMBER" not in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("kind", RELEASES)
def test_the_release_that_a_member_reports_is_data(cluster: HostileCluster, kind: str) -> None:
    cluster.kind.write_text(kind)
    with pytest.raises(EngineError, match=r"the worker (reported no release|cannot import tieback)") as raised:
        list(cluster.engine([]).run(Behave(), UNITS, FAST))
    assert str(os.getpid()) not in ran_in(cluster)
    assert len(str(raised.value)) < 300


@pytest.mark.timeout(120)
def test_an_honest_member_completes_the_batches_of_a_hostile_one(cluster: HostileCluster) -> None:
    cluster.kind.write_text("object")
    told: list[str] = []
    units = [unit("slow", number) for number in range(40)]
    with member("worker", cluster.scheduler.address, "--certs", str(cluster.certs), "--threads", "2"):
        ends = list(cluster.engine(told).run(Behave(), units, FAST))
    assert sorted(end.unit.key for end in ends) == sorted(one.key for one in units)
    assert {(end.state, end.result) for end in ends} == {(UnitState.DONE, b"SLOW")}
    assert any("sent no report of its batch: not bytes; gets no further batches" in line for line in told)


@each(
    ("module", "name"),
    [
        ("builtins", "exec"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("builtins", "__import__"),
        ("builtins", "Exception.__init__.__globals__"),
        ("os", "system"),
        ("posix", "system"),
        ("subprocess", "Popen"),
        ("importlib", "import_module"),
        ("distributed.scheduler", "KilledWorker.__init__.__globals__"),
        ("distributed.scheduler", "os.system"),
        ("distributed.protocol.pickle", "loads"),
        ("cloudpickle.cloudpickle", "_make_function"),
        ("tblib.pickling_support", "unpickle_traceback"),
        ("tieback.engine.process", "os"),
        ("numpy", "load"),
    ],
)
def test_no_function_is_loaded_from_a_pickle(module: str, name: str) -> None:
    from tieback.engine.dask_unpickling import Inert, load_data

    for protocol_4 in (True, False):
        text = [value.encode() for value in (module, name)]
        if protocol_4:
            names = b"".join(b"\x8c" + bytes([len(value)]) + value for value in text) + b"\x93"
        else:
            names = b"c" + b"\n".join(text) + b"\n"
        loaded = load_data(b"\x80\x04" + names + b".")
        assert loaded is Inert
        called = load_data(b"\x80\x04" + names + b"\x8c\x01x\x85R.")
        assert type(called) is Inert


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: pickle.dumps([1, {"a": b"b"}])[:-1] + tail))
def test_any_bytes_as_pickle_are_data(data: bytes) -> None:
    from tieback.engine.dask_unpickling import Inert, load_data, load_exception

    plain = (Inert, type, int, str, bytes, bytearray, float, bool, list, tuple, dict, set, frozenset, type(None))
    loaded = load_data(data)
    assert isinstance(loaded, (*plain, Exception))
    kind, error, traceback = load_exception(data, data)
    assert isinstance(error, Exception)
    assert (kind, traceback) == (type(error), None)


@pytest.mark.parametrize("number", [b"r\x00\x00\x00\x04", b"r\xff\xff\xff\xff", b"p70000000\n"])
def test_a_high_number_of_an_object_allocates_nothing(number: bytes) -> None:
    from tieback.engine.dask_unpickling import Inert, load_data

    tracemalloc.start()
    try:
        loaded = load_data(b"\x80\x04N" + number + b".")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert type(loaded) is Inert
    assert peak < 1_000_000


def test_data_and_known_exceptions_are_loaded() -> None:
    from tieback.engine.dask_unpickling import Inert, load_data, load_exception

    for value in (1, b"b" * 100, ["a", {"b": (1.5, None)}]):
        assert load_data(pickle.dumps(value)) == value
    error = load_data(pickle.dumps(KeyError("two")))
    assert (type(error), error.args) == (KeyError, ("two",))
    nested = load_exception(pickle.dumps(RuntimeError("bad", Evil())))[1]
    assert (type(nested), nested.args[0], type(nested.args[1])) == (RuntimeError, "bad", Inert)
    assert "Evil" not in repr(load_data(pickle.dumps(Evil())))


ENDS = st.lists(
    st.builds(
        UnitEnd,
        st.just(UNITS[0]),
        st.sampled_from([UnitState.FAILED, UnitState.QUARANTINED]),
        result=st.binary(max_size=50),
        problem=st.text(max_size=50),
        attempts=st.integers(1, 9),
        seconds=st.floats(0, 1000),
    ),
    min_size=4,
    max_size=4,
).map(lambda ends: [msgspec.structs.replace(end, unit=one) for end, one in zip(ends, UNITS, strict=True)])


@given(ENDS)
def test_ends_survive_the_way(ends: list[UnitEnd]) -> None:
    assert decode_ends(encode_ends(UNITS, ends), UNITS) == ends


@given(ENDS, st.integers(0, 1 << 16), st.binary(max_size=3))
def test_changed_reports_are_refused_or_about_the_batch(ends: list[UnitEnd], where: int, put: bytes) -> None:
    data = encode_ends(UNITS, ends)
    at = where % len(data)
    try:
        decoded = decode_ends(data[:at] + put + data[at + len(put) :], UNITS)
    except MalformedReportError:
        return
    assert decoded is not None
    assert sorted(end.unit.key for end in decoded) == sorted(one.key for one in UNITS)
    assert all("/" not in end.part and not end.part.startswith(".") for end in decoded)
