"""The report as one JSON document on one line, streamed: the long tables are written row by row."""

from collections.abc import Iterable
from typing import BinaryIO

import msgspec

from tieback.model.document import SCHEMA_VERSION
from tieback.model.report import Report
from tieback.report.interface import RendererMeta


class JsonRenderer:
    """``{"schema", "title", "created", …, "apps": […], …, "sightings": […], "backends": […], "probes": […]}``.

    Keys may be added and are never renamed. Text that is not valid Unicode, such as a file name in another encoding,
    is written with U+FFFD where it is not.
    """

    meta = RendererMeta("json", ".json", "application/json")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the whole report to ``out``, holding one row of it at a time."""
        out.write(b'{"schema":' + _encode(f"tieback/report/{SCHEMA_VERSION}"))
        values = ("title", "created", "tool_version", "scope", "headline")
        out.writelines(b"," + _encode(name) + b":" + _encode(getattr(report, name)) for name in values)
        for name in ("apps", "exposures", "findings", "problems", "sightings", "backends", "probes"):
            rows = report.exposures() if name == "exposures" else getattr(report, name).rows()
            _write_rows(name, rows, out)
        out.write(b"}\n")


_encoder = msgspec.json.Encoder(order="deterministic")


def _write_rows(name: str, rows: Iterable[object], out: BinaryIO) -> None:
    out.write(b"," + _encode(name) + b":[")
    for index, row in enumerate(rows):
        if index:
            out.write(b",")
        out.write(_encode(row))
    out.write(b"]")


def _encode(value: object) -> bytes:
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_valid(msgspec.to_builtins(value)))


def _valid(value: object) -> object:
    """The same value with every lone surrogate replaced."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    return value
