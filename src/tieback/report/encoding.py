"""JSON encoding of rows, shared by all JSON formats."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.model.exposure import Finding
from tieback.model.report.baseline import Baseline, BaselineState
from tieback.model.report.document import Report
from tieback.model.safe_text import escape_json

_encoder = msgspec.json.Encoder(order="deterministic")


def encode_row(value: object) -> bytes:
    """Encode one value as JSON with keys in a fixed order; lone surrogates become U+FFFD.

    Characters that are unsafe in a terminal or log are escaped.
    """
    try:
        return escape_json(_encoder.encode(value))
    except UnicodeEncodeError:
        return escape_json(_encoder.encode(_valid(msgspec.to_builtins(value))))


def baseline_row(baseline: Baseline | None) -> dict[str, object] | None:
    """Return the counts of a comparison with an earlier report, without lists of ids."""
    if baseline is None:
        return None
    names = ("name", "created", "new", "fixed", "unconfirmed", "notes")
    row: dict[str, object] = {name: getattr(baseline, name) for name in names}
    return row | {"unchanged": len(baseline.unchanged), "updated": len(baseline.updated), "worse": len(baseline.worse)}


class ReportedFinding(Finding, frozen=True):
    """A finding in a report that is compared with an earlier one."""

    baseline_state: BaselineState | None = None
    """``new``, ``unchanged`` or ``updated``; missing or ``None`` without a comparison."""


def finding_rows(report: Report) -> Iterator[Finding]:
    """Yield the findings, with their state if the report is compared with an earlier one."""
    known = report.baseline
    if known is None:
        yield from report.findings.rows()
        return
    for finding in report.findings.rows():
        fields: dict[str, Any] = {name: getattr(finding, name) for name in finding.__struct_fields__}
        yield ReportedFinding(**fields, baseline_state=known.standing(finding.id))


def _valid(value: object) -> object:
    """Value with every lone surrogate replaced."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    return value
