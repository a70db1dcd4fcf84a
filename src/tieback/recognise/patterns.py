"""Rules with regular expressions: cloud hosts, identifiers and credentials. ``rules.py`` reads them from TOML."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

import msgspec

from tieback import rulefiles as prepared
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade

_FIXED = lazy_pattern(
    r"(?P<text>(?:\\.|[^\\\[\]{}]){2,40})(?:(?P<class>\[[^\]]{1,80}\])(?:\{(?P<least>\d{1,4})(?:,\d{1,4})?\})?)?"
)
_ELEMENT = lazy_pattern(
    r"(?:\\.|\[(?:\\.|[^\]\\]){1,80}\]|[^\\\[\](){}|?*+])(?:\{(?:\d{1,4},)?(?P<most>\d{1,4})\}|\?)?"
)
"""A character or class in a form, with its repetition."""
_LEAD = lazy_pattern(r"(?:(?:\\.|[^\\\[\](){}|?*+])(?![?{]))*")
"""The fixed characters at the beginning of a form."""
_FRAGMENT = lazy_pattern(r"\{\{([a-z0-9_]+)\}\}")


class CloudHost(msgspec.Struct, forbid_unknown_fields=True, dict=True, kw_only=True):
    """One ``[[host]]`` rule of cloud.toml."""

    kind: str
    product: str
    suffixes: tuple[str, ...]
    host: str
    value: str
    source: str
    match: tuple[tuple[str, str], ...]
    avoid: tuple[str, ...]
    service: str = ""
    rest: str = ""
    bare: Literal["also", "only", "never"] = "also"
    """Whether a host without a scheme counts."""
    within: str = ""
    """Pattern for a text that continues with a container."""
    container: str = ""
    """Name of a container in the resource."""
    ask: str = ""
    """Host of the resource's API, over HTTPS; empty if it is the host of the text."""
    named_by: str = ""
    """Kind of the identifier that names the resource, on a host that many customers share."""
    retired: str = ""
    """ISO date on which the service ended; empty if it runs."""
    retired_source: str = ""

    @cached_property
    def host_pattern(self) -> re.Pattern[str]:
        """Compiled when a host with one of the suffixes is first seen."""
        return re.compile(self.host)

    @cached_property
    def rest_pattern(self) -> re.Pattern[str]:
        """Matches the beginning of the text after the host."""
        return re.compile(self.rest)

    @cached_property
    def within_pattern(self) -> re.Pattern[str]:
        """Matches the text after the host if it names a container."""
        return re.compile(self.within)


class CloudPart(msgspec.Struct, forbid_unknown_fields=True, dict=True, kw_only=True):
    """One ``[[part]]`` rule of cloud.toml: a service of a project that has containers of its own."""

    of: str
    """Kind of the project, which names the part too."""
    kind: str
    product: str
    within: str
    container: str
    source: str
    match: tuple[tuple[str, str], ...]
    avoid: tuple[str, ...]

    @cached_property
    def within_pattern(self) -> re.Pattern[str]:
        """Matches the text after the host of the project if it is a request of this service."""
        return re.compile(self.within)


class Retirement(msgspec.Struct, frozen=True):
    """The end of a service."""

    product: str
    date: str
    """ISO date."""
    source: str
    reports: bool = False
    """True if only the vendor's library sent its reports there, so that no data of the app is concerned."""


class EndedHosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[ended]]`` entry of cloud.toml: hosts that name no customer, of a service that ended."""

    product: str
    hosts: tuple[str, ...]
    """Names; those below them count, too."""
    retired: str
    """ISO date."""
    source: str
    """Page of its vendor that announces it."""
    reports: bool = False
    """True if only the vendor's library sends its own reports there, such as crashes and usage."""


_ANYTHING = lazy_pattern("")


