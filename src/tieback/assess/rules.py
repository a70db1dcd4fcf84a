"""Catalogue of finding rules (``rules.toml``): title, weakness (CWE, MASVS, CVSS), references and advice per product.

Advice names the exact setting and how to check it. ``sources`` names the vendor's page that the advice for a product
follows. Advice without a source was not compared with the vendor's page; its findings have no source either.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from tieback import rulefiles
from tieback.model.exposure import Severity

DEFAULT = "default"


class FindingRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of ``rules.toml``."""

    title: str
    cwe: str
    masvs: str
    """OWASP MASVS control."""
    advice: dict[str, str]
    """By product; ``default`` applies to all others. ``same_as`` refers to the advice of another rule, whose products
    come before our own ``default``."""
    titles: dict[str, str] = {}
    """Kind of credential, direction of a leak, or use of a service to a title that names it; ``title`` is for all
    others."""
    severity: Severity | None = None
    """Fixed severity; ``None`` means the severity of the exposure."""
    severities: dict[str, Severity] = {}
    """Key of ``titles`` to a severity of its own; ``severity`` is for all others."""
    severity_exposed: Severity | None = None
    """Replaces ``severity`` if the store returns records without authentication."""
    cvss: str = ""
    """CVSS v4.0 base vector; empty if it depends on the case."""
    references: tuple[str, ...] = ()
    """Requirements that may apply, from ``references.toml``."""
    sources: dict[str, str] = {}
    """Product to the vendor's page that the advice follows."""


@cache
def load_rules() -> Mapping[str, FindingRule]:
    """Return rules by rule id, in file order.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    raw = resources.files("tieback.assess").joinpath("rules.toml").read_bytes()
    return rulefiles.load_rules(raw, dict[str, FindingRule])


def advice_for(rule: FindingRule, rules: Mapping[str, FindingRule], product: str) -> tuple[str, str]:
    """Return the advice of a rule for a product, and its source (empty if unknown)."""
    other = rules[rule.advice["same_as"]] if "same_as" in rule.advice else None
    for found, key in ((rule, product), (other, product), (rule, DEFAULT)):
        if found is not None and key in found.advice:
            return found.advice[key], found.sources.get(key, "")
    return advice_for(other or rule, rules, DEFAULT)
