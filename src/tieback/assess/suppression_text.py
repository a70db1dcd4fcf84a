"""Adds an entry for one finding to the text of a suppression file, and removes it again; all other lines stay as is.

Each edit is checked: the new text must contain exactly the entries that it should. A file in another style of TOML,
such as an array of inline tables, is therefore refused and never damaged.
"""

import json
import re
import tomllib
from typing import Any

from tieback.assess.suppressions import MAX_BYTES
from tieback.model.errors import UsageError
from tieback.model.report.suppression import Suppression
from tieback.model.safe_text import replace_unsafe

MAX_REASON = 500
"""Length of a reason, in characters."""
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*suppress[ \t]*\]\][ \t]*(?:#.*)?")
_TRIES = 4
_PATTERNS = ("rule", "app", "store")
_ADVICE = "Edit the file with a text editor"


def add_entry(text: str, entry: Suppression) -> str:
    """The text with one more entry, which names a finding and no pattern; an earlier one of this finding is replaced.

    Args:
        text: of the file; empty for a new file.
        entry: it has a reason, an author, a day of expiry, and a finding.

    Raises:
        UsageError: the file cannot be edited, or would become too large.
    """
    if has_entry(text, entry.finding):
        text = remove_entry(text, entry.finding)
    values = {"finding": entry.finding, "reason": entry.reason, "author": entry.author}
    lines = ["[[suppress]]", *(f"{name} = {_quoted(value)}" for name, value in values.items())]
    block = "\n".join((*lines, f"expires = {entry.expires}")) + "\n"
    space = "" if not text else "\n" if text.endswith("\n") else "\n\n"
    changed = f"{text}{space}{block}"
    if len(changed.encode()) > MAX_BYTES:
        raise UsageError(f"would be larger than {MAX_BYTES:,} bytes", where="suppressions.toml", advice=_ADVICE)
    new = tomllib.loads(block)["suppress"]
    return _checked(changed, [*_entries(text), *new])


def remove_entry(text: str, finding: str) -> str:
    """The text without the entries that name this finding and no pattern.

    Raises:
        UsageError: there is none, or the file cannot be edited.
    """
    if not has_entry(text, finding):
        raise UsageError("no entry names only this finding", where=finding, advice=_ADVICE)
    while has_entry(text, finding):
        text = _without_first(text, finding)
    return text


def has_entry(text: str, finding: str) -> bool:
    """True if an entry names this finding and no pattern. Raises ``UsageError`` if the file is damaged."""
    return any(_is_of(entry, finding) for entry in _entries(text))


def _without_first(text: str, finding: str) -> str:
    entries = _entries(text)
    at = next(at for at, entry in enumerate(entries) if _is_of(entry, finding))
    wanted = entries[:at] + entries[at + 1 :]
    lines = text.splitlines(keepends=True)
    headers = [number for number, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    # Text within a string may look like a header, so the right one is this one or a later one.
    for start in headers[at : at + _TRIES]:
        following = [one for one in headers if one > start][:_TRIES]
        for stop in (*following, len(lines)):
            blank = next((one + 1 for one in range(start + 1, stop) if not lines[one].strip()), stop)
            # A comment after a blank line may belong to the next entry.
            for end in dict.fromkeys((blank, stop)):
                changed = "".join(lines[:start] + lines[end:])
                if _read(changed) == wanted:
                    return changed
    raise UsageError("this entry cannot be removed here", where="suppressions.toml", advice=_ADVICE)


def _is_of(entry: dict[str, Any], finding: str) -> bool:
    return entry.get("finding") == finding and not any(entry.get(name) for name in _PATTERNS)


def _checked(text: str, wanted: list[dict[str, Any]]) -> str:
    if _read(text) != wanted:
        raise UsageError("this file cannot be edited here", where="suppressions.toml", advice=_ADVICE)
    return text


def _entries(text: str) -> list[dict[str, Any]]:
    found = _read(text)
    if found is None:
        raise UsageError("not a suppression file", where="suppressions.toml", advice=_ADVICE)
    return found


def _read(text: str) -> list[dict[str, Any]] | None:
    """The entries; ``None`` if the text is not TOML, or contains anything else."""
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    entries = raw.pop("suppress", [])
    if raw or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    return entries


def _quoted(text: str) -> str:
    """A TOML string: the escapes of JSON are those of TOML, apart from halves of UTF-16 pairs."""
    return json.dumps(replace_unsafe(text), ensure_ascii=False)
