"""The report as one JSON document on one line, streamed: long tables are written row by row, or by columns."""

from collections.abc import Iterable
from typing import BinaryIO

from tieback.model.document import SCHEMA_VERSION
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.breakdown import count_breakdown
from tieback.report.encoding import baseline_row, encode_row, finding_rows
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
        """Write the whole report to ``out``, holding some rows of it at a time."""
        out.write(b'{"schema":' + encode_row(f"tieback/report/{SCHEMA_VERSION}"))
        values = ("title", "created", "tool_version", "audience", "tlp", "scope", "headline")
        out.writelines(b"," + encode_row(name) + b":" + encode_row(getattr(report, name)) for name in values)
        out.write(b',"breakdown":' + encode_row(count_breakdown(report)))
        more = ("tables", "closer", "history", "sample", "shared", "posture", "data", "rules", "plugins")
        out.writelines(b"," + encode_row(name) + b":" + encode_row(getattr(report, name)) for name in more)
        out.write(b',"baseline":' + encode_row(baseline_row(report.baseline)))
        for name in _TABLES:
            _write_table(report, name, out)
        out.write(b"}\n")


def _write_table(report: Report, name: str, out: BinaryIO) -> None:
    if name == "exposures":
        _write_pieces(name, map(encode_row, report.exposures()), out)
        return
    if name == "findings":
        _write_pieces(name, map(encode_row, finding_rows(report)), out)
        return
    table: LazyTable[object] = getattr(report, name)
    _write_pieces(name, map(encode_row, table.rows()) if table.encoded is None else table.encoded(), out)


def _write_pieces(name: str, pieces: Iterable[bytes], out: BinaryIO) -> None:
    out.write(b"," + encode_row(name) + b":[")
    for index, piece in enumerate(pieces):
        if index:
            out.write(b",")
        out.write(piece)
    out.write(b"]")
