"""Attributions from the name of a host: hosting provider, product, region, and customer account.

The knowledge is data in ``hosting.toml``: host patterns from the providers' own documentation. Only facts that the name
contains are reported. The region of ``shop.azurewebsites.net`` is not in the name, so no region is reported.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.model.backend import Attribution
from tieback.rulefiles import load_rules

BY_PATTERN = 0.98
"""Confidence of a fact from a documented host pattern."""
BY_DOMAIN = 0.94
"""Confidence that a host below a provider's domain belongs to the provider."""
_PLACEHOLDER = re.compile(r"\{(\w+)(\*?)\}")
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}?[a-z0-9_])??"
_LABELS = r"[a-z0-9_][a-z0-9_.-]{0,250}?"
_CODE = "[a-z0-9]{1,6}"
_CLOUD = "aws|azure|gcp|google"
_CLOUDS = {"aws": "aws", "azure": "azure", "gcp": "gcp", "google": "gcp", "ec2": "aws", "gce": "gcp"}
_NOBODY = frozenset({"www", "docs", "status", "blog", "support", "help", "developer", "developers"})
"""Labels that providers reserve for themselves."""


_ANY_REGION = "[a-z]{2,20}(?:-[a-z]{2,20}){0,3}(?:-?[0-9]{1,2})?"


class _Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    domains: tuple[str, ...]
    region: str = _ANY_REGION
    mirrors: dict[str, tuple[str, ...]] = {}
    own: tuple[str, ...] = ()


class _Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    provider: str
    product: str
    patterns: tuple[str, ...]
    source: str
    examples: tuple[tuple[str, str, str], ...]
    account: str = ""
    fixed: str = ""
    region: str = ""
    codes: str = ""


class HostingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of ``hosting.toml``."""

    provider: dict[str, _Provider]
    codes: dict[str, dict[str, str]]
    host: tuple[_Host, ...]


def read_hosting() -> HostingFile:
    """Content of the data file. Raises ``msgspec.ValidationError`` if it is damaged."""
    return load_rules(resources.files("tieback.backends").joinpath("hosting.toml").read_bytes(), HostingFile)


class HostingMatch(msgspec.Struct, frozen=True):
    """Facts from a host name."""

    provider: str
    """Display name, such as ``Amazon Web Services``."""
    provider_id: str
    product: str = ""
    """Empty if only the domain of the provider matched."""
    region: str = ""
    account_kind: str = ""
    """Kind of the customer's resource: ``bucket``, ``project``, ...; empty for front ends that all customers share."""
    account: str = ""
    runs_on: str = ""
    """Id of the cloud that the service runs on, as far as its name shows it."""
    pattern: str = ""
    """Pattern that matched, as in the data file."""
    source: str = ""

    @property
    def boundary(self) -> str:
        """Customer of the host as the provider knows it, such as ``bucket shop``; empty if the name does not contain
        it.
        """
        return f"{self.account_kind} {self.account}" if self.account else ""


class _Compiled(msgspec.Struct, frozen=True):
    front: re.Pattern[str]
    weight: int
    """Number of fixed characters in the pattern; more is more specific."""
    host: _Host
    text: str


