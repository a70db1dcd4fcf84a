"""Which databases of a ClickHouse server can be listed without making it contact another server.

``system.tables``, ``system.parts`` and ``system.columns`` go through the tables of each database. For a database of
the engines MySQL, PostgreSQL, S3 and others, the server then connects to the place that the database's owner defined
(ClickHouse issues 15706, 30783 and 51277). ``system.databases`` does not. The name of a database as a constant in
``WHERE`` keeps the others out, in all versions (same issues).
"""

import re
from collections.abc import Iterable, Sequence
from itertools import batched

NAMES = rb"'[A-Za-z0-9_]{1,64}'(?:,'[A-Za-z0-9_]{1,64}'){0,49}"
"""Pattern of a list of database names as SQL constants: no character could end a constant."""
LOCAL_ENGINES = frozenset({"Atomic", "Lazy", "Memory", "Ordinary", "Overlay", "Replicated", "Shared"})
"""Engines whose tables are known to the server itself."""
SYSTEM = ("system", "information_schema", "INFORMATION_SCHEMA")
_PER_LIST = 50
_MOST_LISTS = 4


def lists(databases: Iterable[tuple[str, str]]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Return the lists of names that may be sent, and one line per reason why databases are not in them.

    Args:
        databases: name and engine, from ``system.databases``.
    """
    local, foreign, unsafe = list[str](), list[str](), list[str]()
    for name, engine in databases:
        if name in SYSTEM:
            continue
        if engine not in LOCAL_ENGINES:
            foreign.append(f"{name[:60]} ({engine[:30]})")
        elif re.fullmatch(r"[A-Za-z0-9_]{1,64}", name):
            local.append(name)
        else:
            unsafe.append(name[:60])
    problems = []
    if foreign:
        some = ", ".join(foreign[:3])
        problems.append(f"{len(foreign)} databases not listed, because their engine may contact another server: {some}")
    if unsafe:
        problems.append(f"{len(unsafe)} databases not listed, because their name is not safe to send")
    if len(local) > _PER_LIST * _MOST_LISTS:
        problems.append(f"{len(local) - _PER_LIST * _MOST_LISTS} databases not listed, because there are too many")
    parts = batched(sorted(local)[: _PER_LIST * _MOST_LISTS], _PER_LIST)
    return [",".join(f"'{name}'" for name in part) for part in parts], tuple(problems)
