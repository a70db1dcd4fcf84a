"""androguard: the texts of all DEX files of an app, and its string resources in every locale.

androguard gives texts and no judgement. Endpoints are read from them as ``_endpoints`` states, which is the same
for all tools that give texts. Scripts, other assets and native libraries are not read, so ``.js`` and library
inputs are unsupported.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _strings
from bench.openback.schema import Case, Result

TOPICS = _strings.TOPICS
CLAIMS = _strings.CLAIMS


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return _strings.version("androguard")


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    return _strings.answers("androguard", "androguard", cases, folder, (".apk", ".dex"))
