"""Commands are imported when they run; their names and help in lists are those of the commands themselves."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from tests.each import each
from tieback.cli.commands import COMMANDS
from tieback.cli.lazy import CommandEntry, LazyCommand, load_all, one_line
from tieback.cli.main import build


def python(code: str) -> str:
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return ended.stdout.strip()


@each("entry", COMMANDS, ids=lambda entry: entry.name)
def test_an_entry_says_what_its_command_says(entry: CommandEntry) -> None:
    command = LazyCommand(entry).loaded
    assert (command.name, command.hidden) == (entry.name, entry.hidden)
    assert (command.help or "").split("\n\n")[0].replace("\n", " ") == entry.help


def test_help_is_the_same_with_all_commands_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    helps = []
    for load in (lambda group: group, load_all):
        application = build()
        monkeypatch.setattr(typer.testing, "_get_command", lambda one, load=load: load(typer.main.get_command(one)))
        helps.append(CliRunner().invoke(application, ["--help"]).output)
    assert helps[0] == helps[1]
    assert "posture" in helps[0]


def test_the_help_renderer_comes_without_markdown_until_it_is_used() -> None:
    code = (
        "import sys; from tieback.cli.lazy import import_help_renderer as light; light()\n"
        "from typer import rich_utils\n"
        "assert not {'rich.markdown', 'rich.traceback', 'markdown_it'} & set(sys.modules)\n"
        "text = rich_utils._make_rich_text(text='**a**', markup_mode='markdown')\n"
        "import rich.markdown; assert type(text) is rich.markdown.Markdown\n"
        "light(); from rich.traceback import Traceback; print(Traceback.from_exception)"
    )
    assert "Traceback.from_exception" in python(code)


@each(
    ("text", "shown"),
    [
        ("One sentence over\ntwo lines.", "One sentence over two lines."),
        ("Forms:\n- one\n- two", "Forms:\n- one\n- two"),
        ("Words:\n  indented", "Words:\n  indented"),
    ],
)
def test_a_paragraph_of_help_has_no_line_breaks_of_its_source(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_the_terminal_breaks_the_help_of_commands_and_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    text = CliRunner().invoke(build(), ["recheck", "--help"]).output
    assert "ransomed, open, names only, unreachable. Only" in text
