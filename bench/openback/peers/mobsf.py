"""MobSF, whose package does not bring the decompiler that it needs: a report of its REST API per app, ``APP.json``.

The lists ``urls`` and ``firebase_urls`` become ``endpoint`` and ``host`` as ``_endpoints`` states, the keys of
``domains`` become ``host``. ``APP`` is the input of the case without its ending. Tested on output made up by its
documentation.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.openback.peers import _brought, _endpoints
from bench.openback.peers._answers import results
from bench.openback.peers._programs import ToolError
from bench.openback.schema import Case, Claim, Result, Topic

TOPICS = frozenset({Topic.APP})
CLAIMS = frozenset({"endpoint", "host"})
MAX_CLAIMS = 20_000


def version() -> str | None:
    """The version that was brought with the reports."""
    return _brought.version("mobsf")


def claims(report: dict[str, Any]) -> list[Claim]:
    """The claims of a report; parts of another form are left out."""
    texts: list[str] = []
    for key in ("urls", "firebase_urls"):
        listed = report.get(key)
        for one in listed if isinstance(listed, list) else ():
            every = one.get("urls", one.get("url")) if isinstance(one, dict) else one
            texts += [text for text in (every if isinstance(every, list) else [every]) if isinstance(text, str)]
    domains = report.get("domains")
    hosts = [Claim("host", name.lower()) for name in domains] if isinstance(domains, dict) else []
    return [*_endpoints.claims(texts), *hosts[:MAX_CLAIMS]]


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:  # noqa: ARG001
    """A result per case; a case without a report failed."""

    def decide(case: Case) -> Iterable[Claim]:
        file = _brought.place("mobsf") / f"{Path(case.input).stem}.json"
        if not file.is_file():
            raise ToolError(f"no report {file.name}")
        return claims(_brought.document_of(file))

    return results("mobsf", version(), cases, decide)
