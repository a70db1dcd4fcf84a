"""The report as JSON lines: first the headline, then one line per table row."""

from typing import BinaryIO

import msgspec

from tieback.model.document import SCHEMA_VERSION
from tieback.model.report.document import Report
from tieback.report.breakdown import count_breakdown
from tieback.report.encoding import baseline_row, encode_row, finding_rows
from tieback.report.interface import RendererMeta

_TABLES = (
    ("app-summary", "apps"),
    ("exposure", "exposures"),
    ("finding", "findings"),
    ("suppressed", "suppressed"),
    ("problem", "problems"),
    ("app-sighting", "sightings"),
    ("backend", "backends"),
    ("probe", "probes"),
    ("passive-note", "seen"),
    ("passive-sighting", "seen_in_apps"),
    ("capture-summary", "captures"),
    ("contacted-server", "servers"),
    ("recipient", "recipients"),
    ("declared-item", "declared"),
    ("dropped-name", "not_backends"),
)
"""Line schema and table name."""


class NdjsonRenderer:
    """Renders one document per line, each with its ``schema``, so that readers can skip unknown lines."""

    meta = RendererMeta("ndjson", ".ndjson", "application/x-ndjson")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the lines to ``out``, one row in memory at a time."""
        names = (
            "title",
            "created",
            "tool_version",
            "audience",
            "tlp",
            "scope",
            "headline",
            "tables",
            "closer",
            "history",
            "sample",
            "shared",
            "posture",
            "data",
            "rules",
            "plugins",
        )
        head = {name: getattr(report, name) for name in names} | {"breakdown": count_breakdown(report)}
        head |= {"baseline": baseline_row(report.baseline)}
        out.write(_line("report-head", head))
        for kind, name in _TABLES:
            special = {"exposures": report.exposures, "findings": lambda: finding_rows(report)}
            rows = special.get(name, lambda name=name: getattr(report, name).rows())()
            out.writelines(_line(kind, msgspec.to_builtins(row)) for row in rows)


def _line(kind: str, fields: dict[str, object]) -> bytes:
    return encode_row({"schema": f"tieback/{kind}/{SCHEMA_VERSION}", **fields}) + b"\n"
