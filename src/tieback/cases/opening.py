"""Opens cases for exposed stores: one case per store, for the vendor that answers for it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from tieback.cases.ownership import StoreOwner
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


def case_to_open(
    store: Exposure,
    apps: Sequence[App],
    register: VendorRegister,
    owner: StoreOwner,
    provider: str,
    policy: CasePolicy,
    now: datetime,
    by: str = "",
) -> tuple[Case, tuple[NewLogLine, ...]]:
    """Return the case of a store for the vendor that answers for it.

    Its store contains only the vendor's own routes, so no other vendor's app is disclosed.

    Args:
        store: an exposed store.
        apps: the apps that lead to it.
        register: assigns apps to vendors.
        owner: who answers for the store; its vendor is known.
        provider: the hosting provider, or empty.
        policy: sets the first due date.
        now: time of opening.
        by: author for the log.
    """
    own = [app for app in apps if register.find_vendor(app) == owner.vendor]
    keys = {app.sha256 for app in own}
    theirs = msgspec.structs.replace(store, routes=tuple(way for way in store.routes if way.app_sha256 in keys))
    case = Case(
        id=case_id(owner.vendor, store.id),
        vendor=owner.vendor,
        state=CaseState.FOUND,
        opened=now,
        since=now,
        store=theirs,
        apps=_named(own),
        due=policy.due(CaseState.FOUND, now.date()),
        provider=provider,
        reached={CaseState.FOUND.value: now},
        owner=owner.name,
        also=_named(app for app in apps if app.sha256 not in keys),
    )
    fields = {
        "vendor": owner.vendor,
        "store": store.id,
        "product": store.product,
        "targets": ", ".join(store.targets),
        "records": f"{store.records.value} ({store.records.quality})",
        "reason": owner.reason,
    }
    return case, (NewLogLine(case.id, "opened", fields, by),)


def _named(apps: Iterable[App]) -> tuple[CaseApp, ...]:
    return tuple(
        CaseApp(app.bundle_id, app.name, app.version_name, app.platform.value, app.sha256)
        for app in islice(apps, _MAX_APPS)
    )


def provider_of(store: Exposure, providers: Mapping[str, str]) -> str:
    """Return the hosting provider of the endpoints that lead to the store; empty if unknown."""
    return next((providers[way.endpoint] for way in store.routes if providers.get(way.endpoint)), "")
