"""Firebase Realtime Database hosts: ``<instance>.firebaseio.com`` and ``<instance>.<region>.firebasedatabase.app``.

See https://firebase.google.com/docs/projects/locations#rtdb-locations. The value is ``firebase-rtdb:<instance>``.
Instance names are unique over all regions, so the region is not part of the value. A redirected client connects to a
host that many databases share, ``s-usc1c-nss-205.firebaseio.com``, and names its own database in ``?ns=``.
"""

import re

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.recognise.hosts import InvalidHost, check_host
from tieback.recognise.rules import RuleFiles
from tieback.recognise.verdict import TextVerdict

RULE = "firebase-rtdb"
SERVICE = "firebase-rtdb"
SUFFIXES = ("firebaseio.com", "firebasedatabase.app")

_INSTANCE = re.compile(
    r"([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.firebaseio\.com|\.[a-z]{2,16}-[a-z]{2,16}\d{1,2}\.firebasedatabase\.app)"
)
_SHARED = re.compile(r"s-[a-z0-9]{3,12}-nss-\d{1,5}")
_NAMESPACE = re.compile(r"[?&]ns=([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![a-z0-9-])")


def firebase_endpoint(host: str, rules: RuleFiles, rest: str = "") -> Endpoint | None:
    """The database instance that a canonical host name and the text after it name; ``None`` if they name none."""
    found = _INSTANCE.fullmatch(host)
    if found is None or rules.not_backends.reason(host) is not None:
        return None
    name = found[1]
    if _SHARED.fullmatch(name):
        own = _NAMESPACE.search(rest)
        if own is None:
            return None
        name, host = own[1], f"{own[1]}.firebaseio.com"
    return Endpoint(
        kind=EndpointKind.CLOUD,
        value=f"firebase-rtdb:{name}",
        scheme="https",
        host=host,
        port=443,
        service=SERVICE,
    )


def verify(text: str, rules: RuleFiles) -> TextVerdict:
    """Judge a bare host name that ends with one of the two domains."""
    host = check_host(text, rules)
    if isinstance(host, InvalidHost):
        return TextVerdict(RULE, len(text), rejected=host.reason)
    endpoint = firebase_endpoint(text.lower(), rules)
    if endpoint is None:
        return TextVerdict(RULE, len(text), rejected="no instance name before the domain")
    return TextVerdict(RULE, len(text), endpoints=(endpoint,))
