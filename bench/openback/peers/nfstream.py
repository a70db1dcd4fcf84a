"""nfstream: ``application_name`` of each flow, by its copy of nDPI. Names that nDPI guessed from the port are no claim.

A name such as ``TLS.MongoDB`` counts by each of its parts.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.openback.peers import _captures
from bench.openback.peers._captures import Flow
from bench.openback.peers._programs import ToolError, Worker, inside, package_version
from bench.openback.schema import Case, Result

TOPICS = _captures.TOPICS
CLAIMS = _captures.CLAIMS


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return package_version("nfstream", "nfstream")


def flows(said: object) -> Iterator[Flow]:
    """The flows of an answer of ``inside.nfstream``.

    Raises:
        ToolError: it is no such answer.
    """
    if not isinstance(said, list):
        raise ToolError("answered with no list of flows")
    for one in said:
        if not isinstance(one, list) or len(one) != 4:
            raise ToolError("answered with another flow")
        address, port, name, guessed = one
        if not guessed:
            for word in str(name).split("."):
                yield str(address), str(port), word


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    with TemporaryDirectory(prefix="openback-") as own, Worker(inside("nfstream", "flows"), Path(own)) as worker:
        yield from _captures.answers(
            "nfstream", version(), cases, folder, lambda file, _home: flows(worker.ask(str(file)))
        )
