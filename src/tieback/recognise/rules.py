"""Reader of the rule files: services, hosts that are not back ends, third-party hosts, host names.

Every file is TOML. Each entry has its source and, if it judges, its reason. A malformed file is a programming error and
raises ``msgspec.ValidationError``, because the files are part of the package.
"""

import re
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback import rulefiles as prepared
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.patterns import CloudHost, CloudRules, CredentialRules, TokenRule
from tieback.recognise.services import SchemeRule, ServiceRules, host_and_parents
from tieback.recognise.suffixes import Suffixes

if TYPE_CHECKING:
    from tieback.userrules.model import SdkHostRule, UserRules

__all__ = ["CloudHost", "CloudRules", "CredentialRules", "RuleFiles", "SchemeRule", "TokenRule", "host_and_parents"]


class _NotBackendRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    source: str
    hosts: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    label: str = ""
    """Pattern for a whole label of a host, other than the last."""
    real: tuple[str, ...] = ()
    """Names below which hosts exist although a label matches."""
    linked: bool = False


_DOCUMENT_PATH = lazy_pattern(
    r"(?:^|/)(?:javadocs?|apidocs|deprecations|rfc\d{3,5}(?:\.html|\.txt)?)(?:/|$)", re.IGNORECASE
)
_DOCUMENT = "documentation of a program, or a standard"


class RequestRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One ``[[request]]`` rule of not_backends.toml: paths of a documentation or code host that programs request."""

    path: str
    """Pattern for the beginning of the path, without its first ``/``."""
    reason: str
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Compiled at the first address of one of the hosts."""
        return re.compile(self.path, re.IGNORECASE)


class _NotBackendPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    source: str
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    text_folders: tuple[str, ...] = ()
    """Folders whose texts count, whatever their names are."""
    words: tuple[str, ...] = ()
    """Words of which the name of a data file must consist; any words if there are none."""
    without: tuple[str, ...] = ()
    """Suffixes of files that count nevertheless."""
    paths: tuple[str, ...] = ()
    """Ends of names of entries with their folders."""
    hosts: tuple[str, ...] = ()
    """The only hosts in ``files`` that are no back ends; all of them if there are none."""


class _NotBackends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: tuple[_NotBackendRule, ...]
    request: tuple[RequestRule, ...]
    place: tuple[_NotBackendPlace, ...]


