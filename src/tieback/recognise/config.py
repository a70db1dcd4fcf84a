"""Configuration files and named resources: values that are only meaningful together with their key.

``google-services.json``, ``GoogleService-Info.plist``, ``awsconfiguration.json``, ``amplifyconfiguration.json`` and
``agconnect-services.json`` are detected by name or by content and parsed. Any other small JSON, properties, YAML, plist
or .env file is read as pairs of key and value, and ``resources.arsc`` as pairs of name and value. The descriptions of
APIs are read by ``api_descriptions``. The rules are data, in ``config.toml``. Bounds: files of 256 KiB, 20,000 pairs,
32 levels, values of 512 characters.
"""

import re
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback import rulefiles as prepared
from tieback.intake.apps.content import METRO
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Bytes
from tieback.intake.apps.proto_resources import TextNames
from tieback.intake.apps.resources import StringNames
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise import credentials
from tieback.recognise.anchors import Anchor, AnchorKind, AnchorScanner, in_both_encodings, parse
from tieback.recognise.api_descriptions import RULE as API_RULE
from tieback.recognise.api_descriptions import api_servers
from tieback.recognise.aws_clients import aws_servers
from tieback.recognise.calls import RULE as CALL_RULE
from tieback.recognise.calls import SCRIPTS, CallRule, containers, marks_of, read_calls
from tieback.recognise.certificates import ENDINGS as CERTIFICATE_ENDINGS
from tieback.recognise.certificates import MARK as CERTIFICATE_MARK
from tieback.recognise.certificates import RULE as CERTIFICATE_RULE
from tieback.recognise.certificates import certificate_names
from tieback.recognise.cloud import cloud_endpoint
from tieback.recognise.contact_points import RULE as CONTACT_RULE
from tieback.recognise.contact_points import contact_points
from tieback.recognise.context import match_context
from tieback.recognise.decoded_values import DecodedValues
from tieback.recognise.firebase_web import RULE as FIREBASE_RULE
from tieback.recognise.firebase_web import WebProjects
from tieback.recognise.hosts import EndpointHost, NonBackendHost, check_host, check_port
from tieback.recognise.interface import ExtractorMeta, Find
from tieback.recognise.key_values import (
    MAX_PAIRS,
    MAX_VALUE,
    PORT,
    Pair,
    is_address,
    names_address,
    names_ftp,
    names_mail,
    pairs_beside,
    plain_key,
    port_of_name,
    ports_by_name,
    ports_of_hosts,
    read_pairs,
    split_port,
)
from tieback.recognise.links import RULE as LINK_RULE
from tieback.recognise.links import link_domains
from tieback.recognise.makers.clues import maker_clues
from tieback.recognise.named_endpoint import endpoint_of
from tieback.recognise.rules import RuleFiles
from tieback.recognise.script_objects import RULE as OBJECT_RULE
from tieback.recognise.script_objects import hosts_with_ports
from tieback.recognise.server_lists import RULE as LIST_RULE
from tieback.recognise.server_lists import server_lists
from tieback.recognise.service_passwords import PASSWORDS, Places, at_server, beside, names_password, password_servers
from tieback.recognise.span import decode_text
from tieback.recognise.text_marks import HOST, LIST, TextMarks
from tieback.recognise.texts.structured import is_api
from tieback.recognise.verdict import is_real_value

RULE = "config-key"
MAX_FILE = 256 * 1024
_MAX_HITS = 50_000
_RESOURCES = "resources.arsc"
_DECODED = re.compile(r"(?:^|/)(?:strings\.xml|values(?:-[A-Za-z0-9+-]{1,40})?/[^/]{1,80}\.xml)\Z")
"""Files with named texts of a decoded resource table: ``res/values/strings.xml``, ``res/values-de/values.xml``."""
_ONLY_NAMED = ("project_id",)
"""Resources of Firebase with values that can be any word."""
_ENDINGS = (
    ".json", ".properties", ".plist", ".env", ".yaml", ".yml", ".ini", ".conf", ".config", ".cfg", ".xml", ".toml",
)  # fmt: skip
_OPENVPN = ".ovpn"
"""Ending of the name of a profile of OpenVPN."""
_REMOTE = re.compile(rb"^[ \t]*remote[ \t]+([A-Za-z0-9.-]{3,253})(?:[ \t]+(\d{1,5}))?(?=[ \t\r\n]|\Z)", re.MULTILINE)
"""A server, from the manual: ``remote host [port] [proto]``, https://openvpn.net/community-docs/ (openvpn.8, section
"Client Options").
"""
_OPENVPN_PORT = 1194
_MAX_REMOTES = 200
_CALLED = (*_ENDINGS, *SCRIPTS, *CERTIFICATE_ENDINGS, _OPENVPN)

