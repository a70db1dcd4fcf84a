"""Constants that only begin the last name of a path: ``/img_`` of ``"https://shop.test/img_" + n + ".png"``.

Code puts the whole address together from the same constant, and so names its server. A constant to which only something
unknown is joined stays: that can be a query. So does one that is elsewhere, too, or that code also requests as it is.
"""

from collections.abc import Iterable

from tieback.model.endpoint import EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.whole_app.collect import AppFinds

BEGINNING = "only the beginning of an address that code puts together"
_CONSTANTS = ("dex-string/url", "text/url")
_FLOWS = ("dex-flow/", "script-flow/")
_REST = lazy_pattern(r"\{\}[\w.-]")
"""Behind the constant: an unknown text, and then more of the same name."""


def settle_beginnings(found: AppFinds) -> AppFinds:
    """The finds of one app, with such constants as texts that are not back ends."""
    joined: dict[tuple[str, int | None], list[Sighting]] = {}
    for one in found.sightings:
        if one.evidence.how.startswith(_FLOWS):
            joined.setdefault((one.evidence.file, one.evidence.offset), []).append(one)
    named = {one.endpoint for one in found.credentials}
    gone = {
        one.endpoint.value
        for one in found.sightings
        if one.evidence.how in _CONSTANTS
        and one.endpoint.value not in named
        and _is_beginning(one, joined.get((one.evidence.file, one.evidence.offset), ()))
    }
    return found.without(gone, BEGINNING) if gone else found


def _is_beginning(one: Sighting, joined: Iterable[Sighting]) -> bool:
    """True if an address that code puts together goes on behind a constant that is in this place only."""
    endpoint = one.endpoint
    if endpoint.kind is not EndpointKind.URL or one.count > 1 or one.evidence.user_rule or not endpoint.path.strip("/"):
        return False
    name = f"{endpoint.host}{endpoint.value.partition(endpoint.host)[2]}"
    ends = (other.evidence.context.rpartition(name) for other in joined if other.endpoint.host == endpoint.host)
    return any(before and _REST.match(rest) for before, _, rest in ends)
