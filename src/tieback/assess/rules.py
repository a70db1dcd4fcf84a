"""The catalogue of rules (``rules.toml``): what a finding says, which weakness it is, and what to do for the product.

Advice holds the exact setting and how to verify it. ``sources`` names the vendor's page that the advice for a product
follows; advice without one was not compared with the vendor's page, and a finding says so by having no source.
"""

import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from tieback.model.exposure import Severity

DEFAULT = "default"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of ``rules.toml``."""

    title: str
    cwe: str
    masvs: str
    """OWASP MASVS control."""
    advice: dict[str, str]
    """By product, ``default`` for the others; ``same_as`` names the rule whose advice holds where this one has none."""
    severity: Severity | None = None
    """As severe as the exposure where there is none."""
    severity_exposed: Severity | None = None
    """Instead of ``severity`` where the store shows records to a stranger."""
    cvss: str = ""
    """CVSS v4.0 base vector, where the rule has one meaning wherever it applies."""
    sources: dict[str, str] = {}
    """Product to the page of its vendor that the advice follows."""


def load_rules() -> dict[str, Rule]:
    """Rule id to rule, in the order of the file.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.assess").joinpath("rules.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Rule])


def advice_for(rule: Rule, rules: Mapping[str, Rule], product: str) -> tuple[str, str]:
    """The advice of a rule for a product, and its source; the source is empty where there is none."""
    for key in (product, DEFAULT):
        if key in rule.advice:
            return rule.advice[key], rule.sources.get(key, "")
    return advice_for(rules[rule.advice["same_as"]], rules, product)
