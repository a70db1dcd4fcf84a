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


GET = "Lcom/amazonaws/regions/RegionDefaults;->getRegions"


def host(name: str, how: str = "dex-flow/host", method: str = GET, path: str = "", count: int = 1) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{name}{path}", "https", name, 443, path)
    return Sighting(endpoint, count, Party.UNKNOWN, Evidence("classes.dex", 0, how, f"{method}: {name}"))


HOSTS = [host(f"ec2.{name}.amazonaws.com") for name in REGIONS]


@each(
    "others",
    [
        [],
        [host(f"s3-{name}.amazonaws.com") for name in REGIONS],
        [host("iot.eu-west-1.amazonaws.com"), host("s3.amazonaws.com")],
    ],
)
def test_a_method_with_the_list_of_a_service_lists_its_other_hosts_too(others: list[Sighting]) -> None:
    assert left([*HOSTS, *others]) == []
    assert left(others) == ([] if len(others) >= LEAST_REGIONS else others)


def test_regions_before_the_name_of_a_service() -> None:
    listed = [host(f"{name}.queue.amazonaws.com") for name in REGIONS]
    assert left([*listed, host("sqs.eu-west-1.amazonaws.com")]) == [host("sqs.eu-west-1.amazonaws.com")]


@each(
    "one",
    [
        host("api.shop.test"),
        host("api.amazonaws.com.shop.test"),
        host("iot.eu-west-1.amazonaws.com", method="Lshop/Api;->connect"),
        host("iot.eu-west-1.amazonaws.com", how="dex-flow/concat"),
        host("iot.eu-west-1.amazonaws.com", path="/topics"),
        host("iot.eu-west-1.amazonaws.com", count=2),
    ],
)
def test_a_host_that_the_method_does_not_list_stays(one: Sighting) -> None:
    assert left([*HOSTS, one]) == [one]


def test_a_few_hosts_of_a_method_stay() -> None:
    assert left(HOSTS[1:]) == HOSTS[1:]
    plain = [host(f"mirror{number}.shop.test") for number in range(LEAST_REGIONS)]
    assert left(plain) == plain
