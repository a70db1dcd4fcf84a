"""Findings that neither side has alone."""

from typing import Any

import pytest

from tests.unit.posture.outside import exposure
from tieback.backends.hosting import Hosting
from tieback.model.exposure import Severity
from tieback.model.posture import AppName, How, Owned
from tieback.model.resource import Answer, AtRest, Resource, ResourceKind
from tieback.posture.findings import of_foreign, of_owned
from tieback.posture.join import Outside


def owned(
    *, access: str = "open", pii: tuple[str, ...] = (), devices: tuple[int | None, ...] = (), **what: Any
) -> Owned:
    resource = Resource(key="k", provider="aws", kind=ResourceKind.DATABASE, name="orders", **what)
    store = Outside([exposure(targets=("x:1",), access=access, pii=pii)], []).stores["exp-1"]
    apps = tuple(AppName(f"app{n}", f"App {n}", "", count) for n, count in enumerate(devices))
    return Owned(resource, How.NAME, (store,), (), apps, "said")


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
def test_an_own_store_that_is_open(of: Owned, title: str, severity: str) -> None:
    (finding,) = of_owned(of)
    assert title in finding.title
    assert finding.severity == severity
    assert finding.exposures == ("exp-1",)
    assert finding.advice.endswith("the store must no longer respond.")


def test_a_closed_store_is_none() -> None:
    assert not list(of_owned(owned(access="auth_required", at_rest=AtRest.NONE)))


def test_an_account_that_calls_an_open_store_closed() -> None:
    _, second = of_owned(owned(flag=Answer.NO))
    assert second.rule == "posture-account-says-closed"


def test_a_store_in_no_account_needs_accounts_to_compare_with() -> None:
    (foreign,) = Outside([exposure(targets=("x:1",), severity=Severity.MEDIUM)], []).foreign({}, Hosting())
    assert not list(of_foreign(foreign, accounts=0))
    (finding,) = of_foreign(foreign, accounts=2)
    assert finding.severity is Severity.MEDIUM


def test_ids_hold_over_runs() -> None:
    assert [one.id for one in of_owned(owned())] == [one.id for one in of_owned(owned(at_rest=AtRest.NONE))]
