"""Betterleaks, the successor of gitleaks: ``scan_dir`` of ``pybetterleaks`` with its own rules and no validation.

``pybetterleaks`` has the engine as a library; its results are those of the program.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _credentials
from bench.openback.peers._programs import Worker, inside, package_version
from bench.openback.schema import Case, Result

TOPICS = _credentials.TOPICS
CLAIMS = _credentials.CLAIMS


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("secrets", "pybetterleaks")


def files(output: bytes) -> Iterator[str]:
    """The paths of an answer."""
    read = _credentials.document(output)
    return (one for one in read if isinstance(one, str)) if isinstance(read, list) else iter(())


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    import json

    with (
        TemporaryDirectory(prefix="openback-") as own,
        Worker(inside("secrets", "betterleaks"), Path(own), limits=_credentials.LIMITS) as worker,
    ):

        def scan(place: Path, _home: Path) -> bytes:
            return json.dumps(worker.ask(str(place))).encode()

        yield from _credentials.answers("betterleaks", version(), cases, folder, scan, files)
