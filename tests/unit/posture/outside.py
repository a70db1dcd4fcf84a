"""Stores, routes and back ends as a run would leave them."""

from typing import Any

from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.exposure import AppRoute, Exposure, PiiClassTotal, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Identity, Ransom


def exposure(
    id_: str = "exp-1",
    *,
    targets: tuple[str, ...] = (),
    access: str = "open",
    routes: tuple[AppRoute, ...] = (),
    pii: tuple[str, ...] = (),
    severity: Severity = Severity.HIGH,
    **more: Any,
) -> Exposure:
    return Exposure(
        id=id_,
        identity=Identity(f"x:{id_}", "vendor_id"),
        product=more.pop("product", "postgresql"),
        version="",
        access=Access(access),
        addresses=more.pop("addresses", ()),
        targets=targets,
        routes=routes,
        containers=(),
        records=exact(10, "count"),
        bytes=exact(10, "sum"),
        pii=tuple(PiiClassTotal(one, exact(10, "count"), 1) for one in pii),
        fields=(),
        ransom=Ransom(),
        severity=severity,
        score=70,
        factors=(),
        bytes_sent=0,
        bytes_read=0,
        cleartext=True,
        tls=more.pop("tls", ()),
    )


def route(app: str, endpoint: str, host: str = "h", port: int = 1) -> AppRoute:
    candidate = Candidate(host, port, None, Route.NAMED, (endpoint,), "named")
    return AppRoute(app, candidate, endpoint, "classes.dex", 1, "dex-string/url")


def backend(value: str, host: str, *addresses: str) -> Backend:
    return Backend(Endpoint(EndpointKind.URL, value, "https", host, 443), addresses)
