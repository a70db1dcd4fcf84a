"""Containers that bytecode names only in a call: ``supabase.from("orders")``, ``collection(db, "orders")``.

The rules are those for scripts, in ``calls.toml``. Each call of a function with one of their names is written as a
script has it, with its constants, and judged by them. Values are those that the instructions before the call set;
branches are not followed, because a compiler loads the constants of a call just before it.
"""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tieback.recognise.calls import MAX_CONTAINERS, CallRule
from tieback.recognise.hermes.bytecode import Bytecode, Step
from tieback.recognise.hermes.search import Search

MAX_FUNCTIONS = 2_000
"""Most functions of one file that are read."""
MAX_STEPS = 20_000
"""Most instructions of a function that is read."""
_NAMING = ("GetById", "TryGetById", "GetByIdWithReceiver")
_CALLING = ("Call", "Call1", "Call2", "Call3", "Call4")
_LONGEST = 240
"""Most characters of what is called, and of a constant."""
_UNKNOWN = "x"


class Container(NamedTuple):
    """A container, and the call that names it."""

    kind: str
    name: str
    function: int
    at: int
    """Offset of the call in the file."""
    shown: str
    """The call as a script has it."""


class ContainerCalls:
    """The calls of one file that name a container."""

    def __init__(self, code: Bytecode, search: Search, rules: Sequence[CallRule]) -> None:
        """Read this file with the rules whose library it uses."""
        self._code, self._search = code, search
        self._rules = [rule for rule in rules if rule.calls and code.data.find(rule.mark.encode("ascii")) >= 0]
        self.stopped = False
        """True if a bound ended the search."""

    def __iter__(self) -> Iterator[Container]:
        """Every container, once for each function that names it."""
        names = {name for rule in self._rules for name in rule.calls}
        numbers = self._search.equal(names)
        functions = self._search.functions(_NAMING, -1, numbers.values()) if numbers else []
        self.stopped = len(functions) > MAX_FUNCTIONS
        left = dict.fromkeys((rule.kind for rule in self._rules), MAX_CONTAINERS)
        for function in functions[:MAX_FUNCTIONS]:
            known: set[tuple[str, str]] = set()
            for step, text in self._calls(function, names):
                for rule in self._rules:
                    for found in rule.compiled.finditer(text.encode("utf-8", "replace")):
                        name = (found["name"] or b"").decode("ascii")
                        if not name or (rule.kind, name) in known or not left[rule.kind]:
                            continue
                        known.add((rule.kind, name))
                        left[rule.kind] -= 1
                        header = self._code.header(function)
                        at = header.offset + step.at if header else -1
                        yield Container(rule.kind, name, function, at, found[0].decode("utf-8", "replace"))
        self.stopped = self.stopped or self._code.left <= 0

    def _calls(self, function: int, names: set[str]) -> Iterator[tuple[Step, str]]:
        """The calls of a function in which one of the names occurs, as a script has them."""
        steps = self._code.steps(function)
        if len(steps) > MAX_STEPS:
            self.stopped = True
            return
        header = self._code.header(function)
        first = (header.registers if header else 0) - self._code.outgoing
        values: dict[int, str] = {}
        """What is in the registers; others have a value that is not known."""
        for step in steps:
            kind, operands = step.kind, step.operands
            made = ""
            if kind.name == "LoadConstString":
                made = json.dumps(self._code.text(operands[1])[:_LONGEST])
            elif kind.name == "Mov":
                made = values.get(operands[1], "")
            elif kind.name in _NAMING:
                member = self._code.text(operands[-1])
                owner = "" if kind.name == "TryGetById" else f"{values.get(operands[1], _UNKNOWN)}."
                made = f"{owner}{member}"[-_LONGEST:]
            elif kind.name in _CALLING:
                callee = values.get(operands[1], _UNKNOWN)
                places = operands[3:] if kind.name != "Call" else [first - one for one in range(1, min(operands[2], 8))]
                passed = (values.get(one, _UNKNOWN) for one in places)
                made = f"{callee}({', '.join(one if one[0] == '"' else _UNKNOWN for one in passed)})"
                if any(f".{name}(" in f".{made}" for name in names):
                    yield step, made
            if kind.writes:
                values[operands[0]] = made or _UNKNOWN
