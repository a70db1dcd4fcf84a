"""TruffleHog, on no registry: the JSON lines of ``trufflehog filesystem --no-verification --json`` in
``trufflehog.jsonl``.

``SourceMetadata.Data.Filesystem.file`` names the file, whose path has ``credential/CASE/...``. Every finding is the
claim ``credential``. Tested on output made up by its documentation.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from bench.openback.peers import _brought, _credentials
from bench.openback.peers._answers import results
from bench.openback.schema import Case, Claim, Result

TOPICS = _credentials.TOPICS
CLAIMS = _credentials.CLAIMS


def version() -> str | None:
    """The version that was brought with the output."""
    return _brought.version("trufflehog")


def findings(lines: Iterable[dict[str, Any]]) -> dict[str, dict[Claim, None]]:
    """The claims by the name of the case's folder; lines without a file, such as those of its log, are left out."""
    found: dict[str, dict[Claim, None]] = {}
    for one in lines:
        part: Any = one
        for key in ("SourceMetadata", "Data", "Filesystem", "file"):
            part = part.get(key) if isinstance(part, dict) else None
        steps = PurePosixPath(part).parts if isinstance(part, str) else ()
        if "credential" not in steps[:-2]:
            continue
        at = len(steps) - 1 - steps[::-1].index("credential")
        if len(steps) > at + 2:
            name = "/".join(steps[at + 2 :])
            found.setdefault(steps[at + 1], {})[Claim("credential", "secret", name)] = None
    return found


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case; no finding in a folder is an answer too."""
    found = findings(_brought.lines_of(_brought.place("trufflehog") / "trufflehog.jsonl"))
    return results("trufflehog", version(), cases, lambda case: list(found.get(case.input, {})))