class Sdk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[sdk]]`` entry of sdk_hosts.toml."""

    name: str
    suffixes: tuple[str, ...]
    source: str
    platform: bool = False
    """True if it belongs to the vendor of the operating system."""


class _SdkHosts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sdk: tuple[Sdk, ...]


class _SdkCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    source: str
    packages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()


class _SdkPackages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sdk: tuple[_SdkCode, ...]


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]
    reason: str
    source: str


class _Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    numbers: tuple[int, ...]
    reason: str
    source: str


class _HostNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    private_tld: tuple[_Names, ...]
    suffix_site: tuple[_Names, ...]
    file_extension: tuple[_Names, ...]
    property: tuple[_Names, ...]
    first_label: tuple[_Names, ...]
    port: tuple[_Numbers, ...]
    generic_brand: tuple[_Names, ...]


def _bytes(name: str) -> bytes:
    return Path(__file__).with_name(name).read_bytes()


def _read[T](name: str, into: type[T]) -> T:
    return prepared.load_rules(_bytes(name), into)


def _flat(entries: tuple[_Names, ...]) -> frozenset[str]:
    return frozenset(name for entry in entries for name in entry.names)


class NotBackends:
    """Hosts, paths and networks that look like endpoints but are not."""

    def __init__(self, *, requested: bool = False) -> None:
        """Read the rules. ``requested``: without those of documentation and code hosts, for what code requests."""
        self._hosts: dict[str, str] = {}
        self._suffixes: dict[str, str] = {}
        self._prefixes: dict[str, list[tuple[str, str]]] = {}
        self._networks: list[tuple[IPv4Network | IPv6Network, str]] = []
        self._labels: list[tuple[re.Pattern[str], str]] = []
        self._real: frozenset[str] = frozenset()
        """Names whose labels are those of placeholders, and that exist."""
        read = _read("not_backends.toml", _NotBackends)
        self._places = [place for place in read.place if not place.hosts]
        self._kept = {host: place for place in read.place for host in place.hosts}
        """Places of single hosts."""
        self._place: tuple[str, str | None] = "", None
        """The file that was asked for last, and its reason: the texts of one file come one after another."""
        self.requests = read.request
        self._requests: dict[str, RequestRule] = {}
        for request in () if requested else read.request:
            self._requests.update(dict.fromkeys((*request.hosts, *request.suffixes), request))
        self.linked = frozenset(name for rule in read.rule if rule.linked for name in (*rule.hosts, *rule.suffixes))
        """Hosts, and names with hosts below them, to which only a link is no back end."""
        self._names: dict[str, tuple[str, ...]] = {}
        """Beginnings of paths by host, each with a slash at its end, that are names whatever code does with them."""
        for rule in read.rule:
            if requested and rule.linked:
                continue
            self._hosts.update(dict.fromkeys(rule.hosts, rule.reason))
            self._suffixes.update(dict.fromkeys(rule.suffixes, rule.reason))
            if rule.label:
                self._labels.append((lazy_pattern(rule.label), rule.reason))
                self._real |= frozenset(rule.real)
            for prefix in rule.prefixes:
                host, _, path = prefix.lower().partition("/")
                self._prefixes.setdefault(host, []).append((path, rule.reason))
                if path and not rule.linked:
                    self._names[host] = (*self._names.get(host, ()), f"{path.strip('/')}/")
            self._networks.extend((ip_network(network), rule.reason) for network in rule.networks)

    def reason(self, host: str, path: str = "") -> str | None:
        """Why a canonical host name with this path (with or without its first ``/``) is not a back end, or ``None``."""
        request = self._requested_at(host) if path else None
        if request is not None and request.compiled.match(path.lstrip("/")):
            return None
        below = path.lower().strip("/") + "/"
        for prefix, why in self._prefixes.get(host, ()):
            if not prefix or below.startswith(prefix + "/"):
                return why
        reason = self._hosts.get(host)
        if reason is not None:
            return reason
        for parent in host_and_parents(host):
            reason = self._suffixes.get(parent)
            if reason is not None:
                return reason
        labels = [] if not self._real.isdisjoint(host_and_parents(host)) else host.split(".")[:-1]
        found = next((why for rule, why in self._labels if any(map(rule.fullmatch, labels))), None)
        return found or (_DOCUMENT if path and _DOCUMENT_PATH.search(path) else None)

    def is_name(self, host: str, path: str) -> bool:
        """True if the beginning of a path at a canonical host shows that the address is only a name."""
        return f"{path.lower().strip('/')}/".startswith(self._names.get(host, ()))

    def is_linked(self, host: str) -> bool:
        """True if a link to this host is no back end, but an address that code requests there is one."""
        return host in self.linked or any(parent in self.linked for parent in host_and_parents(host))

    def _requested_at(self, host: str) -> RequestRule | None:
        for name in host_and_parents(host):
            if name in self._requests:
                return self._requests[name]
        return None

    def place_reason(self, file: str, host: str = "") -> str | None:
        """Why a URL that is only in package entries like this one is not a back end, or ``None``."""
        kept = self._kept.get(host)
        if kept is not None and file.rpartition("/")[2].lower().startswith(kept.files):
            return kept.reason
        if self._place[0] != file:
            self._place = file, self._find_place_reason(file.lower())
        return self._place[1]

    def _find_place_reason(self, file: str) -> str | None:
        *folders, name = file.split("/")
        path = f"/{file}"
        for place in self._places:
            if any(f"{end}!" in path for end in place.archives) or path.endswith(place.paths):
                return place.reason
            if name.rpartition(".")[2] in place.without:
                continue
            below = _below(folders, place)
            named = below is not None and (name.startswith(place.files) or _stem(name).endswith(place.stems))
            named = named and _has_words(name, place.words)
            named = named or (bool(folders) and folders[-1] in place.text_folders and _stem(name) != name)
            inside = set(below or ()) & set(place.folders)
            if named or (inside and (not inside <= _SINGULAR or _has_words(name, place.words))):
                return place.reason
        return None

    def address_reason(self, address: IPv4Address | IPv6Address) -> str | None:
        """Why a literal address is not a back end, or ``None``."""
        for network, reason in self._networks:
            if address.version == network.version and address in network:
                return reason
        return None


_DATA = frozenset(("json", "xml", "yml", "yaml", "toml", "ini", "cfg", "conf", "properties", "csv", "plist"))
_WORD = lazy_pattern(r"[a-z]+")
_SINGULAR = frozenset(("license", "licence"))
"""Folders that also have the settings for a server of licences."""


def _has_words(name: str, words: tuple[str, ...]) -> bool:
    """True if the name of a file with data has only these words, or if the file has other content."""
    stem, _, suffix = name.rpartition(".")
    return not words or suffix not in _DATA or set(words).issuperset(_WORD.findall(stem))


def _stem(name: str) -> str:
    """The name of a file without the suffix of a text."""
    stem, _, suffix = name.rpartition(".")
    return stem if stem and suffix in {"txt", "md", "html", "htm"} else name


def _below(folders: list[str], place: _NotBackendPlace) -> list[str] | None:
    """The folders that count for a place: all, or those below a library; ``None`` if there is no library."""
    if not place.within:
        return folders
    first = next((n for n, folder in enumerate(folders) if folder in place.within), len(folders))
    return folders[first + 2 :] if first + 1 < len(folders) else None


class ThirdParties:
    """Hosts, packages and frameworks of libraries that many apps contain."""

    def __init__(self) -> None:
        read = _read("sdk_hosts.toml", _SdkHosts).sdk
        self._suffixes = {suffix: sdk for sdk in read for suffix in sdk.suffixes}
        self.count = len(read)
        """Number of third parties."""

    @cached_property
    def _code(self) -> tuple[dict[str, str], dict[str, str]]:
        read = _read("sdk_packages.toml", _SdkPackages).sdk
        packages = {package: sdk.name for sdk in read for package in sdk.packages}
        return packages, {framework: sdk.name for sdk in read for framework in sdk.frameworks}

    def of(self, host: str) -> Sdk | None:
        """The library or platform of a canonical host, or ``None``."""
        for parent in host_and_parents(host):
            sdk = self._suffixes.get(parent)
            if sdk is not None:
                return sdk
        return None

    def of_package(self, name: str) -> str | None:
        """The library of a class or method name with dots, by its package, or ``None``."""
        packages = self._code[0]
        parts = name.split(".")[:16]
        return next((packages[at] for n in range(len(parts), 0, -1) if (at := ".".join(parts[:n])) in packages), None)

    def is_house(self, name: str) -> bool:
        """True if a known library is in a package, or below it."""
        return self.of_package(name) is not None or any(one.startswith(f"{name}.") for one in self._code[0])

    def of_file(self, path: str) -> str | None:
        """The library of a package entry in its framework or native library, or ``None``."""
        if ".framework/" not in path and not path.endswith(".so"):
            return None
        frameworks = self._code[1]
        for part in path.split("/")[-8:]:
            name = frameworks.get(part.removesuffix(".framework"))
            if name is not None:
                return name
        return None


class HostNameRules:
    """Names that can be hosts, and names that only look like hosts."""

    def __init__(self) -> None:
        read = _read("host_names.toml", _HostNames)
        self.private_tlds = _flat(read.private_tld)
        self.suffix_sites = _flat(read.suffix_site)
        """Public suffixes that are hosts, too."""
        self.short_vetoes = {
            name: entry.reason for entry in (*read.file_extension, *read.property) for name in entry.names
        }
        """Top-level domains that a bare ``host:port`` of two labels must not have, with the reason."""
        self.first_labels = _flat(read.first_label)
        self.low_ports = frozenset(number for entry in read.port for number in entry.numbers)
        self.generic_brands = _flat(read.generic_brand)


class RuleFiles:
    """All rule files, each read at its first use. Use one instance per process and share it."""

    def __init__(self, added: "UserRules | None" = None) -> None:
        """``added``: the rules of users, which only add to those of the files."""
        self.added = added

    @cached_property
    def _added_hosts(self) -> "dict[str, SdkHostRule]":
        rules = self.added.sdk_hosts if self.added is not None else ()
        return {suffix: rule for rule in rules for suffix in rule.suffixes}

    def added_third_party(self, host: str) -> "SdkHostRule | None":
        """The rule of a user for a canonical host that belongs to a third party, or ``None``."""
        known = self._added_hosts
        return next((known[name] for name in host_and_parents(host) if name in known), None) if known else None

    @cached_property
    def services(self) -> ServiceRules:
        """Schemes, ports and suffixes."""
        return ServiceRules()

    @cached_property
    def not_backends(self) -> NotBackends:
        """Namespaces, documentation, loopback."""
        return NotBackends()

    @cached_property
    def requested(self) -> "RuleFiles":
        """The same rules for an address that code requests: documentation and code hosts are back ends there."""
        other = RuleFiles(self.added)
        for name in ("services", "third_parties", "cloud", "credentials", "names", "suffixes"):
            setattr(other, name, getattr(self, name))
        other.not_backends = NotBackends(requested=True)
        return other

    @cached_property
    def third_parties(self) -> ThirdParties:
        """Hosts of SDKs."""
        return ThirdParties()

    @cached_property
    def cloud(self) -> CloudRules:
        """Hosts and identifiers of cloud resources."""
        return CloudRules(_bytes("cloud.toml"))

    @cached_property
    def credentials(self) -> CredentialRules:
        """Formats of credentials."""
        return CredentialRules(_bytes("credentials.toml"), _bytes("credentials_tokens.toml"))

    @cached_property
    def names(self) -> HostNameRules:
        """Rules for host names."""
        return HostNameRules()

    @cached_property
    def suffixes(self) -> Suffixes:
        """The public suffix list with its private section; unknown top-level domains have no suffix."""
        return Suffixes()
