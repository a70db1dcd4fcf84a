"""Prometheus: number of series, names of labels. No sample is read.

Sends, in this order: ``GET /api/v1/status/buildinfo`` (identify); ``GET /api/v1/status/tsdb``, ``GET /api/v1/labels``
as the second proof (enumerate). Names of labels come with that answer (describe). Samples are not counted: each series
has at least one, which makes a lower bound. Verified against Prometheus 2.53.3.
"""

import msgspec

from tieback.model.figure import lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_BUILD = get_request("/api/v1/status/buildinfo", "product and version", depth=Depth.IDENTIFY)
_TSDB = get_request("/api/v1/status/tsdb", "number of series; statistics only")
_LABELS = get_request("/api/v1/labels", "names of labels: the second proof; no values")


class _Version(msgspec.Struct, rename={"go": "goVersion"}):
    version: str
    revision: str
    go: str


class _Build(msgspec.Struct):
    data: _Version


class _Head(msgspec.Struct, rename={"series": "numSeries"}):
    series: Number


class _Statistics(msgspec.Struct, rename={"head": "headStats"}):
    head: _Head


class _Tsdb(msgspec.Struct):
    data: _Statistics


class _Labels(msgspec.Struct):
    data: list[str]


class PrometheusProbe(WebStoreProbe):
    """Probe of Prometheus: number of series, names of labels."""

    meta = ProbeMeta(
        name="prometheus",
        products=("prometheus",),
        ports=(9090,),
        services=("prometheus",),
        cpe=("cpe:2.3:a:prometheus:prometheus",),
        cwe="CWE-306",
        sends=(_BUILD.send, _TSDB.send, _LABELS.send),
        references=("https://prometheus.io/docs/prometheus/latest/querying/api/",),
        pivot=False,
        web=True,
    )
    ask = _BUILD

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its build information."""
        build = decode_json(answer.body, _Build) if answer.status == 200 else None
        return Identification("prometheus", build.data.version) if build is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if ``GET /`` redirects to the pages of version 2 or 3, or to the older ones that Debian ships."""
        pages = ("/graph", "/query", "/classic/graph")
        return root.headers.get("location", "") in pages or b"Prometheus Time Series" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Read the time-series database as one container."""
        inquiry.draft.prove(_BUILD.label, "its API answers without authentication", Access.OPEN)
        inquiry.draft.access = Access.OPEN
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_TSDB, _Tsdb)
        if found is None:
            return
        labels = yield from inquiry.confirm(_LABELS, _Labels)
        named = labels.data[:MAX_FIELDS] if labels is not None and inquiry.describes else []
        series = lower_bound(found.data.head.series, "numSeries of the head, at least one sample per series")
        fields = tuple(Field(name[:512], "label") for name in named)
        inquiry.add_containers([Container(("tsdb",), "series", records=series, fields=fields)])
        inquiry.judge()
