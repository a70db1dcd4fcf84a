"""Firebase Realtime Database hosts: ``<instance>.firebaseio.com`` and ``<instance>.<region>.firebasedatabase.app``.

See https://firebase.google.com/docs/projects/locations#rtdb-locations. The value is ``firebase-rtdb:<instance>``.
Instance names are unique over all regions, so the region is not part of the value. A redirected client connects to a
host that many databases share, ``s-usc1c-nss-205.firebaseio.com``, and names its own database in ``?ns=``.
"""

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.endpoints.hosts import PLACEHOLDER
from tieback.recognise.rules import RuleFiles

RULE = "firebase-rtdb"
SERVICE = "firebase-rtdb"
SUFFIXES = ("firebaseio.com", "firebasedatabase.app")

_INSTANCE = lazy_pattern(
    r"([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.firebaseio\.com|\.[a-z]{2,16}-[a-z]{2,16}\d{1,2}\.firebasedatabase\.app)"
)
_DEFAULT = "-default-rtdb.firebaseio.com"
_SHARED = lazy_pattern(r"s-[a-z0-9]{3,12}-nss-\d{1,5}")
_NAMESPACE = lazy_pattern(r"[?&]ns=([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?![a-z0-9-])")


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


def default_database(host: str) -> Endpoint | None:
    """The default database of a project whose name is not in the text; ``None`` for other hosts.

    Libraries make ``<project>-default-rtdb.firebaseio.com`` if the project names no other database, for instance
    https://github.com/firebase/firebase-ios-sdk, ``FIRDatabase.m``.

    Args:
        host: a host as written; in place of the project there is nothing, or a placeholder.
    """
    project, end, _ = host.lower().partition(_DEFAULT)
    if not end or not host.lower().endswith(_DEFAULT) or (project and PLACEHOLDER.search(project) is None):
        return None
    return Endpoint(kind=EndpointKind.CLOUD, value=f"{SERVICE}:", scheme="https", host="", port=None, service=SERVICE)


def of_project(project: str) -> Endpoint:
    """The default database of a project."""
    return Endpoint(
        kind=EndpointKind.CLOUD,
        value=f"{SERVICE}:{project}-default-rtdb",
        scheme="https",
        host=f"{project}{_DEFAULT}",
        port=443,
        service=SERVICE,
    )


def with_node(find: Sighting, database: Endpoint) -> Sighting:
    """A find of a node, in a database. A client requests no address of the node: it names the node on a WebSocket.

    The path of its handshake is ``/.ws``: https://github.com/firebase/firebase-android-sdk, ``HostInfo.java``.
    """
    return msgspec.structs.replace(find, endpoint=msgspec.structs.replace(database, path=find.endpoint.path))
