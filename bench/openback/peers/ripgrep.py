"""unzip and ripgrep: every URL in every file of an app, as ``unzip -p APP | rg -a -o PATTERN`` prints it.

What a person does without a tool. Packed resources are read as they are, so texts of UTF-16 are not found.
Endpoints are read as ``_endpoints`` states.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _endpoints
from bench.openback.peers._answers import ended, input_file, results
from bench.openback.peers._programs import run
from bench.openback.schema import Case, Claim, Result, Topic

TOPICS = frozenset({Topic.APP})
CLAIMS = frozenset({"endpoint", "host"})
PATTERN = "[a-z][a-z0-9+.-]{1,20}://[^\\s\"'<>`\\\\\\x00-\\x20\\x7f-\\xff]{3,2000}"
_SCRIPT = 'case "$1" in *.apk) unzip -p "$1";; *) cat "$1";; esac | rg -a -o --no-filename -i "$2"'


def version() -> str | None:
    """Version of ripgrep; ``None`` if it or unzip is not installed."""
    if shutil.which("rg") is None or shutil.which("unzip") is None:
        return None
    said = subprocess.run(["rg", "--version"], capture_output=True, text=True, check=False).stdout
    return said.split()[1] if len(said.split()) > 1 else None


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case; ripgrep ends with 1 if it finds nothing."""
    with TemporaryDirectory(prefix="openback-") as home:

        def decide(case: Case) -> Iterable[Claim]:
            file = input_file(case, folder)
            done = run(["sh", "-c", _SCRIPT, "sh", file, PATTERN], Path(home))
            return list(_endpoints.claims(ended(done, (0, 1)).decode("utf-8", "replace").splitlines()))

        yield from results("ripgrep", version(), cases, decide)
