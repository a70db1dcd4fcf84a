"""Reader of ``products.toml``: which product speaks MySQL's protocol."""

import re
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec


class WireProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product, and how it names itself."""

    name: str
    source: str
    greeting: str = ""
    comment: str = ""
    refusal: str = ""
    version: Literal["", "dolt_version", "memsql_version"] = ""
    own: bool = False
    """True if the version of the greeting is the product's own, not that of an emulated MySQL."""


class KnownProduct(msgspec.Struct, frozen=True):
    """Product and version, as far as they are known."""

    name: str
    version: str = ""
    query: Literal["", "dolt_version", "memsql_version"] = ""
    """The statement that returns the product's own version."""


MYSQL, AURORA = "mysql", "aurora"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: tuple[WireProduct, ...]


@cache
def wire_products() -> tuple[WireProduct, ...]:
    """Products in the order of the file."""
    text = files("tieback.probes.stores.mysql").joinpath("products.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).product


def product_names() -> tuple[str, ...]:
    """Every product that the probe may report."""
    return (MYSQL, AURORA, *(product.name for product in wire_products()))


def numeric_version(version: str) -> str:
    """The dotted numbers of a version, without the prefix that MariaDB adds for old replicas."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)+", re.sub(r"^5\.5\.5-(?=[0-9]+\.[0-9]+)", "", version))
    return found[0] if found else ""


def by_greeting(version: str) -> KnownProduct:
    """Product that the version of a greeting names; otherwise MySQL, with that version."""
    for product in wire_products():
        if product.greeting and (found := re.search(product.greeting, version)):
            return KnownProduct(product.name, _version(product, found, version), product.version)
    return KnownProduct(MYSQL, numeric_version(version))


def by_comment(comment: str, greeting: str) -> KnownProduct | None:
    """Product that ``@@version_comment`` names."""
    for product in wire_products():
        if product.comment and (found := re.search(product.comment, comment)):
            return KnownProduct(product.name, _version(product, found, greeting), product.version)
    return None


def by_refusal(text: str) -> KnownProduct | None:
    """Product that refuses a login with such a text."""
    for product in wire_products():
        if product.refusal and re.fullmatch(product.refusal, text):
            return KnownProduct(product.name)
    return None


def _version(product: WireProduct, found: "re.Match[str]", greeting: str) -> str:
    if product.own:
        return numeric_version(greeting)
    return (found[1] if found.re.groups else "").rstrip(".")[:40]
