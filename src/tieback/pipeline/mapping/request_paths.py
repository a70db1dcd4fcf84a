"""Paths of HTTP requests in captures: like the URLs of an app, they name containers and the base paths of stores.

A capture may have millions of paths. Per server, only paths are kept that say something new: another base path, or
another container. ``backends.base_paths`` and ``backends.probe_hints`` have the rules.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from tieback.backends.base_paths import suggest_bases
from tieback.backends.probe_hints import endpoint_hints
from tieback.intake.traffic.http import plain_path
from tieback.model.endpoint import Endpoint
from tieback.model.flow import CleartextSample, Flow

MAX_OF_FLOW = 8
"""Most paths of one flow."""
MAX_OF_SERVER = 32
"""Most paths of one server in the traffic of one app that suggest a base path, and as many others."""
MAX_EXAMINED = 2000
"""Most distinct paths of one server that are examined."""
_REQUEST = re.compile(rb"(?:\A|\n)[A-Z]{3,12} (\S{1,2000}) HTTP/1\.[01]\r?\n")
_DETAIL = re.compile(r"(?:\A|, )[A-Z]{3,12} (/\S{1,200})")
_ANY_TWO_SEGMENTS = "azure-blob"
"""Service whose containers are any first two segments: with identifiers in a path, each would be new."""
_MASKED = re.compile(r"/[^/]*\*\*\*")


def request_paths(flow: Flow, samples: Iterable[CleartextSample]) -> tuple[str, ...]:
    """Distinct paths of a flow's requests, without queries and without what may be secret.

    Args:
        flow: of any protocol.
        samples: its cleartext.
    """
    sent = (sample.data for sample in samples if sample.direction == "out" and sample.kind == "http")
    texts = (match[1].decode("latin-1") for data in sent for match in _REQUEST.finditer(data))
    found: dict[str, None] = {}
    for path in (*_DETAIL.findall(flow.detail), *map(plain_path, texts)):
        if len(found) == MAX_OF_FLOW:
            break
        shown = path[: masked.start()] if (masked := _MASKED.search(path)) else path
        if shown not in ("", "/"):
            found.setdefault(shown)
    return tuple(found)


class _Server:
    def __init__(self) -> None:
        self.examined: set[str] = set()
        self.below_base: dict[object, str] = {}
        """Paths that suggest a base path, by what they say."""
        self.at_root: dict[object, str] = {}
        """The others, by what they say."""


class PathTotals:
    """The paths of the servers of one app, added up flow by flow."""

    def __init__(self) -> None:
        self._servers: dict[str, _Server] = {}
        """By endpoint value."""
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, flow: Flow, endpoint: Endpoint, *, room: bool = True) -> bool:
        """Add the paths of a flow. Without room for a new path it is left out: the result is then false."""
        if not flow.paths:
            return True
        if not room:
            return endpoint.value in self._servers
        server = self._servers.setdefault(endpoint.value, _Server())
        for path in flow.paths:
            if path in server.examined or len(server.examined) == MAX_EXAMINED:
                continue
            server.examined.add(path)
            meaning = _meaning(endpoint, path)
            kept = server.below_base if len(meaning) > 1 else server.at_root
            if meaning and meaning not in kept and len(kept) < MAX_OF_SERVER:
                kept[meaning] = path
                self._count += 1
        return True

    def paths(self) -> Iterator[tuple[str, str]]:
        """Endpoint value and path."""
        for value, server in self._servers.items():
            yield from ((value, path) for path in (*server.below_base.values(), *server.at_root.values()))


def _meaning(endpoint: Endpoint, path: str) -> tuple[object, ...]:
    """What a path says about stores at a server: containers at the root, and below each base path; empty if nothing."""
    at = msgspec.structs.replace(endpoint, scheme="http", path=path)
    bases = ("", *(one.path for one in suggest_bases(path)))
    named = tuple((base, tuple(_containers(at, base))) for base in bases)
    return named if len(bases) > 1 or named[0][1] else ()


def _containers(endpoint: Endpoint, base: str) -> Iterator[tuple[str, str]]:
    return (pair for pair in endpoint_hints(endpoint, base).names if pair[0] != _ANY_TWO_SEGMENTS)
