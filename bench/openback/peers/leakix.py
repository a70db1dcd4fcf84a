"""LeakIX: events of its scanner ``l9explore``, on no registry, in ``events.jsonl`` (l9format, one event per line).

An event belongs to the case with its ``ip`` and ``port``. ``service.software.name`` or else ``protocol`` is the
claim ``product``. An event of the type ``leak``, or ``service.credentials.noauth``, is ``access`` = ``open``.
``leak.dataset.rows`` is ``records``, and without rows and collections the access is ``empty``. LeakIX reports no
server that is closed. Its web site has hosts of the Internet alone, and is not used. Tested on output made up by
its published schema.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.openback.peers import _brought, _stores
from bench.openback.peers._answers import UnsupportedError, results
from bench.openback.peers.nuclei import PRODUCTS
from bench.openback.schema import Case, Claim, Result

TOPICS = _stores.TOPICS
CLAIMS = _stores.CLAIMS


def version() -> str | None:
    """The version that was brought with the output."""
    return _brought.version("leakix")


def events(lines: Iterable[dict[str, Any]]) -> dict[tuple[str, int], list[Claim]]:
    """The claims by address and port; events without them are left out."""
    found: dict[tuple[str, int], list[Claim]] = {}
    for one in lines:
        port = str(one.get("port", ""))
        if not isinstance(one.get("ip"), str) or not port.isdecimal() or len(port) > 5:
            continue
        claims = found.setdefault((one["ip"], int(port)), [])
        service, leak = _part(one, "service"), _part(one, "leak")
        named = f"{_part(service, 'software').get('name') or one.get('protocol') or ''}".lower()
        claims += [Claim("product", product) for word, product in PRODUCTS.items() if word in named][:1]
        if one.get("event_type") == "leak" or _part(service, "credentials").get("noauth") is True:
            data = _part(leak, "dataset")
            rows, collections = data.get("rows"), data.get("collections")
            claims.append(Claim("access", "empty" if rows == 0 and not collections and leak else "open"))
            if isinstance(rows, int) and rows > 0:
                claims.append(Claim("records", rows))
    return found


def _part(one: dict[str, Any], key: str) -> dict[str, Any]:
    part = one.get(key)
    return part if isinstance(part, dict) else {}


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case; a case without events is undecided."""
    places = _stores.places(cases, folder)
    found = events(_brought.lines_of(_brought.place("leakix") / "events.jsonl"))

    def decide(case: Case) -> Iterable[Claim] | None:
        if case.id not in places:
            raise UnsupportedError("server not here")
        return found.get((places[case.id].host, places[case.id].port))

    return results("leakix", version(), cases, decide)