class TokenRule(msgspec.Struct, forbid_unknown_fields=True, dict=True, kw_only=True):
    """Common fields of identifiers and credentials: an anchor in raw bytes, and a pattern around it."""

    kind: str
    anchors: tuple[str, ...]
    pattern: str
    source: str
    back: int = 64
    """Most characters between the beginning of the pattern and the end of the anchor."""
    ahead: int = 256
    """Most characters of the pattern after the end of the anchor."""
    caseless: bool = False
    """True if the anchor matches both cases."""
    avoid: tuple[str, ...] = ()

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first hit of the anchor."""
        return re.compile(self.pattern)

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        """Matches a text in which a match begins at most ``back`` characters after the beginning."""
        try:
            return re.compile(rf"(?s:.{{0,{self.back}}}?)(?:{self.pattern})")
        except re.error:  # flags for the whole pattern, in a rule of a user
            return _ANYTHING

    def around(self, text: str, at: int) -> re.Match[str] | None:
        """The match that contains the character at ``at``, which is at most at ``back``."""
        # Most of the text is behind it. To look for a match that begins there takes most of the time, and is in vain.
        if at > self.back or self._beginning.match(text):
            for found in self.compiled.finditer(text):
                if found.start() > at:
                    return None
                if at < found.end():
                    return found
        return None


class CloudToken(TokenRule, forbid_unknown_fields=True, dict=True, kw_only=True):
    """One ``[[token]]`` rule of cloud.toml."""

    product: str
    value: str
    match: tuple[tuple[str, str], ...]
    service: str = ""
    container: str = ""
    ask: str = ""
    services: tuple[str, ...] = ()
    """Services whose probes send the identifier as the public key of its project."""
    server: str = ""
    """Regular expression for the text before the address of a server that makers run themselves."""

    @cached_property
    def server_pattern(self) -> re.Pattern[str]:
        """``server``, and the host after it, which is the group ``host``."""
        return re.compile(rf"(?:{self.server})(?:https?|wss?)://(?P<host>[^/:?#\s\"'`\\]{{1,253}})")


class CredentialRule(TokenRule, forbid_unknown_fields=True, dict=True, kw_only=True):
    """One ``[[credential]]`` rule of credentials.toml; the group ``secret`` of the pattern is the credential."""

    grade: CredentialGrade
    match: tuple[str, ...]
    reason: str
    """What the credential gives access to, which is the reason for its grade."""
    entropy: float = 0.0
    """Least entropy in bits per character; a text below it is not a credential."""
    judge: str = ""
    """Name of a further check in credentials.py."""
    keyed: bool = False
    """True if the pattern needs the name of the value before it; a resource has such a name."""
    services: tuple[str, ...] = ()
    """Services whose probes may send it; only values of public credentials are kept."""
    words: bool = False
    """True if the value can consist of words, as passwords and the texts that users choose can."""
    beside: bool = False
    """True for a password whose endpoint can be a host beside it, ``db_host`` beside ``db_password``."""
    fixed: int = 0
    """Number of fixed characters at the beginning of the value, which say nothing about the rest."""
    issued: bool = False
    """True if a service issues it in this form, so that no text of its form is a placeholder of a template."""


class IssuedToken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One ``[[token]]`` entry of credentials_tokens.toml: its form alone identifies it."""

    kind: str
    names: str
    """What a finding calls it."""
    form: str
    """Characters, classes and bounded repetitions."""
    source: str
    anchor: str = ""
    """Part of the form for the search in raw bytes; empty if the beginning of the form is enough."""
    grade: CredentialGrade = CredentialGrade.NORMAL
    entropy: float = 3.0

    def rule(self) -> CredentialRule:
        """The rule that finds it as a text of its own, and not inside of base64."""
        width = _longest(self.form)
        return CredentialRule(
            kind=self.kind,
            anchors=(self.anchor or _beginning(self.form),),
            pattern=f"(?<![A-Za-z0-9_+/-])(?P<secret>{self.form})(?![A-Za-z0-9_+/-])",
            source=self.source,
            back=width,
            ahead=width,
            grade=self.grade,
            match=(),
            reason=self.names,
            entropy=self.entropy,
            fixed=_fixed(self.form),
            issued=True,
        )


def _beginning(form: str) -> str:
    """The first characters of a form, and a few of the class after them."""
    found = _FIXED.match(form)
    if found is None:
        raise ValueError(f"form without fixed characters at its beginning: {form}")
    first, last = found["class"] or "", min(int(found["least"] or 1), 4)
    return found["text"] + (f"{first}{{{last}}}" if first else "")


def _fixed(form: str) -> int:
    """Number of fixed characters at the beginning of a form."""
    found = _LEAD.match(form)
    return len(re.sub(r"\\(.)", r"\1", found[0])) if found else 0


def _longest(form: str) -> int:
    """Most characters of a text with this form."""
    at = longest = 0
    while at < len(form):
        found = _ELEMENT.match(form, at)
        if found is None:
            raise ValueError(f"form with more than characters, classes and bounded repetitions: {form}")
        longest += int(found["most"] or 1)
        at = found.end()
    return longest


