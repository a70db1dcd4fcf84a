"""Tools that contact servers: the addresses of the cases. Only loopback is ever passed to a tool."""

import json
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from bench.openback.schema import Case, Topic

TOPICS = frozenset({Topic.STORE})
CLAIMS = frozenset({"access", "product"})
"""Names of the claims that these tools can make."""


class Place(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def places(cases: Sequence[Case], folder: Path) -> dict[str, Place]:
    """The place of each case that has a server, by the id of the case.

    Raises:
        ValueError: an address is not loopback.
    """
    file = folder / "addresses.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    found: dict[str, Place] = {}
    for case in cases:
        if (one := known.get(case.input)) is None:
            continue
        place = Place(str(one["host"]), int(one["port"]))
        if not ip_address(place.host).is_loopback:
            raise ValueError(f"{place.host} is not loopback: openback contacts no other host")
        found[case.id] = place
    return found
