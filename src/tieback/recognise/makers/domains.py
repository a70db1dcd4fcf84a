"""Registrable domains of hosts, and kinds of public suffixes."""

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.rules import RuleFiles

COUNTRY = lazy_pattern(r"(?!io\b|co\b|me\b|ai\b|tv\b|cc\b|to\b)[a-z]{2}")
"""Top-level domain of a country that is not sold as a word."""
PAGES = (".github.io", ".gitlab.io", ".codeberg.page")
"""Ends of hosts with the pages of one account, each of its projects in a folder.

Source: https://docs.github.com/pages/getting-started-with-github-pages/what-is-github-pages.
"""
MAIL = lazy_pattern(r"(?:aol|gmx|hotmail|live|msn|outlook|rocketmail|yahoo|yandex|ymail)\.(?:com?\.)?[a-z]{2,3}")
"""Domains of e-mail services that have one for each country; entries of ``[[free_mail]]`` are others."""
RESTRICTED = lazy_pattern(r"(?:gov|edu|mil)(?:\.[a-z]{2})?|(?:ac|go|gob|gouv|govt)\.[a-z]{2}")
"""Public suffixes of governments and universities, below which a common word is the name of one of them."""


def registrable_domain(host: str, rules: RuleFiles) -> str:
    """The registrable domain of a canonical host, by the public suffix list; empty for addresses and single labels."""
    labels = host.split(".")
    if len(labels) < 2 or ":" in host or labels[-1].isdigit():
        return ""
    return rules.suffixes.privatesuffix(host) or (
        ".".join(labels[-2:]) if labels[-1] in rules.names.private_tlds else ""
    )
