"""Values of expressions in a script, by reading the expression and following its names to constants.

There is no engine: statements are never run, and only operators, string and array methods, object and array literals,
functions whose result is one expression, and modules of bundles are understood. Everything else is an unknown part of a
text. Bounds: ``MAX_DEPTH`` nested expressions, ``MAX_CALLS`` nested calls, and the budget of the script.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tieback.intake.apps.interface import Bytes
from tieback.recognise.scripts.arrays import Arrays
from tieback.recognise.scripts.call_results import CallResults
from tieback.recognise.scripts.expression import MAX_DEPTH, Expression
from tieback.recognise.scripts.functions import Functions
from tieback.recognise.scripts.modules import Modules
from tieback.recognise.scripts.names import MAX_VALUES, Binding, Names, Way
from tieback.recognise.scripts.objects import Objects
from tieback.recognise.scripts.operators import plus
from tieback.recognise.scripts.platform import Platform
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.scripts.replay import CUT, Missing, Record, Result, Results, Surroundings
from tieback.recognise.scripts.scopes import Scopes
from tieback.recognise.scripts.url_members import with_members
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Env,
    Kind,
    Source,
    Unknown,
    choice,
    combine,
    is_unknown,
    named,
    single,
)  # fmt: skip
from tieback.recognise.texts.script import LastScript

MAX_TRIES = 200
"""Most times that one expression is read again, because its value depends on parameters or on a bound."""
_CALL_STEPS = 100
MAX_CALLS = 8
"""Most calls of functions inside each other."""


class Evaluator:
    """The values of one script. Names and objects are read when they are needed."""

    def __init__(self, data: Bytes, budget: Budget, *, markup: bool = False, script: LastScript | None = None) -> None:
        """Read this script with a budget; ``script`` and ``markup`` as for ``Scopes``."""
        self.data, self.budget = data, budget
        self.scopes = Scopes(data, markup=markup, script=script)
        self.names = Names(data, self.scopes, budget)
        self.objects, self.arrays = Objects(self), Arrays(self)
        self.called = CallResults(self)
        self.functions, self.platform = Functions(self), Platform(self)
        self.modules = Modules(self)
        self.depth = self.calls = 0
        self.active = 0
        """What is being read, which is unknown inside itself; one bit for each."""
        self._pending = 0
        """What is being read and counts as unknown until it is; one bit for each."""
        self._bits: dict[object, int] = {}
        self.record = Record()
        """What the expression depends on that is being read, and its effects."""
        self._results = Results(MAX_DEPTH, MAX_CALLS, MAX_TRIES)
        self.cut = 0
        """How often a value was left unknown because of a cycle or a bound; such a result is not kept."""
        self.given: Env = NO_ENV
        """Values of the parameters of functions around an expression, such as those of the constructor of ``this``."""
        self._open = 0
        """How often a value depended on a parameter that no call in the expression gives; such a result is not kept."""
        self._known: dict[object, Cases] = {}
        self._tries: dict[object, int] = {}

    def value(self, at: int, env: Env = NO_ENV) -> Cases:
        """The value of the expression that begins at an offset. Raises ``BudgetError``."""
        return self.read(at, env)[0]

    def value_before(self, at: int, end: int) -> Cases:
        """The value of an expression of which only the part before ``end`` counts. Raises ``BudgetError``."""
        expression = Expression(self, at, NO_ENV)
        expression.reader.end = min(expression.reader.end, end)
        return expression.assignment()

    def read(self, at: int, env: Env = NO_ENV) -> tuple[Cases, int]:
        """The value of an expression, and where it ends. Raises ``BudgetError``."""
        if self.depth >= MAX_DEPTH:
            self.record.deepest = CUT
            self.cut += 1
            return UNKNOWN, at
        place = at, self._results.number(env), self._results.number(self.given)
        around = Surroundings(self.active | self._pending, not self.active, self.depth, self.calls)
        known = self._results.find(place, around, self._tries, self._known)
        if known is not None:
            self._repeat(known)
            return known.value, known.end
        outer, budget = self.record, self.budget
        inner = self.record = Record(self.depth + 1, self.calls)
        left, once, cut, opened = budget.left, budget.once, self.cut, self._open
        self.depth += 1
        try:
            expression = Expression(self, at, env)
            value, end = expression.assignment(), expression.reader.at
        finally:
            self.depth -= 1
            self.record = outer
        outer.add(inner)
        steps = left - budget.left - (budget.once - once)
        around = around._replace(active=around.active & inner.tested)
        result = Result(value, end, around, inner, steps, self.cut - cut, self._open - opened)
        self._results.keep(place, result, self._tries)
        return value, end

    def _repeat(self, result: Result) -> None:
        """Repeat the effects of reading an expression."""
        record, outer = result.record, self.record
        self.budget.take(result.steps)
        self.cut += result.cut
        self._open += result.opened
        outer.add(record, deeper=self.depth - result.around.depth, more=self.calls - result.around.calls)
        tries = self._tries
        for key, count in record.tries.items():
            tries[key] = tries.get(key, 0) + count

    def bit(self, key: object) -> int:
        """The bit of what is read under a key."""
        found = self._bits.get(key)
        if found is None:
            found = self._bits[key] = 1 << len(self._bits)
        return found

    def looks_for(self, bit: int) -> bool:
        """True if this is being read."""
        self.record.tested |= bit
        return bool(self.active & bit)

    @contextmanager
    def reading_once(self, key: object = None) -> Iterator[None]:
        """Read what the caller keeps: the next time, it takes no steps and has no effects.

        Args:
            key: what is read, if it counts as unknown until it is.
        """
        outer, before, cut, opened = self.record, self.budget.mark(), self.cut, self._open
        inner, pending = Record(self.depth, self.calls), self._pending
        self.record = inner
        if key is not None:
            self._pending |= self.bit(key)
        try:
            yield
        finally:
            self._pending = pending
            self._settle(outer, before, cut, opened)

    def _settle(self, outer: Record, before: tuple[int, int], cut: int, opened: int) -> None:
        """Go on with an outer expression after something that is kept was read."""
        inner, self.record = self.record, outer
        self.budget.kept(before)
        outer.missing |= inner.missing
        outer.unbound |= inner.unbound
        if inner.missing or inner.unbound or cut != self.cut or opened != self._open:
            outer.changed = True

    def once(self, key: object, at: int, env: Env = NO_ENV, *, end: int = -1) -> Cases:
        """The value of an expression that a name stands for, up to ``end`` if set; unknown inside itself."""
        bit = self.bit(key)
        if self.looks_for(bit):
            self.cut += 1
            return UNKNOWN
        if env:
            return self._tried(key, bit, at, env, end)
        known = self._known.get(key)
        if known is not None:
            return known
        outer, before, cut, opened = self.record, self.budget.mark(), self.cut, self._open
        inner = self.record = Record(self.depth, self.calls)
        kept = False
        try:
            value = self._tried(key, bit, at, env, end)
            kept = key in self._known
        finally:
            if kept:
                self._settle(outer, before, cut, opened)
            else:
                self.record = outer
                outer.add(inner)
        return value

    def _tried(self, key: object, bit: int, at: int, env: Env, end: int) -> Cases:
        before, record = self._open, self.record
        tries = self._tries[key] = self._tries.get(key, 0) + 1
        record.tries[key] = record.tries.get(key, 0) + 1
        if not env:
            record.without.add(key)
        if tries > MAX_TRIES:
            record.exceeded.add(key)
            self.cut += 1
            return UNKNOWN
        self.active |= bit
        cut = self.cut
        try:
            value = self.value(at, env) if end < 0 else self.value_before(at, end)
        finally:
            self.active &= ~bit
        if not env and before == self._open and (cut == self.cut or not self.active):
            self._known[key] = value
        return value

    def name(self, name: str, at: int, env: Env) -> Cases:
        """The value of a name at an offset."""
        binding = self.names.find(name, at)
        if binding is None:
            return self.objects.of_page(name)
        if env and binding.way is not Way.PARAMETER and (known := env.get((-binding.scope.start, name))) is not None:
            return known  # the variable of a loop that is read round by round
        if not binding.at:
            return single(Unknown(name))
        found = self._bound(name, binding, at, env)
        return tuple([(when, named(value, name)) for when, value in found])

    def _bound(self, name: str, binding: Binding, at: int, env: Env) -> Cases:
        match binding.way:
            case Way.FUNCTION:
                return single(Source(Kind.FUNCTION, self._head(binding.at[0]), env))
            case Way.CLASS:
                return single(Source(Kind.CLASS, self.data.rfind(b"class", 0, binding.at[0]), env))
            case Way.PARAMETER:
                return self._parameter(name, binding, env)
            case Way.MEMBER:
                value = self.once(("pattern", binding.at[0]), binding.at[0], env)
                if binding.key.isdecimal():
                    return self.arrays.element(value, single(int(binding.key)), at)
                for key in binding.key.split("/"):
                    value = self.objects.member(value, key, at)
                if binding.default >= 0 and is_unknown(value):
                    return self.once(("=", binding.default), binding.default, env)
                return value
            case Way.ELEMENT:
                # The last loop before it: others of the function can have the same name.
                place, key = max(
                    (one for one in zip(binding.at, binding.keys, strict=True) if one[0] <= at),
                    default=(binding.at[0], binding.keys[0]),
                )
                rows = self.arrays.items(self.once(("of", place), place, env))
                return choice(("of", place), self.arrays.parts(rows[:17], key, at)) if rows else UNKNOWN
        places = list(binding.at)
        if len(places) > 1 and self.scopes.function(at) == binding.scope:
            places = [place for place in places if place <= at] or places
        options = [self.once(("=", place), place, env) for place in places]
        known = [one for one in options if not all(isinstance(value, Unknown) for _, value in one)]
        value = choice(("name", binding.scope.start, name), known or options)
        if any(isinstance(one, int) for _, one in value) and self.names.counts(name, binding.scope):
            value = tuple((when, Unknown(name) if isinstance(one, int) else one) for when, one in value)
        value = with_members(self, name, binding, value, at)
        added = [place for place in binding.added if places[0] < place < at]
        for place in added[:MAX_VALUES]:
            value = combine(plus, value, self.once(("+=", place), place, env))
        if len(added) > MAX_VALUES:
            value = combine(plus, value, UNKNOWN)
        return value

    def _head(self, at: int) -> int:
        """The beginning of a function declaration whose name is at an offset."""
        return self.data.rfind(b"function", 0, at)

    def _parameter(self, name: str, binding: Binding, env: Env) -> Cases:
        known = env.get((binding.scope.key, name))
        if known is not None:
            return known
        if (given := self.given.get((binding.scope.key, name))) is not None:
            self._open += 1
            return given
        found = self.functions.parameter(name, binding)
        if binding.scope.head >= 0 and any(isinstance(value, Unknown) for _, value in found):
            self.record.missing[Missing(binding.scope, name)] = None
            self._open += 1
            self.cut += 1  # what was read with it is read again for each call
        return found

    def call(self, function: Source, arguments: Sequence[Cases]) -> Cases:
        """The result of a function of the script."""
        bit, record = self.bit(("call", function.at)), self.record
        is_inside = self.looks_for(bit)
        if self.calls >= MAX_CALLS:
            record.most_calls = CUT
        if self.calls >= MAX_CALLS or function.kind is not Kind.FUNCTION or is_inside:
            self.cut += 1
            return UNKNOWN
        self.calls += 1
        record.most_calls = max(record.most_calls, self.calls)
        self.active |= bit
        self.budget.take(_CALL_STEPS)
        try:
            return self.functions.result(function, arguments)
        finally:
            self.active &= ~bit
            self.calls -= 1
