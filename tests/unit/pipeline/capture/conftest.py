"""A stand-in for ``frida``, which is no Frida, and a folder of scripts."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

type Frida = Callable[[str], None]
HOOK = b"Java.perform(() => {});\n"
STAYS = "print('ARGV', *sys.argv[1:], flush=True); time.sleep(60)"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts; touch $HOME"
    folder.mkdir()
    (folder / "hook.js").write_bytes(HOOK)
    (folder / "notes.txt").write_text("no script")
    return folder


@pytest.fixture
def frida(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Frida:
    """Make the stand-in do something."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

    def write(code: str) -> None:
        (programs / "frida").write_text(f"#!{sys.executable}\nimport sys, time\n{code}\n")
        (programs / "frida").chmod(0o755)

    write(STAYS)
    return write
