"""Requests of Ktor and Fuel without a host: they go to the address that the client has by default.

``defaultRequest { url("https://api.shop.test/v1/") }`` and ``client.get("orders")`` are in different methods. Fuel
appends the path of ``"/orders".httpGet()`` to ``FuelManager.instance.basePath``.
Sources: https://ktor.io/docs/client-default-request.html and
https://github.com/kittinunf/fuel/blob/2.3.1/fuel/src/main/kotlin/com/github/kittinunf/fuel/core/Encoding.kt
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeGuard

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.analysis import DataFlow
from tieback.recognise.dataflow.code.retrofit import Bases
from tieback.recognise.dataflow.methods.values import EndpointParts
from tieback.recognise.dataflow.walk.compose import url_of

_BUILDER = "Lio/ktor/http/URLBuilder;"
_BUILDERS = (_BUILDER, "Lio/ktor/http/URLBuilderKt;")
_MANAGER = "Lcom/github/kittinunf/fuel/core/FuelManager;"
_RELATIVE = lazy_pattern(r"/?[A-Za-z0-9._~-][^:?#]*(?:[?#].*)?")
_WHOLE = lazy_pattern(r"https?://[^/{}]")


class DefaultRequest(NamedTuple):
    """A request, with the address that the client has by default."""

    flow: DataFlow
    """The request."""
    base: str
    spec: str
    role: str = "spec"
    """What the text of the request is to the address: ``spec``, or ``path`` if it is appended."""


def default_requests(flows: Iterable[DataFlow]) -> Iterator[DefaultRequest]:
    """Each request without a host whose address is known."""
    every = list(flows)
    yield from _of_ktor(every)
    yield from _of_fuel(every)


def _of_fuel(flows: Iterable[DataFlow]) -> Iterator[DefaultRequest]:
    """Those of Fuel, whose clients have one base path; several say nothing."""
    every = [(flow, flow.value.values.get("url")) for flow in flows if flow.name == "Fuel" and _is_url(flow.value)]
    bases = {str(url) for flow, url in every if flow.sink is not None and flow.sink.owner == _MANAGER}
    base = bases.pop() if len(bases) == 1 else ""
    if not _WHOLE.match(base):
        return
    requests = ((flow, str(url)) for flow, url in every if flow.sink is not None and flow.sink.owner != _MANAGER)
    for flow, spec in requests:
        if _RELATIVE.fullmatch(spec):
            yield DefaultRequest(flow, base, spec, "path")


def _is_url(facts: object) -> TypeGuard[EndpointParts]:
    return isinstance(facts, EndpointParts) and isinstance(facts.values.get("url"), str)


def _of_ktor(flows: Iterable[DataFlow]) -> Iterator[DefaultRequest]:
    """Those of Ktor.

    The block of a default request can set the host of a builder; it counts if there is no whole address by default.
    """
    every = [(flow, flow.value) for flow in flows if flow.name.startswith("Ktor")]
    requests = [(flow, spec) for flow, facts in every if (spec := _spec(flow, facts))]
    if not requests:
        return
    bases = [
        (flow.method, str(facts.values.get("url", "")))
        for flow, facts in every
        if flow.name == "Ktor.defaultRequest" and isinstance(facts, EndpointParts)
    ]
    bases = [one for one in bases if _WHOLE.match(one[1])]
    if not bases:
        bases = [(flow.method, url) for flow, facts in every if (url := _set_host(flow, facts))]
    known = _KnownBases(bases)
    for flow, spec in requests:
        base = known.base(flow.method)
        if base is not None:
            yield DefaultRequest(flow, base, spec)


def _spec(flow: DataFlow, facts: object) -> str:
    """The path of a request that names nothing else; empty for another call."""
    if not isinstance(facts, EndpointParts) or flow.sink is None or len(facts.values) != 1:
        return ""
    role = "path" if flow.sink.owner in _BUILDERS else "url"
    spec = facts.values.get(role)
    is_request = flow.name == "Ktor"
    return spec if is_request and isinstance(spec, str) and _RELATIVE.fullmatch(spec) else ""


def _set_host(flow: DataFlow, facts: object) -> str:
    """The address that a block gives to a builder, without a path or with one that ends with a slash; or empty."""
    if flow.sink is None or flow.sink.owner not in _BUILDERS or not isinstance(facts, EndpointParts):
        return ""
    path = facts.values.get("path", "/")
    base = url_of({**facts.values, "path": path})
    return base if str(path).endswith("/") and _WHOLE.match(base) else ""


class _KnownBases:
    """The addresses that classes set by default."""

    def __init__(self, bases: Iterable[tuple[str, str]]) -> None:
        """``bases`` are the method that sets an address, and the address."""
        self._own: dict[str, set[str]] = {}
        for setter, url in bases:
            self._own.setdefault(_outer(setter), set()).add(url)
        self._nearest = Bases((owner, url) for owner, urls in self._own.items() for url in urls)

    def base(self, method: str) -> str | None:
        """The address that the class of a request sets, or else the only one, or the one of the nearest class."""
        mine = _outer(method)
        own = self._own.get(mine, ())
        return next(iter(own)) if len(own) == 1 else self._nearest.url_for(mine)


def _outer(method: str) -> str:
    """The class in the source of a method in smali notation: without those inside it."""
    return method.partition("->")[0].partition("$")[0].rstrip(";") + ";"
