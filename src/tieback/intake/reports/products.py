"""What other tools call a product, and which service of ours that is, from ``products.toml``."""

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
    """The table, read at the first question."""

    @cached_property
    def _services(self) -> dict[str, str]:
        raw = resources.files("tieback.intake.reports").joinpath("products.toml").read_bytes()
        table = msgspec.toml.decode(raw, type=_Products)
        return {word: product.service for product in table.product for word in product.words}

    def service(self, *words: str) -> str:
        """The service that the first known of some words is; empty where none is."""
        return next((self._services[key] for word in words if (key := word.strip().lower()) in self._services), "")

    def within(self, text: str) -> str:
        """The service that a word of a longer text is, such as the name of a rule; empty where none is."""
        return self.service(text, *_SPLIT.split(text.lower()[:512]))
