"""Lists of all regions of a cloud in a library: which of them the app contacts is not known.

A library has the address of its service in each region, ``dynamodb.eu-west-1.amazonaws.com``, and the code or the
settings of the app choose one. The list does not tell which one it is. So its addresses count as not decided.
One method can have the lists of many services, some of them in a few regions only: ``RegionDefaults.getRegions`` in
https://github.com/aws-amplify/aws-sdk-android/blob/v2.3.4/aws-android-sdk-core/src/main/java/com/amazonaws/regions/RegionDefaults.java
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tieback.model.endpoint import EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UNDECIDED, Sighting
from tieback.recognise.whole_app.collect import AppFinds

LISTED = f"{UNDECIDED}: one of the regions of a cloud that a library lists"
LEAST_REGIONS = 8
"""Regions of one service in one file, from which on they are a list. AWS has had more since 2014."""
_REGION = lazy_pattern(r"[a-z]{2,3}(?:-(?:gov|iso[a-z]?))?-[a-z]{4,9}-?\d{1,2}")
"""The code of a region: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html."""
_IN_HOST = lazy_pattern(rf"(?:\A|(?<=[.-])){_REGION.pattern}(?=\.)")
"""The code of a region in a host name: ``s3-eu-west-1.amazonaws.com``, ``eu-west-1.queue.amazonaws.com``."""


def settle_region_lists(found: AppFinds) -> AppFinds:
    """The finds of one app, with the regions in lists of constants as texts that are not decided.

    Regions with a table, a bucket or a queue, and those that other evidence names, stay.
    """
    listed = [one for one in found.sightings if _is_listed(one)]
    count = Counter(map(_place, listed))
    gone = {one.endpoint.value for one in listed if count[_place(one)] >= LEAST_REGIONS}
    gone.update(_listed_hosts([one for one in found.sightings if _is_bare(one)]))
    return found.without(gone, LISTED) if gone else found


def _listed_hosts(hosts: Sequence[Sighting]) -> Iterator[str]:
    """Addresses of the hosts below the domain of a service that is in many regions, in the method that lists them."""
    methods: defaultdict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for one in hosts:
        methods[one.evidence.file, one.evidence.context.partition(": ")[0]].append(one)
    for its in methods.values():
        services = Counter(_IN_HOST.sub("*", one.endpoint.host, count=1) for one in its)
        lists = (service for service, count in services.items() if count >= LEAST_REGIONS and "*" in service)
        domains = tuple(service.partition("*")[2] for service in lists)
        yield from (one.endpoint.value for one in its if one.endpoint.host.endswith(domains))


def _is_bare(one: Sighting) -> bool:
    """True for a host that code names without an address, and in one place only."""
    plain = one.endpoint.kind is EndpointKind.URL and not one.endpoint.path.strip("/") and one.count == 1
    return plain and one.evidence.how == "dex-flow/host" and not one.names and not one.evidence.user_rule


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
