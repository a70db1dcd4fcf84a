"""The host or address beside a password: ``DB_HOST`` beside ``DB_PASS``, ``host`` and ``password`` in one object.

Short names, ``DB_PASS``, ``smtpPwd`` or ``mqtt.pw``, also name fields, passes and counters, so the host under the same
first part of the name is needed. Of long names, ``db_password``, it only shows the endpoint.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from tieback.intake.apps.interface import ResourceTexts
from tieback.model.endpoint import Endpoint
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade
from tieback.recognise.endpoints.verdict import MaskedSecret
from tieback.recognise.settings.key_values import PORT, Pair, is_server
from tieback.recognise.settings.pair_parts import LOGINS, is_same_part, outer_key

HOST_ENDS = ("host", "hostname", "url", "uri", "server", "addr", "address", "domain", "ip", "endpoint", "broker")
"""Ends of the names of hosts and addresses."""
STORES = frozenset((
    "db", "database", "sql", "mysql", "mariadb", "mssql", "sqlserver", "postgres", "postgresql", "pg", "pgsql",
    "oracle", "mongo", "mongodb", "redis", "elastic", "elasticsearch", "es", "couchdb", "influx", "influxdb",
    "cassandra", "neo4j", "clickhouse",
))  # fmt: skip
"""Data stores."""
SERVICES = STORES | frozenset((
    "smtp", "imap", "pop3", "mail", "email", "mailer", "ftp", "sftp", "ftps", "ssh", "ldap", "mqtt", "amqp",
    "rabbitmq", "stomp", "kafka", "nats", "broker", "proxy", "vpn", "xmpp", "sip", "turn", "nas", "smb",
    "webdav", "rtsp",
))  # fmt: skip
"""Services whose passwords can be words; under other names the value must look like a password."""
DATABASE_PASSWORD = "database_password"
UNSPECIFIC = frozenset(("named_password", "password_value", "service_password", "http_auth_password"))
"""Kinds of passwords by a name that tells nothing of the product."""
STORE_PRODUCTS = frozenset((
    "amqp", "arangodb", "cassandra", "clickhouse", "couchbase", "couchdb", "elasticsearch", "influxdb", "kafka",
    "memcached", "milvus", "mongodb", "mqtt", "mssql", "mysql", "nats", "neo4j", "oracle", "postgresql", "qdrant",
    "rabbitmq", "redis", "rethinkdb", "stomp", "sync-gateway",
))  # fmt: skip
"""Services of endpoints that are databases and brokers with passwords of their own."""
_NAME = lazy_pattern(r"(?P<stem>[A-Za-z][A-Za-z0-9_.-]{0,46}?)(?:[_.-](?i:pass|pwd|pw)|(?<=[a-z0-9])(?:Pass|Pwd|Pw))")
PASSWORDS = ("password", "passwd", "passphrase")
"""Names of passwords without the name of a service."""
_LONG = lazy_pattern(
    r"(?P<stem>[A-Za-z][A-Za-z0-9_.-]{0,46}?)??(?:(?:\A|[_.-])(?i:password|passwd|passphrase)"
    r"|(?<=[a-z0-9])(?:Password|Passwd|Passphrase))"
)
_BEFORE = lazy_pattern(r"[A-Za-z0-9_.-]{0,48}\Z")
_REACH = 48
_KEY = lazy_pattern(r"[A-Za-z0-9_.-]{1,96}")
_JOINED = lazy_pattern(r"(?i:password|passwd)\Z")
_ENDS = "|".join(HOST_ENDS)
_PLAIN = ("host", "hostname", "server", "broker", "endpoint", "url", "uri", "addr", "address", "node")
"""Names of hosts and addresses without the name of a service. ``node`` is that of the client of Elasticsearch."""
_PLAIN_ENDS = "|".join(_PLAIN)
_MAX_HOSTS = 64
"""Most hosts in one text that are compared with the place of a password."""
_MAX_LINE = 240
_WORDS = lazy_pattern(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_PLACE = (
    r"[\"'`]?\s{0,4}[:=]\s{0,4}[\"'`]?(?P<place>[a-z]{2,12}://[^\s\"'`<>,;]{1,200}"
    r"|(?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{1,63}(?P<port>:\d{2,5})?)"
)
_PORT = r"[\"'`]?\s{0,4}[:=]\s{0,4}[\"'`]?(\d{2,5}(?!\w|\.\d)|[1-9]\d?e[34](?!\w))"


class Places:
    """The hosts, addresses and ports in the tables of resources of one app, each table read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[ResourceTexts, list[tuple[str, str]]]] = {}

    def of(self, table: ResourceTexts) -> list[tuple[str, str]]:
        """Names and values of the hosts, addresses and ports in a table."""
        if id(table) not in self._known:
            pairs = [pair for word in (*HOST_ENDS, PORT) for pair in table.ending(word).items()]
            self._known[id(table)] = table, pairs  # with the table, so that no other one gets its number
        return self._known[id(table)][1]


def stem_of(name: str) -> str:
    """The name of a password without its last word; empty if it is none of the short ones."""
    found = _NAME.fullmatch(name)
    return found["stem"] if found is not None else ""


def names_password(name: str) -> bool:
    """True if a name is that of a password, short or long: ``DB_PASS``, ``db_password``, ``password``."""
    return bool(stem_of(name)) or _long_stem(name) is not None


