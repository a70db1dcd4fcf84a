"""Lists of all regions of a cloud in a library: which of them the app contacts is not known.

A library has the address of its service in each region, ``dynamodb.eu-west-1.amazonaws.com``, and the code or the
settings of the app choose one. The list does not tell which one it is. So its addresses count as not decided.
"""

from collections import Counter

from tieback.model.endpoint import EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UNDECIDED, Sighting
from tieback.recognise.whole_app.collect import AppFinds

LISTED = f"{UNDECIDED}: one of the regions of a cloud that a library lists"
LEAST_REGIONS = 8
"""Regions of one service in one file, from which on they are a list. AWS has had more since 2014."""
_REGION = lazy_pattern(r"[a-z]{2,3}(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-?\d{1,2}")
"""The code of a region: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html."""


def settle_region_lists(found: AppFinds) -> AppFinds:
    """The finds of one app, with the regions in lists of constants as texts that are not decided.

    Regions with a table, a bucket or a queue, and those that other evidence names, stay.
    """
    listed = [one for one in found.sightings if _is_listed(one)]
    count = Counter(map(_place, listed))
    gone = {one.endpoint.value for one in listed if count[_place(one)] >= LEAST_REGIONS}
    return found.without(gone, LISTED) if gone else found


def _is_listed(one: Sighting) -> bool:
    service, _, region = one.endpoint.value.partition(":")
    return (
        one.endpoint.kind is EndpointKind.CLOUD
        and service == one.endpoint.service
        and _REGION.fullmatch(region) is not None
        and not one.names
        and not one.evidence.user_rule
        and one.evidence.how.startswith(("dex-string", "native-string", "binary", "text"))
    )


def _place(one: Sighting) -> tuple[str | None, str]:
    return one.endpoint.service, one.evidence.file
