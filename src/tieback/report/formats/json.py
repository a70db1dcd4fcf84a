"""The report as one JSON document on one line, streamed: long tables are written row by row."""

from collections.abc import Iterable
from typing import BinaryIO

from tieback.model.document import SCHEMA_VERSION
from tieback.model.report import Report
from tieback.report.breakdown import count_breakdown
from tieback.report.encoding import baseline_row, encode_row
from tieback.report.interface import RendererMeta

_TABLES = (
    "apps", "exposures", "findings", "suppressed", "problems", "sightings", "backends", "probes", "seen",
    "seen_in_apps", "captures", "servers", "recipients", "declared", "not_backends",
)  # fmt: skip


class JsonRenderer:
    """``{"schema", "title", "created", …, "apps": […], …, "sightings": […], "backends": […], "probes": […]}``.

    Keys may be added and are never renamed. In text that is not valid Unicode, such as a file name in another encoding,
    invalid parts are written as U+FFFD.
    """

    meta = RendererMeta("json", ".json", "application/json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the whole report to ``out``, holding one row of it at a time."""
        out.write(b'{"schema":' + encode_row(f"tieback/report/{SCHEMA_VERSION}"))
        values = ("title", "created", "tool_version", "audience", "tlp", "scope", "headline")
        out.writelines(b"," + encode_row(name) + b":" + encode_row(getattr(report, name)) for name in values)
        out.write(b',"breakdown":' + encode_row(count_breakdown(report)))
        more = ("tables", "closer", "history", "sample", "shared", "posture", "data", "rules", "plugins")
        out.writelines(b"," + encode_row(name) + b":" + encode_row(getattr(report, name)) for name in more)
        out.write(b',"baseline":' + encode_row(baseline_row(report.baseline)))
        for name in _TABLES:
            rows = report.exposures() if name == "exposures" else getattr(report, name).rows()
            _write_rows(name, rows, out)
        out.write(b"}\n")


def _write_rows(name: str, rows: Iterable[object], out: BinaryIO) -> None:
    out.write(b"," + encode_row(name) + b":[")
    for index, row in enumerate(rows):
        if index:
            out.write(b",")
        out.write(encode_row(row))
    out.write(b"]")
