"""Firebase Realtime Database hosts: ``<instance>.firebaseio.com`` and ``<instance>.<region>.firebasedatabase.app``.

See https://firebase.google.com/docs/projects/locations#rtdb-locations. The value is ``firebase-rtdb:<instance>``; an
instance name is unique over all regions, so the region is not part of it.
"""

import re

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.recognise.hosts import Rejected, check_host
from tieback.recognise.rules import Rules
from tieback.recognise.verdict import Verdict

RULE = "firebase-rtdb"
SERVICE = "firebase-rtdb"
SUFFIXES = ("firebaseio.com", "firebasedatabase.app")

_INSTANCE = re.compile(
    r"([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.firebaseio\.com|\.[a-z]{2,16}-[a-z]{2,16}\d{1,2}\.firebasedatabase\.app)"
)


def firebase_endpoint(host: str, rules: Rules) -> Endpoint | None:
    """The database instance that a canonical host name belongs to, or ``None`` where it is another host."""
    found = _INSTANCE.fullmatch(host)
    if found is None or rules.not_backends.reason(host) is not None:
        return None
    return Endpoint(
        kind=EndpointKind.CLOUD,
        value=f"firebase-rtdb:{found[1]}",
        scheme="https",
        host=host,
        port=443,
        service=SERVICE,
    )


def verify(text: str, rules: Rules) -> Verdict:
    """Judge a bare host name that ends in one of the two domains."""
    host = check_host(text, rules, single_label=False)
    if isinstance(host, Rejected):
        return Verdict(RULE, len(text), rejected=host.reason)
    endpoint = firebase_endpoint(text.lower(), rules)
    if endpoint is None:
        return Verdict(RULE, len(text), rejected="no instance name before the domain")
    return Verdict(RULE, len(text), endpoints=(endpoint,))
