"""A synthetic world of apps, back ends, stores and devices, as columns of numbers; deterministic for a seed.

Every name is below ``.test``, and nothing in it was ever probed. Proportions at a million apps: 50 sightings per app,
nine in ten of them of SDKs whose use falls with their rank (Zipf); half a million distinct endpoints; 20,000 stores
with unauthenticated access. Their sizes have a heavy tail and sum to 43 TB, as in the study of 2017. ``world_lake``
writes the world, and ``world_truth`` counts it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SEED = 2017
SIGHTINGS_AN_APP = 50
MILLION = 1_000_000
ENDPOINTS, EXPOSED, CLOSED, HONEYPOTS = 500_000, 20_000, 12_000, 200
"""Numbers for a million apps; other worlds are scaled."""
APPS_A_VENDOR = 5
BYTES = 43 * 10**12
"""Bytes of all exposed stores of a million apps."""
PORTS = (9200, 27017, 6379)
PRODUCTS = ("elasticsearch", "mongodb", "redis")
VERSIONS = ("7.17.0", "7.0.14", "7.2.4")
OPEN, ANY_USER, OPEN_EMPTY, AUTH_REQUIRED = range(4)
"""Access of an anonymous user; the last two are closed stores."""
CONTAINERS = ("users", "locations", "payments", "profiles", "events")
_TRIES = 400


type Ints = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]


class Sizes(NamedTuple):
    """Numbers of all objects."""

    apps: int
    vendors: int
    sdk: int
    """Number of endpoints of SDKs; they come before those of the apps' makers."""
    own: int
    exposed: int
    closed: int
    honeypots: int

    @property
    def stores(self) -> int:
        """Number of stores that answer."""
        return self.exposed + self.closed + self.honeypots

    @property
    def installs(self) -> int:
        """Number of installs: five apps on each device."""
        return 3 * self.apps