_SECRET_NAMES = ("passw", "passph", "secret", "_pass", "_pwd", "_pw")
"""Parts of the names of resources whose values can have any characters."""
_LABEL = re.compile(r"[^\W\d_]+(?:[ '\u2019/&,.-]{1,3}[^\W\d_]+)*[ .:*?!\u2026]{0,4}")
"""Words of people, with the sign at their end."""
_SECRET_WORDS = ("key", "secret", "token", "pass", "certificate", "credential", "auth")
_MADE_UP = re.compile(r"(?i:your|example|placeholder|change_?me|(?:app|project|base|space)_?id)")
_PROJECT = re.compile(r"[a-z][a-z0-9]{0,28}-[a-z0-9-]{1,28}")
_MIXED = re.compile(r"(?=[A-Za-z_+/=-]{0,256}\d)(?=[\d_+/=-]{0,256}[A-Za-z])[A-Za-z0-9_+/=-]{8,256}")
"""An identifier or key: letters and digits."""
_FIREBASE = (":android:", r"\.appspot\.com", r"\.firebasestorage\.app", r"firebaseio\.com")
"""Marks of Firebase; at least one is in the strings of an app that uses it."""
_FIREBASE_TEXT = re.compile(rb":android:[0-9a-f]{8}|\.appspot\.com|\.firebasestorage\.app|firebaseio\.com")
_SINGLE_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,62}")
_HOST = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{2,252})(/[A-Za-z0-9._~/-]{0,200})?")
# Ends of strings: a name, an identifier or key, a name with a hyphen, a name with a port. Other strings need no key.
# Nine of ten ends in a resource table are .png or .xml, so the patterns of three letters exclude them.
_THREE_LETTERS = (r"\.[a-oq-wyz][a-z]{2}", r"\.p[a-mo-z][a-z]", r"\.pn[a-fh-z]", r"\.x[a-ln-z][a-z]", r"\.xm[a-km-z]")
_VALUES = (
    r"\.[a-z]{2}",
    *_THREE_LETTERS,
    r"\.[a-z]{4,24}",
    r"[a-z0-9]/",
    r"[A-Za-z0-9_+/=-]{16}",
    r"-[a-z0-9]{2,12}",
    r"[a-z0-9]/v[0-9]",
    r"\.[0-9]{1,3}\.[0-9]{1,3}",
    r"\.[a-z0-9]{1,24}[,;| ][0-9]{2,5}",
)
_BREAK, _SIGN = 1, 2
_MARKS_OF_BYTES = np.array(
    [_BREAK if byte <= ord(" ") else _SIGN * (byte in b".-0123456789") for byte in range(256)], np.uint8
)
"""For each byte, whether it is in no value of a key, or in most: hosts, addresses, identifiers."""
_DIGESTS = (b"Manifest-Version:", b"Signature-Version:")
"""First bytes of the digest lists in ``META-INF``, the largest texts of many packages (JAR File Specification)."""
_NOT_VALUES = (b".xml", b".png", b".jpg", b".webp", b".ttf", b".otf", b".json", b".html", b".txt", b".gif", b".ogg")


_OWN_NAME = "name that the app's own web view has for its files"
"""Sources: https://capacitorjs.com/docs/config (``server.hostname``), https://cordova.apache.org/docs/en/latest/config_ref/
(preference ``hostname``).
"""


_MAIL_DOMAIN = "only the domain of mail addresses"


class _Server(msgspec.Struct, frozen=True):
    hostname: str = ""


class _Capacitor(msgspec.Struct, frozen=True):
    """What is read of ``capacitor.config.json``."""

    server: _Server = _Server()


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


