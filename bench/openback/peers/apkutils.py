"""apkutils: the texts of all DEX files of an app (``get_dex_strings``).

It gives texts and no judgement. Endpoints are read from them as ``_endpoints`` states.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _strings
from bench.openback.schema import Case, Result

TOPICS = _strings.TOPICS
CLAIMS = _strings.CLAIMS


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return _strings.version("apkutils")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    return _strings.answers("apkutils", "apkutils", cases, folder)
