"""Confidence of the edges of the evidence graph, and the parts that it is computed from.

The values rank the evidence. For sightings the order is: traffic in a capture, a string in the app, a report of another
tool. For stores it is: named by an app, on the same host as the API, on a sibling name, named only by an answer of the
API. No value is above the precision on labelled cases (``bench/calibration.py``). There are few labelled pivots, so
those values are low. There are no labelled cases for captures and for reports of other tools; those values were set by
hand.
"""

from urllib.parse import urlsplit

from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.model.backend import Candidate, Route

IN_TRAFFIC = 0.99
"""Confidence that an app talks to an endpoint that appears in a capture."""
CONFIGURED = 0.97
"""The same for an endpoint from a named key, a resource or a manifest entry."""
BY_FLOW = 0.95
"""The same for an endpoint that data flow assembles in code."""
IN_TEXT = 0.9
"""The same for an endpoint in a string."""
IN_BYTES = 0.75
"""The same for an endpoint in raw bytes or in an encoded string."""
BY_OTHERS = 0.6
"""The same for an endpoint that another tool reports."""

NAMED = 0.97
"""Confidence that a store which an app names belongs to its back end."""
SAME_HOST = 0.75
SAME_DOMAIN = 0.66
BY_ANSWER = 0.65

RESOLVED = {"literal": 1.0, "hosts": 0.99, "capture": 0.95, "dns": 0.9}
"""Confidence that a name is at an address, by source. Names move, and DNS can give other clients another answer."""
_OTHERS = frozenset({"mobsf", "exodus", "openfirebase"})
_FLOWS = frozenset({"dex-flow", "hermes-flow", "script-flow"})
_BYTES = frozenset({"binary", "native-string"})
_CONFIGURED = ("resource:", "manifest", "entitlement", "plist:", "json:", "xml:")


def sighting_confidence(how: str) -> float:
    """Confidence that an app talks to an endpoint, by how the endpoint was found (``Evidence.how``)."""
    source = how.partition("/")[0]
    if source == "traffic":
        return IN_TRAFFIC
    if source in _OTHERS:
        return BY_OTHERS
    if source in _FLOWS:
        return BY_FLOW
    if source in _BYTES:
        return IN_BYTES
    return CONFIGURED if how.startswith(_CONFIGURED) else IN_TEXT


def route_confidence(
    candidate: Candidate, endpoint: str, owners: OwnerDomains | None = None
) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Confidence that the operator of an endpoint runs the store at a candidate, and its parts."""
    if candidate.route is Route.NAMED:
        return NAMED, (("the app names it", NAMED),)
    host = urlsplit(endpoint).hostname or endpoint if "://" in endpoint else endpoint
    if candidate.host == host:
        return SAME_HOST, (("on the host of the API", SAME_HOST),)
    owners = owners or OwnerDomains()
    domain = owners.owner_domain(host)
    if domain and literal_address(candidate.host) is None and owners.owner_domain(candidate.host) == domain:
        return SAME_DOMAIN, ((f"its name is in the same registrable domain, {domain}", SAME_DOMAIN),)
    return BY_ANSWER, (("a response of the API names it", BY_ANSWER),)
