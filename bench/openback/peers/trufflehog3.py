"""trufflehog3, a Python successor of the first TruffleHog: its rules and its measure of entropy, without history.

TruffleHog itself (Go) is not on PyPI, npm or Debian. See README.md of openback for how to add its output.
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
    return package_version("trufflehog3", "trufflehog3")


def files(output: bytes) -> Iterator[str]:
    """The paths of a JSON report."""
    return _credentials.texts(_credentials.document(output), "path")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""

    def scan(place: Path, home: Path) -> bytes:
        words: list[str | Path] = ["--no-history", "--zero", "--format", "JSON", "--processes", "1", place]
        return ended(
            run([program("trufflehog3", "trufflehog3") or "trufflehog3", *words], home, limits=_credentials.LIMITS)
        )

    return _credentials.answers("trufflehog3", version(), cases, folder, scan, files)
