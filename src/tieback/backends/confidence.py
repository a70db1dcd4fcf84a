"""How sure the edges of the evidence graph are, and the parts that this is made from.

They say an order: what a capture shows is surer than a text, a text surer than another tool's word, a store that an app
names surer than one on the same host, that surer than one on a sibling name, and that surer than one that only a header
names. None is above what labelled cases support (``bench/calibration.py``); of pivots there are few, so these are low.
What a capture or another tool shows has no labelled cases: those numbers were set by hand.
"""

from urllib.parse import urlsplit

from tieback.backends.normalise import OwnerDomains, literal_address
from tieback.model.backend import Candidate, Route

IN_TRAFFIC = 0.99
"""That an app talks to an endpoint which a capture shows."""
CONFIGURED = 0.97
"""Which a named key, resource or manifest entry gives."""
BY_FLOW = 0.95
"""Which data flow in code puts together."""
IN_TEXT = 0.9
"""Which stands in a string."""
IN_BYTES = 0.75
"""Which stands in raw bytes or an encoding."""
BY_OTHERS = 0.6
"""Which another tool names."""

NAMED = 0.97
"""That a store which an app names is one of its back end."""
SAME_HOST = 0.75
SAME_DOMAIN = 0.66
BY_ANSWER = 0.65

RESOLVED = {"literal": 1.0, "hosts": 0.99, "capture": 0.95, "dns": 0.9}
"""That a name is at an address, by who said so; names move, and DNS may tell others something else."""
_OTHERS = frozenset({"mobsf", "exodus", "openfirebase"})
_BYTES = frozenset({"binary", "native-string"})
_CONFIGURED = ("resource:", "manifest", "entitlement", "plist:", "json:", "xml:")


def of_sighting(how: str) -> float:
    """How sure it is that an app talks to an endpoint, by how it was seen there (``Evidence.how``)."""
    source = how.partition("/")[0]
    if source == "traffic":
        return IN_TRAFFIC
    if source in _OTHERS:
        return BY_OTHERS
    if source == "dex-flow":
        return BY_FLOW
    if source in _BYTES:
        return IN_BYTES
    return CONFIGURED if how.startswith(_CONFIGURED) else IN_TEXT


def of_route(
    candidate: Candidate, endpoint: str, owners: OwnerDomains | None = None
) -> tuple[float, tuple[tuple[str, float], ...]]:
    """How sure it is that what answers at a candidate is a store of whoever runs an endpoint, and why."""
    if candidate.route is Route.NAMED:
        return NAMED, (("the app names it", NAMED),)
    host = urlsplit(endpoint).hostname or endpoint if "://" in endpoint else endpoint
    if candidate.host == host:
        return SAME_HOST, (("on the host of the API", SAME_HOST),)
    owners = owners or OwnerDomains()
    domain = owners.owner_domain(host)
    if domain and literal_address(candidate.host) is None and owners.owner_domain(candidate.host) == domain:
        return SAME_DOMAIN, ((f"on a name of the same registrable domain, {domain}", SAME_DOMAIN),)
    return BY_ANSWER, (("an answer of the API names it", BY_ANSWER),)
