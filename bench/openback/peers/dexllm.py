"""dexllm: the indicators of ``extract_iocs``, its documented call for what an app contacts.

URLs become ``endpoint`` and ``host``, domains and addresses ``host``. E-mail addresses are no claim. It leaves out
names that it knows to be packages or namespaces (``denoise``, on by default).
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.openback.peers import _endpoints, _strings
from bench.openback.schema import Case, Claim, Result

TOPICS = _strings.TOPICS
CLAIMS = _strings.CLAIMS
_HOSTS = frozenset({"domains", "ips", "onions", "onion"})


def version() -> str | None:
    """Version of the library; ``None`` if it is not installed."""
    return _strings.version("dexllm")


def claims(lines: Iterable[str]) -> Iterator[Claim]:
    """Claims of the lines ``KIND VALUE`` of ``inside.strings``."""
    for line in lines:
        kind, _, value = line.partition(" ")
        if kind in _HOSTS:
            host, _, port = value.lower().partition(":")
            yield Claim("host", host)
            if port.isdecimal():
                yield Claim("endpoint", f"{host}:{port}")
        else:
            yield from _endpoints.claims([value])


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case."""
    return _strings.answers("dexllm", "dexllm", cases, folder, read=claims, name="dexllm_iocs")
