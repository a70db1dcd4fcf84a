"""whispers: all its rules on the files that it can parse; it reads structured texts, and no DEX files."""

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
    return package_version("whispers", "whispers")


def files(output: bytes) -> Iterator[str]:
    """The paths of a JSON report."""
    return _credentials.texts(_credentials.document(output), "file")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""

    def scan(place: Path, home: Path) -> bytes:
        report = home / "report.json"
        report.unlink(missing_ok=True)
        ended(
            run(
                [program("whispers", "whispers") or "whispers", "-o", report, "-e", "0", place],
                home,
                limits=_credentials.LIMITS,
            )
        )
        return report.read_bytes() if report.exists() else b""

    return _credentials.answers("whispers", version(), cases, folder, scan, files)
