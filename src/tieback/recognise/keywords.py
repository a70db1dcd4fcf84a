"""Keyword connection strings: ``Server=db.x.test;Database=crm;Uid=app`` and ``host=db.x.test dbname=crm``.

Drivers of .NET and ODBC separate the pairs with semicolons, libpq of PostgreSQL with spaces. One word is not enough
evidence: a host counts only together with a database or a user, among words that drivers know. Words that only one
driver has identify the product, then the port. A ``Server`` without either is SQL Server.

Sources: https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectionstring,
https://dev.mysql.com/doc/connector-net/en/connector-net-connections-string.html,
https://www.npgsql.org/doc/connection-string-parameters.html,
https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
"""

import re
from collections.abc import Mapping

import msgspec

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade
from tieback.recognise.endpoints import connection
from tieback.recognise.endpoints.verdict import MaskedSecret, TextVerdict, mask_secret
from tieback.recognise.rules import RuleFiles
from tieback.recognise.span import narrow_text

RULE = "connection-keywords"
ANCHORS = ("server=", "data source=", "datasource=", "host=", "hostname=", "dbname=", "initial catalog=")
"""Words by which such a string is found; each string contains at least one."""
BEFORE, AFTER = 512, 1024
"""Number of characters before and after such a word that can belong to its string."""

_END = lazy_pattern(rb"[\x00-\x1f\x7f\"<>\xc0]")
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z _]*\Z")
_PART = lazy_pattern(r"\S+")
_LONGEST_WORD = 40
_SEMICOLONS = lazy_pattern(r" {0,4}(\{[^{}]*\}|'[^']*'|[^;]*)(?:;|\Z)")
_SPACES = lazy_pattern(r" ?('(?:[^'\\]|\\.)*'|[^\s']+)(?:\s|\Z)")
"""Values after an equals sign."""
_FEWEST_PAIRS, _MOST_PAIRS = 3, 24

_HOSTS = ("server", "datasource", "host", "hostname", "address", "addr", "networkaddress")
_DATABASES = ("database", "initialcatalog", "dbname")
_USERS = ("uid", "userid", "user", "username")
_PASSWORDS = ("pwd", "password")
_ONLY_SQLSERVER = frozenset(
    {"initialcatalog", "integratedsecurity", "trustservercertificate", "trustedconnection", "multipleactiveresultsets"}
    | {"persistsecurityinfo", "networklibrary", "multisubnetfailover", "attachdbfilename"}
)
_ONLY_MYSQL = frozenset({"allowuservariables", "convertzerodatetime", "allowzerodatetime", "charset", "oldguids"})
_PORTS = {"3306": "mysql", "5432": "postgresql", "1433": "sqlserver"}
_DRIVERS = (("mysql", "mysql"), ("mariadb", "mariadb"), ("postgres", "postgresql"), ("psqlodbc", "postgresql"))
_KNOWN = frozenset((*_HOSTS, *_DATABASES, *_USERS, *_PASSWORDS, "port", "driver", "provider", "timeout", "sslmode")) | (
    _ONLY_SQLSERVER | _ONLY_MYSQL
)
_MEMBER = lazy_pattern(r"[A-Za-z_$][\w$]*\.(?:host|hostname|server|address)\Z")
"""Member of an object in a script: ``host=e.host;user=e.user``."""
_DATABASE = lazy_pattern(r"[A-Za-z0-9_.\-]{1,64}\Z")


def keyword_string(data: Bytes, word: int, low: int, high: int, *, wide: bool) -> tuple[int, bytes]:
    """The string that contains the word at offset ``word``, one byte per character, and its start offset.

    It ends at the string's own bounds ``low`` and ``high``, at a control character, at a double quote, and at most
    ``BEFORE`` and ``AFTER`` characters away.
    """
    first = max(low, word - (BEFORE << wide))
    first += (word - first) & wide
    before = narrow_text(data[first:word], wide=wide)
    before = before[len(before) - _until_end(before[::-1]) :]
    begin = word - (len(before) << wide)
    text = narrow_text(data[begin : min(high, word + (AFTER << wide))], wide=wide)
    return begin, text[: _until_end(text)]


