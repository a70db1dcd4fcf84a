"""Rules and configuration files with the access that follows from them.

``cases/KIND.tsv`` of the tests: rewritten rules of public test suites and documentation, with the documented access.
They are the same for every seed. ``made``: files put together from the seed from parts whose access is known
(``rules_made.py``). Cases whose answer depends on the day are left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bench.openback.schema import Case, Claim, Split, Topic
from bench.openback.sets.interface import FIRST, GENERATOR, CaseFile
from bench.openback.sets.rules_made import FILE_NAMES, made_rules
from bench.rules_cases import REFUSED, kinds, parts, read_cases, read_sources, rules_text

_DATED = re.compile(r"request\.time|\bnow\b|CurrentTime|EpochTime|timestamp|current_date|\bnow\(", re.IGNORECASE)
MADE = 200
"""Number of made files."""


def make(seed: int, folder: Path) -> Iterator[CaseFile]:
    """A file of cases per kind of rules, and the made ones."""
    sources = read_sources()
    for kind in kinds():
        cases = []
        for number, row in enumerate(read_cases(kind)):
            text = rules_text(row)
            if _DATED.search(text):
                continue
            name = f"{kind}/{number:04}/{FILE_NAMES[kind]}"
            _write(folder / name, text)
            expected, allowed = access_claims(row.path, row.anonymous, row.user)
            cases.append(
                Case(
                    id=f"rules-{kind}-{number:04}",
                    topic=Topic.RULES,
                    split=Split.HELD_OUT if row.held_out else Split.TUNE,
                    source=sources.get(row.source, row.source),
                    group=f"rules-{row.source}",
                    input=name,
                    expected=expected,
                    labellers=(FIRST,),
                    ask=(row.path,),
                    allowed=allowed,
                    note=row.note,
                )
            )
        yield kind, cases
    yield "made", list(_made(seed, folder))


def access_claims(path: str, anonymous: str, user: str) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Expected and allowed claims for the access of a table: ``rw``, ``r-``, ``r?-``, ``*`` or ``!``."""
    known: dict[str, bool | None] = {}
    for who, access in (("anonymous", anonymous), ("user", user)):
        for what, part in zip(("read", "write"), parts(access) if access != REFUSED else ("-", "-"), strict=True):
            known[f"{who}_{what}"] = None if part.endswith(("?", "*")) else part != "-"
    ways = (known["anonymous_read"], known["anonymous_write"])
    known["open"] = True if True in ways else None if None in ways else False
    expected = tuple(Claim(name, value, path) for name, value in known.items() if value is not None)
    allowed = tuple(Claim(name, one, path) for name, value in known.items() if value is None for one in (True, False))
    return expected, allowed


def _made(seed: int, folder: Path) -> Iterator[Case]:
    for number, (kind, text, path, anonymous, user) in enumerate(made_rules(seed, MADE)):
        name = f"made/{kind}/{number:04}/{FILE_NAMES[kind]}"
        _write(folder / name, text)
        expected, allowed = access_claims(path, anonymous, user)
        yield Case(
            id=f"rules-made-{number:04}",
            topic=Topic.RULES,
            split=Split.HELD_OUT,
            source=f"bench/openback/sets/rules_made.py, seed {seed}",
            group=f"rules-made-{number:04}",
            input=name,
            expected=expected,
            labellers=(GENERATOR,),
            ask=(path,),
            allowed=allowed,
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
