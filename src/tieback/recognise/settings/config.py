"""Configuration files and named resources: values that are only meaningful together with their key.

``google-services.json``, ``GoogleService-Info.plist``, ``awsconfiguration.json``, ``amplifyconfiguration.json`` and
``agconnect-services.json`` are detected by name or by content and parsed. Any other small JSON, properties, YAML, plist
or .env file is read as pairs of key and value, and ``resources.arsc`` as pairs of name and value. The descriptions of
APIs are read by ``api_descriptions``. The rules are data, in ``config.toml``. Bounds: files of 256 KiB, 20,000 pairs,
32 levels, values of 512 characters.
"""

import re
import sys
from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from itertools import islice

import msgspec

from tieback.intake.apps.content import METRO
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise import credentials
from tieback.recognise.calls import RULE as CALL_RULE
from tieback.recognise.calls import SCRIPTS, CallRule, containers, marks_of, read_calls
from tieback.recognise.context import match_context
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.endpoints.hosts import EndpointHost, NonBackendHost, check_host, check_port
from tieback.recognise.endpoints.named_endpoint import endpoint_of
from tieback.recognise.endpoints.verdict import is_real_value
from tieback.recognise.interface import ExtractorMeta, Find
from tieback.recognise.links import RULE as LINK_RULE
from tieback.recognise.links import link_domains
from tieback.recognise.makers.clues import maker_clues
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.api_descriptions import RULE as API_RULE
from tieback.recognise.settings.api_descriptions import api_servers
from tieback.recognise.settings.aws_clients import aws_servers
from tieback.recognise.settings.certificates import ENDINGS as CERTIFICATE_ENDINGS
from tieback.recognise.settings.certificates import MARK as CERTIFICATE_MARK
from tieback.recognise.settings.certificates import RULE as CERTIFICATE_RULE
from tieback.recognise.settings.certificates import certificate_names
from tieback.recognise.settings.config_rules import ConfigRules, KeyRule, is_secret
from tieback.recognise.settings.contact_points import RULE as CONTACT_RULE
from tieback.recognise.settings.contact_points import contact_points
from tieback.recognise.settings.decoded_values import DecodedValues
from tieback.recognise.settings.firebase_web import RULE as FIREBASE_RULE
from tieback.recognise.settings.firebase_web import WebProjects
from tieback.recognise.settings.key_values import (
    MAX_PAIRS,
    Pair,
    names_address,
    names_ftp,
    names_mail,
    pairs_beside,
    plain_key,
    ports_of_hosts,
    read_pairs,
)
from tieback.recognise.settings.resource_values import FIREBASE_TEXT, HOST_PATH, ONLY_NAMED, ResourceValues
from tieback.recognise.settings.script_objects import RULE as OBJECT_RULE
from tieback.recognise.settings.script_objects import hosts_with_ports
from tieback.recognise.settings.server_lists import RULE as LIST_RULE
from tieback.recognise.settings.server_lists import server_lists
from tieback.recognise.settings.service_passwords import (
    PASSWORDS,
    Places,
    at_server,
    beside,
    names_password,
    password_servers,
)
from tieback.recognise.settings.text_marks import HOST, LIST, TextMarks
from tieback.recognise.texts.structured import is_api

RULE = "config-key"
MAX_FILE = 256 * 1024
_RESOURCES = "resources.arsc"
_DECODED = lazy_pattern(r"(?:^|/)(?:strings\.xml|values(?:-[A-Za-z0-9+-]{1,40})?/[^/]{1,80}\.xml)\Z")
"""Files with named texts of a decoded resource table: ``res/values/strings.xml``, ``res/values-de/values.xml``."""
_ENDINGS = (
    ".json", ".properties", ".plist", ".env", ".yaml", ".yml", ".ini", ".conf", ".config", ".cfg", ".xml", ".toml",
)  # fmt: skip
_OPENVPN = ".ovpn"
"""Ending of the name of a profile of OpenVPN."""
_REMOTE = lazy_pattern(rb"^[ \t]*remote[ \t]+([A-Za-z0-9.-]{3,253})(?:[ \t]+(\d{1,5}))?(?=[ \t\r\n]|\Z)", re.MULTILINE)
"""A server, from the manual: ``remote host [port] [proto]``, https://openvpn.net/community-docs/ (openvpn.8, section
"Client Options").
"""
_OPENVPN_PORT = 1194
_MAX_REMOTES = 200
_CALLED = (*_ENDINGS, *SCRIPTS, *CERTIFICATE_ENDINGS, _OPENVPN)

_LABEL = lazy_pattern(r"[^\W\d_]+(?:[ '\u2019/&,.-]{1,3}[^\W\d_]+)*[ .:*?!\u2026]{0,4}")
"""Words of people, with the sign at their end."""
_MADE_UP = lazy_pattern(r"(?i:your|example|placeholder|change_?me|(?:app|project|base|space)_?id)")
_SINGLE_LABEL = lazy_pattern(r"[A-Za-z][A-Za-z0-9_-]{1,62}")
_DIGESTS = (b"Manifest-Version:", b"Signature-Version:")
"""First bytes of the digest lists in ``META-INF``, the largest texts of many packages (JAR File Specification)."""


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
    def _table(self) -> ResourceValues:
        return ResourceValues(self.config, self._rules)

    @cached_property
    def _marks(self) -> TextMarks:
        return TextMarks((*marks_of(self._calls), *(mark.decode() for mark in self.config.signatures)))

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
                    for one in self._table.texts(buffer):
                        yield from self.judge(one.key, one.value, _RESOURCES, buffer, one.begin, one.port)
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
        other = name == _RESOURCES and FIREBASE_TEXT.search(buffer.data) is None
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
            if not self.config.means(key, plain, value) or (other and key in ONLY_NAMED and "-" not in value):
                continue
            port = ports.get(index)
            if port is None and decoded is not None and self.config.is_host(plain, value):
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
        if self.config.is_host(plain, value):
            yield from self._host(key, value, place, port)
        elif is_secret(key, plain):
            if not others and buffer.resources is not None and names_password(key):
                others = self._places.of(buffer.resources)
            yield from self._credentials(key, value, place, beside(key, others))

    def _host(self, key: str, value: str, place: tuple[str, int, str], port: int | None) -> Iterator[Find]:
        if port is not None and _SINGLE_LABEL.fullmatch(value):
            single = check_host(value, self._rules)
            if isinstance(single, NonBackendHost):
                yield NotBackend(f"{single.host.name}:{port}", single.reason)
            return
        found = HOST_PATH.fullmatch(value)
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