class ConfigExtractor:
    """Finds endpoints and credentials by their keys or resource names. For one thread at a time."""

    meta = ExtractorMeta(
        name="config",
        version="1",
        finds=(
            RULE,
            LINK_RULE,
            CALL_RULE,
            CERTIFICATE_RULE,
            FIREBASE_RULE,
            CONTACT_RULE,
            OBJECT_RULE,
            LIST_RULE,
            API_RULE,
            credentials.RULE,
        ),
    )

    def __init__(self, rules: RuleFiles | None = None) -> None:
        self._rules = rules if rules is not None else RuleFiles()
        self._decoded: DecodedValues | None = None
        self._projects, self._places = WebProjects(), Places()
        self.left = sys.maxsize
        """Number of pairs that are still judged; ``AppSearch`` sets a limit per app."""

    def start(self) -> None:
        """Begin another app: the values of its decoded resources are in several files."""
        self._decoded = DecodedValues()
        self._projects, self._places = WebProjects(), Places()

    @cached_property
    def config(self) -> ConfigRules:
        """The rules of config.toml."""
        return ConfigRules()

    @cached_property
    def _calls(self) -> tuple[CallRule, ...]:
        return read_calls()

    @cached_property
    def _marks(self) -> TextMarks:
        return TextMarks((*marks_of(self._calls), *(mark.decode() for mark in self.config.signatures)))

    @cached_property
    def _scanner(self) -> AnchorScanner:
        # A string in a pool ends with a NUL of the same character width.
        values = [Anchor(AnchorKind.VALUE, (*parse(value), (r"\x00", "")), caseless=True) for value in _VALUES]
        marks = [Anchor(AnchorKind.KEY, parse(mark), caseless=False) for mark in _FIREBASE]
        return AnchorScanner(in_both_encodings((*values, *marks)))

    @cached_property
    def marks(self) -> tuple[bytes, ...]:
        """Texts that mark a file with possible finds, whatever its name."""
        return (*self.config.signatures, CERTIFICATE_MARK, METRO)

    def is_called(self, file: str) -> bool:
        """True if the name of a file is enough to read it without one of the marks."""
        last = file.rpartition("/")[2].lower()
        return last.endswith(_CALLED) or last in self.config.files or last.startswith(".env")

    def extract(self, artifact: Artifact) -> Iterator[Find]:
        """The finds in configuration files and resource tables; none in other artifacts."""
        for buffer in artifact.buffers:
            marks = self._marks.of(buffer.data) if buffer.kind is BufferKind.TEXT else None
            yield from maker_clues(buffer, self._rules, marks)
            if buffer.kind is BufferKind.MANIFEST:
                yield from link_domains(buffer, self._rules)
            elif buffer.kind is BufferKind.TEXT:
                yield from containers(buffer, self._calls, marks)
                yield from self._projects.read(buffer, marks)
                yield from aws_servers(buffer, self._rules, marks)
                yield from self._hosts_of_scripts(buffer, marked=marks is None or HOST in marks)
                yield from server_lists(buffer, self._rules, marked=marks is None or LIST in marks)
                yield from self._remotes(buffer)
                yield from api_servers(buffer, self._rules)
            if buffer.kind in (BufferKind.TEXT, BufferKind.BINARY):
                yield from certificate_names(buffer, self._rules, marks)
            if buffer.kind is BufferKind.RESOURCES:
                if buffer.file.endswith((_RESOURCES, "resources.pb")):
                    yield from self._resources(buffer)
            elif len(buffer.data) <= MAX_FILE:
                name = self._name(buffer, marks)
                if name:
                    yield from self._file(buffer, name)

    def _hosts_of_scripts(self, buffer: Buffer, *, marked: bool) -> Iterator[Find]:
        for one in hosts_with_ports(buffer, marked=marked):
            place = (buffer.file, buffer.base + one.offset, f"config:host/{OBJECT_RULE}")
            yield from self._host("host", one.host, place, one.port)

    def _remotes(self, buffer: Buffer) -> Iterator[Find]:
        """The servers of a profile of OpenVPN."""
        if not buffer.file.lower().endswith(_OPENVPN):
            return
        for one in islice(_REMOTE.finditer(buffer.data), _MAX_REMOTES):
            port = check_port(one[2].decode()) if one[2] else _OPENVPN_PORT
            if isinstance(port, int):
                place = (buffer.file, buffer.base + one.start(1), f"config:remote/{RULE}")
                yield from self._host("remote", one[1].decode(), place, port)

    def _name(self, buffer: Buffer, marks: Container[bytes] | None) -> str:
        """Name of a known file, ``*`` for another configuration file, empty for any other buffer."""
        if buffer.kind not in (BufferKind.TEXT, BufferKind.MANIFEST, BufferKind.BINARY) or buffer.base:
            return ""
        last = buffer.file.rpartition("/")[2].lower()
        if last in self.config.files:
            return self.config.files[last]
        binary = buffer.kind is BufferKind.BINARY
        if binary and not buffer.data.startswith(b"bplist00"):
            return ""
        if buffer.data.startswith(_DIGESTS):
            return ""
        if _DECODED.search(buffer.file) and buffer.kind is BufferKind.TEXT:
            return _RESOURCES
        texts = buffer.data if marks is None else marks
        known = next((name for mark, name in self.config.signatures.items() if mark in texts), "")
        if known:
            return known
        return "*" if last.endswith(".plist" if binary else _ENDINGS) or last.startswith(".env") else ""

    def _file(self, buffer: Buffer, name: str) -> Iterator[Find]:
        found = list(islice(read_pairs(buffer, name), MAX_PAIRS))
        yield from contact_points(found, buffer, self._rules)
        at = 0  # the pairs are in the order of the file
        other = name == _RESOURCES and _FIREBASE_TEXT.search(buffer.data) is None
        ports = ports_of_hosts(found, self.config.suffixes)
        servers = password_servers(found)
        decoded = self._decoded if name == _RESOURCES else None
        own = _web_view_name(buffer, found)
        described = is_api(buffer.data)
        if decoded is not None:
            for late in decoded.add(found, self.config.suffixes):
                place = (late.file, late.offset, f"resource:string/{late.key}/{RULE}")
                yield from self._host(late.key, late.value, place, late.port)
        for index, (key, value, _, element, _) in enumerate(found):
            plain = plain_key(key)
            if own and plain == "hostname" and value == own:
                yield NotBackend(own, _OWN_NAME)
                continue
            if described and plain == "host":
                continue  # with its scheme and path, as ``api_servers`` reads it
            if not self._means(key, plain, value) or (other and key in _ONLY_NAMED and "-" not in value):
                continue
            port = ports.get(index)
            if port is None and decoded is not None and self._is_host(plain, value):
                port = decoded.port_of(key, value, buffer, self.config.suffixes)
            if element and port is None and index not in servers and not names_password(key):
                continue
            if self.left <= 0:
                yield Problem("too many key-value pairs; the rest was not read", buffer.file, UnreadKind.LIMIT)
                return
            self.left -= 1
            if (at := buffer.data.find(raw := value.encode("utf-8", "replace"), at)) < 0:
                at = max(buffer.data.find(raw), 0)
            beside_it = pairs_beside(found, index, apart=plain not in PASSWORDS) if names_password(key) else ()
            yield from self.judge(key, value, name, buffer, at, port, beside_it)

    def _means(self, key: str, plain: str, value: str) -> bool:
        """True if a rule reads the value of a key."""
        return plain in self.config.by_key or self._is_host(plain, value) or _is_secret(key, plain)

    def _is_host(self, plain: str, value: str) -> bool:
        """True if the value of a key is a host."""
        return plain.endswith(self.config.suffixes) or is_address(plain, value)

    def _resources(self, buffer: Buffer) -> Iterator[Find]:
        starts = buffer.starts
        if starts is None or not len(starts):
            return
        unit = 2 if buffer.utf16 else 1
        stops, firebase = self._ends(buffer, starts)
        if firebase and isinstance(buffer.names, StringNames | TextNames):
            # A project without a hyphen looks like any word; only the name of the resource identifies it.
            for begin, name in buffer.names.matching(_ONLY_NAMED, starts):
                value = _value_at(buffer, begin)
                if not _PROJECT.fullmatch(value):
                    yield from self.judge(name, value, _RESOURCES, buffer, begin)
        ports: dict[tuple[str, str], int] | None = None
        named: set[int] = set()
        if isinstance(buffer.names, StringNames | TextNames):
            for begin, name in buffer.names.containing(_SECRET_NAMES, starts):
                named.add(begin)
                yield from self._named_secret(buffer, begin, name)
        for stop in stops:
            if unit == 1 and buffer.data[stop - 5 : stop].endswith(_NOT_VALUES):
                continue
            begin = int(starts[int(starts.searchsorted(stop - 1, side="right")) - 1])
            if begin in named or not 0 < stop - begin <= MAX_VALUE * unit:
                continue
            value = decode_text(buffer.data[begin:stop], wide=buffer.utf16)
            host, port = split_port(value)
            # Names are built at the first access, which costs more than all other steps.
            name = buffer.names.get(begin, "") if self._plausible(host, firebase=firebase) else ""
            if not name:
                continue
            key = name.rpartition("/")[2]
            value = host if self._is_host(plain_key(key), host) else value
            if port is None and buffer.resources is not None and self._is_host(plain_key(key), value):
                ports = ports_by_name(buffer.resources.ending(PORT)) if ports is None else ports
                port = port_of_name(key, ports, self.config.suffixes)
            yield from self.judge(key, value, _RESOURCES, buffer, begin, port)

    def _ends(self, buffer: Buffer, starts: NDArray[np.int64]) -> tuple[Iterator[int], bool]:
        """Offsets of the ends of texts that can be the value of a key; and true if one is a mark of Firebase."""
        if isinstance(buffer.names, TextNames):
            return _ends_of_words(buffer.data, starts), _FIREBASE_TEXT.search(buffer.data) is not None
        hits, _ = self._scanner.scan(buffer.data, 0, len(buffer.data), _MAX_HITS)
        firebase = any(self._scanner.anchors[index].shape is AnchorKind.KEY for index, _ in hits)
        return self._ends_in_pool(buffer, hits), firebase

    def _ends_in_pool(self, buffer: Buffer, hits: Iterable[tuple[int, int]]) -> Iterator[int]:
        """Offsets of the ends of strings of a pool that can be the value of a key."""
        known, last = self._scanner.anchors, -1
        for index, end in hits:
            if known[index].shape is not AnchorKind.KEY and known[index].wide is buffer.utf16 and end != last:
                last = end
                yield end - (2 if buffer.utf16 else 1)

    def _named_secret(self, buffer: Buffer, begin: int, name: str) -> Iterator[Find]:
        """The credential in a text whose name says that it is one, in any characters: a password has signs."""
        value = _value_at(buffer, begin)
        if len(value) < MAX_VALUE and self._means(name, plain_key(name), value):
            yield from self.judge(name, value, _RESOURCES, buffer, begin)

    def _plausible(self, value: str, *, firebase: bool) -> bool:
        """True if a string can be the value of some key: a host, an identifier, a Firebase project."""
        if "." in value:
            found = _HOST.fullmatch(value)
            return found is not None and isinstance(check_host(found[1], self._rules), EndpointHost | NonBackendHost)
        if _PROJECT.fullmatch(value):
            return firebase
        return _MIXED.fullmatch(value) is not None

    def judge(
        self,
        key: str,
        value: str,
        file: str,
        buffer: Buffer,
        offset: int,
        port: int | None = None,
        others: Sequence[tuple[str, str]] = (),
    ) -> Iterator[Find]:
        """The finds that a key and its value give.

        Args:
            key: last part of the key, or name of the resource, as written.
            value: the whole value.
            file: name of the known file, or another word.
            buffer: buffer with the value.
            offset: offset of the value in the buffer's data.
            port: port from a neighbouring key, for a host.
            others: keys and values of the file, for a password that needs the host of its service.
        """
        plain = plain_key(key)
        where = f"resource:string/{key}" if file == _RESOURCES else f"config:{key}"
        place = (buffer.file, buffer.base + offset, f"{where}/{RULE}")
        for rule in self.config.by_key.get(plain, ()):
            if rule.files and file not in rule.files:
                continue
            found = rule.compiled.fullmatch(value)
            if found is not None and is_real_value(value) and not _MADE_UP.search(value):
                shown = match_context(f"{key} = ", value)
                yield Sighting(_resource(rule, found), 1, Party.UNKNOWN, Evidence(*place, shown))
                if rule.services:
                    yield PublicKey(rule.kind, value, rule.services)
                return
        if self._is_host(plain, value):
            yield from self._host(key, value, place, port)
        elif _is_secret(key, plain):
            if not others and buffer.resources is not None and names_password(key):
                others = self._places.of(buffer.resources)
            yield from self._credentials(key, value, place, beside(key, others))

    def _host(self, key: str, value: str, place: tuple[str, int, str], port: int | None) -> Iterator[Find]:
        if port is not None and _SINGLE_LABEL.fullmatch(value):
            single = check_host(value, self._rules)
            if isinstance(single, NonBackendHost):
                yield NotBackend(f"{single.host.name}:{port}", single.reason)
            return
        found = _HOST.fullmatch(value)
        labels = found[1].lower().split(".") if found else []
        if found is None or len(labels) < 2 or labels[0] in self._rules.names.first_labels:
            return
        if len(labels) == 2 and labels[1] in self._rules.names.short_vetoes:
            return
        plain = plain_key(key)
        if port is None and not plain.endswith(self.config.suffixes) and not names_address(plain):
            return  # any address: only a port beside it shows that the app contacts it
        if names_mail(plain):
            yield NotBackend(value, _MAIL_DOMAIN)
            return
        path = (found[2] or "").rstrip("/")
        checked = check_host(found[1], self._rules, path=path)
        if isinstance(checked, NonBackendHost):
            yield NotBackend(checked.host.bracketed + (f":{port}" if port else path), checked.reason)
        # A cloud host, or a host with a port, is found without its key.
        elif isinstance(checked, EndpointHost) and cloud_endpoint(checked.name, path, self._rules) is None:
            kind = EndpointKind.ADDRESS if checked.address else EndpointKind.HOST_PORT
            shown = checked.bracketed + (f":{port}" if port else path)
            service = self._rules.services.of(checked.name, port) if port else "ftp" if names_ftp(key) else None
            endpoint = Endpoint(kind, shown, "", checked.name, port, "" if port else path, service)
            yield Sighting(endpoint, 1, Party.UNKNOWN, Evidence(*place, match_context(f"{key} = ", value)))

    def _credentials(self, key: str, value: str, place: tuple[str, int, str], before: str) -> Iterator[Find]:
        """Credentials in a named resource; its name is used as the name that a keyed rule needs.

        The host of its service, if there is one, is in a line before it.
        """
        if value.isalpha() or (place[2].startswith("resource:") and _LABEL.fullmatch(value)):
            return  # a label: the texts of an app have such names too
        text = f'{before}{key}="{value}"'
        for rule in self._rules.credentials.keyed:
            found = rule.compiled.search(text)
            if found is None:
                continue
            verdict = credentials.credential_verdict(found, rule, text, self._rules.credentials.known)
            file, offset, how = place
            for found_secret in verdict.secrets:
                place_of = endpoint_of(found_secret.address, self._rules) if found_secret.address else None
                secret = at_server(found_secret, place_of)
                shown = Evidence(
                    file, offset, f"{how.removesuffix(RULE)}{verdict.rule}", f"{key} = {secret.masked}"[:160]
                )
                yield Credential(
                    secret.kind, secret.masked, secret.endpoint, shown, secret.grade, secret.fingerprint, secret.claims
                )
                if secret.key is not None:
                    yield secret.key


