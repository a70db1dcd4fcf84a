"""Opens cases for exposed stores: one case per vendor and store."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from tieback.cases.policy import CasePolicy
from tieback.cases.register import VendorRegister
from tieback.model.app import App
from tieback.model.case import Case, CaseApp, CaseState, NewLogLine
from tieback.model.exposure import Exposure

_MAX_APPS = 200
"""Limit on the apps that a case names."""


def case_id(vendor: str, exposure: str) -> str:
    """Return the id of the case of this vendor about this store."""
    return f"case-{hashlib.sha256(f'{vendor}\0{exposure}'.encode()).hexdigest()[:12]}"


def cases_to_open(
    store: Exposure, apps: Sequence[App], register: VendorRegister, provider: str, policy: CasePolicy, now: datetime
) -> Iterator[tuple[Case, tuple[NewLogLine, ...]]]:
    """Yield a case for each vendor whose apps lead to the store.

    Args:
        store: an exposed store.
        apps: the apps that lead to it.
        register: assigns apps to vendors.
        provider: the hosting provider, or empty.
        policy: sets the first due date.
        now: time of opening.
    """
    by_vendor: dict[str, list[App]] = {}
    for app in apps:
        vendor = register.find_vendor(app)
        if vendor is not None:
            by_vendor.setdefault(vendor, []).append(app)
    for vendor, own in by_vendor.items():
        keys = {app.sha256 for app in own}
        theirs = msgspec.structs.replace(store, routes=tuple(way for way in store.routes if way.app_sha256 in keys))
        yield new_case(vendor, theirs, own, provider, policy, now)


def new_case(
    vendor: str, store: Exposure, apps: Iterable[App], provider: str, policy: CasePolicy, now: datetime
) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Open one case. Its store contains only the vendor's own routes, so no other vendor's app is disclosed."""
    case = Case(
        id=case_id(vendor, store.id),
        vendor=vendor,
        state=CaseState.FOUND,
        opened=now,
        since=now,
        store=store,
        apps=tuple(CaseApp(app.bundle_id, app.name, app.version_name, app.platform.value, app.sha256) for app in apps)[
            :_MAX_APPS
        ],
        due=policy.due(CaseState.FOUND, now.date()),
        provider=provider,
        reached={CaseState.FOUND.value: now},
    )
    fields = {
        "vendor": vendor,
        "store": store.id,
        "product": store.product,
        "targets": ", ".join(store.targets),
        "records": f"{store.records.value} ({store.records.quality})",
    }
    return case, (NewLogLine(case.id, "opened", fields),)


def provider_of(store: Exposure, providers: Mapping[str, str]) -> str:
    """Return the hosting provider of the endpoints that lead to the store; empty if unknown."""
    return next((providers[way.endpoint] for way in store.routes if providers.get(way.endpoint)), "")
