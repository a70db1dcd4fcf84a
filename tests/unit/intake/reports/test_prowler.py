"""Prowler's findings: failed checks of public stores become services under the names that apps may know."""

import pytest

from tests.unit.intake.reports.conftest import Reading
from tieback.intake.reports.prowler import ProwlerFindings
from tieback.model.passive import PassiveService
from tieback.model.probe import Access


def finding(code: str, resource: dict[str, object], status: str = "FAIL") -> dict[str, object]:
    return {
        "metadata": {"event_code": code, "product": {"name": "Prowler"}},
        "class_uid": 2004,
        "status_code": status,
        "time_dt": "2026-11-01T10:00:00.5",
        "resources": [resource],
    }


def rds(endpoint: object, engine: str = "postgres") -> dict[str, object]:
    return {"uid": "arn:x", "name": "shop", "data": {"metadata": {"endpoint": endpoint, "engine": engine}}}


NAME = "shop.c9akciq32.eu-west-1.rds.amazonaws.com"


@pytest.mark.parametrize(
    ("code", "resource", "service", "places", "claims"),
    [
        (
            "rds_instance_no_public_access",
            rds({"Address": NAME, "Port": 5432}),
            "postgresql",
            (f"{NAME}:5432",),
            Access.UNKNOWN,
        ),
        ("rds_instance_no_public_access", rds(None, "oracle-ee"), "oracle", (), Access.UNKNOWN),
        (
            "s3_bucket_public_access",
            {"uid": "arn:aws:s3:::shop", "name": "shop"},
            "s3",
            ("shop.s3.amazonaws.com:443",),
            Access.PARTIAL,
        ),
        (
            "opensearch_service_domains_not_publicly_accessible",
            rds("search-x.eu-west-1.es.amazonaws.com"),
            "elasticsearch",
            ("search-x.eu-west-1.es.amazonaws.com:443",),
            Access.PARTIAL,
        ),
    ],
    ids=["rds", "rds-without-endpoint", "bucket", "opensearch"],
)
def test_failed_checks(
    reading: Reading, code: str, resource: dict[str, object], service: str, places: tuple[str, ...], claims: Access
) -> None:
    (fact,) = reading(ProwlerFindings(), finding(code, resource)).facts
    assert isinstance(fact, PassiveService)
    assert (fact.service, fact.places, fact.claims) == (service, places, claims)
    assert (fact.note, fact.seen) == (f"check {code}", "2026-11-01T10:00:00Z")


def test_passed_and_other_checks_are_nothing(reading: Reading) -> None:
    bucket: dict[str, object] = {"uid": "arn:aws:s3:::shop", "name": "shop"}
    read = reading(
        ProwlerFindings(), finding("s3_bucket_public_access", bucket, "PASS"), finding("iam_root_mfa_enabled", bucket)
    )
    assert (read.facts, read.skipped) == ([], 0)
