"""Kingfisher: ``kingfisher scan`` with all its rules, without validation, Git history and update check.

Validation would try each find at its service. Confidence is the default, medium and above.
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
    return package_version("secrets", "kingfisher-bin")


def files(output: bytes) -> Iterator[str]:
    """The paths of a JSON report: a document with the finds, and one with a summary, each a line."""
    for line in output.splitlines():
        read = _credentials.document(line)
        yield from _credentials.texts(read.get("findings") if isinstance(read, dict) else None, "finding", "path")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case. The codes 200 and 205 tell that there are finds."""

    def scan(place: Path, home: Path) -> bytes:
        words: list[str | Path] = [
            "scan",
            place,
            "--format",
            "json",
            "--no-validate",
            "--git-history",
            "none",
            "--no-update-check",
        ]
        done = run(
            [program("secrets", "kingfisher") or "kingfisher", *words, "--jobs", "1"], home, limits=_credentials.LIMITS
        )
        return ended(done, (0, 200, 205))

    return _credentials.answers("kingfisher", version(), cases, folder, scan, files)
