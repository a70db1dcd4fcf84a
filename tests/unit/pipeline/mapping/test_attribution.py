"""Everything that is known of a host, without a workspace, with a reason for each."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.each import each
from tieback.backends.datasets import Datasets
from tieback.model.errors import UsageError
from tieback.pipeline.mapping.attribution import AttributionSources, attribute_host, split_host


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[AttributionSources]:
    found = AttributionSources(tmp_path / "data")
    yield found
    found.close()


@each(
    ("text", "host", "rest"),
    [
        ("Example.ORG.", "example.org", ""),
        ("example.org:9200", "example.org", ""),
        ("https://u:p@example.org:9200/a/b?c", "example.org", "/a/b"),
        ("s3.amazonaws.com/bucket", "s3.amazonaws.com", "/bucket"),
        ("[2001:db8::1]:9200", "2001:db8::1", ""),
        ("2001:db8::1", "2001:db8::1", ""),
        ("bücher.example", "xn--bcher-kva.example", ""),
    ],
)
def test_hosts_in_what_people_write(text: str, host: str, rest: str) -> None:
    found, behind = split_host(text)
    assert (found.text, behind) == (host, rest)


@each("text", ["", "http://", "a b", "0x7f.1", "2130706433", "x" * 300])
def test_invalid_host_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        split_host(text)


@pytest.mark.parametrize(
    ("text", "provider", "product", "region", "boundary"),
    [
        (
            "mydb.c9akciq32.eu-west-1.rds.amazonaws.com",
            "Amazon Web Services",
            "Amazon RDS",
            "eu-west-1",
            "aws-rds:mydb.c9akciq32.eu-west-1",
        ),
        ("https://s3.eu-west-1.amazonaws.com/shop/x", "Amazon Web Services", "Amazon S3", "eu-west-1", "s3:shop"),
        ("shop.documents.azure.com", "Microsoft Azure", "Azure Cosmos DB", "", "cosmosdb:shop"),
        ("cluster0.ab1cd.mongodb.net", "MongoDB Atlas", "MongoDB Atlas cluster", "", "mongodb-atlas:cluster0.ab1cd"),
        (
            "shop-1-default-rtdb.europe-west1.firebasedatabase.app",
            "Google Cloud",
            "Firebase Realtime Database",
            "europe-west1",
            "firebase-rtdb:shop-1-default-rtdb",
        ),
        ("api.example.org", "", "", "", "example.org"),
    ],
)
def test_names(
    knowledge: AttributionSources, text: str, provider: str, product: str, region: str, boundary: str
) -> None:
    found = attribute_host(text, knowledge)
    assert (found.provider, found.product, found.region) == (provider, product, region)
    assert found.account_boundary == boundary
    assert all(one.reason for one in found.statements)
    said = {"provider": provider, "product": product, "region": region, "account_boundary": boundary}
    assert {field for field in found.reasons if field in said} == {field for field, value in said.items() if value}
    assert found.resolved_by == "no network access"


def test_an_sdk_is_the_owner_of_its_host(knowledge: AttributionSources) -> None:
    found = attribute_host("graph.facebook.com", knowledge)
    assert found.owner == "Facebook SDK"
    assert "SDK" in next(one.reason for one in found.statements if one.value == "Facebook SDK")


def test_reports_name_the_data_they_used(tmp_path: Path) -> None:
    (tmp_path / "ranges.json").write_text(
        json.dumps({
            "syncToken": "1",
            "createDate": "2026-11-01-00-00-00",
            "prefixes": [{"ip_prefix": "198.18.0.0/15", "region": "eu-west-1", "service": "EC2"}],
        })
    )  # fmt: skip
    Datasets(tmp_path / "data").add(tmp_path / "ranges.json", today="2026-11-02")
    knowledge = AttributionSources(tmp_path / "data")
    found = attribute_host("198.18.1.1", knowledge)
    knowledge.close()
    assert [one.cited[:17] for one in found.data] == ["tieback's own net", "aws of 2026-11-01"]


@each(("host", "use"), [("sdk.hockeyapp.net", ["reports of a library"]), ("query.yahooapis.com", [])])
def test_what_an_app_had_at_a_service_that_has_ended(knowledge: AttributionSources, host: str, use: list[str]) -> None:
    found = attribute_host(host, knowledge).statements
    assert [one.claim for one in found if one.claim == "retired"] == ["retired"]
    assert [one.value for one in found if one.claim == "ended use"] == use
