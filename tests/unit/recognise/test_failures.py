"""An error of tieback's own code in one part of an app costs nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.small_files import read_small_file
from tieback.model.errors import StoppedError
from tieback.model.sighting import Problem, Sighting, UnreadKind
from tieback.recognise import failures
from tieback.recognise.dataflow.constants import ConstantEnds
from tieback.recognise.dataflow.extract import DataflowExtractor
from tieback.recognise.hermes.extract import HermesExtractor
from tieback.recognise.interface import Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.config import ConfigExtractor

DEX = (Path(__file__).parent / "dataflow" / "dex" / "library.dex").read_bytes()
RULES = RuleFiles()
HOSTS = {"text.made.test", "both.made.test", "own.made.test", "track.made.test"}


class BrokenError(Exception):
    pass


def breaks(*_: object, **__: object) -> Iterator[Find]:
    yield from ()
    raise BrokenError


def searched() -> list[Find]:
    text = Artifact("a.json", (Buffer("a.json", BufferKind.TEXT, b'{"url": "https://text.made.test/v1"}'),))
    code = [piece for piece in read_dex("classes.dex", DEX) if isinstance(piece, Artifact)]
    return list(AppSearch(RULES).finds([text, *code]))


@each(
    ("where", "name", "file"),
    [
        (ConfigExtractor, "extract", "a.json"),
        (HermesExtractor, "extract", "a.json"),
        (DataflowExtractor, "extract_app", "classes.dex"),
        (ConstantEnds, "settle", "classes.dex"),
    ],
)
def test_an_error_is_a_problem_and_every_other_find_stays(
    where: type, name: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(failures, "RAISED", False)
        patched.setattr(where, name, (lambda *_: next(breaks())) if where is ConstantEnds else breaks)
        finds = searched()
    assert {one.endpoint.host for one in finds if isinstance(one, Sighting)} == HOSTS
    problems = [one for one in finds if isinstance(one, Problem) and one.where == file]
    assert [one.unread for one in problems] == [UnreadKind.FAILED]
    assert problems[0].what.startswith(
        "an error of tieback ended the search of this part (BrokenError at test_failures.py:"
    )


def test_an_error_in_files_that_are_searched_together_costs_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "RAISED", False)
    monkeypatch.setattr(AppSearch, "_gathered", breaks)
    text = Artifact("a.json", (Buffer("a.json", BufferKind.TEXT, b'{"url": "https://text.made.test/v1"}'),))
    finds = list(AppSearch(RULES).finds([ArtifactBatch(("b.json",), (b"{}",), read_small_file), text]))
    assert [one.endpoint.host for one in finds if isinstance(one, Sighting)] == ["text.made.test"]
    assert [one.unread for one in finds if isinstance(one, Problem)] == [UnreadKind.FAILED]


def test_tests_see_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfigExtractor, "extract", breaks)
    with pytest.raises(BrokenError):
        searched()


@each("error", [StoppedError("stopped"), MemoryError()])
def test_the_end_of_a_run_is_no_problem_of_a_file(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "RAISED", False)
    with pytest.raises(type(error)):
        failures.failure(error, "a.json")
