"""Connection strings of data stores: ``mongodb://``, ``postgresql://``, ``redis://``, ``jdbc:mysql://`` and similar.

The general form is ``scheme://user:password@host:port,host:port/database?options``. The driver prefix ``jdbc:`` and
variant spellings of a scheme are normalised. Each host of a list is an endpoint of its own, and its value always
includes the port. The user information ends at the last ``@`` before the first ``/``, ``?`` or ``;``. Passwords often
contain these characters, although a URL must escape them: if there is no valid host, a later ``@`` can be its end, too.
An ``@`` in the value of an option (``?user=anna@shop.de``) never is. ``services.toml`` has the source of each syntax.
"""

import re
from collections.abc import Iterator

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import CredentialGrade, NotBackend
from tieback.recognise.credentials import is_placeholder
from tieback.recognise.endpoints.hosts import (
    SINGLE_LABEL,
    EndpointHost,
    InvalidHost,
    NonBackendHost,
    check_host,
    check_port,
    private_name,
)
from tieback.recognise.endpoints.verdict import MaskedSecret, TextVerdict, is_real_value, mask_secret
from tieback.recognise.rules import RuleFiles, SchemeRule

RULE = "connection-string"
PASSWORD = "password_in_connection_string"
"""Kind of a credential."""

_HOST = r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[^\s\[\]/?;:,@'\"`()&|\\<>=*!]{1,253})(?::\d{1,5})?"
_HOSTS = lazy_pattern(rf"{_HOST}(?:,{_HOST}){{0,15}}(?=[/?;'\"`)\]}}\\&|,.\s<>!*]|:?$)")
_ORACLE_HOSTS = lazy_pattern(rf"{_HOST}(?=[:/?;'\"`)]|$)")
_DATABASE = lazy_pattern(r"/([A-Za-z0-9_.\-]{1,64})(?![A-Za-z0-9_.\-%${}])")
_SID = lazy_pattern(r":([A-Za-z0-9_.\-]{1,64})")
_DATABASE_OPTION = lazy_pattern(r"[;?&](?:databaseName|database)=([A-Za-z0-9_.\-]{1,64})", re.IGNORECASE)
_PASSWORD_OPTION = lazy_pattern(r"[;?&](?:password|pwd)=([^&;\s\"'<>]{1,256})", re.IGNORECASE)
_AUTHORITY = lazy_pattern(r"[^/?;]*")
_OPTIONS = lazy_pattern(r"[?;]")
_OPTION = lazy_pattern(r"[A-Za-z][A-Za-z0-9_.\-]{1,40}=")
_JDBC = lazy_pattern(r"jdbc:([a-z0-9]{2,16})(?::[a-z0-9+-]{1,24}){0,2}(://|:@(?://)?|:)", re.IGNORECASE)
_INSTRUCTION = lazy_pattern(r"(?i)(?:your|enter|insert|change)[_-]?(?:[a-z]{2,10}[_-]?)?(?:pass|pwd|secret|me\b)")
"""The beginning of a text that tells the reader to write the password there."""
_BROKERS = ("amqp", "mqtt", "nats", "kafka", "stomp")
_MAX_AT = 16
"""Most ``@`` characters that are tried in one text."""


def verify(text: str, scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    """Judge ``text``, which begins with the ``scheme`` of a store and ``://``."""
    return _judge(text, len(scheme.name) + 3, scheme, rules)


def verify_jdbc(text: str, rules: RuleFiles) -> TextVerdict:
    """Judge ``text``, which begins with ``jdbc:``."""
    found = _JDBC.match(text)
    scheme = rules.services.jdbc.get(found[1].lower()) if found else None
    if found is None or scheme is None:
        return TextVerdict(RULE, len("jdbc:"), rejected="database inside the app, or a driver of no known store")
    if found[2] == ":" and scheme.canonical != "oracle":
        return TextVerdict(RULE, found.end(), rejected="no host")
    return _judge(text, found.end(), scheme, rules)


def _judge(text: str, after: int, scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    first: TextVerdict | None = None
    reason = "no host"
    for at in _host_positions(text, after):
        begin = at + 2 if text.startswith("//", at) else at  # oracle:thin:user/password@//host
        found = (_ORACLE_HOSTS if scheme.canonical == "oracle" else _HOSTS).match(text, begin)
        if found is None:
            continue
        verdict = _hosts(text, found, scheme, rules)
        if verdict.rejected:
            reason = verdict.rejected
            continue
        passwords = (*_userinfo(text[after : max(after, at - 1)]), *_options(text, found.end()))
        secrets = tuple(_password(one, scheme) for one in passwords if counts(one, verdict))
        verdict = msgspec.structs.replace(verdict, secrets=secrets)
        if verdict.endpoints:
            return verdict
        first = first or verdict  # a part of a password can look like a name without a dot
    return first or TextVerdict(RULE, max(after, text.rfind("@") + 1), rejected=reason)


def counts(password: str, verdict: TextVerdict) -> bool:
    """True if the password of a connection string is a credential.

    A name of a container network is no back end, but the password of its store is often that of the real one. Examples
    of documentation have such names too, so a password that is a word of an example does not count there.
    """
    if verdict.endpoints:
        return is_real_value(password) and _INSTRUCTION.match(password) is None
    local = any(one.reason == SINGLE_LABEL for one in verdict.not_backends)
    return local and not is_placeholder(password)


def _host_positions(text: str, after: int) -> Iterator[int]:
    """Possible beginnings of the host list: where a URL has it (RFC 3986, section 3.2), then after each ``@``.

    The last ``@`` comes first. One in the value of an option is left out: a user or an account can have one.
    """
    authority = _AUTHORITY.match(text, after)
    end = authority.end() if authority else len(text)
    own = text.rfind("@", after, end)
    yield own + 1 if own >= 0 else after
    at = text.rfind("@", after)
    for _ in range(_MAX_AT):
        if at < 0:
            return
        if at != own and not _in_option(text, end, at):
            yield at + 1
        at = text.rfind("@", after, at)


def _in_option(text: str, start: int, at: int) -> bool:
    """True if the character at ``at`` is in the value of an option; the authority ends at ``start``."""
    options = _OPTIONS.search(text, start, at)
    if options is None:
        return False
    begin = max(options.start(), text.rfind("&", start, at), text.rfind(";", start, at))
    return _OPTION.match(text, begin + 1, at) is not None


def _hosts(text: str, found: re.Match[str], scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    database = _database(text, found.end(), scheme)
    endpoints: dict[str, Endpoint] = {}
    not_backends: list[NotBackend] = []
    for part in found[0].split(","):
        name, port = _split(part)
        if isinstance(port, InvalidHost):
            return TextVerdict(RULE, found.end(), rejected=port.reason)
        if port is None:
            if scheme.family == "socket":
                return TextVerdict(RULE, found.end(), rejected="socket without a port")
            port = scheme.port
        host = check_host(name.rstrip("."), rules)
        if isinstance(host, InvalidHost):
            host = private_name(name, host, rules)
        if isinstance(host, InvalidHost):
            return TextVerdict(RULE, found.end(), rejected=host.reason)
        place = host.host if isinstance(host, NonBackendHost) else host
        value = _value(scheme, place, port, database)
        if isinstance(host, NonBackendHost):
            not_backends.append(NotBackend(value, host.reason))
            continue
        endpoints.setdefault(
            value,
            Endpoint(
                kind=EndpointKind.CONNECTION_STRING,
                value=value,
                scheme=scheme.canonical,
                host=host.name,
                port=port,
                path=database,
                service=scheme.service,
            ),
        )
    return TextVerdict(RULE, len(text), endpoints=tuple(endpoints.values()), not_backends=tuple(not_backends))


def _split(part: str) -> tuple[str, int | InvalidHost | None]:
    if part.startswith("["):
        name, _, rest = part.partition("]")
        name, digits = name + "]", rest.removeprefix(":")
    else:
        name, _, digits = part.partition(":")
    return name, check_port(digits) if digits else None


def _database(text: str, at: int, scheme: SchemeRule) -> str:
    found = _DATABASE.match(text, at) or _DATABASE_OPTION.search(text, at)
    if found is None and scheme.canonical == "oracle":
        found = _SID.match(text, at)
    return found[1].rstrip(".") if found else ""


def _value(scheme: SchemeRule, host: EndpointHost, port: int | None, database: str) -> str:
    shown = f":{port}" if port is not None else ""
    return f"{scheme.canonical}://{host.bracketed}{shown}" + (f"/{database}" if database else "")


def _userinfo(text: str) -> Iterator[str]:
    _, colon, password = text.partition(":")
    if not colon:
        _, _, password = text.partition("/")  # oracle:thin:user/password@
    if password:
        yield password


def _options(text: str, at: int) -> Iterator[str]:
    found = _PASSWORD_OPTION.search(text, at)
    if found is not None:
        yield found[1]


def _password(password: str, scheme: SchemeRule) -> MaskedSecret:
    # A database password bypasses the API in front of it; that of a broker gives access to its topics.
    grade = CredentialGrade.NORMAL if scheme.service in _BROKERS else CredentialGrade.SUPERUSER
    return mask_secret(PASSWORD, password, grade)
