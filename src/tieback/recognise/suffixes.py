"""Public suffix list, loaded per top-level domain: the hosts of an app use about ten, and the whole list takes 60 ms.

Source: https://publicsuffix.org/list/, from the package ``publicsuffixlist``, with its private section.
"""

from functools import cached_property
from pathlib import Path

import msgspec
import publicsuffixlist
from publicsuffixlist import PublicSuffixList

from tieback.rulefiles import load_or_build

_PRIVATE = "// ===BEGIN PRIVATE DOMAINS==="
"""Line before the suffixes at which companies give names to their customers: https://publicsuffix.org/list/."""


class Suffixes:
    """Look-ups like those of ``PublicSuffixList``; unknown top-level domains have no suffix."""

    def __init__(self) -> None:
        raw = _whole_list()
        self._rules = msgspec.msgpack.decode(
            load_or_build("suffixes", raw, lambda: msgspec.msgpack.encode(_by_name(raw))), type=dict[str, str]
        )
        self._lists: dict[str, PublicSuffixList] = {}

    def publicsuffix(self, host: str) -> str | None:
        """The public suffix of a canonical host; ``None`` if its top-level domain is unknown."""
        found = self._of(host).publicsuffix(host)
        return str(found) if found is not None else None

    def privatesuffix(self, host: str) -> str | None:
        """The public suffix and one label; ``None`` if there is no such label, or no suffix."""
        found = self._of(host).privatesuffix(host)
        return str(found) if found is not None else None

    def service(self, host: str) -> str:
        """The suffix at which a company gave this name to a customer; empty if a registry did."""
        suffix = self.publicsuffix(host) or ""
        parent = suffix.partition(".")[2]
        known = suffix in self._services or f"*.{parent}" in self._services
        return suffix if parent and suffix != host and known else ""

    @cached_property
    def _services(self) -> frozenset[str]:
        """The rules of the private section."""
        lines = _whole_list().decode("utf-8").partition(_PRIVATE)[2].splitlines()
        return frozenset(line.strip().lower() for line in lines if line and not line.startswith("//"))

    def is_shared(self, domain: str) -> bool:
        """True if many organisations have names in it: a public suffix, or a domain with such suffixes below it."""
        rules = self._rules.get(domain.rpartition(".")[2], "").splitlines()
        return self.publicsuffix(domain) == domain or any(rule.endswith(f".{domain}") for rule in rules)

    def _of(self, host: str) -> PublicSuffixList:
        top = host.rpartition(".")[2]
        rules = self._rules.get(top, "")
        known = self._lists.get(top if rules else "")
        if known is None:
            known = PublicSuffixList(rules.splitlines(), accept_unknown=False, accept_encoded_idn=False)
            self._lists[top if rules else ""] = known
        return known


def _whole_list() -> bytes:
    return Path(publicsuffixlist.__file__).with_name("public_suffix_list.dat").read_bytes()


def _by_name(raw: bytes) -> dict[str, str]:
    """The rules of each top-level domain, one per line; those in other alphabets also as A-labels."""
    rules: dict[str, list[str]] = {}
    for line in raw.decode("utf-8").splitlines():
        rule = line.lower().split(" ")[0].strip()
        if not rule or rule.startswith("//"):
            continue
        mark = "!" if rule.startswith("!") else ""
        ascii_rule = rule.removeprefix("!").encode("idna").decode("ascii")
        for form in dict.fromkeys((rule, mark + ascii_rule)):
            rules.setdefault(form.rpartition(".")[2].removeprefix("!"), []).append(form)
    return {top: "\n".join(its) for top, its in rules.items()}
