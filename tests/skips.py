"""Which tests may be skipped: ``allowed_skips.toml``. Any other skip fails the run.

A skipped test protects nothing. A machine with everything installed (``tools/install-test-servers``, all extras, the
sample data) skips only what the list names. On a poorer machine set ``TIEBACK_ALLOW_SKIPS=1``: the run then ends with
the tests that it did not do.
"""

import fnmatch
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "TIEBACK_ALLOW_SKIPS"
LIST = Path(__file__).with_name("allowed_skips.toml")


@dataclass(frozen=True, order=True)
class Skip:
    """A test, or a file of tests, that was skipped."""

    test: str
    """Node id of pytest."""
    reason: str


@dataclass(frozen=True)
class Allowed:
    """One entry of the list."""

    test: str
    """A pattern (``fnmatch``) of node ids."""
    reason: str
    """A pattern of the reason that the test gives."""
    why: str
    """Why no machine can do without this skip."""

    def covers(self, skip: Skip) -> bool:
        """Whether it allows this one."""
        return fnmatch.fnmatchcase(skip.test, self.test) and fnmatch.fnmatchcase(skip.reason, self.reason)


def allowed(path: Path = LIST) -> list[Allowed]:
    """The entries of the list. Every key must be there, and no other."""
    return [Allowed(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("skip", [])]


def unexpected(skips: Iterable[Skip], entries: Iterable[Allowed]) -> list[Skip]:
    """Those that no entry covers."""
    known = list(entries)
    return sorted({skip for skip in skips if not any(entry.covers(skip) for entry in known)})


def tolerated(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the caller accepts any skip."""
    return environment.get(VARIABLE, "") not in {"", "0"}


def lines(skips: list[Skip]) -> list[str]:
    """A line for each reason, with the number of tests and the first of them."""
    by_reason: dict[str, list[str]] = {}
    for skip in skips:
        by_reason.setdefault(skip.reason, []).append(skip.test)
    return [f"{len(tests)} x {reason} ({tests[0]})" for reason, tests in sorted(by_reason.items())]


def reason_of(longrepr: object) -> str:
    """The reason in a report of pytest, which is a triple of file, line and text."""
    text = longrepr[2] if isinstance(longrepr, tuple) and len(longrepr) == 3 else str(longrepr)
    return str(text).removeprefix("Skipped: ")
