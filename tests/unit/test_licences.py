"""The licences of everything that the package and its extras install."""

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
IN_OTHER_PROCESSES = {"lab"}
"""Extras with servers that the lab starts as programs of their own."""


def licence(found: Distribution) -> str:
    """Return the licence of a distribution as its metadata states it, in one line."""
    texts = [found.metadata.get("License-Expression", ""), (found.metadata.get("License") or "").split("\n")[0]]
    texts += [name for name in found.metadata.get_all("Classifier", []) if name.startswith("License ::")]
    return " | ".join(filter(None, texts))


def installed() -> dict[str, Distribution]:
    """Return what the package and its extras need, by name: the transitive closure of what is installed here."""
    extras = set(distribution("tieback").metadata.get_all("Provides-Extra", [])) - IN_OTHER_PROCESSES
    found: dict[str, Distribution] = {}
    pending: list[tuple[str, frozenset[str]]] = [("tieback", frozenset(extras))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while pending:
        name, wanted = pending.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            one = distribution(name)
        except PackageNotFoundError:
            continue
        found[re.sub(r"[-_.]+", "-", name).lower()] = one
        for line in one.requires or ():
            need = Requirement(line)
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                pending.append((need.name, frozenset(need.extras)))
    return found


def test_notice_names_every_lgpl_library() -> None:
    text = (ROOT / "NOTICE").read_text().lower().replace("_", "-")
    lgpl = sorted(name for name, one in installed().items() if re.search(r"LGPL|Lesser", licence(one)))
    assert {"docxtpl", "psycopg", "ldap3", "urwid", "pyphen"} <= set(lgpl), "the search for licences is broken"
    assert [name for name in lgpl if not re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_nothing_in_the_process_is_under_gpl_or_agpl_alone() -> None:
    strict = {
        name: licence(one)
        for name, one in installed().items()
        if re.search(r"(?<!L)(?:A?GPL)|(?<!Lesser )General Public|Affero", licence(one))
        and not re.search(r"LGPL|Lesser|MPL|Mozilla|MIT|BSD|Apache", licence(one))
    }
    assert strict == {}