def _web_view_name(buffer: Buffer, pairs: Sequence[Pair]) -> str:
    """The host under which the web view of an app loads the files of the app; empty if it is not set."""
    last = buffer.file.rpartition("/")[2].lower()
    if last == "capacitor.config.json":
        try:
            return msgspec.json.decode(buffer.data, type=_Capacitor).server.hostname
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return ""
    if last == "config.xml" and b"<widget" in buffer.data:
        return next((pair.value for pair in pairs if pair.key.lower() == "hostname"), "")
    return ""


def _is_secret(key: str, plain: str) -> bool:
    return any(word in plain for word in _SECRET_WORDS) or names_password(key)


def _value_at(buffer: Buffer, begin: int) -> str:
    """The string of a resource table that begins at this offset, cut at ``MAX_VALUE`` characters."""
    starts, unit = buffer.starts, 1 + buffer.utf16
    assert starts is not None
    after = int(starts[min(int(starts.searchsorted(begin, side="right")), len(starts) - 1)])
    raw = buffer.data[begin : after if after > begin else len(buffer.data)][: MAX_VALUE * unit]
    return decode_text(bytes(raw), wide=buffer.utf16).partition("\0")[0]


def _ends_of_words(data: Bytes, edges: NDArray[np.int64]) -> Iterator[int]:
    """Offsets of the ends of texts in the table of an app bundle that can be the value of a key.

    They have no space, and a dot, a hyphen or a digit. The bytes between two texts have control characters.
    """
    if len(edges) < 2:
        return
    marks = np.bitwise_or.reduceat(_MARKS_OF_BYTES[np.frombuffer(data, np.uint8)], edges[:-1])
    fits = (marks == _SIGN) & (edges[1:] - edges[:-1] <= MAX_VALUE)
    yield from islice((int(end) for end in edges[1:][fits]), _MAX_HITS)


def _resource(rule: KeyRule, found: re.Match[str]) -> Endpoint:
    groups = {name: text or "" for name, text in found.groupdict().items()}
    value = rule.value.format_map(groups)
    return Endpoint(
        kind=EndpointKind.CLOUD,
        value=f"{rule.kind}:{value.lower() if rule.kind == 'algolia' else value}",
        scheme="https",
        host=rule.host.format_map(groups).lower(),
        port=443 if rule.host else None,
        path=rule.container.format_map(groups),
        service=rule.kind,
    )
