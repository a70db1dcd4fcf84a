"""The command line inside this process, with an interface as that of a process of its own.

To start Python and import tieback takes 1 to 2 s of CPU, for each command. Tests of what a process does (its streams,
signals, environment, memory) start one; all others need only exit code and output.
"""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from tieback.cli.main import main


def command(
    *words: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Call ``tieback`` with these words. Arguments and result as those of ``subprocess.run``.

    In ``tests/servers``, the recorder hears what it sends; that to a base path is no declared send as it stands.
    """
    argv = ["tieback", *map(str, words)]
    mask = os.umask(0o022)
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        io.TextIOWrapper(out, encoding="utf-8") as stdout,
        io.TextIOWrapper(err, encoding="utf-8") as stderr,
        chdir(cwd or Path.cwd()),
        patch.dict(os.environ, os.environ if environment is None else environment, clear=True),
        patch.object(sys, "argv", argv),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        code: int | str | None = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        finally:
            os.umask(mask)
        texts = []
        for stream, file in ((stdout, out), (stderr, err)):
            stream.flush()
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(argv, code if isinstance(code, int) else int(code is not None), *texts)
