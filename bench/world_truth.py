"""The synthetic world counted with numpy only: the figures that the pipeline must produce."""

from typing import Any

import numpy as np

from bench.world_lake import BYTES_READ, BYTES_SENT, OUTSIDE
from bench.world_made import (
    ANY_USER,
    CONTAINERS,
    OPEN,
    OPEN_EMPTY,
    PRODUCTS,
    SIGHTINGS_AN_APP,
    Flags,
    Ints,
    World,
    analysed_app,
    fleet,
)
from tieback.model.figure import Quality
from tieback.pipeline.probing.service import store_ports

CLASSES = {
    "users": ("email", "phone", "password"),
    "locations": ("geo_location",),
    "payments": ("bank_account", "payment_card"),
    "profiles": ("person_name", "birth"),
    "events": (),
}
"""Personal data in each container, written manually next to ``world_lake.FIELDS``."""
TELLING = ("users", "profiles")
"""Containers with one person per record: e-mail addresses, phone numbers, names."""
MOST_GROUPS = 25
_QUALITIES = (Quality.EXACT, Quality.ESTIMATE, Quality.LOWER_BOUND)
USUAL = len({port for ports in store_ports().values() for port in ports})
"""Number of default ports of the stores that tieback knows."""


def truth(world: World) -> dict[str, Any]:
    """Every figure by its name."""
    size = world.size
    real = np.arange(size.stores) < size.exposed + size.closed
    shown = real & (world.access <= ANY_USER)
    at = np.flatnonzero(world.host_store >= 0)
    store_at, vendor_at, named_at = world.host_store[at], world.host_vendor[at], world.host_named[at]
    reached = named_at | world.api[at]
    store_at, vendor_at, named_at, at = store_at[reached], vendor_at[reached], named_at[reached], at[reached]
    pairs = np.unique(np.stack([store_at, vendor_at], axis=1), axis=0)
    of_vendor = np.bincount(world.vendor, minlength=size.vendors)
    led = of_vendor[pairs[:, 1]]
    apps_of = {name: _apps(world, pairs, which) for name, which in (("shown", shown), ("real", real))}
    records = _sum(world.records, shown, world.records_quality)
    volume = (int(world.bytes[shown].sum()), str(Quality.ESTIMATE) if shown.any() else str(Quality.EXACT))
    asked_at = len(at)
    silent = _candidates(world) - asked_at
    # One in ten was refused by the grant, counted from the reports of stores on.
    outside = len(range(-asked_at % OUTSIDE, silent, OUTSIDE))
    telling = [CONTAINERS.index(name) for name in TELLING]
    return {
        "apps analysed": size.apps,
        "apps affected": int(apps_of["shown"].sum()),
        "stores answering": int(real.sum()),
        "stores exposed": int(shown.sum()),
        "stores ransomed": int((world.ransomed & real).sum()),
        "honeypots": size.honeypots,
        "records": records,
        "bytes": volume,
        "people at most": _sum(
            world.records[:, telling], shown, world.records_quality, world.holds[:, telling].any(axis=1)
        ),
        "classes": _classes(world, shown),
        "kinds": _kinds(world, pairs, real, shown),
        "platforms": _platforms(world, pairs, real, shown),
        "vendors": _vendors(world, pairs, real, shown),
        "ways to exposed": int(led[shown[pairs[:, 0]]].sum()),
        "ways to others": int(led[~shown[pairs[:, 0]]].sum()),
        "sightings": size.apps * SIGHTINGS_AN_APP,
        "back ends": size.sdk + size.own,
        "targets asked": asked_at + silent - outside,
        "targets left to ask": 0,
        "targets outside the grant": outside,
        "bytes sent": asked_at * BYTES_SENT,
        "bytes read": asked_at * BYTES_READ,
        "candidates": _candidates(world),
        "findings": _findings(world, shown, real, store_at, vendor_at, named_at),
        "fleet": _fleet(world, apps_of["shown"]),
    }  # fmt: skip


def _apps(world: World, pairs: Ints, which: Flags) -> Flags:
    """True for apps that lead to one of some stores: all apps of the vendors with a host of it."""
    vendors = np.zeros(world.size.vendors, bool)
    vendors[pairs[which[pairs[:, 0]], 1]] = True
    return vendors[world.vendor]


def _sum(values: Ints, which: Flags, quality: Ints, concerned: Flags | None = None) -> tuple[int, str]:
    """A sum over stores. One estimate makes it an estimate, which "at least" would not be."""
    counted = which if concerned is None else which & concerned
    value, there = int(values[counted].sum()), set(quality[counted].tolist())
    order = (Quality.ESTIMATE, Quality.LOWER_BOUND) if value else (Quality.LOWER_BOUND, Quality.ESTIMATE)
    weakest = next((one for one in order if _QUALITIES.index(one) in there), Quality.EXACT)
    return value, str(weakest)


def _classes(world: World, shown: Flags) -> dict[str, tuple[int, str]]:
    found = {}
    for place, container in enumerate(CONTAINERS):
        for name in CLASSES[container]:
            holding = shown & world.holds[:, place]
            if holding.any():
                found[name] = _sum(world.records[:, place], holding, world.records_quality)
    return found


