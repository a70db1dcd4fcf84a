"""Targets of a grant that cover cloud resources of many customers: a host that all share, or a whole domain.

The hosts are data (``shared_hosts.toml``). A grant names hosts, and not resources: whoever covers such a host permits
to probe each resource there that an app names.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from tieback.model.grant import Grant
from tieback.scope.rules import CompiledRule, compile_rule


class SharedService(msgspec.Struct, frozen=True):
    """A service with resources of many customers."""

    product: str
    resource: str
    """What one customer has there, such as ``bucket``."""
    source: str
    """Documentation of the vendor."""
    hosts: tuple[str, ...] = ()
    """Hosts of all customers; ``*`` stands for one label."""
    domains: tuple[str, ...] = ()
    """Domains with one host per customer or resource; ``*`` as above."""


@cache
def shared_services() -> tuple[SharedService, ...]:
    """All services of the data file."""
    text = resources.files("tieback.scope").joinpath("shared_hosts.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(row, SharedService) for row in tomllib.loads(text)["service"])


def shared_sentences(grant: Grant) -> Iterator[str]:
    """One sentence for each target that covers resources of many customers."""
    for rule in map(compile_rule, grant.target):
        found = [one for one in shared_services() if _covers(rule, one)]
        if found:
            products = ", ".join(one.product for one in found)
            kinds = " or ".join(dict.fromkeys(one.resource for one in found))
            yield (
                f"{rule.rule.match} serves all customers of {products}. A scan under this grant probes each {kinds} "
                "there that an app names, also of others: scan only apps whose resources are yours."
            )


def _covers(rule: CompiledRule, service: SharedService) -> bool:
    if rule.host:
        return any(_is_same(rule.host.split("."), host.split(".")) for host in service.hosts)
    if not rule.suffix:
        return False
    # The suffix is the domain itself, or a parent of the domain or of a shared host.
    return any(_ends(name.split("."), rule.suffix.split(".")) for name in (*service.domains, *service.hosts))


def _ends(name: list[str], suffix: list[str]) -> bool:
    return len(suffix) <= len(name) and _is_same(suffix, name[-len(suffix) :])


def _is_same(labels: list[str], pattern: list[str]) -> bool:
    """True if the labels are those of the pattern; ``*`` of the pattern is any label."""
    return len(labels) == len(pattern) and all(
        want in ("*", label) for label, want in zip(labels, pattern, strict=True)
    )
