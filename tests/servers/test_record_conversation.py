"""``tools/record-conversation`` adds a server on loopback to the recordings, without a name of this machine."""

import base64
import csv
import platform
import shutil
import tarfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from bench.recordings import FOLDER
from tests.lab.stores import PEOPLE
from tieback.lab.process import RunningServer
from tieback.scope.transcript import read_transcripts

ROOT = Path(__file__).parents[2]


def _tool() -> ModuleType:
    loader = SourceFileLoader("record_conversation", str(ROOT / "tools" / "record-conversation"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def _names(folder: Path) -> list[str]:
    with tarfile.open(folder / "conversations.tar.xz") as archive:
        return archive.getnames()


@pytest.mark.more
@pytest.mark.servers
def test_a_new_server_is_recorded_at_both_depths_with_its_truth(tmp_path: Path, valkey_open: RunningServer) -> None:
    folder = tmp_path / "recordings"
    shutil.copytree(FOLDER, folder)
    before, name = _names(folder), f"valkey-test-open-{valkey_open.port}"
    words = ["valkey-test-open", f"127.0.0.1:{valkey_open.port}", "--product", "valkey", "--access", "open"]
    for _ in range(2):  # the second replaces the first
        assert _tool().main([*words, "--records", str(PEOPLE)], folder) == 0
        assert _names(folder) == sorted([*before, f"{name}.describe.jsonl", f"{name}.sample.jsonl"])
    with (folder / "truth.tsv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["conversation"] == name]
    assert [(row["product"], row["access"], row["records"]) for row in rows] == [("valkey", "open", str(PEOPLE))]
    with tarfile.open(folder / "conversations.tar.xz") as archive:
        archive.extract(f"{name}.describe.jsonl", tmp_path, filter="data")
    assert any(one.probe == "redis" for one in read_transcripts(tmp_path / f"{name}.describe.jsonl"))


def test_words_of_this_machine_are_replaced_by_others_of_the_same_length() -> None:
    tool = _tool()
    secret = f"{ROOT}/data on {platform.node()}".encode()
    event = {"at": 1, "what": "received", "data": base64.b64encode(secret).decode()}
    line = msgspec.json.encode({"lines": [{"address": "127.0.0.1", "events": [event]}]})
    (hidden,) = [msgspec.json.decode(one) for one in tool.hide(line, tool.private_words(["data on"])).splitlines()]
    data = base64.b64decode(hidden["lines"][0]["events"][0]["data"])
    assert len(data) == len(secret)
    assert str(ROOT).encode() not in data
    assert b"data on" not in data


@pytest.mark.parametrize("place", ["192.0.2.1:6379", "localhost:6379", "127.0.0.1", "store.test:1", "0.0.0.0:1"])
def test_other_addresses_are_refused(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _tool().main(["redis-7-open", place, "--product", "redis", "--access", "open"])
    assert ended.value.code == 2
    assert "record servers of your own" in capsys.readouterr().err
