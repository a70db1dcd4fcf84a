"""Runs written to object stores: the same files as in a folder. SeaweedFS is real, moto emulates S3."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.examples import few
from tests.lab.object_stores import ObjectStore, _s3, moto_store
from tests.lab.ports import free_subnet
from tests.unit.cli.test_workspace_lake import run as command
from tests.unit.storage.lake.test_compaction import RUNS, fill
from tieback.lab.interface import StartContext
from tieback.lab.process import stop
from tieback.lab.programs import MissingProgramError
from tieback.lab.servers import seaweedfs
from tieback.lab.store import LAB_ACCOUNT
from tieback.storage.export import export_run
from tieback.storage.export_target import open_target
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.location import parse_object_url
from tieback.storage.workspace import Workspace

pytest.importorskip("obstore", reason="the extra [cloud] is not installed")
pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


@contextmanager
def own_seaweedfs(folder: Path) -> Iterator[ObjectStore]:
    """The real one, at an address of this file's own."""
    store = msgspec.structs.replace(seaweedfs.KIND.stores[1], address=f"127.77.{free_subnet()}.221")
    try:
        server = seaweedfs.start(StartContext(store, folder / "seaweedfs", folder))
    except MissingProgramError as error:
        pytest.skip(str(error))
    try:
        yield _s3("seaweedfs", f"http://{store.address}:{store.port}", LAB_ACCOUNT.user, LAB_ACCOUNT.password)
    finally:
        stop(server)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("made") / "ws"
    with Workspace.open(directory) as opened:
        fill(opened.lake, 12)
    return directory


@pytest.mark.parametrize("start", few([own_seaweedfs, moto_store], 2))
def test_the_same_files_as_in_a_folder(
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[[Path], AbstractContextManager[ObjectStore]],
) -> None:
    with start(tmp_path) as store, Workspace.open(workspace) as opened:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        url = f"{store.url}some/where"
        place, folder = open_target(url), open_target(str(tmp_path / "folder"))
        done = export_run(opened.lake, opened.ledger, RUNS[0], folder)
        # Remains of an export that was longer go; another run's files stay.
        late, other = (f"table=apps/run={run}/part-00007.parquet" for run in RUNS)
        for path in (late, other):
            store.put(f"some/where/{path}", b"x")
        assert export_run(opened.lake, opened.ledger, RUNS[0], place) == done
        assert export_run(opened.lake, opened.ledger, RUNS[0], place) == done
        paths = {*place.files("table=apps"), *place.files("table=sightings"), *place.files("_runs")}
        told = {file.path for name in ("apps", "sightings") for file in done[name].files}
        assert paths == {*told, other, f"_runs/{RUNS[0]}.json"}
        bucket = Bucket.open(parse_object_url(url))
        for path in paths - {other}:
            content = b"".join(bytes(piece) for piece in bucket.read(f"some/where/{path}"))
            assert content == (tmp_path / "folder" / path).read_bytes(), path


@pytest.mark.more
def test_a_bucket_that_is_not_there_is_one_line(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with moto_store(tmp_path) as store, Workspace.open(workspace) as opened:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        run = opened.ledger.start_run([])
        opened.ledger.end_run(run)
        opened.close()
        result = command("export", "s3://nothing-here/x", "-w", workspace)
        assert result.exception is not None
        assert str(getattr(result.exception, "where", "")).startswith("s3://nothing-here/x/")
