"""etcd v2 and v3 over HTTP: number of keys, bytes, prefixes of key names. No value is read.

Sends, in this order: ``GET /version`` (identify); ``POST /v3/kv/range`` with ``count_only`` for one key that no client
uses, ``POST /v3/maintenance/status``, ``POST /v3/auth/status``, the first range over the whole key space (enumerate);
the same range with ``keys_only`` and a limit of 50 (describe). The JSON gateway reads by POST; each body is fixed to
the last byte. Before 3.4 its path begins with ``/v3beta`` or ``/v3alpha``.

A range over the whole key space visits every key in memory, whatever its limit (``treeIndex.Revisions``). So it is only
sent if the database uses at most 64 MiB, which bounds the number of keys. A larger one needs the grant's ``scans``.

Until 3.5 a server may have a second key space, that of API v2. ``HEAD /v2/keys/`` only shows whether an anonymous
client may read it: the API has no request that returns names or counts without values. So its keys are not counted,
and the total of such a server is a lower bound.

``/version`` and the maintenance status need no login and prove nothing. With authentication on, a range is answered
with status 400 and "user name is empty". Verified against 3.5.16; earlier versions not yet verified against the real
server.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.requests import Request, get_request, head_request, post_request
from tieback.scope.conversation import Conversation, SendCost

_VERSION = get_request(
    "/version", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_COUNTED_BYTES = 64 << 20
"""Largest database whose keys are counted without the grant's ``scans``."""
_ONE = b'{"key":"AA==","count_only":true}'
_ALL = b'{"key":"AA==","range_end":"AA==","count_only":true}'
_ALL_HERE = b'{"key":"AA==","range_end":"AA==","count_only":true,"serializable":true}'
_FEW = b'{"key":"AA==","range_end":"AA==","keys_only":true,"limit":50}'
_AUTH = post_request("/v3/auth/status", b"{}", "whether authentication is on: the second proof, since 3.5")


class _Gateway(msgspec.Struct, frozen=True):
    """JSON gateway of some versions: the same requests below another path."""

    read: Request
    count: Request
    scan: Request
    keys: Request
    status: Request

    @property
    def requests(self) -> tuple[Request, ...]:
        return self.read, self.status, self.count, self.scan, self.keys


def _gateway(path: str) -> _Gateway:
    return _Gateway(
        post_request(
            f"{path}/kv/range",
            _ONE,
            "whether an anonymous client may read; counts one key that no client uses, and returns none",
            label=f"POST {path}/kv/range count_only, one key",
        ),
        post_request(
            f"{path}/kv/range",
            _ALL,
            "number of keys of a database of at most 64 MiB; returns no key",
            label=f"POST {path}/kv/range count_only",
        ).costing(SendCost.BOUNDED),
        post_request(
            f"{path}/kv/range",
            _ALL_HERE,
            "number of keys of a larger database, as this member knows it; returns no key",
            label=f"POST {path}/kv/range count_only, serializable",
        ).costing(SendCost.SCAN),
        post_request(
            f"{path}/kv/range",
            _FEW,
            "a few key names of a database of at most 64 MiB: a further proof. Only prefixes are kept; no values",
            label=f"POST {path}/kv/range keys_only",
            depth=Depth.DESCRIBE,
        ).costing(SendCost.BOUNDED),
        post_request(f"{path}/maintenance/status", b"{}", "cluster id and bytes of the database; statistics only"),
    )


_GATEWAYS = tuple(_gateway(path) for path in ("/v3", "/v3beta", "/v3alpha"))
"""Paths since 3.4, in 3.3, and before (etcd's documentation, "gRPC gateway")."""
_V2 = head_request("/v2/keys/", "whether an anonymous client may read the v2 key space; header fields only")


class _Version(msgspec.Struct):
    etcdserver: str


class _Header(msgspec.Struct):
    cluster_id: str | int = ""


class _Range(msgspec.Struct):
    header: _Header
    count: str | int = 0


class _Key(msgspec.Struct):
    key: str


class _Names(msgspec.Struct):
    kvs: list[_Key] = []


class _AuthStatus(msgspec.Struct):
    header: _Header
    enabled: bool = False


class _Status(msgspec.Struct, rename={"size": "dbSize", "used": "dbSizeInUse"}):
    header: _Header
    size: str | int | None = None
    used: str | int | None = None


