"""JSON encoding of rows, shared by all JSON formats."""

import msgspec

from tieback.model.report import Baseline
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
    names = ("name", "created", "new", "fixed", "unconfirmed")
    row: dict[str, object] = {name: getattr(baseline, name) for name in names}
    return row | {"unchanged": len(baseline.unchanged), "updated": len(baseline.updated)}


def _valid(value: object) -> object:
    """Value with every lone surrogate replaced."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    return value
