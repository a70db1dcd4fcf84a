"""Product names of other tools, and the probe service of each, from ``products.toml``."""

import re
from functools import cached_property
from importlib import resources

import msgspec

_SPLIT = re.compile(r"[^a-z0-9]+")


class _Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: str
    words: tuple[str, ...]


class _Products(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: tuple[_Product, ...]


class Products:
    """The table of product names, loaded on first use."""

    @cached_property
    def _services(self) -> dict[str, str]:
        raw = resources.files("tieback.intake.reports").joinpath("products.toml").read_bytes()
        table = msgspec.toml.decode(raw, type=_Products)
        return {word: product.service for product in table.product for word in product.words}

    def service(self, *words: str) -> str:
        """The service of the first word that the table knows; empty if it knows none."""
        return next((self._services[key] for word in words if (key := word.strip().lower()) in self._services), "")

    def within(self, text: str) -> str:
        """The service of a word in a longer text, such as the name of a rule; empty if there is none."""
        return self.service(text, *_SPLIT.split(text.lower()[:512]))