def _group(world: World, real: Flags, shown: Flags, stores: Flags) -> tuple[Any, ...]:
    """Numbers of answering, exposed and ransomed stores, with records and bytes of the exposed ones."""
    real, shown = real & stores, shown & stores
    return (
        int(real.sum()),
        int(shown.sum()),
        int((world.ransomed & real).sum()),
        int(world.records[shown].sum()),
        int(world.bytes[shown].sum()),
    )


def _kinds(world: World, pairs: Ints, real: Flags, shown: Flags) -> dict[str, tuple[Any, ...]]:
    found = {}
    for number, name in enumerate(PRODUCTS):
        mine = world.product == number
        using, affected = (int(_apps(world, pairs, which & mine).sum()) for which in (real, shown))
        if (real & mine).any():
            found[name] = (None, using, affected, *_group(world, real, shown, mine))
    return found


def _platforms(world: World, pairs: Ints, real: Flags, shown: Flags) -> dict[str, tuple[Any, ...]]:
    found = {}
    using, affected = (_apps(world, pairs, which) for which in (real, shown))
    for name, mine in (("ios", world.ios), ("android", ~world.ios)):
        vendors = np.zeros(world.size.vendors, bool)
        vendors[world.vendor[mine]] = True
        stores = np.zeros(world.size.stores, bool)
        stores[pairs[vendors[pairs[:, 1]], 0]] = True
        counted = (int(mine.sum()), int((using & mine).sum()), int((affected & mine).sum()))
        found[name] = (*counted, *_group(world, real, shown, stores))
    return found


def _vendors(world: World, pairs: Ints, real: Flags, shown: Flags) -> dict[str, tuple[Any, ...]]:
    """The vendors by exposed stores, then affected apps, then answering stores, then apps analysed, then name."""
    size = world.size
    apps = np.bincount(world.vendor, minlength=size.vendors)
    counts = [
        np.bincount(pairs[which[pairs[:, 0]], 1], minlength=size.vendors)
        for which in (shown, real, real & world.ransomed)
    ]
    exposed, answering, ransomed = counts
    using, affected = apps * (answering > 0), apps * (exposed > 0)
    first = np.lexsort((-apps, -answering, -affected, -exposed))[: MOST_GROUPS * 40]
    named = sorted(first.tolist(), key=lambda v: (-exposed[v], -affected[v], -answering[v], -apps[v], f"Vendor {v}"))
    found = {}
    for vendor in named[:MOST_GROUPS]:
        stores = pairs[pairs[:, 1] == vendor, 0]
        open_ = stores[shown[stores]]
        found[f"Vendor {vendor}"] = (
            int(apps[vendor]), int(using[vendor]), int(affected[vendor]), int(answering[vendor]), int(exposed[vendor]),
            int(ransomed[vendor]), int(world.records[open_].sum()), int(world.bytes[open_].sum()),
        )  # fmt: skip
    return found


def _candidates(world: World) -> int:
    """Number of candidates: each host and port that an app names, and each default port of a store on the host of an
    API.
    """
    beside = int((world.host_named & world.api).sum())
    return world.size.sdk + int(world.https.sum()) + int(world.host_named.sum()) - beside + USUAL * int(world.api.sum())


def _findings(
    world: World, shown: Flags, real: Flags, store_at: Ints, vendor_at: Ints, named_at: Flags
) -> dict[str, int]:
    direct = np.unique(np.stack([store_at, vendor_at], axis=1)[named_at], axis=0)
    named = {(store, vendor) for store, vendor in direct.tolist()}
    behind = {
        store
        for store, vendor, by_name in zip(store_at.tolist(), vendor_at.tolist(), named_at.tolist(), strict=True)
        if not by_name and shown[store] and (store, vendor) not in named
    }
    # One of its maker's database a vendor and app; what allows clear text is one an app.
    old = real & (world.product == 0) & np.isin(world.access, (OPEN, ANY_USER, OPEN_EMPTY))
    answered = np.zeros(world.size.stores, bool)
    answered[np.unique(world.host_store[world.host_store >= 0])] = True
    found = {
        "open-store": int((shown & (world.access == OPEN)).sum()),
        "open-to-any-user": int((shown & (world.access == ANY_USER)).sum()),
        "open-store-empty": int((real & (world.access == OPEN_EMPTY)).sum()),
        "store-ransomed": int((world.ransomed & answered).sum()),
        "cleartext-store": int((world.cleartext_store & answered).sum()),
        "no-authentication-by-default": int(old.sum()),
        "unauthenticated-behind-api": len(behind),
        "database-password-in-app": int(world.credential.sum()),
        "cleartext-allowed": int(world.cleartext.sum()),
    }
    return {rule: count for rule, count in found.items() if count}


def _fleet(world: World, affected: Flags) -> dict[str, int]:
    installs = fleet(world)
    on = np.bincount(installs.app, minlength=installs.apps)
    there = on > 0
    known = analysed_app(world, np.arange(installs.apps))
    leaking = there & (known >= 0) & affected[np.maximum(known, 0)]
    return {
        "apps": int(there.sum()),
        "devices": int(installs.device.max()) + 1,
        "not analysed": int((there & (known < 0)).sum()),
        "leading to exposed stores": int(leaking.sum()),
        "installs of those": int(on[leaking].sum()),
    }
