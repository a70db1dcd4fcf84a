"""Results of expressions, kept with all that they depend on: most expressions are read many times.

A function is called in many places, and each call reads the names in it again, because the values of parameters differ.
The value of an expression depends on its place and on these values. It also depends on what is read around it: a name
is unknown inside itself, and expressions and calls inside each other are bounded. A result is used again if all of that
is as before. Then as many steps are taken, and the same effects are repeated, as if the expression was read.

What other readers keep, such as an index, takes steps only once: they report it with ``Budget.kept``, or read it inside
of ``Evaluator.reading_once`` if expressions are read for it.
"""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import Cases, Deferred, Env, Items, Merged, Plain, Source, Table, Value

MAX_KEPT = 300_000
"""Most results that are kept, and names that they depend on: about 100 bytes each."""
_CHEAP = 2
"""Steps of an expression that is read again."""
_MAX_VALUES = 50_000
"""Most values of parameters that have a number."""
_MAX_CONTEXTS = 24
"""Most results of one expression with the same parameters."""
CUT = 1 << 30
"""Deeper than any bound: a bound was reached."""
BY_IDENTITY = "by-identity"
"""Begins the origin of a choice among the parts of a value that is known by the object that it is."""


class Missing(NamedTuple):
    """A parameter whose value an expression needs."""

    scope: Scope
    name: str


class Record:
    """What an expression depends on besides its place and the parameters, and its effects."""

    __slots__ = ("changed", "deepest", "exceeded", "missing", "most_calls", "tested", "tries", "unbound", "without")

    def __init__(self, depth: int = 0, calls: int = 0) -> None:
        """Begin inside of this number of expressions and calls."""
        self.tested = 0
        """What was looked for among what is being read; one bit for each."""
        self.deepest, self.most_calls = depth, calls
        """Most expressions and most calls inside each other, with those around it; ``CUT`` if a bound was reached."""
        self.tries: dict[object, int] = {}
        """How often each name was read."""
        self.without: set[object] = set()
        """Names that were read without parameters, and whose values were not kept."""
        self.exceeded: set[object] = set()
        """Names that were read too often."""
        self.missing: dict[Missing, None] = {}
        """Parameters whose values were needed."""
        self.unbound: dict[str, None] = {}
        """Names that were needed, and that the script does not declare."""
        self.changed = False
        """True if it had effects that it will not have again."""

    def add(self, inner: "Record", deeper: int = 0, more: int = 0) -> None:
        """Add what a part depends on, and its effects; if it is repeated, inside of more expressions and calls."""
        self.tested |= inner.tested
        self.deepest = max(self.deepest, inner.deepest + deeper)
        self.most_calls = max(self.most_calls, inner.most_calls + more)
        tries = self.tries
        for key, count in inner.tries.items():
            tries[key] = tries.get(key, 0) + count
        self.without |= inner.without
        self.exceeded |= inner.exceeded
        self.missing |= inner.missing
        self.unbound |= inner.unbound
        self.changed = self.changed or inner.changed


class Surroundings(NamedTuple):
    """Inside of what an expression is read."""

    active: int
    """What is being read; one bit for each."""
    outermost: bool
    """True if no name and no call is being read."""
    depth: int
    calls: int


class Result(NamedTuple):
    """The value of an expression, and how it was read."""

    value: Cases
    end: int
    """Where the expression ends."""
    around: Surroundings
    record: Record
    steps: int
    cut: int
    opened: int


type Place = tuple[int, int, int]
"""Where an expression begins, and the numbers of the parameters of the functions that are called and around it."""


