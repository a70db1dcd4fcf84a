"""Login demands of an HTTP server: a challenge (RFC 9110, section 11), or a redirect to a login page.

The scheme and the realm are read; no other parameter is kept. Schemes: the HTTP Authentication Scheme Registry, and the
names ``NTLM`` and ``ApiKey``, which servers send although they are not registered.
"""

import re

from tieback.probes.wire.http import Response

_SCHEMES = re.compile(r"(?i)(?:^|,)\s*(basic|bearer|digest|negotiate|ntlm|apikey)(?![^\s,])")
_REALM = re.compile(r'(?i)\brealm="([^"\r\n]{0,80})')
_FIELDS = {401: "www-authenticate", 407: "proxy-authenticate"}
_REDIRECTS = (301, 302, 303, 307, 308)
_LOGIN_PAGE = re.compile(
    r"(?i)(?:https?://[^/?#]{1,260})?/?(?:[A-Za-z0-9._~-]{1,64}/){0,5}"
    r"(?:log-?in|sign-?in|log_in|sign_in|sso|saml2?|oauth2?|authorize|authenticate)(?:[./?#;].*)?"
)


def login_demand(answer: Response) -> str:
    """What in the answer demands a login, such as ``Basic realm="Restricted"``; empty if nothing does."""
    field = _FIELDS.get(answer.status)
    if field is not None:
        asks = answer.headers.get(field, "")[:2048]
        schemes = list(dict.fromkeys(_SCHEMES.findall(asks)))[:4]
        realm = _REALM.search(asks)
        named = f' realm="{realm[1]}"' if realm is not None else ""
        return f"{', '.join(schemes)}{named}" if schemes else ""
    location = answer.headers.get("location", "")[:2048]
    if answer.status in _REDIRECTS and _LOGIN_PAGE.fullmatch(location) is not None:
        return f"redirect to {location.partition('?')[0].partition('#')[0][:100]}"
    return ""


def is_login(answer: Response) -> bool:
    """True if the answer shows that a login is required, even if it does not name the scheme.

    401 means that authentication is required (RFC 9110, section 15.5.2). 403 does not: it has many reasons.
    """
    return answer.status == 401 or bool(login_demand(answer))


def redirect_path(answer: Response, place: str, *, tls: bool) -> str:
    """The path of a redirect that stays on the same origin (RFC 6454); empty for any other answer.

    Args:
        answer: the answer to ``GET /``.
        place: ``host:port`` of the request.
        tls: whether the request used TLS.

    Returns:
        An absolute path. A redirect with a query leads nowhere: its meaning is the server's own.
    """
    if answer.status not in _REDIRECTS:
        return ""
    location = answer.headers.get("location", "")[:1024].partition("#")[0]
    whole = re.fullmatch(r"(?i)(https?)://([^/?#]{1,264})(/.*)?", location)
    if whole is not None:
        scheme, host = whole[1].lower(), whole[2].lower()
        usual = ":443" if tls else ":80"
        if (scheme == "https") != tls or place.lower() not in (host, host + usual):
            return ""
        location = whole[3] or "/"
    elif location.startswith("//") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        return ""
    path = "/" + location.removeprefix("./").removeprefix("/")
    return "" if path == "/" or "?" in path else path
