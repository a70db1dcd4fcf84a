"""Addresses of labelled app packages: whole ones with their paths, shown by a scan and contacted by the code.

The labels are in ``bench/urls.tsv``: package, kind, address. They were written from the code before any version read
the packages. ``request`` is an address that code requests, ``base`` one that code gives to a client that joins paths to
it, ``library`` a constant of a library, whose joined paths are not labelled and count neither way. Query and fragment
are left out, and a path ends before its first unknown part, as in a scan. An address without a path is its host.
If a scan shows values of an unknown part, each address that fits the label counts as it. ``jdbc:`` is left out.
Packages are found as in ``bench.noise``, whose table has the hosts.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from bench import noise
from bench.measure import table
from bench.noise import Score
from tieback.model.errors import TiebackError
from tieback.pipeline.analyse import Analyser

TABLE = Path(__file__).with_name("urls.tsv")
_JDBC = re.compile(r"jdbc:(?:jtds:)?")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Addresses(NamedTuple):
    """Labelled addresses of one package, in the form of ``whole``."""

    requests: set[str]
    """Addresses that code requests, of the app or of a library."""
    bases: set[str]
    """Addresses that are right if they are shown, and not missed if they are not."""
    libraries: set[str]
    """Those of ``requests`` that are constants of libraries."""
    forms: Mapping[str, re.Pattern[str]] = MappingProxyType({})
    """Of labels with unknown parts: what a whole address must match to be one of them."""

    def score(self, shown: set[str]) -> Score:
        """Compare with the addresses that a scan shows.

        An address below a constant of a library shows this constant, and counts no further.
        """
        below = {
            address: {one for one in self.libraries if _is_below(address, one)}
            | {one for one, form in self.forms.items() if form.fullmatch(address)}
            for address in shown
        }
        known, found = self.requests | self.bases, set[str]().union(*below.values())
        wrong = {address for address, libraries in below.items() if address not in known and not libraries}
        return Score(len(shown & known | found), len(wrong), len(self.requests - shown - found))


def _is_below(address: str, library: str) -> bool:
    """True if an address is a constant of a library, or one to which more of a path is joined."""
    return f"{address}/".startswith(f"{library}/") or urlsplit(address).netloc == library


_VALUE = "0value0"
NOTHING = Addresses(set(), set(), set())
"""Those of a package that contacts nothing: it has no row."""


def whole(address: str) -> str:
    """An address in the form in which two are compared: without query, default port, last slash and unknown parts.

    A bare server, ``host:NAME`` or ``host:NAME:PORT`` in the table, is its name.
    """
    if address.startswith("host:"):
        return address.split(":")[1].lower()
    address = _JDBC.sub("", address)
    parts = urlsplit(address.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0])
    path: list[str] = []
    for name in parts.path.split("/"):
        if "{" in name:
            break
        path.append(name)
    host, _, port = parts.netloc.rpartition("@")[2].lower().partition(":")
    shown = f":{port}" if port and port != str(_PORTS.get(parts.scheme.lower())) else ""
    whole_path = "/".join(path).rstrip("/")
    return f"{parts.scheme.lower()}://{host}{shown}{whole_path}" if whole_path else host


def form(address: str) -> re.Pattern[str]:
    """What whole addresses match that have values for the unknown parts of a label, or end where the first begins."""
    filled = whole(address.replace("{}", _VALUE)).split(_VALUE)
    values = "[^/?#]+".join(map(re.escape, filled))
    return re.compile(f"{values}|{re.escape(filled[0].rstrip('/'))}")


def labelled() -> dict[str, Addresses]:
    """The addresses of the table by package."""
    found: dict[str, Addresses] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        package, kind, *rest = line.split("\t")
        one = found.setdefault(package, Addresses(set(), set(), set()))
        address = whole(rest[0])
        (one.bases if kind == "base" else one.requests).add(address)
        if kind == "library":
            one.libraries.add(address)
        if "{}" in rest[0]:
            found[package] = one._replace(forms={**one.forms, address: form(rest[0])})
    return found


def shown_addresses(analyser: Analyser, path: Path, links: set[str]) -> set[str]:
    """The addresses that a scan shows as back ends, without those of hosts that only people open."""
    found = set()
    for sighting in analyser.document(path).sightings:
        endpoint = sighting.endpoint
        if endpoint.host and endpoint.host not in links:
            value = whole(endpoint.value) if "://" in endpoint.value else endpoint.host
            found |= {whole(address) for address in sighting.addresses} or {value}
    return found


def run() -> str:
    """Score the packages that are here."""
    analyser, addresses = Analyser(), labelled()
    every = noise.labelled()
    sets = {package.chosen for package in every if package.name in addresses}
    packages = [package for package in every if package.chosen in sets]
    here = list(noise.found(packages))
    scores = []
    for package, path in here:
        links = {host for host, label in package.hosts.items() if label == "link"}
        try:
            shown = shown_addresses(analyser, path, links)
        except TiebackError:
            shown = set()
        scores.append(addresses.get(package.name, NOTHING).score(shown))
    total = Score(*(sum(counts) for counts in zip(*scores, strict=True))) if scores else Score(0, 0, 0)
    head = (
        "## Addresses that apps request\n\n`python -m bench urls`: addresses of `bench/urls.tsv` with their paths. "
        f"{len(here)} of {len(packages)} packages are here.\n\n"
    )
    shares = (f"{total.precision:.3f}", f"{total.recall:.3f}")
    row = (str(len(here)), str(total.right), str(total.wrong), str(total.missed), *shares)
    return head + table(("packages", "right", "wrong", "missed", "precision", "recall"), [row])
