"""Results and messages appear above a progress bar, not behind it."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest

from tests.each import each
from tieback.cli.above_bar import AboveBar, above_bar

CODE = """
import sys, typer
from tieback.cli.logs import CommandLog, write_event
from tieback.cli.terminal import data_console, message_console, progress_bar, write_line
log = CommandLog()
log.open(None, verbose=True)
with progress_bar("reading") as progress:
    progress(1, 3)
    write_event("LOG")
    data_console().print("TABLE")
    message_console().print("MESSAGE")
    progress(2, 3)
    write_line(b"DOCUMENT")
    typer.echo("ECHO", err=True)
log.close(0)
print("END", type(sys.stdout).__name__)
"""


@each(("text", "shown"), [("a\n", True), ("Continue? ", False), (b"{}\n", True), ("", False)])
def test_the_bar_is_erased_before_and_drawn_after_a_whole_line(text: str | bytes, shown: bool) -> None:
    calls: list[str] = []
    target = io.BytesIO() if isinstance(text, bytes) else io.StringIO()
    stream = AboveBar(target, lambda: calls.append("hide"), lambda: calls.append("show"))
    stream.write(text)
    assert (target.getvalue(), calls) == (text, ["hide", "show"] if shown else ["hide"])


def test_what_is_no_terminal_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with above_bar(lambda: None, lambda: None):
        assert (sys.stdout, sys.stderr) == (out, err)


def test_every_way_to_print_is_above_the_bar_of_a_terminal() -> None:
    text = _on_terminal("xterm")
    for word in ("TABLE", "MESSAGE", "DOCUMENT", "ECHO"):
        assert re.search(rf"(?:\x1b\[2K|\n){word}\r\n", text), text
    assert re.search(r"(?:\x1b\[2K|\n)\{[^\n]*LOG[^\n]*\}\r\n", text), text
    assert "END TextIOWrapper" in text


def test_a_terminal_that_erases_no_line_has_no_bar() -> None:
    lines = _on_terminal("dumb").splitlines()
    assert [line for line in lines if not line.startswith("{")] == [
        "TABLE", "MESSAGE", "DOCUMENT", "ECHO", "END TextIOWrapper",
    ]  # fmt: skip


def _on_terminal(kind: str) -> str:
    """What a terminal of this kind receives."""
    main, terminal = pty.openpty()
    environment = {**os.environ, "TERM": kind, "COLUMNS": "80"}
    command = [sys.executable, "-c", CODE]
    shown = b""
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment) as process:
        os.close(terminal)
        while chunk := _read(main):
            shown += chunk
        assert process.wait(60) == 0
    os.close(main)
    return shown.decode()


def _read(number: int) -> bytes:
    try:
        return os.read(number, 65536)
    except OSError:  # the other side is closed
        return b""
