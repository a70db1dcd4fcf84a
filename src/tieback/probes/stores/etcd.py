"""etcd v2 and v3 over HTTP: number of keys, bytes, prefixes of key names. No value is read.

Sends, in this order: ``GET /version`` (identify); ``POST /v3/kv/range`` with ``count_only`` over the whole key space,
``POST /v3/auth/status``, ``POST /v3/maintenance/status`` (enumerate); the same range with ``keys_only`` and a limit of
50 (describe). The JSON gateway reads by POST; each body is fixed to the last byte. Before 3.4 its path begins with
``/v3beta`` or ``/v3alpha``. Until 3.5 a server may have a second key space, that of API v2. ``HEAD /v2/keys/`` only
shows whether an anonymous client may read it: the API has no request that returns names or counts without values. So
its keys are not counted, and the total of such a server is a lower bound.

``/version`` and the maintenance status need no login and prove nothing. With authentication on, a range is answered
with status 400 and "user name is empty". Verified against 3.5.16; earlier versions not yet verified against the real
server.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.requests import Request, get_request, head_request, post_request
from tieback.scope.conversation import Conversation

_VERSION = get_request(
    "/version", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_ALL = b'{"key":"AA==","range_end":"AA==","count_only":true}'
_FEW = b'{"key":"AA==","range_end":"AA==","keys_only":true,"limit":50}'
_AUTH = post_request("/v3/auth/status", b"{}", "whether authentication is on: the second proof, since 3.5")


class _Gateway(msgspec.Struct, frozen=True):
    """JSON gateway of some versions: the same requests below another path."""

    count: Request
    keys: Request
    status: Request


def _gateway(path: str) -> _Gateway:
    return _Gateway(
        post_request(
            f"{path}/kv/range",
            _ALL,
            "number of keys; returns no key",
            label=f"POST {path}/kv/range count_only",
        ),
        post_request(
            f"{path}/kv/range",
            _FEW,
            "a few key names, of which only prefixes are kept: a further proof; no values",
            label=f"POST {path}/kv/range keys_only",
            depth=Depth.DESCRIBE,
        ),
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
            *(request.send for gateway in _GATEWAYS for request in (gateway.count, gateway.status, gateway.keys)),
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
            counted = yield from inquiry.ask(gateway.count, cap=16 * 1024)
            if counted is not None and counted.status != 404:
                yield from self._version_3(inquiry, gateway, counted)
                return
        yield from self._version_2(inquiry)

    def _version_3(self, inquiry: Inquiry, gateway: _Gateway, counted: Response) -> Conversation[None]:
        draft, asked = inquiry.draft, gateway.count.label
        text = counted.body[:1024].decode("utf-8", "replace")
        if counted.status in (400, 401, 403) and ("user name is empty" in text or "permission denied" in text):
            draft.access = Access.AUTH_REQUIRED
            draft.prove(asked, f"status {counted.status}, requires a user", Access.AUTH_REQUIRED)
            return
        if inquiry.is_refused(gateway.count, counted):
            return
        found = decode_json(counted.body, _Range) if counted.status == 200 else None
        keys = parse_count(found.count) if found is not None else None
        if found is None or keys is None:
            draft.problem(f"{asked}: status {counted.status}, no count")
            return
        draft.prove(asked, f"{keys} keys", Access.OPEN)
        if found.header.cluster_id:
            draft.vendor_id("cluster_id", str(found.header.cluster_id)[:40])
        auth = yield from inquiry.read(_AUTH, _AuthStatus, cap=16 * 1024)
        if auth is not None and not auth.enabled:
            draft.prove(_AUTH.label, "authentication is off", Access.OPEN)
            draft.privileges = Privileges.ADMIN
        inquiry.refused = 0
        status = yield from inquiry.read(gateway.status, _Status, cap=16 * 1024)
        size = parse_count(status.used or status.size) if status is not None else None
        held = exact(size, "maintenance status dbSizeInUse") if size is not None else None
        fields = (yield from self._prefixes(inquiry, gateway.keys)) if inquiry.describes else ()
        inquiry.add_containers([Container(("keys",), "keyspace", False, exact(keys, "range count_only"), held, fields)])
        draft.access = Access.OPEN if keys else Access.OPEN_EMPTY
        if _has_version_2(draft.version):
            yield from self._second_key_space(inquiry)

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
            inquiry.draft.prove(request.label, f"names {len(names.kvs)} keys", Access.OPEN)
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
