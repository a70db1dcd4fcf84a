"""A format has the same name in every command; earlier spellings work, but help hides them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.each import each
from tests.unit.cli.conftest import Run
from tieback.cli.formats import FORMATS, OLD_NAMES, format_name
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.model.errors import UsageError


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that help shows, with its words."""
    for name, command in getattr(group, "commands", {}).items():
        if not command.hidden:
            yield (*path, name), command
            yield from commands(command, *path, name)


ALL = dict(commands(load_all(typer.main.get_command(build()))))
WITH_FORMAT = {
    words: next(option for option in command.params if "--format" in option.opts)
    for words, command in ALL.items()
    if any("--format" in option.opts for option in command.params)
}


def test_many_commands_have_a_format() -> None:
    assert len(WITH_FORMAT) > 30


OTHER_FILES = {
    ("capture", "verify-device"): "the result is one JSON document",
    ("case", "evidence"): "the archive is a ZIP file",
    ("letter", "write"): "a folder",
    ("inventory", "fetch"): "a folder",
}
"""Commands whose ``--format`` is not that of their ``--out``."""


def test_each_command_that_writes_a_format_to_a_file_follows_its_suffix(run: Run) -> None:
    with_file = {words for words in WITH_FORMAT if any("--out" in option.opts for option in ALL[words].params)}
    assert OTHER_FILES.keys() <= with_file
    arguments: dict[tuple[str, ...], tuple[str, ...]] = {("report", "diff"): ("a.json", "b.json")}
    for words in sorted(with_file - OTHER_FILES.keys()):
        ended = run(*words, *arguments.get(words, ()), "--out", "file.unknown")
        assert (words, ended.code, "no format has this suffix" in ended.err) == (words, 2, True)


@each("words", WITH_FORMAT, ids=" ".join)
def test_names_come_from_one_list(words: tuple[str, ...]) -> None:
    offered = [one.value for one in WITH_FORMAT[words].shell_complete(None, "")]
    assert offered
    assert set(offered) <= set(FORMATS)
    assert not set(offered) & set(OLD_NAMES)


@each("words", WITH_FORMAT, ids=" ".join)
def test_json_commands_also_offer_json_lines(words: tuple[str, ...]) -> None:
    offered = {one.value for one in WITH_FORMAT[words].shell_complete(None, "")}
    assert "json" not in offered or words == ("report", "diff") or "ndjson" in offered


@each(
    ("text", "names", "name"),
    [
        ("table", ["table", "json"], "table"),
        ("terminal", ["table", "html"], "table"),
        ("md", ["markdown"], "markdown"),
        ("ndjson", ["table", "json"], "json"),
        ("ndjson", ["json", "ndjson"], "ndjson"),
        ("jsonl", ["json", "ndjson"], "ndjson"),
        ("jsonl", ["table", "json"], "json"),
    ],
)
def test_spellings(text: str, names: list[str], name: str) -> None:
    assert format_name(text, names) == name


@pytest.mark.parametrize("text", ["xml", "", "JSON", "terminal"])
def test_an_unknown_format_names_the_choices(text: str) -> None:
    with pytest.raises(UsageError, match=r"--format .*: unknown format\. Choose one of json, ndjson, csv"):
        format_name(text, ["json", "csv"])


def test_json_lines_have_two_names(run: Run, apps: Path) -> None:
    first, second = (
        run("app", apps / "fieldhand.apk", "--workers", "1", "--format", name) for name in ("json", "ndjson")
    )
    assert first == second
    assert json.loads(first.out)["app"]["name"] == "Fieldhand"


@pytest.mark.parametrize(
    "words",
    [
        ("report", "--format", "terminal"),
        ("report", "diff", "a", "b", "--format", "terminal"),
        ("backend", "targets", "--for", "nmap"),
    ],
)
def test_earlier_spellings_reach_the_workspace(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert (ended.code, "unknown format" in ended.err) == (4, False)


def test_help_hides_earlier_spellings(run: Run) -> None:
    assert "terminal" not in run("report", "--help").out
    assert "--for " not in run("backend", "targets", "--help").out