class UserinfoRule(msgspec.Struct, forbid_unknown_fields=True, dict=True, kw_only=True):
    """One ``[[userinfo]]`` rule of credentials.toml: user information of a web address that is a known credential."""

    kind: str
    grade: CredentialGrade
    pattern: str
    """Matches the whole of ``USER@HOST/PATH``."""
    reason: str
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first address with user information."""
        return re.compile(self.pattern)


class _CloudFile(msgspec.Struct, forbid_unknown_fields=True):
    fragments: dict[str, str]
    host: tuple[CloudHost, ...]
    token: tuple[CloudToken, ...]
    part: tuple[CloudPart, ...]
    ended: tuple[EndedHosts, ...]


class KnownValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[known]]`` entry of credentials.toml: a published value that protects nothing."""

    what: str
    fingerprint: str
    """As in ``verdict.fingerprint``."""
    source: str


class _CredentialFile(msgspec.Struct, forbid_unknown_fields=True):
    fragments: dict[str, str]
    known: tuple[KnownValue, ...]
    credential: tuple[CredentialRule, ...]
    userinfo: tuple[UserinfoRule, ...]


class _TokenFile(msgspec.Struct, forbid_unknown_fields=True):
    token: tuple[IssuedToken, ...]


class CloudRules:
    """The rules of cloud.toml, by the suffix of the host."""

    def __init__(self, text: bytes) -> None:
        read = prepared.load_rules(text, _CloudFile)
        self._below: dict[str, list[CloudHost]] = {}
        for rule in read.host:
            rule.host, rule.rest, rule.within = (
                _filled(pattern, read.fragments) for pattern in (rule.host, rule.rest, rule.within)
            )
            for suffix in rule.suffixes:
                self._below.setdefault(suffix, []).append(rule)
        for token in read.token:
            token.pattern = _filled(token.pattern, read.fragments)
        self.hosts = read.host
        self.shared = tuple(rule for rule in read.host if rule.named_by)
        """The rules of hosts that many customers share."""
        self.tokens = read.token
        self.parts = read.part
        self.retired = {
            rule.kind: Retirement(rule.product, rule.retired, rule.retired_source) for rule in read.host if rule.retired
        }
        """The kinds of resources whose service ended."""
        self.ended = {
            host: Retirement(one.product, one.retired, one.source, one.reports)
            for one in read.ended
            for host in one.hosts
        }
        """Hosts of services that ended."""
        self.projects = {part.kind: part.of for part in read.part}
        """Kinds of parts, with the kind of the project that names each."""

    def identifier(self, value: str) -> tuple[str, str]:
        """Kind and text of the identifier that may have named a resource (``kind:name``); the kind can be empty."""
        kind, _, name = value.partition(":")
        return next((rule.named_by for rule in self.shared if rule.kind == kind), ""), name

    def retirement(self, value: str) -> Retirement | None:
        """The end of the service of a resource (``kind:name``); ``None`` if it runs."""
        return self.retired.get(value.partition(":")[0])

    def host_retirement(self, host: str) -> Retirement | None:
        """The end of the service that had a host; ``None`` if it runs, or the host is of another one."""
        while host:
            if host in self.ended:
                return self.ended[host]
            host = host.partition(".")[2]
        return None

    def end_of(self, endpoint: Endpoint) -> Retirement | None:
        """The end of the service of a resource or host; ``None`` if it runs."""
        is_resource = endpoint.kind is EndpointKind.CLOUD
        return self.retirement(endpoint.value) if is_resource else self.host_retirement(endpoint.host)

    @property
    def suffixes(self) -> Iterable[str]:
        """All suffixes in the rules, each once."""
        return self._below

    def below(self, suffix: str) -> Iterable[CloudHost]:
        """The rules for hosts below a suffix, in the order of the file."""
        return self._below.get(suffix, ())


class CredentialRules:
    """The rules of credentials.toml and credentials_tokens.toml."""

    def __init__(self, text: bytes, tokens: bytes) -> None:
        read = prepared.load_rules(text, _CredentialFile)
        for rule in read.credential:
            rule.pattern = _filled(rule.pattern, read.fragments)
        self.tokens = prepared.load_rules(tokens, _TokenFile).token
        self.known = {one.fingerprint: one.what for one in read.known}
        """Published values that protect nothing, by fingerprint."""
        self.rules = (*read.credential, *(token.rule() for token in self.tokens))
        self.keyed = tuple(rule for rule in self.rules if rule.keyed)
        """The rules that need the name of a value."""
        self.userinfo = read.userinfo


def _filled(pattern: str, fragments: Mapping[str, str]) -> str:
    return _FRAGMENT.sub(lambda found: fragments[found[1]], pattern)
