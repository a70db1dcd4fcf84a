"""The rules of ``config.toml``: keys whose values are identifiers of cloud projects, hosts or secrets."""

import re
from functools import cached_property
from pathlib import Path

import msgspec

from tieback import rulefiles as prepared
from tieback.recognise.settings.key_values import is_address
from tieback.recognise.settings.service_passwords import names_password

_SECRET_WORDS = ("key", "secret", "token", "pass", "certificate", "credential", "auth")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]
    signature: str
    source: str


class KeyRule(msgspec.Struct, forbid_unknown_fields=True, dict=True):
    """One ``[[key]]`` rule of config.toml."""

    keys: tuple[str, ...]
    pattern: str
    kind: str
    value: str
    source: str
    match: tuple[tuple[str, str, str], ...]
    avoid: tuple[tuple[str, str], ...]
    host: str = ""
    container: str = ""
    """Name of a container in the resource."""
    services: tuple[str, ...] = ()
    """Services whose probes send the value as the public key of its project."""
    files: tuple[str, ...] = ()

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled pattern for the whole value."""
        return re.compile(self.pattern)


class _Hosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    suffixes: tuple[str, ...]
    source: str
    match: tuple[tuple[str, str, str], ...]
    avoid: tuple[tuple[str, str], ...]


class _ConfigFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: tuple[_File, ...]
    key: tuple[KeyRule, ...]
    host: tuple[_Hosts, ...]


class ConfigRules:
    """The rules of config.toml."""

    def __init__(self) -> None:
        raw = Path(__file__).with_name("config.toml").read_bytes()
        read = prepared.load_rules(raw, _ConfigFile)
        self.keys = read.key
        self.hosts = read.host
        self.files = {name: entry.names[0] for entry in read.file for name in entry.names}
        self.signatures = {entry.signature.encode(): entry.names[0] for entry in read.file}
        self.by_key: dict[str, list[KeyRule]] = {}
        for rule in read.key:
            for key in rule.keys:
                self.by_key.setdefault(key, []).append(rule)
        self.suffixes = tuple(suffix for entry in read.host for suffix in entry.suffixes)

    def is_host(self, plain: str, value: str) -> bool:
        """True if the value of a key is a host."""
        return plain.endswith(self.suffixes) or is_address(plain, value)

    def means(self, key: str, plain: str, value: str) -> bool:
        """True if a rule reads the value of a key, which is also given as ``plain_key`` returns it."""
        return plain in self.by_key or self.is_host(plain, value) or is_secret(key, plain)


def is_secret(key: str, plain: str) -> bool:
    """True for a key whose value is a secret, as its name says."""
    return any(word in plain for word in _SECRET_WORDS) or names_password(key)
