"""NOTICE names every library under the LGPL that a user can install with tieback, and none is under the GPL alone."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_GNU = re.compile(r"\b[AL]?GPL|GNU ")
_WEAK = re.compile(r"\bLGPL|Lesser|MPL|Mozilla")


def installable() -> set[str]:
    """Names of all libraries of the base install and of the extras, from the lock file."""
    locked: Mapping[str, Mapping[str, Any]] = {
        one["name"]: one for one in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    }
    own = locked["tieback"]["optional-dependencies"]
    found: set[tuple[str, str]] = set()
    waiting = [("tieback", ""), *(("tieback", extra) for extra in own)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        entry = locked[name]
        needed = entry.get("optional-dependencies", {}).get(extra, ()) if extra else entry.get("dependencies", ())
        for one in needed:
            waiting += [(one["name"], ""), *((one["name"], more) for more in one.get("extra", ()))]
    return {name for name, _ in found} - {"tieback"}


def licences() -> Iterator[tuple[str, str]]:
    """Name and licence of each of them that is installed here."""
    for name in sorted(installable()):
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        stated = [about.get("License-Expression") or "", (about.get("License") or "")[:200]]
        classified = [one for one in about.get_all("Classifier") or () if one.startswith("License")]
        yield name, "; ".join([*stated, *classified])


def test_notice_names_every_gnu_licensed_library() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8").casefold()
    gnu = {name: licence for name, licence in licences() if _GNU.search(licence)}
    assert {"psycopg", "docxtpl"} <= gnu.keys(), "the extras are not installed"
    assert [name for name in gnu if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", notice)] == []
    assert [name for name, licence in gnu.items() if not _WEAK.search(licence)] == []