def password_servers(pairs: Sequence[Pair]) -> frozenset[int]:
    """Indexes of the elements of XML that name a server, with a password beside them or in the login below them.

    The name of an element can have any meaning, and alone it shows no server. Code that has a password for a host
    contacts it.
    """
    parts = {
        part
        for pair in pairs
        if pair.element and names_password(pair.key)
        for part in (pair.part, pair.around)
        if part is not None
    }
    return frozenset(
        index
        for index, pair in enumerate(pairs)
        if parts and pair.element and pair.part in parts and is_server(pair.key)
    )


def address_beside(text: str, begin: int) -> str:
    """The host or address that belongs to the password whose name is at an offset; empty if there is none.

    It is under the same first part of the name, or has none, as the password, and is then in the same object.
    """
    before = _BEFORE.search(text, max(0, begin - _REACH), begin)
    start = before.start() if before is not None else begin
    found = _KEY.match(text, start)
    if found is not None and found[0].lower() in LOGINS:  # the object with the login begins here
        return place_of("", text, start)
    stem = _long_stem(found[0]) if found is not None else None
    return place_of(stem, text, start) if stem is not None else ""


def at_server(secret: MaskedSecret, server: Endpoint | None) -> MaskedSecret:
    """The credential with its server; a password of a database is one, whatever its name is."""
    if server is None:
        return secret
    endpoint = secret.endpoint or server.value
    if secret.kind not in UNSPECIFIC or server.service not in STORE_PRODUCTS:
        return msgspec.structs.replace(secret, endpoint=endpoint)
    return msgspec.structs.replace(secret, endpoint=endpoint, kind=DATABASE_PASSWORD, grade=CredentialGrade.NORMAL)


def _long_stem(name: str) -> str | None:
    """The name of a password without its long last word, which can be all of it; ``None`` for other names."""
    found = _LONG.fullmatch(name)
    if found is not None:
        return found["stem"] or ""
    stem = _JOINED.sub("", name)
    return stem if stem != name and stem.lower() in SERVICES else None


def is_service(stem: str) -> bool:
    """True if the name is that of a service that takes a password."""
    return _last_word(stem) in SERVICES


def is_store(stem: str) -> bool:
    """True if the name is that of a data store."""
    return _last_word(stem) in STORES


def _last_word(stem: str) -> str:
    words = _WORDS.findall(stem)
    return words[-1].lower() if words else ""


def place_of(stem: str, text: str, begin: int | None = None) -> str:
    """The host or address in a text under the name of the same service, with its port; empty if there is none.

    Args:
        stem: the first part of the name; empty for a password without one, whose host is in the same object.
        text: the text.
        begin: offset of the password. A host in the same object is before others.
    """
    name = rf"(?<![A-Za-z0-9]){re.escape(stem)}[_.-]?" if stem else r"(?<![A-Za-z0-9_.-])"
    address = rf"{name}(?:{_ENDS if stem else _PLAIN_ENDS}){_PLACE}"
    found = _nearest(address, text, begin, apart=bool(stem))
    if found is None and not stem and begin is not None and (begin := _login_around(text, begin)) is not None:
        found = _nearest(address, text, begin, apart=False)
    if found is None or "://" in found["place"] or found["port"]:
        return found["place"] if found is not None else ""
    port = _nearest(rf"{name}port{_PORT}", text, begin, apart=bool(stem))
    return f"{found['place']}:{int(float(port[1]))}" if port is not None else found["place"]


def _login_around(text: str, begin: int) -> int | None:
    """Offset of the name of the object around a place, if it is that of a login: ``auth: {user, password}``."""
    found = outer_key(text, begin)
    return found.start("name") if found is not None and found["name"].lower() in LOGINS else None


def _nearest(pattern: str, text: str, begin: int | None, *, apart: bool) -> re.Match[str] | None:
    """The first match in the same object as an offset, or else, if it may be apart, the first of all."""
    first = None
    for found in islice(re.finditer(pattern, text, re.IGNORECASE), _MAX_HOSTS):
        if begin is None or is_same_part(text, found.start(), begin):
            return found
        first = first or found
    return first if apart else None


def beside(name: str, others: Iterable[tuple[str, str]]) -> str:
    """The host or address of the service that a password belongs to, and its port, as lines before the password.

    Empty if there is no host.

    Args:
        name: the name of the value that may be a password.
        others: names and values of the same file or class; for a name such as ``password``, of the same object.
    """
    long = _long_stem(name)
    stem = stem_of(name) if long is None else long
    if not stem and long is None:
        return ""
    head = rf"{re.escape(stem)}[_.-]?" if stem else ""
    wanted = re.compile(rf"{head}(?:{_ENDS if stem else _PLAIN_ENDS})", re.IGNORECASE)
    ported = re.compile(rf"{head}port", re.IGNORECASE)
    every = list(others)
    found = next((f'{key}="{value}"' for key, value in every if wanted.fullmatch(key) and '"' not in value), "")
    if not found or len(found) >= _MAX_LINE:
        return ""
    port = next((f'{key}="{value}"\n' for key, value in every if ported.fullmatch(key) and value.isdecimal()), "")
    return f"{found}\n{port if len(port) < _MAX_LINE else ''}"
