"""Stores are filled once, and again only where they do not hold what they should."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tieback.lab import fill as fill_module
from tieback.lab.fill import Loader, _copy_text, _sql_type, fill
from tieback.lab.people import DATASET_VERSION
from tieback.lab.process import ProcessStamp, RunningServer
from tieback.lab.store import Holding, LabStore, ServerProgram
from tieback.lab.stores import STORES
from tieback.model.errors import LabError

VALKEY = next(store for store in STORES if store.name == "valkey-open")
API = next(store for store in STORES if store.name == "workhub-api")
SERVER = RunningServer("valkey", "9", "127.77.255.4", 1, ProcessStamp(1, 1, "/x"), emulation=False, directory="/x")


class Memory:
    """A store that remembers how many records it holds."""

    def __init__(self, held: int = 0, *, leaky: bool = False) -> None:
        self.held = held
        self.loads = 0
        self.leaky = leaky

    def load(self, store: LabStore, _server: RunningServer) -> None:
        self.loads += 1
        self.held = store.records - self.leaky

    def count(self, _store: LabStore, _server: RunningServer, _holding: Holding) -> int:
        return self.held


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    memory = Memory()
    monkeypatch.setattr(fill_module, "_LOADERS", {ServerProgram.VALKEY: Loader(memory.load, memory.count)})
    return memory


def test_a_second_fill_takes_over_what_is_there(memory: Memory, tmp_path: Path) -> None:
    assert fill(VALKEY, SERVER, tmp_path)
    assert not fill(VALKEY, SERVER, tmp_path)
    assert memory.loads == 1


@pytest.mark.parametrize("reason", ["records are missing", "another version", "the load was cut short"])
def test_anything_else_is_loaded_again(reason: str, memory: Memory, tmp_path: Path) -> None:
    fill(VALKEY, SERVER, tmp_path)
    if reason == "records are missing":
        memory.held -= 1
    else:
        (tmp_path / "dataset").write_text(DATASET_VERSION + "0" if reason == "another version" else "")
    assert fill(VALKEY, SERVER, tmp_path)
    assert memory.loads == 2


def test_a_load_that_loses_records_is_an_error(memory: Memory, tmp_path: Path) -> None:
    memory.leaky = True
    with pytest.raises(LabError, match="valkey-open: the store does not contain the loaded records"):
        fill(VALKEY, SERVER, tmp_path)
    assert not (tmp_path / "dataset").exists()


def test_api_has_no_records(tmp_path: Path) -> None:
    assert not fill(API, SERVER, tmp_path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("plain", "plain"), ("a\tb\nc\\d", "a\\tb\\nc\\\\d"), (7, "7"), (date(2026, 1, 5), "2026-01-05")],
)
def test_copy_text_escapes(value: object, expected: str) -> None:
    assert _copy_text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "bigint"),
        (1.5, "double precision"),
        (datetime(2026, 1, 5, tzinfo=UTC), "timestamptz"),
        (date(2026, 1, 5), "date"),
        ("x", "text"),
    ],
)
def test_column_types(value: object, expected: str) -> None:
    assert _sql_type(value) == expected
