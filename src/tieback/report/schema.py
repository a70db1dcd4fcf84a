"""JSON Schema of a JSON report and of the lines of an NDJSON report, generated from the types.

Source: JSON Schema, draft 2020-12. Keys may be added in any release. Removing a key or changing its meaning raises the
version in ``schema``.
"""

from datetime import datetime
from typing import Any

import msgspec

from tieback.model.backend import Backend
from tieback.model.declaration import DeclaredItem
from tieback.model.document import SCHEMA_VERSION
from tieback.model.exposure import Exposure
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.posture import Posture
from tieback.model.probe import ProbeReport
from tieback.model.report.apps import AppSighting, AppSummary, DroppedName
from tieback.model.report.captures import CaptureSummary, ContactedServer, Recipient
from tieback.model.report.groups import Breakdown, CloserLook, ExposureHistory, GroupTable, SharedStore
from tieback.model.report.headline import Headline, PopulationEstimate
from tieback.model.report.scope import RunScope
from tieback.model.report.suppression import SuppressedFinding
from tieback.model.report.used import DataUsed, PluginUsed, RulesUsed
from tieback.model.sighting import Problem
from tieback.report.encoding import ReportedFinding

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/{name}"


class BaselineRow(msgspec.Struct, frozen=True):
    """Comparison with an earlier report."""

    name: str
    created: datetime
    new: int
    fixed: int
    unconfirmed: int
    unchanged: int
    updated: int
    worse: int
    """Changed findings that are more severe than before, or allow something for more hosts."""
    notes: tuple[str, ...]
    """What else differs between the reports, such as the version of tieback: findings may differ because of it."""


_HEAD: dict[str, Any] = {
    "title": str,
    "created": datetime,
    "tool_version": str,
    "audience": str,
    "tlp": str,
    "scope": RunScope | None,
    "headline": Headline,
    "breakdown": Breakdown,
    "tables": tuple[GroupTable, ...],
    "closer": CloserLook | None,
    "history": ExposureHistory | None,
    "sample": PopulationEstimate | None,
    "baseline": BaselineRow | None,
    "shared": tuple[SharedStore, ...],
    "posture": Posture | None,
    "data": tuple[DataUsed, ...],
    "rules": tuple[RulesUsed, ...],
    "plugins": tuple[PluginUsed, ...],
}
_TABLES: dict[str, tuple[str, Any]] = {
    "apps": ("app-summary", AppSummary),
    "exposures": ("exposure", Exposure),
    "findings": ("finding", ReportedFinding),
    "suppressed": ("suppressed", SuppressedFinding),
    "problems": ("problem", Problem),
    "sightings": ("app-sighting", AppSighting),
    "backends": ("backend", Backend),
    "probes": ("probe", ProbeReport),
    "seen": ("passive-note", PassiveNote),
    "seen_in_apps": ("passive-sighting", PassiveSighting),
    "captures": ("capture-summary", CaptureSummary),
    "servers": ("contacted-server", ContactedServer),
    "recipients": ("recipient", Recipient),
    "declared": ("declared-item", DeclaredItem),
    "not_backends": ("dropped-name", DroppedName),
}
"""Line schema and row type by table."""


def report_schema() -> dict[str, Any]:
    """Return the schema of ``--format json``."""
    properties, definitions = _components(_HEAD | {name: kind for name, (_, kind) in _TABLES.items()})
    for name in _TABLES:
        properties[name] = {"type": "array", "items": properties[name]}
    return {
        "$schema": DIALECT,
        "title": f"tieback/report/{SCHEMA_VERSION}",
        "description": "Report of a run: headline figures, then all tables in full.",
        "type": "object",
        "properties": {"schema": {"const": f"tieback/report/{SCHEMA_VERSION}"}, **properties},
        "required": ["schema", *properties],
        "$defs": definitions,
    }


def lines_schema() -> dict[str, Any]:
    """Return the schema of a line of ``--format ndjson``; the ``schema`` key of the line selects the kind."""
    properties, definitions = _components(_HEAD | {name: kind for name, (_, kind) in _TABLES.items()})
    head = {name: properties[name] for name in _HEAD}
    kinds = {"report-head": {"type": "object", "properties": head, "required": list(head)}}
    kinds |= {word: properties[name] for name, (word, _) in _TABLES.items()}
    return {
        "$schema": DIALECT,
        "title": f"A line of a report, version {SCHEMA_VERSION}",
        "type": "object",
        "required": ["schema"],
        "oneOf": [
            {"properties": {"schema": {"const": f"tieback/{word}/{SCHEMA_VERSION}"}}, "allOf": [one]}
            for word, one in kinds.items()
        ],
        "$defs": definitions,
    }


def _components(types: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    found, definitions = msgspec.json.schema_components(tuple(types.values()), ref_template=_REFERENCE)
    return dict(zip(types, found, strict=True)), definitions
