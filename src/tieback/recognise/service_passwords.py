"""Passwords under short names, ``DB_PASS``, ``smtpPwd`` or ``mqtt.pw``, beside the host or address of the same service.

Such names alone also name fields, passes and counters, so the host under the same first part of the name is needed.
"""

import re
from collections.abc import Iterable

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
_NAME = re.compile(r"(?P<stem>[A-Za-z][A-Za-z0-9_.-]{0,46}?)(?:[_.-](?i:pass|pwd|pw)|(?<=[a-z0-9])(?:Pass|Pwd|Pw))")
_ENDS = "|".join(HOST_ENDS)
_MAX_LINE = 240
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
_PLACE = (
    r"[\"'`]?\s{0,4}[:=]\s{0,4}[\"'`]?(?P<place>[a-z]{2,12}://[^\s\"'`<>,;]{1,200}"
    r"|(?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{1,63}(?P<port>:\d{2,5})?)"
)
_PORT = r"[\"'`]?\s{0,4}[:=]\s{0,4}[\"'`]?(\d{2,5}(?!\w|\.\d)|[1-9]\d?e[34](?!\w))"


def stem_of(name: str) -> str:
    """The name of a password without its last word; empty if it is none of the short ones."""
    found = _NAME.fullmatch(name)
    return found["stem"] if found is not None else ""


def is_service(stem: str) -> bool:
    """True if the name is that of a service that takes a password."""
    return _last_word(stem) in SERVICES


def is_store(stem: str) -> bool:
    """True if the name is that of a data store."""
    return _last_word(stem) in STORES


def _last_word(stem: str) -> str:
    words = _WORDS.findall(stem)
    return words[-1].lower() if words else ""


def place_of(stem: str, text: str) -> str:
    """The host or address in a text under the name of the same service, with its port; empty if there is none."""
    name = rf"(?<![A-Za-z0-9]){re.escape(stem)}[_.-]?"
    found = re.search(rf"{name}(?:{_ENDS}){_PLACE}", text, re.IGNORECASE)
    if found is None or "://" in found["place"] or found["port"]:
        return found["place"] if found is not None else ""
    port = re.search(rf"{name}port{_PORT}", text, re.IGNORECASE)
    return f"{found['place']}:{int(float(port[1]))}" if port is not None else found["place"]


def beside(name: str, others: Iterable[tuple[str, str]]) -> str:
    """The host or address of the service that a password belongs to, and its port, as lines before the password.

    Empty if there is no host.

    Args:
        name: the name of the value that may be a password.
        others: names and values of the same file or class.
    """
    stem = stem_of(name)
    if not stem:
        return ""
    wanted = re.compile(rf"{re.escape(stem)}[_.-]?(?:{_ENDS})", re.IGNORECASE)
    ported = re.compile(rf"{re.escape(stem)}[_.-]?port", re.IGNORECASE)
    every = list(others)
    found = next((f'{key}="{value}"' for key, value in every if wanted.fullmatch(key) and '"' not in value), "")
    if not found or len(found) >= _MAX_LINE:
        return ""
    port = next((f'{key}="{value}"\n' for key, value in every if ported.fullmatch(key) and value.isdecimal()), "")
    return f"{found}\n{port if len(port) < _MAX_LINE else ''}"
