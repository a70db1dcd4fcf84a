"""Findings that neither side has alone."""

from typing import Any

import pytest

from tests.unit.posture.outside import exposure
from tieback.backends.hosting import HostingLookup
from tieback.model.exposure import Severity
from tieback.model.posture import AppName, OwnedResource, ResourceMatch
from tieback.model.resource import AtRest, Resource, ResourceKind, TriState
from tieback.posture.findings import owned_resource_findings, unclaimed_store_findings
from tieback.posture.join import OutsideView


def owned(
    *, access: str = "open", pii: tuple[str, ...] = (), devices: tuple[int | None, ...] = (), **what: Any
) -> OwnedResource:
    resource = Resource(key="k", provider="aws", kind=ResourceKind.DATABASE, name="orders", **what)
    store = OutsideView([exposure(targets=("x:1",), access=access, pii=pii)], []).stores["exp-1"]
    apps = tuple(AppName(f"app{n}", f"App {n}", "", count) for n, count in enumerate(devices))
    return OwnedResource(resource, ResourceMatch.NAME, (store,), (), apps, "said")


@pytest.mark.parametrize(
    ("of", "title", "severity"),
    [
        (
            owned(pii=("email", "password"), devices=(1200,), at_rest=AtRest.NONE),
            "open to the Internet, unencrypted, with personal data (email, password), used by 1,200 devices",
            "critical",
        ),
        (owned(pii=("email",), devices=(3, 4)), ", used by up to 7 devices", "critical"),
        (owned(pii=("email",), devices=(1,)), ", used by 1 device", "critical"),
        (owned(at_rest=AtRest.NONE), "Your own data store is open to the Internet, unencrypted", "high"),
        (owned(at_rest=AtRest.UNKNOWN, devices=(None,)), "Your own data store is open to the Internet", "high"),
    ],
)
def test_an_own_store_that_is_open(of: OwnedResource, title: str, severity: str) -> None:
    (finding,) = owned_resource_findings(of)
    assert title in finding.title
    assert finding.severity == severity
    assert finding.exposures == ("exp-1",)
    assert finding.advice.endswith("the store must no longer respond.")


def test_a_closed_store_is_none() -> None:
    assert not list(owned_resource_findings(owned(access="auth_required", at_rest=AtRest.NONE)))


def test_an_account_that_calls_an_open_store_closed() -> None:
    _, second = owned_resource_findings(owned(flag=TriState.NO))
    assert second.rule == "posture-account-says-closed"


def test_a_store_in_no_account_needs_accounts_to_compare_with() -> None:
    (foreign,) = OutsideView([exposure(targets=("x:1",), severity=Severity.MEDIUM)], []).foreign({}, HostingLookup())
    assert not list(unclaimed_store_findings(foreign, accounts=0))
    (finding,) = unclaimed_store_findings(foreign, accounts=2)
    assert finding.severity is Severity.MEDIUM


def test_finding_ids_are_stable_over_runs() -> None:
    assert [one.id for one in owned_resource_findings(owned())] == [
        one.id for one in owned_resource_findings(owned(at_rest=AtRest.NONE))
    ]
