"""The synthetic world as a workspace: Arrow tables through the lake's own publish, one part per chunk of apps.

The responses of stores are synthetic too, as rows in the format of the probing service; nothing is probed. The parts
have the size that compaction produces.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bench import world_made
from bench.world_made import (
    CONTAINERS,
    PORTS,
    PRODUCTS,
    VERSIONS,
    Ints,
    World,
)
from tieback.model.cleartext import CleartextPolicy
from tieback.model.document import encode
from tieback.model.figure import Figure, Quality
from tieback.model.probe import (
    Access,
    Container,
    Field,
    Identity,
    Outcome,
    ProbeReport,
    Proof,
    Ransom,
    RansomVerdict,
    TlsInfo,
)
from tieback.model.unit import Unit
from tieback.pipeline.probing.service import store_ports
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.lake.tables.inputs import RunInput
from tieback.storage.lake.tables.probes import ProbeWriter

ANALYSIS = "app-world"
APPS_A_PART = 20_000
type Shorts = npt.NDArray[np.int32]
FIELDS = {
    "users": ("email", "phone_number", "password_hash", "created_at"),
    "locations": ("latitude", "longitude", "speed"),
    "payments": ("iban", "card_number", "amount"),
    "profiles": ("first_name", "last_name", "date_of_birth"),
    "events": ("event_type", "payload"),
}
BYTES_SENT, BYTES_READ = 412, 4_310
"""Bytes of one conversation with a store; silent targets cost nothing."""
OUTSIDE = 10
ROWS_AT_ONCE = 200_000
"""One in this many silent targets was refused by the grant."""
_QUALITY = (Quality.EXACT, Quality.ESTIMATE, Quality.LOWER_BOUND)
_ACCESS = (Access.OPEN, Access.ANY_USER, Access.OPEN_EMPTY, Access.AUTH_REQUIRED)
_HONEYPOT = ("cluster_uuid", "09cf5BKcTCG2U8z2ndwGEw")
_POLICY = CleartextPolicy("*", include_subdomains=True, cleartext=True, user_cas=False, pins=0, source="made up")


def sha256s(first: int, end: int) -> pa.StringArray:
    """Synthetic content hashes of apps: 64 hexadecimal digits each, all different, in no order."""
    numbers = np.arange(first, end, dtype=np.uint64) + np.uint64(1)
    words = np.stack([numbers * np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)], axis=1)
    digits = np.concatenate([words, words[:, ::-1]], axis=1).astype(">u8").tobytes().hex().encode()
    offsets = np.arange(0, 64 * (end - first) + 1, 64, dtype=np.int32)
    return pa.StringArray.from_buffers(end - first, pa.py_buffer(offsets), pa.py_buffer(digits))


def bundles(world: World, first: int, end: int) -> pa.Array:
    """Bundle identifiers of apps."""
    return _text("test.v", world.vendor[first:end], ".app", np.arange(first, end))


def fill(lake: Lake, world: World) -> None:
    """Publish apps with their sightings, one part per chunk."""
    table = endpoints(world)
    for first in range(0, world.size.apps, APPS_A_PART):
        end = min(first + APPS_A_PART, world.size.apps)
        keys = sha256s(first, end)
        tables = {
            "apps": _apps(world, first, end, keys),
            "sightings": _sightings(world, first, end, keys, table),
            "credentials": _credentials(world, first, end, keys),
        }
        units = [Unit(key, ANALYSIS, f"world/app-{first + n}.apk", 1) for n, key in enumerate(keys.to_pylist())]
        lake.publish(f"world-{first:09}", tables, units)


def inputs(apps: int) -> Iterator[RunInput]:
    """The inputs of the run."""
    for first in range(0, apps, APPS_A_PART):
        keys = sha256s(first, min(first + APPS_A_PART, apps)).to_pylist()
        for number, key in enumerate(keys, start=first):
            yield RunInput(f"world/app-{number}.apk", key, ANALYSIS)


def endpoints(world: World) -> pa.Table:
    """Every distinct endpoint as columns of sightings: those of SDKs, then those of makers."""
    sdk = np.arange(world.size.sdk)
    host = _text("api.sdk", sdk, ".sdk.test")
    told: dict[str, Any] = {
        "kind": _same("url", len(sdk)),
        "value": _text("https://api.sdk", sdk, ".sdk.test/collect"),
        "scheme": _same("https", len(sdk)),
        "host": host,
        "port": pa.array(np.full(len(sdk), 443, np.int32)),
        "path": _same("/collect", len(sdk)),
        "service": pa.nulls(len(sdk), pa.string()),
        "party": _same("third", len(sdk)),
        "owner": _text("SDK ", sdk, ""),
        "party_reason": _same("a known SDK", len(sdk)),
    }
    return pa.concat_tables([pa.table(told), _own(world)])


def _own(world: World) -> pa.Table:
    hosts = host_names(world)
    host = hosts.take(pa.array(world.host))
    store = world.host_store[world.host]
    product = np.where(
        world.host_named[world.host] & (world.slot == 0) & (store >= 0), world.product[np.maximum(store, 0)], -1
    )
    path = pc.if_else(
        pa.array(product >= 0), pa.array(["/db" if one == 1 else "" for one in product]), _text("/v", world.slot, "")
    )
    scheme = pa.array(np.choose(product + 1, ["https", "http", "mongodb", "redis"]).tolist())
    port = np.choose(product + 1, [443, *PORTS]).astype(np.int32)
    shown = pc.if_else(pa.array(product >= 0), _text(":", port, ""), "")
    third = world.host_third[world.host]
    return pa.table(
        {
            "kind": pa.array(np.where(product >= 1, "connection_string", "url").tolist()),
            "value": pc.binary_join_element_wise(scheme, "://", host, shown, path, ""),
            "scheme": scheme,
            "host": host,
            "port": pa.array(port),
            "path": path,
            "service": pa.array([None if one < 1 else PRODUCTS[one] for one in product.tolist()], pa.string()),
            "party": pa.array(np.where(third, "third", "first").tolist()),
            "owner": _text("Vendor ", world.host_vendor[world.host], ""),
            "party_reason": pa.array(np.where(third, "a known service", "its name is in the host").tolist()),
        }
    )


def host_names(world: World) -> pa.Array:
    """Names of the makers' hosts."""
    return _text("h", np.arange(len(world.host_vendor)), ".v", world.host_vendor, ".test")