def sizes(apps: int) -> Sizes:
    """Sizes of the world for this number of apps (at least 1,000)."""

    def share(of_a_million: int, least: int) -> int:
        return max(least, of_a_million * apps // MILLION)

    every = share(ENDPOINTS, 500)
    sdk = max(150, every // 50)
    return Sizes(
        apps, apps // APPS_A_VENDOR, sdk, every - sdk, share(EXPOSED, 20), share(CLOSED, 12), share(HONEYPOTS, 2),
    )  # fmt: skip


class World(NamedTuple):
    """The world without the sightings of SDKs, which are drawn per chunk of apps."""

    size: Sizes
    vendor: Ints
    """Vendor of each app."""
    ios: Flags
    credential: Flags
    """True for apps with a password for their maker's database."""
    cleartext: Flags
    """True for apps that allow connections without TLS anywhere."""
    host: Ints
    """Host of each endpoint of a maker; endpoints of a vendor are consecutive."""
    slot: Ints
    """Index of each endpoint on its host."""
    host_vendor: Ints
    host_third: Flags
    """True for hosts that, according to the app analysis, do not belong to a maker."""
    host_store: Ints
    """Store at each host, or -1."""
    host_named: Flags
    """True if apps name the store itself there: it is the first endpoint of its host."""
    first: Ints
    """First endpoint of each vendor, and the end of the last one."""
    product: Ints
    """Product of each store: the exposed ones, the closed ones, the honeypots."""
    access: Ints
    cleartext_store: Flags
    ransomed: Flags
    holds: Flags
    """Stores by containers."""
    records: Ints
    """Stores by containers."""
    bytes: Ints
    """Stores by containers."""
    records_quality: Ints
    """Quality of the store's record counts: 0 exact, 1 estimate, 2 lower bound."""
    https: Flags
    """True for hosts with an HTTPS URL in apps."""
    api: Flags
    """True for hosts of makers that apps access over HTTP: every default port of a store on them is probed."""
    chosen: Ints
    """Probability, times 1e9, that an app names each endpoint of an SDK."""


def made(apps: int, seed: int = SEED) -> World:
    """A world with this number of apps."""
    size = sizes(apps)
    random = np.random.default_rng([seed, apps])
    # The first app of every vendor, then the rest: few vendors have many.
    rest = (size.vendors * random.random(apps - size.vendors) ** 1.6).astype(np.int64)
    vendor = np.concatenate([np.arange(size.vendors), rest])
    hosts = np.sort(random.integers(0, size.vendors, _hosts(size.own)))
    host = np.repeat(np.arange(len(hosts)), _spread(random, size.own, len(hosts)))
    slot = np.arange(size.own) - np.searchsorted(host, host)
    third = random.random(len(hosts)) < 0.08
    store, named = _places(random, size, third)
    bounds = np.searchsorted(hosts[host], np.arange(size.vendors + 1))
    product = random.choice(3, size.stores, p=[0.7, 0.2, 0.1])
    product[size.exposed + size.closed :] = 0
    access = np.full(size.stores, OPEN)
    access[: size.exposed][random.random(size.exposed) < 0.05] = ANY_USER
    access[size.exposed : size.exposed + size.closed] = random.choice([OPEN_EMPTY, AUTH_REQUIRED], size.closed)
    holds, records, volume = _content(random, size)
    names_store = named[host] & (slot == 0)
    https, api = np.zeros((2, len(hosts)), bool)
    np.logical_or.at(https, host, ~names_store)
    # A URL of Elasticsearch's is one of HTTP too.
    np.logical_or.at(api, host, ~names_store | (product[np.maximum(store[host], 0)] == 0))
    return World(
        size=size,
        vendor=vendor,
        ios=random.random(apps) < 0.35,
        credential=random.random(apps) < 0.05,
        cleartext=random.random(apps) < 0.2,
        host=host,
        slot=slot,
        host_vendor=hosts,
        host_third=third,
        host_store=store,
        host_named=named,
        first=bounds,
        product=product,
        access=access,
        cleartext_store=random.random(size.stores) < 0.6,
        ransomed=(random.random(size.stores) < 0.07) & (access <= ANY_USER),
        holds=holds,
        records=records,
        bytes=volume,
        records_quality=random.choice(3, size.stores, p=[0.9, 0.08, 0.02]),
        https=https,
        api=api & ~third,
        chosen=_popularity(size),
    )


def _hosts(endpoints: int) -> int:
    return endpoints * 2 // 5


def _spread(random: np.random.Generator, endpoints: int, hosts: int) -> Ints:
    """Number of endpoints of each host, at least one."""
    more = np.bincount(random.integers(0, hosts, endpoints - hosts), minlength=hosts)
    return more.astype(np.int64) + 1


def _places(random: np.random.Generator, size: Sizes, third: Flags) -> tuple[Ints, Flags]:
    """The store at each host, and whether apps name it; one exposed store in ten is at two hosts."""
    store = np.full(len(third), -1)
    own = random.permutation(np.flatnonzero(~third))
    twice = size.exposed // 10
    store[own[: size.stores]] = np.arange(size.stores)
    store[own[size.stores : size.stores + twice]] = np.arange(twice)
    named = (store >= 0) & (random.random(len(third)) < 0.5)
    return store, named


def _content(random: np.random.Generator, size: Sizes) -> tuple[Flags, Ints, Ints]:
    """The containers of each store, with their records and bytes; closed stores have none."""
    shape = (size.stores, len(CONTAINERS))
    holds = random.random(shape) < 0.4
    holds[np.arange(size.stores), random.integers(0, len(CONTAINERS), size.stores)] = True
    holds[size.exposed : size.exposed + size.closed] = False
    weight = random.lognormal(0, 2.5, shape) * holds
    all_bytes = BYTES * size.exposed // EXPOSED
    volume = (weight * (all_bytes / weight[: size.exposed].sum())).astype(np.int64)
    records = np.maximum(volume // random.integers(100, 2_000, shape), 1) * holds
    return holds, records, volume


def _popularity(size: Sizes) -> Ints:
    """The probability that an app names each endpoint of an SDK: falls with its rank; the sum is the number per app."""
    wanted = SIGHTINGS_AN_APP * 0.98
    ranks = (np.arange(size.sdk) + 1.0) ** -0.8
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(0.95, middle * ranks).sum() < wanted else (low, middle)
    found: Ints = (np.minimum(0.95, high * ranks) * 1e9).astype(np.int64)
    return found


class Sightings(NamedTuple):
    """The endpoints of a chunk of apps, by app."""

    app: Ints
    endpoint: Ints
    """Endpoints of SDKs first, then those of makers."""
    ordinal: Ints


def sightings(world: World, first: int, end: int, seed: int = SEED) -> Sightings:
    """Sightings of the apps from ``first`` to ``end``: 50 per app on average, each endpoint once per app."""
    random = np.random.default_rng([seed, world.size.apps, first])
    count = end - first
    vendors = world.vendor[first:end]
    lengths = world.first[vendors + 1] - world.first[vendors]
    own_app = np.repeat(np.arange(count), lengths)
    own = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    own += np.repeat(world.first[vendors], lengths) + world.size.sdk
    wanted = max(count * SIGHTINGS_AN_APP - len(own), 0)
    sdk_app, sdk = _drawn(random, world.chosen / 1e9, count, wanted)
    app, endpoint = np.concatenate([own_app, sdk_app]), np.concatenate([own, sdk])
    order = np.lexsort((random.random(len(app)), app))
    app, endpoint = app[order], endpoint[order]
    ordinal = np.arange(len(app)) - np.searchsorted(app, app)
    return Sightings(app + first, endpoint, ordinal)


def _drawn(random: np.random.Generator, chance: npt.NDArray[np.float64], apps: int, wanted: int) -> tuple[Ints, Ints]:
    """Distinct pairs of app and SDK endpoint, ``wanted`` of them."""
    counts = random.binomial(apps, chance)
    for _ in range(_TRIES):
        lacking = wanted - int(counts.sum())
        if lacking <= 0:
            break
        more = random.integers(0, len(chance), lacking)
        counts = np.minimum(counts + np.bincount(more, minlength=len(chance)), apps)
    # Steps that share no divisor with the number of apps meet each of them once.
    strides = np.array([step for step in (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61) if apps % step])
    sdk = np.repeat(np.arange(len(chance)), counts)
    place = np.arange(len(sdk)) - np.repeat(np.cumsum(counts) - counts, counts)
    start = random.integers(0, apps, len(chance))
    stride = random.choice(strides, len(chance))
    app = (start[sdk] + place * stride[sdk]) % apps
    kept = np.sort(random.permutation(len(sdk))[:wanted])
    return app[kept], sdk[kept]


class Fleet(NamedTuple):
    """Installs: five distinct apps on each device."""

    apps: int
    """Distinct apps that can be on a device; one in five was never analysed."""
    device: Ints
    app: Ints


def fleet(world: World, seed: int = SEED) -> Fleet:
    """The installs of the world's devices."""
    random = np.random.default_rng([seed, world.size.apps, 5])
    apps = world.size.apps // 20
    devices = world.size.installs // 5
    base = (apps * random.random(devices) ** 3).astype(np.int64)
    step = 1 + np.arange(devices) % 9
    app = (base[:, None] + step[:, None] * np.arange(5)) % apps
    return Fleet(apps, np.repeat(np.arange(devices), 5), app.ravel())


def analysed_app(world: World, app: Ints) -> Ints:
    """The analysed app for an app of the fleet, or -1: four of five are analysed, spread over all."""
    spread = world.size.apps // (world.size.apps // 20)
    found: Ints = np.where(app % 5 == 4, -1, app * spread)
    return found
