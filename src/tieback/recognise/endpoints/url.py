"""URLs: ``http``, ``https``, ``ws``, ``wss``, ``ftp``, sockets such as ``ssl://broker.test:8883``, and ``//host/path``.

RFC 3986 syntax, limited to scheme, host, port and path prefix. User information becomes a masked secret. Query and
fragment are dropped. A path ends at the first placeholder or character outside RFC 3986.
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.redaction import public_prefix
from tieback.model.sighting import UNDECIDED, NotBackend
from tieback.recognise.endpoints import map_servers
from tieback.recognise.endpoints.cloud import cloud_endpoint, with_parts
from tieback.recognise.endpoints.firebase import default_database
from tieback.recognise.endpoints.hosts import (
    PLACEHOLDER,
    EndpointHost,
    InvalidHost,
    NonBackendHost,
    check_host,
    check_port,
    private_name,
)
from tieback.recognise.endpoints.verdict import MaskedSecret, TextVerdict, is_real_value, mask_secret
from tieback.recognise.rules import RuleFiles, SchemeRule

RULE = "url"

_AUTHORITY = lazy_pattern(r"[^/?#]{0,1024}")
_HOST_PORT = lazy_pattern(r"(\[[0-9A-Fa-f:.%]{2,64}\]|[^:,;()&|=!*'\[\]]{0,1024})(?::([^,;()&|=!*'\[\]]{0,1024}))?")
_PATH = lazy_pattern(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]{0,1024}")
_NEXT = lazy_pattern(r"(?:[,;$#~^*]+|@@+|:::+|!!+|&&+)(?=[a-z]{2,5}://)", re.IGNORECASE)
"""The separator before the next URL of a list."""
_VARIABLE_SEGMENT = lazy_pattern(r"/:[A-Za-z_]")
_NO_PATH = lazy_pattern(r"(?:&(?:[\w.-]{1,60}=.{0,1024})?|(?:/\*{1,2}){1,20}/?|[,;][A-Za-z]\w{0,40}:)\Z")
"""Parameters without a question mark before them, which code appends to what has one, the end of a pattern, and the
name of the next value in a message: ``Url: https://shop.test/a,Header: …``."""
_PARAMETER = lazy_pattern(r"(?<=[^/])&(?:[\w.-]{1,60}=)?\Z")
"""The beginning of such a parameter, or of several, before a placeholder."""
_PAIR = lazy_pattern(r"\{\}(?:\{\}|[\w.-]{1,60})?=(?!=)")
"""A placeholder for the question mark or ampersand before a parameter, and the name of that, if it is known."""
_SECRET_SEGMENT = lazy_pattern(
    r"(?:(?<=/services)|(?<=/triggers)|(?<=/workflows))/T[0-9A-Z]{6}|(?<=/api/webhooks)/\d{6}|(?<=/webhookb2)/[0-9a-f]{8}-"
    r"|/bot\d{6,12}:|/(?=sk_live_|hf_)"
)
"""Paths whose rest is a credential: web hooks of Slack, Discord and Teams, bots of Telegram."""
_TOKEN = lazy_pattern(r"(?=[A-Za-z_-]{0,200}\d)(?=[0-9_-]{0,200}[A-Za-z])[A-Za-z0-9_-]{12,200}")
"""User information without a password that can be a token."""
_PART_UNKNOWN = lazy_pattern(
    r"(?P<first>[\w-]{0,40}(?:%(?:\d\$)?[ds@]|\$?\{[\w.+\s-]{0,40}\}|\$\w{1,40})[\w-]{0,40})\.(?P<known>.+)"
)
"""A host whose first label has a placeholder."""
_FORMAT = lazy_pattern(r"^%(?:\d\$)?@|%(?:\d\$)?@(?=[.:-]|$)")
"""``%@`` and ``%1$@`` in a host; elsewhere, ``%`` can be the end of a password."""
_PORT_UNKNOWN = lazy_pattern(r"(?:%(?:\d\$)?[ds@]|\$?\{[\w.+\s-]{0,40}\}|\$\w{1,40}){1,8}")
"""A port that is only known when the app runs, perhaps with a path that is not known either."""
COMPLETED = f"{UNDECIDED}: the first part of its host is only known when the app runs"
"""Reason for an address with a placeholder in its first label."""
UNKNOWN_HOST = f"{UNDECIDED}: its host is only known when the app runs, and its port is that of a data store"
"""Reason for ``http://%s:9200``."""
_PROSE = ".,;:!?'*)]}&"
"""Characters that end a sentence or a list, not a URL; a closing bracket stays if its opening one is in the URL.

Behind the last one parameters follow, also if the code forgets the question mark before them.
"""


