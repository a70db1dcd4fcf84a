"""A list of the regions of a cloud is not decided; a few regions, and those with other evidence, stay."""

from collections.abc import Sequence

import msgspec

from tests.each import each
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import UNDECIDED, Evidence, NotBackend, Sighting
from tieback.recognise.whole_app.collect import AppFinds
from tieback.recognise.whole_app.region_lists import LEAST_REGIONS, LISTED, settle_region_lists

REGIONS = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "ap-south-1",
    "us-gov-west-1",
    "cn-north-1",
    "sa-east-1",
]


def region(name: str, how: str = "dex-string/url", file: str = "classes.dex", service: str = "dynamodb") -> Sighting:
    host = f"{service}.{name}.amazonaws.com"
    endpoint = Endpoint(EndpointKind.CLOUD, f"{service}:{name}", "https", host, 443, service=service)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 0, how))


LIST = [region(name) for name in REGIONS]


def left(sightings: Sequence[Sighting]) -> list[Sighting]:
    found = settle_region_lists(AppFinds(tuple(sightings), (), (), ()))
    gone = [one.endpoint.value for one in sightings if one not in found.sightings]
    assert found.not_backends == tuple(NotBackend(value, LISTED) for value in sorted(gone))
    return list(found.sightings)


def test_a_list_is_not_decided() -> None:
    assert len(LIST) == LEAST_REGIONS
    assert left(LIST) == []
    assert LISTED.startswith(UNDECIDED)


@each(
    "others",
    [
        LIST[1:],
        [*LIST[1:], region("us-east-1", file="classes2.dex")],
        [*LIST[1:], region("us-east-1", service="kinesis")],
        [*LIST[1:], region("orders")],
    ],
)
def test_a_few_regions_stay(others: list[Sighting]) -> None:
    assert left(others) == others


@each(
    "one",
    [
        region("eu-west-3", how="dex-flow/setEndpoint"),
        region("eu-west-3", how="config:region/cloud-host"),
        msgspec.structs.replace(region("eu-west-3"), names=("Orders",)),
    ],
)
def test_a_region_with_other_evidence_stays(one: Sighting) -> None:
    assert left([*LIST, one]) == [one]