class EtcdProbe(WebStoreProbe):
    """Probe of etcd: number of keys, bytes, prefixes of key names."""

    meta = ProbeMeta(
        name="etcd",
        products=("etcd",),
        ports=(2379, 4001),
        services=("etcd",),
        cpe=("cpe:2.3:a:etcd:etcd",),
        cwe="CWE-306",
        sends=(
            _VERSION.send,
            *(request.send for gateway in _GATEWAYS for request in gateway.requests),
            _AUTH.send,
            _V2.send,
        ),
        references=(
            "https://etcd.io/docs/latest/dev-guide/api_grpc_gateway/",
            "https://etcd.io/docs/v2.3/api/",
        ),
        web=True,
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the key ``etcdserver``."""
        version = decode_json(answer.body, _Version) if answer.status == 200 else None
        return Identification("etcd", version.etcdserver) if version is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if the root is Go's own 404."""
        return root.body.startswith(b"404 page not found")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Read the size of the key space."""
        if not inquiry.enumerates:
            return
        for gateway in _GATEWAYS:
            read = yield from inquiry.ask(gateway.read, cap=16 * 1024)
            if read is not None and read.status != 404:
                yield from self._version_3(inquiry, gateway, read)
                return
        yield from self._version_2(inquiry)

    def _version_3(self, inquiry: Inquiry, gateway: _Gateway, read: Response) -> Conversation[None]:
        draft, asked = inquiry.draft, gateway.read.label
        text = read.body[:1024].decode("utf-8", "replace")
        if read.status in (400, 401, 403) and ("user name is empty" in text or "permission denied" in text):
            draft.access = Access.AUTH_REQUIRED
            draft.prove(asked, f"status {read.status}, requires a user", Access.AUTH_REQUIRED)
            return
        if inquiry.is_refused(gateway.read, read):
            return
        found = decode_json(read.body, _Range) if read.status == 200 else None
        if found is None:
            draft.problem(f"{asked}: status {read.status}, no count")
            return
        if found.header.cluster_id:
            draft.vendor_id("cluster_id", str(found.header.cluster_id)[:40])
        status = yield from inquiry.read(gateway.status, _Status, cap=16 * 1024)
        size = parse_count(status.used or status.size) if status is not None else None
        auth = yield from inquiry.read(_AUTH, _AuthStatus, cap=16 * 1024)
        if auth is not None and not auth.enabled:
            draft.prove(_AUTH.label, "authentication is off", Access.OPEN)
            draft.privileges = Privileges.ADMIN
        inquiry.refused = 0
        small = size is not None and size <= _COUNTED_BYTES
        keys = yield from self._count(inquiry, gateway, small=small)
        if keys is None:
            draft.prove(asked, "an anonymous client may read", Access.OPEN)
        fields = (yield from self._prefixes(inquiry, gateway.keys)) if inquiry.describes and small else ()
        records = exact(keys, "range count_only") if keys is not None else None
        held = exact(size, "maintenance status dbSizeInUse") if size is not None else None
        inquiry.add_containers([Container(("keys",), "keyspace", False, records, held, fields)])
        draft.access = Access.OPEN_EMPTY if keys == 0 else Access.OPEN if keys else Access.PARTIAL
        if _has_version_2(draft.version):
            yield from self._second_key_space(inquiry)

    def _count(self, inquiry: Inquiry, gateway: _Gateway, *, small: bool) -> Conversation[int | None]:
        """The number of keys; ``None`` if it may not be counted, or was not."""
        request = gateway.count if small else gateway.scan
        if request.send.cost.needs_scans and not inquiry.draft.target.scans:
            inquiry.draft.problem(
                f"keys were not counted: the database is not known to use at most {_COUNTED_BYTES >> 20} MiB, and the "
                "grant does not allow scans"
            )
            return None
        counted = yield from inquiry.read(request, _Range, cap=16 * 1024)
        keys = parse_count(counted.count) if counted is not None else None
        if keys is not None:
            inquiry.draft.prove(request.label, count_text(keys, "key"), Access.OPEN)
        return keys

    def _second_key_space(self, inquiry: Inquiry) -> Conversation[None]:
        """Note the key space of API v2 beside that of v3, which has been counted."""
        draft = inquiry.draft
        answer = yield from inquiry.ask(_V2)
        if answer is None or answer.status != 200:
            return
        draft.prove(_V2.label, "the key space of API v2 is readable without a login", Access.OPEN)
        inquiry.add_containers([Container(("v2 keys",), "keyspace")])
        draft.problem("the keys of API v2 were not counted: it returns no names without values")
        if draft.access is Access.OPEN_EMPTY:
            draft.access = Access.PARTIAL

    def _prefixes(self, inquiry: Inquiry, request: Request) -> Conversation[tuple[Field, ...]]:
        names = yield from inquiry.read(request, _Names, cap=256 * 1024)
        if names is not None:
            inquiry.draft.prove(request.label, f"names {count_text(len(names.kvs), 'key')}", Access.OPEN)
        return tuple(Field(one, "key prefix") for one in prefixes(key.key for key in names.kvs)) if names else ()

    def _version_2(self, inquiry: Inquiry) -> Conversation[None]:
        answer = yield from inquiry.ask(_V2)
        if answer is None or inquiry.is_refused(_V2, answer):
            return
        if answer.status != 200:
            inquiry.draft.problem(f"no JSON gateway, and {_V2.label} has status {answer.status}")
            return
        cluster = answer.headers.get("x-etcd-cluster-id", "")
        if 0 < len(cluster) <= 40:
            inquiry.draft.vendor_id("cluster_id", cluster)
        inquiry.draft.prove(_V2.label, "the v2 key space is readable without a login; it was not read", Access.OPEN)
        inquiry.add_containers([Container(("keys",), "keyspace")])
        inquiry.draft.access = Access.PARTIAL


def _has_version_2(version: str) -> bool:
    """True for versions that may serve API v2, which 3.6 removed; unknown versions may too."""
    found = re.match(r"([0-9]{1,4})\.([0-9]{1,4})", version)
    return found is None or (int(found[1]), int(found[2])) < (3, 6)


def prefixes(keys: Iterable[str]) -> list[str]:
    """Distinct first two segments of base64-encoded key names, digits masked; the rest may be personal data."""
    found: dict[str, None] = {}
    for key in keys:
        try:
            name = b64decode(key, validate=True).decode("utf-8", "replace")
        except (Error, ValueError):
            continue
        parts = [part for part in name.split("/") if part]
        kept = "/".join(re.sub(r"[0-9]+", "#", part)[:60] for part in parts[: min(2, len(parts) - 1)])
        found[f"/{kept}/*" if kept else "*"] = None
    return list(found)