def verify(text: str, scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    """Judge ``text``, which begins with ``scheme`` and ``://`` and ends at the first character that no URL contains."""
    after = len(scheme.name) + 3
    end = _NEXT.search(text, after) if "://" in text[after:] else None
    text = text[: end.start()] if end is not None else text
    texts = map_servers.server_texts(text) if "{" in text or "%" in text else []
    if texts:
        of_all = of_servers(text, texts, scheme, rules)
        if of_all.endpoints:
            return of_all
    authority = _match(_AUTHORITY, text, after)
    covers = after + len(authority)
    # The "@" of a placeholder of Apple's format strings ends no user.
    at = _FORMAT.sub(lambda one: one[0].replace("@", " "), authority).rfind("@")
    userinfo, place = authority[: max(at, 0)], authority[at + 1 :]
    found = _HOST_PORT.match(place)
    raw_host, whole_port = (found[1], found[2] or "") if found else ("", "")
    if found and not userinfo and found.end() < len(place):
        covers = after + found.end()  # the next URL of a list follows, or prose
    # Text after the port in the same authority is prose or the next URL of a list.
    path = _path(text, covers) if found and found.end() == len(place) else ""
    port: int | None = scheme.port
    # The default port stands for one that is not known, as for "http://host:" before a variable.
    is_unknown = scheme.port is not None and _PORT_UNKNOWN.fullmatch(whole_port) is not None
    raw_port = "" if is_unknown else whole_port.rstrip(_PROSE)
    if raw_port:
        checked = check_port(raw_port)
        if isinstance(checked, InvalidHost):
            return _reject(checked.reason, text, covers)
        port = checked
    elif scheme.family == "socket":
        return _reject("socket without a port", text, covers)
    host = check_host(raw_host, rules, path=path)
    if isinstance(host, InvalidHost):
        default = default_database(raw_host)
        if default is not None:
            return TextVerdict(RULE, covers, endpoints=(default,))
        host = _store_of_unknown_host(raw_host, raw_port, port, rules) or _partly_known(raw_host, host, rules)
    if isinstance(host, InvalidHost):
        host = private_name(raw_host, host, rules)
    if isinstance(host, InvalidHost):
        return _reject(host.reason, text, covers)
    if isinstance(host, NonBackendHost):
        value = _value(scheme, host.host, port, path)
        return TextVerdict(RULE, covers, not_backends=(NotBackend(value, host.reason),))
    rest = text[covers:] if found and found.end() == len(place) else ""
    value = _value(scheme, host, port, path)
    endpoint = cloud_endpoint(host.name, rest, rules, scheme=scheme.canonical, port=port) or Endpoint(
        kind=EndpointKind.URL,
        value=value,
        scheme=scheme.canonical,
        host=host.name,
        port=port,
        path=path,
        service=scheme.service or rules.services.of(host.name, port) or rules.services.of_path(path),
    )
    address = ""
    if path and endpoint.kind is EndpointKind.CLOUD:
        address = _value(scheme, host, port, _path(text, covers, endpoint.value.partition(":")[2]))
    return TextVerdict(
        RULE,
        covers,
        endpoints=with_parts(endpoint, rest, rules),
        secrets=_secrets(userinfo, place + path, rules),
        address=address,
    )


def of_servers(text: str, texts: Sequence[str], scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    """The verdict on the address of a map, from the addresses of its servers."""
    first, *others = (verify(one, scheme, rules) for one in texts)
    return msgspec.structs.replace(
        first,
        covers=first.covers + len(text) - len(texts[0]),
        endpoints=(*first.endpoints, *(endpoint for other in others for endpoint in other.endpoints)),
    )


def _store_of_unknown_host(raw: str, raw_port: str, port: int | None, rules: RuleFiles) -> NonBackendHost | None:
    """A host that is wholly a placeholder, if the port is that of a data store: the app contacts one without an API."""
    if not raw_port or _PORT_UNKNOWN.fullmatch(raw) is None or rules.services.of("", port) is None:
        return None
    return NonBackendHost(EndpointHost(raw), UNKNOWN_HOST)


def _partly_known(raw: str, verdict: InvalidHost, rules: RuleFiles) -> NonBackendHost | InvalidHost:
    """Judge a host that no name can have; one whose first label has a placeholder is told, and not dropped."""
    found = _PART_UNKNOWN.fullmatch(raw)
    known = check_host(found["known"], rules) if found else verdict
    if found is None or not isinstance(known, EndpointHost) or known.address:
        return verdict
    return NonBackendHost(EndpointHost(f"{found['first']}.{known.name}"), COMPLETED)


def verify_relative(text: str, scheme: SchemeRule, rules: RuleFiles) -> TextVerdict:
    """Judge ``text``, which begins with the ``//`` of a URL that takes its scheme from the page (RFC 3986, 4.2).

    Code contains similar texts: a host of two labels counts only if a path follows.
    """
    verdict = verify(f"{scheme.name}:{text}", scheme, rules)
    covers = max(verdict.covers - len(scheme.name) - 1, 2)
    plain = verdict.endpoints and not verdict.endpoints[0].path and verdict.endpoints[0].host.count(".") == 1
    if plain:
        return TextVerdict(RULE, covers, rejected="two labels and nothing behind them")
    return msgspec.structs.replace(verdict, covers=covers)


def _reject(reason: str, text: str, covers: int) -> TextVerdict:
    # A password with a slash ends the authority early; the text up to the @ is still the password.
    return TextVerdict(RULE, max(covers, text.rfind("@") + 1), rejected=reason)


def _path(text: str, at: int, identifier: str = "") -> str:
    """The path from ``at`` on, without its last slash; up to the last whole segment before a placeholder.

    Args:
        text: the address.
        at: where its path begins.
        identifier: that of the cloud resource, which is no secret; empty if there is none.
    """
    path = _match(_PATH, text, at)
    end = at + len(path)
    hole = PLACEHOLDER.search(text, at, end if text[end : end + 1] in ("?", "#") else end + 2)
    variable, secret = _VARIABLE_SEGMENT.search(path), _SECRET_SEGMENT.search(path)
    ends = [end for end in (hole.start() - at if hole else -1, variable.start() + 1 if variable else -1) if end >= 0]
    if secret:
        ends.append(secret.start() + 1)
    if ends:
        parameter = _PARAMETER.search(path, 0, min(ends))
        is_pair = hole is not None and hole.start() - at == min(ends) and _PAIR.match(text, hole.start()) is not None
        whole = min(ends) if is_pair else path.rfind("/", 0, min(ends)) + 1
        path = path[: parameter.start() if parameter else whole]
    before, _, rest = path.partition(f"/{identifier}") if identifier else ("", "", path)
    is_named = public_prefix(before, constant=True) == before and rest[:1] in ("", "/")
    known = path[: len(path) - len(rest)] if is_named else ""
    path = known + public_prefix(rest if known else path, constant=True)
    path = _NO_PATH.sub("", path)
    while path and path[-1] in _PROSE and not (path[-1] == ")" and "(" in path):
        path = path[:-1]
    return path.rstrip("/")


def _value(scheme: SchemeRule, host: EndpointHost, port: int | None, path: str) -> str:
    shown = "" if port is None or port == scheme.port else f":{port}"
    return f"{scheme.canonical}://{host.bracketed}{shown}{path}"


def _secrets(userinfo: str, rest: str, rules: RuleFiles) -> tuple[MaskedSecret, ...]:
    """The credential before the host; ``rest`` is the host and the path after it."""
    user, colon, password = userinfo.partition(":")
    secret = password if colon and password else user
    if not secret or not is_real_value(secret):
        return ()
    for rule in rules.credentials.userinfo:
        if rule.compiled.fullmatch(f"{userinfo}@{rest}"):
            return (mask_secret(rule.kind, secret, rule.grade),)
    if colon and password:
        return (mask_secret("password_in_url", secret),)
    # A user alone is a credential only if it is a token, and not a name or a host that looks like the target.
    return (mask_secret("user_in_url", secret),) if _TOKEN.fullmatch(secret) else ()


def _match(pattern: re.Pattern[str], text: str, at: int) -> str:
    found = pattern.match(text, at)
    return found[0] if found else ""
