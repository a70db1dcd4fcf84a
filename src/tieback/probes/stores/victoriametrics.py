"""VictoriaMetrics, single node: number of series and names of metrics. No sample and no value of a label is read.

Sends, in this order: ``GET /`` (identify: the page names the product); ``GET /api/v1/series/count`` and
``GET /api/v1/label/__name__/values``, the names of metrics: the second proof (enumerate). Samples are not counted: each
series has at least one, which makes a lower bound. Verified against the answers of VictoriaMetrics 1.79.5.
"""

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request("/", "product, which the page names; changes nothing", depth=Depth.IDENTIFY)
_COUNT = get_request("/api/v1/series/count", "number of series; statistics only").costing(SendCost.BOUNDED)
_METRICS = get_request("/api/v1/label/__name__/values", "names of metrics: the second proof; no values")
_NAME = b"<h2>Single-node VictoriaMetrics</h2>"


class _Count(msgspec.Struct):
    data: list[Number]


class _Metrics(msgspec.Struct):
    data: list[str]


class VictoriametricsProbe(WebStoreProbe):
    """Probe of VictoriaMetrics: number of series, names of metrics."""

    meta = ProbeMeta(
        name="victoriametrics",
        products=("victoriametrics",),
        ports=(8428,),
        services=("victoriametrics",),
        cpe=("cpe:2.3:a:victoriametrics:victoriametrics",),
        cwe="CWE-306",
        sends=(_ROOT.send, _COUNT.send, _METRICS.send),
        references=("https://docs.victoriametrics.com/victoriametrics/url-examples/",),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page."""
        return Identification("victoriametrics") if answer.status == 200 and _NAME in answer.body[:4096] else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Read the time-series database as one container."""
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_COUNT, _Count, cap=4096)
        if found is None:
            return
        metrics = yield from inquiry.confirm(_METRICS, _Metrics)
        named = metrics.data[:MAX_FIELDS] if metrics is not None and inquiry.describes else []
        inquiry.draft.fingerprint(metrics.data if metrics is not None else ())
        count = sum(found.data)
        # Each series has at least one sample; without a series there is none.
        series = (lower_bound if count else exact)(count, "series/count, at least one sample per series")
        fields = tuple(Field(name[:512], "metric") for name in named)
        inquiry.add_containers([Container(("tsdb",), "series", records=series, fields=fields)])
        inquiry.judge()