class Results:
    """The results of one script."""

    def __init__(self, max_depth: int, max_calls: int, max_tries: int) -> None:
        """Set the bounds of expressions and calls inside each other, and of tries of one name."""
        self._max_depth, self._max_calls, self._max_tries = max_depth, max_calls, max_tries
        self._results: dict[Place, list[Result]] = {}
        self._count = 0
        self._envs: dict[int, tuple[Env, int]] = {}
        self._cases: dict[int, tuple[Cases, int]] = {}
        """Parameters and values by identity; they are kept, so that no other gets their identity."""
        self._numbers: dict[Hashable, int] = {}
        self._last = 0

    def number(self, env: Env) -> int:
        """The number of parameters with values; equal for equal ones."""
        if not env:
            return 0
        known = self._envs.get(id(env))
        if known is None:
            if len(self._envs) + len(self._cases) > _MAX_VALUES:
                self._clear()
            content = frozenset([(key, self._of_cases(cases)) for key, cases in env.items()])
            known = self._envs[id(env)] = env, self._numbered(content)
        return known[1]

    def find(
        self, place: Place, around: Surroundings, tries: Mapping[object, int], known: Mapping[object, Cases]
    ) -> Result | None:
        """The result of an expression that would be read in the same way.

        Args:
            place: the expression.
            around: inside of what it would be read.
            tries: how often each name was read.
            known: the values of names that are kept.
        """
        for result in self._results.get(place, ()):
            if self._fits(result, around, tries) and known.keys().isdisjoint(result.record.without):
                return result
        return None

    def keep(self, place: Place, result: Result, tries: Mapping[object, int]) -> None:
        """Keep a result, if the next reading of the expression would be the same."""
        if result.steps <= _CHEAP and not result.record.tries:
            return  # a literal, of which long arrays have a hundred thousand, takes as long to find as to read
        record, known = result.record, self._results.get(place, [])
        size = 1 + len(record.tries) + len(record.without)
        if record.changed or self._count + size > MAX_KEPT or len(known) >= _MAX_CONTEXTS:
            return
        if not _is_lasting(result.value):
            return
        if all(tries[key] - record.tries[key] >= self._max_tries for key in record.exceeded):
            self._results.setdefault(place, []).append(result)
            self._count += size

    def _fits(self, result: Result, around: Surroundings, tries: Mapping[object, int]) -> bool:
        before, record = result.around, result.record
        if around.active & record.tested != before.active or around.outermost is not before.outermost:
            return False
        deeper, more = around.depth - before.depth, around.calls - before.calls
        if (deeper and record.deepest + deeper > self._max_depth) or (
            more and record.most_calls + more > self._max_calls
        ):
            return False
        for key, count in record.tries.items():
            if tries.get(key, 0) + count > self._max_tries and key not in record.exceeded:
                return False
        return True

    def _numbered(self, content: Hashable) -> int:
        known = self._numbers.get(content)
        if known is None:
            self._last += 1
            known = self._numbers[content] = self._last
        return known

    def _of_cases(self, cases: Cases) -> int:
        known = self._cases.get(id(cases))
        if known is None:
            number = self._numbered(tuple([(when, self._of_value(value)) for when, value in cases]))
            known = self._cases[id(cases)] = cases, number
        return known[1]

    def _of_value(self, value: Value) -> Hashable:
        """A value as a key: other kinds of values differ, also if their parts are equal."""
        match value:
            case Source(kind=kind, at=at, env=env, via=via):
                return Source, kind, at, self.number(env), via
            case Items(items=items) | Table(rows=Items(items=items)):
                return type(value), tuple(map(self._of_cases, items))
            case Merged(objects=objects):
                return Merged, tuple(map(self._of_value, objects))
            case Deferred(function=function):
                return Deferred, self._of_value(function)
            case Plain(value=content, at=at):
                return Plain, id(content), at
        return type(value), value

    def _clear(self) -> None:
        """Forget all; numbers are not used again."""
        for kept in (self._results, self._envs, self._cases, self._numbers):
            kept.clear()
        self._count = 0


def _is_lasting(cases: Cases) -> bool:
    """True if two readings are equal: no value, and no choice, is known by the object that it is."""
    for when, value in cases:
        if isinstance(value, (Items, Table)) or (isinstance(value, Plain) and isinstance(value.value, list)):
            return False
        for origin, _ in when:
            if isinstance(origin, tuple) and origin[0] == BY_IDENTITY:
                return False
    return True
