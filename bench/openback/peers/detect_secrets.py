"""detect-secrets: ``detect-secrets scan --all-files`` with all its plug-ins, without verification."""

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
    return package_version("secrets", "detect-secrets")


def files(output: bytes) -> Iterator[str]:
    """The paths of a baseline."""
    read = _credentials.document(output)
    found = read.get("results") if isinstance(read, dict) else None
    return (path for path, every in found.items() if every) if isinstance(found, dict) else iter(())


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case. The tool prints paths relative to its current folder, where ``.`` leads to."""

    def scan(place: Path, home: Path) -> bytes:
        words = ["-C", str(place), "scan", "--all-files", "--no-verify", "."]
        return ended(
            run([program("secrets", "detect-secrets") or "detect-secrets", *words], home, limits=_credentials.LIMITS)
        )

    return _credentials.answers("detect_secrets", version(), cases, folder, scan, files)