def verify(text: str, rules: RuleFiles) -> TextVerdict:
    """Judge ``text``, one string from its beginning to its end or limit."""
    pairs, _, spaces = _pairs(text)
    host, database, user = (_first(pairs, words) for words in (_HOSTS, _DATABASES, _USERS))
    if not host or not (database or user) or _MEMBER.match(host):
        return TextVerdict(RULE, 1, rejected="too few words of a connection string")
    host, port = _place(host, pairs.get("port", ""))
    scheme = rules.services.schemes[_product(pairs, host, port, spaces=spaces)]
    shown = f"/{database}" if _DATABASE.match(database) else ""
    verdict = connection.verify(f"{scheme.name}://{host.partition('\\')[0]}{port}{shown}", scheme, rules)
    password = _first(pairs, _PASSWORDS)
    secrets = (_masked(password),) if password and connection.counts(password, verdict) else ()
    return msgspec.structs.replace(verdict, rule=RULE, covers=len(text), secrets=secrets)


def first_word(text: str) -> int:
    """Where the first word begins; other text can be before it. 0 if ``text`` is no connection string."""
    return _pairs(text)[1]


def mask_passwords(text: str) -> str:
    """``text`` with stars in place of its passwords, which can contain spaces and quotes."""
    pairs, _, _ = _pairs(text)
    for word in _PASSWORDS:
        if pairs.get(word):
            text = text.replace(pairs[word], "***")
    return text


def _until_end(text: bytes) -> int:
    found = _END.search(text)
    return found.start() if found else len(text)


def _pairs(text: str) -> tuple[dict[str, str], int, bool]:
    """The pairs, where the first one begins, and whether spaces separate them; empty if fewer than three are known."""
    for pattern in (_SEMICOLONS, _SPACES):
        pairs, first = _parted(text, pattern)
        if len(pairs) >= _FEWEST_PAIRS:
            return pairs, first, pattern is _SPACES
    return {}, 0, False


def _parted(text: str, pattern: re.Pattern[str]) -> tuple[dict[str, str], int]:
    """Known words with their values, the first value of each; words in lower case without spaces and underscores."""
    found: dict[str, str] = {}
    at = first = 0
    for _ in range(_MOST_PAIRS):
        equals = text.find("=", at)
        if equals < 0:
            break
        begin, at = max(at, equals - _LONGEST_WORD), equals + 1
        written, match = _WORD.search(text[begin:equals]), pattern.match(text, at)
        word, size = _word(written[0]) if written else ("", 0)
        if word not in _KNOWN or match is None:  # possibly the key of a file: crm.db=Server=...
            continue
        if not found:
            first = equals - size
        at, value = match.end(), match[1].strip()
        if len(value) > 1 and value[0] == "'" == value[-1]:
            value = value[1:-1]
        found.setdefault(word, value)
    return found, first


def _word(written: str) -> tuple[str, int]:
    """The word in the form of the lists, and its length; text can be before it: ``Connection string Server=...``."""
    parts = [(part[0], len(written) - part.start()) for part in _PART.finditer(written)]
    names = [(part.lower().replace("_", ""), size) for part, size in parts]
    tails = (("".join(name for name, _ in names[first:]), names[first][1]) for first in range(len(names)))
    return next(((tail, size) for tail, size in tails if tail in _KNOWN), ("", 0))


def _first(pairs: Mapping[str, str], words: tuple[str, ...]) -> str:
    return next((pairs[word] for word in words if pairs.get(word)), "")


def _place(host: str, port: str) -> tuple[str, str]:
    """Host and ``:port``; SQL Server writes ``tcp:host,port``."""
    host = host.removeprefix("tcp:")
    name, comma, digits = host.rpartition(",")
    if comma and digits.strip().isdecimal():
        return name, f":{digits.strip()}"
    return host, f":{port}" if port.isdecimal() else ""


def _product(pairs: Mapping[str, str], host: str, port: str, *, spaces: bool) -> str:
    """Name of the scheme in ``services.toml``."""
    driver = (pairs.get("driver", "") + pairs.get("provider", "")).lower()
    for word, product in _DRIVERS:
        if word in driver:
            return product
    if driver or _ONLY_SQLSERVER.intersection(pairs) or "\\" in host:
        return "sqlserver"
    if port[1:] in _PORTS:
        return _PORTS[port[1:]]
    if spaces or ("host" in pairs and "username" in pairs):
        return "postgresql"
    if _ONLY_MYSQL.intersection(pairs) or ("uid" in pairs and "pwd" in pairs):
        return "mysql"
    return "sqlserver"


def _masked(password: str) -> MaskedSecret:
    return mask_secret("password_in_connection_string", password, CredentialGrade.SUPERUSER)