class HostingLookup:
    """Look-ups by name. Use one instance per run."""

    def __init__(self, data: HostingFile | None = None) -> None:
        """Keep the data. Patterns are compiled when a name first needs them.

        Args:
            data: content to use instead of the file.
        """
        self._given = data

    @cached_property
    def _data(self) -> HostingFile:
        return self._given if self._given is not None else read_hosting()

    @cached_property
    def _by_end(self) -> Mapping[str, list[tuple[str, _Host]]]:
        """Patterns by their fixed end."""
        found: dict[str, list[tuple[str, _Host]]] = {}
        for host in self._data.host:
            mirrors = self._data.provider[host.provider].mirrors
            for pattern in host.patterns:
                for text in _mirrored(pattern, mirrors):
                    found.setdefault(_split(text)[1], []).append((text, host))
        return found

    @cached_property
    def _compiled(self) -> dict[str, list[_Compiled]]:
        return {}

    @cached_property
    def _domains(self) -> Mapping[str, str]:
        return {domain: key for key, provider in self._data.provider.items() for domain in provider.domains}

    def lookup(self, host: str) -> HostingMatch | None:
        """Facts from a canonical host name; ``None`` if no provider is recognised in it."""
        for end in _ends(host):
            for one in self._at(end):
                found = one.front.fullmatch(host[: len(host) - len(end)])
                if found is not None and not self._own(one.host, found.groupdict("")):
                    return self._told(one, found.groupdict(""))
        for end in _ends(host):
            key = self._domains.get(end)
            if key is not None:
                known = self._data.provider[key]
                return HostingMatch(known.name, key, region=_region(host, end, known), pattern=f"*.{end}")
        return None

    def is_domain(self, domain: str) -> bool:
        """True if a provider gives its customers names in this domain."""
        return domain in self._domains

    def name(self, provider_id: str) -> str:
        """Display name of a provider."""
        known = self._data.provider.get(provider_id)
        return known.name if known is not None else provider_id

    def _at(self, end: str) -> list[_Compiled]:
        if end not in self._by_end:
            return []
        if end not in self._compiled:
            made = [self._compile(text, host) for text, host in self._by_end[end]]
            self._compiled[end] = sorted(made, key=lambda one: -one.weight)
        return self._compiled[end]

    def _compile(self, text: str, host: _Host) -> _Compiled:
        region = host.region or self._data.provider[host.provider].region
        shapes = {"region": region, "code": _CODE, "cloud": _CLOUD}
        front, _ = _split(text)
        pattern, at = "", 0
        for part in _PLACEHOLDER.finditer(front):
            shape = shapes.get(part[1], _LABELS if part[2] else _LABEL)
            pattern += f"{re.escape(front[at : part.start()])}(?P<{part[1]}>{shape})"
            at = part.end()
        return _Compiled(re.compile(pattern + re.escape(front[at:])), len(_PLACEHOLDER.sub("", text)), host, text)

    def _own(self, host: _Host, groups: Mapping[str, str]) -> bool:
        label = groups.get(host.account, "")
        return label in _NOBODY or label in self._data.provider[host.provider].own

    def _told(self, one: _Compiled, groups: Mapping[str, str]) -> HostingMatch:
        host = one.host
        codes = self._data.codes.get(host.codes, {})
        cloud = groups.get("cloud", "") or next((c for c in ("ec2", "gce") if f".{c}." in one.text), "")
        return HostingMatch(
            provider=self._data.provider[host.provider].name,
            provider_id=host.provider,
            product=host.product,
            region=host.fixed or groups.get("region", "") or codes.get(groups.get("code", ""), ""),
            account_kind=host.account,
            account=groups.get(host.account, ""),
            runs_on=_CLOUDS.get(cloud, ""),
            pattern=one.text,
            source=host.source,
        )


def hosting_attributions(hosted: HostingMatch) -> Iterator[Attribution]:
    """Attributions for each fact, with reason and confidence."""
    sure = BY_PATTERN if hosted.product else BY_DOMAIN
    reason = f"the name has the form {hosted.pattern}" if hosted.product else f"the name is in {hosted.pattern[2:]}"
    yield Attribution("provider", hosted.provider, reason, sure)
    for claim, value in (
        ("product", hosted.product),
        ("region", hosted.region),
        ("account", hosted.boundary),
        ("runs_on", hosted.runs_on),
    ):
        if value:
            yield Attribution(claim, value, reason, sure)


def _region(host: str, end: str, provider: _Provider) -> str:
    """The label that is a region of the provider; only for providers whose regions have a distinct form."""
    if provider.region == _ANY_REGION:
        return ""
    labels = host.removesuffix(end).strip(".").split(".")
    found = {label for label in labels if re.fullmatch(provider.region, label)}
    return found.pop() if len(found) == 1 else ""


def _ends(host: str) -> Iterator[str]:
    """A host and each name above it, the longest first."""
    yield host
    while "." in host:
        host = host.partition(".")[2]
        yield host


def _split(pattern: str) -> tuple[str, str]:
    """The part of a pattern with placeholders, up to and including its last dot, and the fixed end."""
    end = pattern[pattern.rfind("}") + 1 :] if "}" in pattern else pattern
    if "}" not in pattern:
        return "", pattern
    fixed = end.partition(".")[2]
    return pattern[: len(pattern) - len(fixed)], fixed


def _mirrored(pattern: str, mirrors: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    yield pattern
    for suffix, others in mirrors.items():
        if pattern.endswith(suffix):
            for other in others:
                yield pattern.removesuffix(suffix) + other