def address(number: int) -> str:
    """Address of a maker's host, in a private network (RFC 1918)."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def address_of(name: str) -> str:
    """The address of a host by its name; all hosts of SDKs have the same address."""
    number = name[1:].partition(".")[0]
    return address(int(number)) if number.isdigit() else "10.255.0.1"


def _apps(world: World, first: int, end: int, keys: pa.StringArray) -> pa.Table:
    numbers = np.arange(first, end)
    vendor = world.vendor[first:end]
    none, allowed = "[]", _json([_POLICY])
    columns = {
        "unit": keys,
        "version": _same(ANALYSIS, len(keys)),
        "path": _text("world/app-", numbers, ".apk"),
        "sha256": keys,
        "platform": pa.array(np.where(world.ios[first:end], "ios", "android").tolist()),
        "bundle_id": bundles(world, first, end),
        "name": _text("App ", numbers, ""),
        "version_name": _text("", numbers % 9 + 1, ".", numbers % 7, ""),
        "version_code": _text("", numbers % 900, ""),
        "min_sdk": _same("24", len(keys)),
        "target_sdk": _same("34", len(keys)),
        "vendor": _text("Vendor ", vendor, ""),
        "signer_sha256": _text("5169", vendor + 10**12, "0" * 47),
        "signer_subject": _text("O=Vendor ", vendor, ""),
        "signer_scheme": _same("v2", len(keys)),
        "cleartext": pa.array(np.where(world.cleartext[first:end], allowed, none).tolist()),
    }
    return _rows("apps", columns)


def _sightings(world: World, first: int, end: int, keys: pa.StringArray, table: pa.Table) -> pa.Table:
    found = world_made.sightings(world, first, end)
    count = len(found.app)
    unit = keys.take(pa.array(found.app - first))
    told = table.take(pa.array(found.endpoint))
    columns = {
        "unit": unit,
        "version": _same(ANALYSIS, count),
        "ordinal": pa.array(found.ordinal.astype(np.int32)),
        "app_sha256": unit,
        "count": pa.array(1 + found.endpoint % 3),
        "file": _same("classes.dex", count),
        "offset": pa.array(4096 + found.ordinal * 977 + found.app % 509),
        "how": _same("dex-string/url", count),
        "context": told["value"],
        "names": pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, np.int32)), pa.array([], pa.string())),
    }
    return _rows("sightings", columns | {name: told[name] for name in told.column_names})


def _credentials(world: World, first: int, end: int, keys: pa.StringArray) -> pa.Table:
    numbers = np.flatnonzero(world.credential[first:end])
    count = len(numbers)
    columns = {
        "unit": keys.take(pa.array(numbers)),
        "version": _same(ANALYSIS, count),
        "ordinal": pa.array(np.zeros(count, np.int32)),
        "kind": _same("password_in_connection_string", count),
        "masked": _same("se…t (12 characters)", count),
        "endpoint": _text("postgresql://db.v", world.vendor[first:end][numbers], ".test:5432/db"),
        "file": _same("assets/config.json", count),
        "offset": pa.array(numbers % 4096),
        "how": _same("json/credential", count),
        "context": _same("made up", count),
        "grade": _same("normal", count),
        "fingerprint": _text("00", numbers + 10**9, "0000"),
        "claims": _same("{}", count),
    }
    return _rows("credentials", columns)


def answer(lake: Lake, run: str, world: World) -> None:
    """Write the responses of the stores, and for all other probed targets that there was no response."""
    names = host_names(world)
    places = np.flatnonzero(world.host_store >= 0)
    told = names.to_pylist()
    with ProbeWriter(lake, run, waiting=5_000) as writer:
        for host in places.tolist():
            writer.add(_report(world, told[host], host))
    first = len(places)
    for hosts, ports in _asked(world, names):
        for start in range(0, len(hosts), ROWS_AT_ONCE):
            some = slice(start, start + ROWS_AT_ONCE)
            table = _silent(run, first, hosts.take(pa.array(np.arange(len(hosts))[some])), ports[some])
            lake.publish(f"probes-{run}-silent-{first:09}", {"probes": table})
            first += table.num_rows


def _asked(world: World, names: pa.Array) -> Iterator[tuple[pa.Array, Ints]]:
    """Hosts and ports that a run probes without finding a store."""
    sdk = np.arange(world.size.sdk)
    yield _text("api.sdk", sdk, ".sdk.test"), np.full(len(sdk), 443)
    web = np.flatnonzero(world.https)
    yield names.take(pa.array(web)), np.full(len(web), 443)
    own = np.array(PORTS)[world.product[np.maximum(world.host_store, 0)]]
    for port in sorted({port for ports in store_ports().values() for port in ports}):
        hosts = np.flatnonzero(world.api & ~((world.host_store >= 0) & (own == port)))
        yield names.take(pa.array(hosts)), np.full(len(hosts), port)


def _report(world: World, name: str, host: int) -> ProbeReport:
    store = int(world.host_store[host])
    product, access = int(world.product[store]), int(world.access[store])
    honeypot = store >= world.size.exposed + world.size.closed
    quality = _QUALITY[world.records_quality[store]]
    containers = [
        Container(
            (kind,),
            "index",
            records=Figure(int(world.records[store, n]), quality, "made-up count"),
            bytes=Figure(int(world.bytes[store, n]), Quality.ESTIMATE, "made-up size"),
            fields=tuple(Field(field, "text") for field in FIELDS[kind]),
        )
        for n, kind in enumerate(CONTAINERS)
        if world.holds[store, n]
    ]
    if containers and store % 3 == 0:
        own = Figure(10**9, Quality.EXACT, "made-up count")
        containers.append(Container((".kibana",), "index", system=True, records=own, bytes=own))
    clear = bool(world.cleartext_store[store])
    ransom = Ransom(RansomVerdict.CONFIRMED, ("a note was read",)) if world.ransomed[store] else Ransom()
    return ProbeReport(
        target=f"{name}:{PORTS[product]}",
        outcome=Outcome.OK,
        access=_ACCESS[access],
        proofs=tuple(Proof(asked, "200", _ACCESS[access]) for asked in ("GET /", "GET /_cat/indices")),
        product=PRODUCTS[product],
        version=VERSIONS[product],
        tls=None if clear else TlsInfo("TLSv1.3", verified=True),
        identity=Identity(f"{PRODUCTS[product]}:made-up:{store}", "vendor_id"),
        containers=tuple(containers),
        ransom=ransom,
        bytes_sent=BYTES_SENT,
        bytes_read=BYTES_READ,
        seconds=0.25,
        address=address(host),
        probe=PRODUCTS[product],
        cleartext=clear,
        traits=(_HONEYPOT,) if honeypot else (),
    )


def _silent(run: str, first: int, hosts: pa.Array, ports: Ints) -> pa.Table:
    """Rows of targets that refused, and of targets outside the grant."""
    count = len(hosts)
    outside = (first + np.arange(count)) % OUTSIDE == 0
    target = pc.binary_join_element_wise(hosts, pc.cast(pa.array(ports), pa.string()), ":")
    texts = []
    for outcome in (Outcome.REFUSED, Outcome.OUT_OF_SCOPE):
        before, after = encode("probe", ProbeReport("@@", outcome)).decode().split("@@")
        texts.append(pc.binary_join_element_wise(before, target, after, ""))
    zero = np.zeros(count, np.int64)
    columns = {
        "run": _same(run, count),
        "ordinal": pa.array(first + np.arange(count)),
        "target": target,
        "address": _same("", count),
        "probe": _same("", count),
        "product": _same("", count),
        "version": _same("", count),
        "outcome": pc.if_else(pa.array(outside), Outcome.OUT_OF_SCOPE.value, Outcome.REFUSED.value),
        "access": _same(Access.UNKNOWN.value, count),
        "identity": pa.nulls(count, pa.string()),
        "containers": pa.array(zero.astype(np.int32)),
        "bytes_sent": pa.array(zero),
        "bytes_read": pa.array(zero),
        "seconds": pa.array(zero.astype(np.float64)),
        "json": pc.if_else(pa.array(outside), texts[1], texts[0]),
    }
    return _rows("probes", columns)


def export_fleet(world: World, path: Path) -> None:
    """Write the apps of the devices as a generic table, without shuffling."""
    import pyarrow.csv as pcsv

    fleet = world_made.fleet(world)
    known = world_made.analysed_app(world, np.arange(fleet.apps))
    number = np.where(known < 0, 0, known)
    mine = pc.if_else(
        pa.array(known >= 0),
        _text("test.v", world.vendor[number], ".app", number),
        _text("test.elsewhere.app", np.arange(fleet.apps), ""),
    )
    platform = pa.array(np.where((known >= 0) & ~world.ios[number], "Android", "iOS").tolist())
    at = pa.array(fleet.app)
    table = pa.table(
        {
            "device": _text("device-", fleet.device, ""),
            "bundle id": mine.take(at),
            "name": _text("App ", number, "").take(at),
            "version": _same("1.0", len(fleet.app)),
            "platform": platform.take(at),
        }
    )
    pcsv.write_csv(table, path)


def _rows(table: str, columns: dict[str, Any]) -> pa.Table:
    """Rows of a table of the lake; columns that the world does not set are null, as in parts of earlier releases."""
    schema = SCHEMAS[table]
    count = len(next(iter(columns.values())))
    absent = {name: pa.nulls(count, schema.field(name).type) for name in schema.names if name not in columns}
    return pa.table(columns | absent).select(schema.names).cast(schema)


def _text(*parts: str | Ints | Shorts) -> pa.Array:
    """Texts from words and columns of numbers."""
    columns = [part if isinstance(part, str) else pc.cast(pa.array(part), pa.string()) for part in parts]
    return pc.binary_join_element_wise(*columns, "")


def _same(text: str, count: int) -> pa.Array:
    return pa.array(np.full(count, text, dtype=object), pa.string()) if count else pa.array([], pa.string())


def _json(policies: list[CleartextPolicy]) -> str:
    import msgspec

    return msgspec.json.encode(policies).decode()
