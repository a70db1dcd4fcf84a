"""Names from apps, servers and files in a terminal, a CI log, JSON lines and Markdown."""

import io
import json
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from tests.each import each
from tests.unit.cli.conftest import Run, apps, run
from tieback.cli.terminal import print_failure, print_problem
from tieback.console import SafeConsole
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.safe_text import escape_commands, escape_json, escape_line
from tieback.report.encoding import encode_row

__all__ = ("apps", "run")

UNSAFE = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufff9\U000e0001\U000e0041",
]
COMMANDS = ["::error::x", "  ::add-mask::x", "::set-output name=a::b", "a ##[error]x", "##[group]x"]
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def is_command(line: str) -> bool:
    """True if GitHub Actions would execute a line of a log."""
    return re.match(r"\s*::.*::", line) is not None or re.search(r"##\[[^\]]*\]", line) is not None


@each("sign", UNSAFE)
def test_no_unsafe_character_in_a_line_of_messages(sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(InputError("not an app", where=f"a{sign}b.apk"))
    print_problem(f"a{sign}b")
    lines = capsys.readouterr().err.split("\n")
    assert len(lines) == 3
    assert not any(sign in line for line in lines)


@each("sign", [sign for sign in UNSAFE if sign not in "\n\t"])
def test_no_unsafe_character_in_a_console(sign: str) -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, width=60, force_terminal=True, color_system=None)
    table = Table("a", f"head{sign}x")
    table.add_row(f"cell{sign}x", Text(f"text{sign}x", style="bold"))
    console.print(Text(f"line{sign}x"), f"more{sign}x", table)
    console.print(f"plain{sign}x", markup=False)
    # With a terminal, only our own styles begin with ESC.
    shown = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert sign not in shown.replace("\r\n", "\n")
    assert "line" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_a_command_of_a_log(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    console = SafeConsole(file=out, width=100, highlight=False)
    table = Table(box=None, pad_edge=False)
    table.add_row(Text(command), "x")
    console.print(Text(command), style="dim")
    console.print(Text(f"a\n{command}"))
    console.print(command, markup=False)
    console.print(table)
    print_failure(InputError("x", where=f"a\n{command}"))
    lines = [*out.getvalue().splitlines(), *capsys.readouterr().err.splitlines()]
    assert not [line for line in lines if is_command(line)]
    assert not is_command(escape_line(command))


def test_addresses_are_not_commands() -> None:
    assert escape_commands("::1") == "::1"
    assert escape_commands("fe80::1 and fe80::2") == "fe80::1 and fe80::2"


def test_joiners_stay() -> None:
    assert escape_line("می‌خواهم") == "می‌خواهم"


@each("sign", UNSAFE)
def test_json_holds_no_unsafe_character_and_the_same_value(sign: str) -> None:
    value = {"name": f"a{sign}b", f"k{sign}": [f"{sign}"]}
    for line in (encode_row(value), encode("app", value)):
        assert sign not in line.decode()
        assert json.loads(line)["name"] == value["name"]
        assert len(line.decode().splitlines()) == 1


@given(st.text())
def test_json_keeps_every_value(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    line = escape_json(msgspec.json.encode([text + "##[x]"]))
    assert msgspec.json.decode(line) == [text + "##[x]"]
    assert not RAW.search(line.decode())
    assert b"##[" not in line


def test_a_hostile_file_name(run: Run, apps: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(apps / "workhub.apk", folder / "w\x1b[31m\n::error::x.apk")
    (folder / "t\x9b31m\u202e\n::error::y.apk").write_text("not an app")
    for words in (("app", folder), ("app", folder, "--format", "json"), ("scan", folder, "-w", "ws", "--workers", "1")):
        ended = run(*words)
        assert not RAW.search(ended.out + ended.err)
        assert not [line for line in (ended.out + "\n" + ended.err).splitlines() if is_command(line)]
