"""Whether a query returns rows that others stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tieback.posture.rules.sql.conditions.context import Choices, Context, Scope, UnsupportedError
from tieback.posture.rules.sql.conditions.evaluator import MAX_WORK, Evaluator
from tieback.posture.rules.sql.conditions.queries import MAX_LEAVES
from tieback.posture.rules.sql.conditions.sources import bind
from tieback.posture.rules.sql.conditions.values import TRUE, Truth, both
from tieback.posture.rules.sql.parse import Node

MAX_TABLES = 4
"""Most tables of a view or function that are evaluated together."""


@dataclass(frozen=True, slots=True)
class StoredRows:
    """Whether a query returns rows that others stored."""

    every: bool
    """True if it returns all of them, whatever they contain."""
    some: bool
    """True if it returns rows of some contents."""
    unknown: bool
    """True if that is not known for some contents."""
    tables: int


def over_choices(
    evaluator: Evaluator, choices: Choices, leaf: Callable[[], tuple[Truth, bool] | None]
) -> tuple[bool, bool, bool]:
    """Whether every, some, or perhaps a combination of stored values meets a condition.

    Args:
        evaluator: of the requester.
        choices: the combinations.
        leaf: the truth for the present choices, and whether no value is null; ``None`` if no such row can exist.
    """
    leaves, count = 0, 0
    every, some, unknown = True, False, False
    while True:
        one = leaf()
        if one is not None:
            found, whole = one
            if whole:
                count += 1
                every &= found.always
            some |= found.holds
            unknown |= "T" in found.possible
        leaves += 1
        if not choices.advance():
            break
        if leaves > MAX_LEAVES or evaluator.work > MAX_WORK:
            every, unknown = False, True
            break
    if evaluator.constants.truncated:
        every, unknown = False, True
    return every and count > 0, some, unknown


def over_stored_rows(evaluator: Evaluator, query: Node, outer: Scope | None, rights: str) -> StoredRows:
    """Evaluate a query's conditions for each combination of what the stored rows may contain."""
    choices, tables = Choices(), 0
    context = Context(rights, choices)

    def leaf() -> tuple[Truth, bool]:
        nonlocal tables
        bases, _, conditions = bind(evaluator, query, outer, context, ("stored",) * 8)
        tables = len(bases)
        if tables > MAX_TABLES:
            raise UnsupportedError
        found = evaluator.best(lambda: _all(conditions))
        return found, not any(None in base.values.values() for base in bases)

    return StoredRows(*over_choices(evaluator, choices, leaf), tables)


def _all(conditions: Sequence[Callable[[], Truth]]) -> Truth:
    found = TRUE
    for one in conditions:
        found = both(found, one())
        if "T" not in found.possible:
            break
    return found
