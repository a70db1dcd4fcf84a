"""Honeypot detection, with reasons: canned responses, impossible combinations, too many products at one address.

A flagged store is reported but excluded from all totals. Lists and their sources: ``honeypots.toml``. No extra requests
are sent; only what probes record anyway (``ProbeReport.traits``) is used, so a careful honeypot stays undetected.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from ipaddress import ip_address

import msgspec

from tieback.model.count_text import count_text
from tieback.model.probe import Outcome, ProbeReport


class _Canned(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    traits: dict[str, str]
    reason: str


class _Never(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    product: str
    version: str


class _Fits(msgspec.Struct, forbid_unknown_fields=True):
    source: str
    product: str
    trait: str
    pairs: dict[str, str]


class _Crowd(msgspec.Struct, forbid_unknown_fields=True):
    products: int
    stores: int


class HoneypotData(msgspec.Struct, forbid_unknown_fields=True):
    """The content of ``honeypots.toml``."""

    sources: dict[str, str]
    canned: list[_Canned]
    never: list[_Never]
    fits: list[_Fits]
    crowd: _Crowd


class HoneypotSigns:
    """Checks probe reports. Build one instance per run."""

    def __init__(self, reports: Iterable[ProbeReport], data: HoneypotData | None = None) -> None:
        """Count products and stores per address.

        Args:
            reports: all reports of a run.
            data: the lists; default: ``honeypots.toml``.
        """
        self._data = data or load_honeypot_data()
        self._products: defaultdict[str, set[str]] = defaultdict(set)
        self._stores: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for report in reports:
            if report.outcome is Outcome.OK and report.product and _public(report.address):
                self._products[report.address].add(report.product)
                self._stores[report.address, report.product].add(report.target)

    def reasons(self, report: ProbeReport) -> tuple[str, ...]:
        """Return the reasons why it is a honeypot; empty if there are none."""
        said = {**dict(report.traits), "product": report.product, "version": report.version}
        return tuple(dict.fromkeys((*self._canned(said), *self._impossible(said), *self._crowded(report))))

    def _canned(self, said: Mapping[str, str]) -> Iterable[str]:
        for one in self._data.canned:
            if all(said.get(key) == value for key, value in one.traits.items()):
                yield f"{one.reason} ({self._data.sources[one.source]})"

    def _impossible(self, said: Mapping[str, str]) -> Iterable[str]:
        product, version = said["product"], said["version"]
        for never in self._data.never:
            if never.product == product and re.fullmatch(never.version, version):
                yield f"{product} {version} was never released ({self._data.sources[never.source]})"
        for fits in self._data.fits:
            found = said.get(fits.trait, "").partition(".")[0]
            major, minor = [*version.split("."), "", ""][:2]
            wanted = fits.pairs.get(f"{major}.{minor}") or fits.pairs.get(major)
            if fits.product == product and found and wanted and found != wanted:
                yield (
                    f"{product} {version} with {fits.trait} {found} was never released: it has {wanted} "
                    f"({self._data.sources[fits.source]})"
                )

    def _crowded(self, report: ProbeReport) -> Iterable[str]:
        products = len(self._products.get(report.address, ()))
        if products >= self._data.crowd.products:
            yield f"{count_text(products, 'different product responds', 'different products respond')} at this address"
        stores = len(self._stores.get((report.address, report.product), ()))
        if stores >= self._data.crowd.stores:
            yield f"{report.product} responds on {count_text(stores, 'port')} of this address"


@cache
def load_honeypot_data() -> HoneypotData:
    """Load ``honeypots.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("honeypots.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), HoneypotData)


def _public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False
