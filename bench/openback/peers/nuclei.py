"""nuclei, on no registry: its JSON lines (``-jsonl``) in ``nuclei.jsonl``.

A finding belongs to the case whose address and port are in ``matched-at``. A word of ``PRODUCTS`` in the template's
id or tags is the claim ``product``. ``access`` is ``open`` for templates whose id or tags have a word of
``OPENING``; templates that only detect a service claim no access. nuclei reports no server that is closed. Tested
on output made up by its documentation.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.openback.peers import _brought, _stores
from bench.openback.peers._answers import UnsupportedError, results
from bench.openback.schema import Case, Claim, Result

TOPICS = _stores.TOPICS
CLAIMS = _stores.CLAIMS
PRODUCTS = {
    "clickhouse": "clickhouse", "couchdb": "couchdb", "docker-registry": "docker-registry",
    "elasticsearch": "elasticsearch", "opensearch": "opensearch", "etcd": "etcd", "influxdb": "influxdb",
    "mariadb": "mariadb", "memcached": "memcached", "mongodb": "mongodb", "mongo": "mongodb", "mqtt": "mosquitto",
    "mysql": "mysql", "nats": "nats", "ldap": "openldap", "postgresql": "postgresql", "postgres": "postgresql",
    "pgsql": "postgresql", "prometheus": "prometheus", "rabbitmq": "rabbitmq", "redis": "redis",
    "zookeeper": "zookeeper",
}  # fmt: skip
OPENING = frozenset({"unauth", "unauthenticated", "noauth", "exposed", "exposure", "misconfig", "unprotected"})
_WORD = re.compile(r"[a-z0-9]{1,40}")
_END = re.compile(r"(?:^|//)\[?([0-9A-Fa-f.:]{2,45}?)\]?:(\d{1,5})(?:/|$)")


def version() -> str | None:
    """The version that was brought with the output."""
    return _brought.version("nuclei")


def findings(lines: Iterable[dict[str, Any]]) -> dict[tuple[str, int], list[Claim]]:
    """The claims by address and port; findings without them are left out."""
    found: dict[tuple[str, int], list[Claim]] = {}
    for one in lines:
        match = _END.search(str(one.get("matched-at") or one.get("host") or "")[:2000])
        if match is None:
            continue
        info = one.get("info")
        tags = info.get("tags") if isinstance(info, dict) else None
        names = [str(one.get("template-id", "")), *(tags if isinstance(tags, list) else str(tags or "").split(","))]
        text = " ".join(str(name).lower() for name in names)[:10_000]
        claims = found.setdefault((match[1], int(match[2])), [])
        claims += [Claim("product", product) for word, product in PRODUCTS.items() if word in text][:1]
        if OPENING & set(_WORD.findall(text)):
            claims.append(Claim("access", "open"))
    return found


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """A result per case; a case without findings is undecided."""
    places = _stores.places(cases, folder)
    found = findings(_brought.lines_of(_brought.place("nuclei") / "nuclei.jsonl"))

    def decide(case: Case) -> Iterable[Claim] | None:
        if case.id not in places:
            raise UnsupportedError("server not here")
        return found.get((places[case.id].host, places[case.id].port))

    return results("nuclei", version(), cases, decide)
