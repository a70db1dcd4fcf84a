"""Arrays in a script: their elements, and results of their methods."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import HOLE, MAX_ALTERNATIVES
from tieback.recognise.scripts.host_lists import SAMPLE, are_hosts, sample
from tieback.recognise.scripts.map_values import set_pairs
from tieback.recognise.scripts.methods import MAX_ITEMS, function_result, items_method
from tieback.recognise.scripts.operators import truth
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.replay import BY_IDENTITY
from tieback.recognise.scripts.values import (
    UNKNOWN,
    Cases,
    Env,
    Items,
    Kind,
    Plain,
    Source,
    Table,
    Text,
    Unknown,
    Value,
    as_text,
    chained,
    choice,
    combine,
    is_function,
    is_unknown,
    joined,
    of_key,
    single,
)  # fmt: skip

_ORDERING = ("sort", "toSorted", "shuffle")
"""Methods and functions behind which any element can be the first."""
_MAX_DIGITS = 9
"""Digits of an index that is a text, one more than are read."""

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator


class Arrays:
    """The arrays of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run

    def items(self, value: Cases) -> list[Cases]:
        """The elements of an array, or the characters of a text; none if it is not known."""
        if len(value) != 1:
            return []
        match value[0][1]:
            case Items(items=items):
                return list(items)
            case Source(kind=Kind.ARRAY, at=at, env=env):
                return self._elements(at, env)
            case Plain(value=list() as content, at=at):
                return [single(Plain(one, at)) for one in content[:MAX_ITEMS]]
            case Text(text=text, at=at, via=via) if HOLE not in text:
                return [single(Text(one, at, (), via)) for one in text[:MAX_ITEMS]]
        return []

    def _elements(self, at: int, env: Env) -> list[Cases]:
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        found: list[Cases] = []
        while len(found) < MAX_ITEMS and not reader.takes("]"):
            if reader.takes(","):
                found.append(UNKNOWN)
                continue
            spread = reader.takes("...")
            start = reader.peek().start
            value, _ = self._run.read(start, env)
            found += self.items(value) if spread and not is_unknown(value) else [value]
            end = reader.behind(start)
            if end < 0 or end <= start:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return found

    def parts(self, rows: Sequence[Cases], key: str, at: int) -> list[Cases]:
        """The member or element ``key`` of each row; the rows themselves if it is empty."""
        if not key:
            return list(rows)
        wanted = single(int(key)) if key.isdecimal() else single(Text(key))
        return [self.element(row, wanted, at) for row in rows]

    def element(self, value: Cases, key: Cases, at: int) -> Cases:
        """``value[key]``; one of all elements if the key of a small table is not known."""
        return chained(lambda one: chained(lambda other: self._element(one, other, at), key), value)

    def _element(self, value: Value, key: Value, at: int) -> Cases:
        is_array = isinstance(value, Items) or (isinstance(value, Source) and value.kind is Kind.ARRAY)
        if is_array and isinstance(key, Text) and key.text.isdecimal() and len(key.text) < _MAX_DIGITS:
            key = int(key.text)
        if isinstance(key, Text) and HOLE not in key.text:
            return self._run.objects.member(single(value), key.text, at)
        if is_array or (isinstance(value, Plain) and isinstance(value.value, list)):
            rows = self.items(single(value))
            if isinstance(key, int):
                return rows[key] if 0 <= key < len(rows) else UNKNOWN
            origin = ("table", value.at) if isinstance(value, Source) else (BY_IDENTITY, "table", id(value))
            return self._one_of(origin, rows)
        if isinstance(value, Text) and isinstance(key, int):
            return single(Text(value.text[key], value.at, (), value.via)) if 0 <= key < len(value.text) else UNKNOWN
        if isinstance(value, Source) and value.kind is Kind.OBJECT:
            if isinstance(key, int):
                return self._run.objects.own(value, str(key)) or UNKNOWN
            keys, spreads = self._run.objects.keys(value.at)
            if not spreads:
                places = list(keys.values())[: SAMPLE if len(keys) > MAX_ALTERNATIVES else None]
                rows = [self._run.objects.at_key(value, place) for place in places]
                return self._one_of(("table", value.at), rows + [UNKNOWN] * (len(keys) - len(rows)))
        if isinstance(value, Plain) and isinstance(value.value, dict) and 0 < len(value.value) <= MAX_ALTERNATIVES:
            return choice(("table", value.at), [single(Plain(one, value.at)) for one in value.value.values()])
        return UNKNOWN

    def _one_of(self, origin: object, rows: Sequence[Cases]) -> Cases:
        """One of these rows; of a long list of hosts one of those that stand for it."""
        known = rows if len(rows) <= MAX_ALTERNATIVES else sample(self._run.data, rows)
        return choice(origin, known) if known else UNKNOWN

    def in_table(self, table: Table, key: Cases, at: int) -> Cases:
        """The value of a key of a ``Map``; one of all values if the key is not known."""
        if table.at >= 0:
            return of_key(set_pairs(self._run, table), key, ("map", table.at))
        pairs = [(self.parts([row], "0", at)[0], self.parts([row], "1", at)[0]) for row in table.rows.items]
        return of_key(pairs, key, (BY_IDENTITY, "table", id(table)))

    def _reduced(self, rows: Sequence[Cases], arguments: Sequence[Cases]) -> Cases:
        """What a function makes of all elements in turn; it begins with the first one if nothing else is given."""
        begun = [*arguments[1:2], *rows]
        if not arguments or len(arguments[0]) != 1 or not rows or len(rows) > MAX_ALTERNATIVES:
            return UNKNOWN
        function, made = arguments[0][0][1], begun[0]
        if not is_function(function):
            return UNKNOWN
        first = len(rows) - len(begun) + 1
        for index, row in enumerate(begun[1:], first):
            made = self._run.call(function, (made, row, single(index)))
        return made

    def _chosen(self, rows: Sequence[Cases], arguments: Sequence[Cases]) -> list[Cases] | None:
        """The elements for which a function is true; ``None`` if that is not known for one of them."""
        function = arguments[0][0][1] if arguments and len(arguments[0]) == 1 else None
        if function is None or not is_function(function) or not 0 < len(rows) <= MAX_ALTERNATIVES:
            return None
        found = []
        for index, row in enumerate(rows):
            verdicts = {truth(one) for _, one in self._run.call(function, [row, single(index)])}
            if len(verdicts) > 1 or None in verdicts:
                return None
            if True in verdicts:
                found.append(row)
        return found

    def array_method(self, value: Value, name: str, arguments: Sequence[Cases]) -> Cases:
        """A method of an array."""
        rows = self.items(single(value))
        if name == "map" and arguments and len(arguments[0]) == 1 and rows:
            function = arguments[0][0][1]
            if isinstance(function, Source) and function.kind is Kind.FUNCTION:
                made = [self._run.call(function, [row, single(index)]) for index, row in enumerate(rows)]
                return single(Items(tuple(made)))
            if isinstance(function, Unknown):
                path = function.path.rpartition(".")[2]

                def apply(one: Value) -> Value:
                    result = function_result(path, [one])
                    return Unknown() if result is None else result

                return single(Items(tuple(combine(apply, row) for row in rows)))
            return UNKNOWN
        if name == "reduce":
            return self._reduced(rows, arguments)
        if name in ("find", "filter") and (chosen := self._chosen(rows, arguments)) is not None:
            return single(Items(tuple(chosen))) if name == "filter" else (chosen or [UNKNOWN])[0]
        if name == "find" or not rows:
            return self._one_of((BY_IDENTITY, "find", id(value)), rows)
        if name in _ORDERING and are_hosts(self._run.data, rows):
            one = self._one_of((BY_IDENTITY, "order", id(value)), rows)
            return single(Items((one,) * len(rows)))
        if name == "join" and any(len(row) > 1 for row in rows):
            between = as_text(arguments[0][0][1]) if arguments else Text(",")

            def row_of(*values: Value) -> Value:
                return joined(*[part for one in values for part in (between, as_text(one))][1:])

            return combine(row_of, *rows) if len(rows) <= MAX_ALTERNATIVES else UNKNOWN

        def method(*values: Value) -> Value:
            lists = [Items(tuple(self.items(single(one)))) if isinstance(one, Source) else one for one in values]
            made = items_method(name, Items(tuple(rows)), lists)
            return Unknown() if made is None else made

        return combine(method, *arguments)
