"""What becomes of a web address that is a constant of bytecode: whether code only shows, compares or never reads it.

Each use is followed to the end of its function. The calls where an address ends are in ``ends.toml``. Everything that
is not listed is a doubt, which leaves a back end: variables, results, members, and other calls.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal, TypeGuard

import msgspec
import numpy as np

from tieback import rulefiles as prepared
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.hermes.bytecode import Bytecode, Step
from tieback.recognise.hermes.keyed_constants import KeyedConstants, key_reason
from tieback.recognise.hermes.search import Search
from tieback.recognise.interface import Find
from tieback.recognise.reasons import COMPARED, LINK, SHOWN, UNREAD
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.literals import PAGE_SCRIPT, is_page_script
from tieback.recognise.texts.places import OF_GIT
from tieback.recognise.texts.prose import ISSUER, MESSAGE, REDIRECT, REFERER, literal_reason, points_to_page, url_end

MAX_CONSTANTS = 2_000
"""Most addresses of one file that are followed."""
MAX_USES = 16
"""Most functions that use one constant and are read."""
MAX_STEPS = 20_000
"""Most instructions of a function that is read."""
_REACH = 1024
"""Bytes on each side of an address that are read."""
_ADDING = ("Add", "AddN", "AddS", "AddEmptyString", "Mov", "ToPrimitive")
_COMPARING = ("Eq", "StrictEq", "Neq", "StrictNeq")
_PUTTING = ("PutById", "TryPutById", "PutNewOwnById", "PutNewOwnNEById", "DefineOwnById")
_OWN = ("PutNewOwnById", "PutNewOwnNEById", "DefineOwnById")
"""Those that set a member of an object literal."""
_NAMING = ("GetById", "TryGetById", "GetByIdWithReceiver")
_CALLING = ("Call", "Call1", "Call2", "Call3", "Call4", "CallWithNewTarget", "Construct")
_NOTHING = ("TypeOf", "TypeOfIs", "Not")
_MODULE_PARAMETERS = 6
"""Fewest parameters of a module, with ``this``; ``exports`` is the last but one."""

type What = Literal["through", "shown", "link", "compared", "none"]
_REASONS = {"shown": SHOWN, "link": LINK, "compared": COMPARED}
_RANK = (LINK, SHOWN, COMPARED, METADATA, REDIRECT, REFERER, ISSUER, UNREAD)
"""The reason that is reported if there are several, the first one first; others follow by the alphabet."""


class _End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: What
    source: str
    calls: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    end: tuple[_End, ...]


class Ends(msgspec.Struct, frozen=True):
    """The calls and members where a text ends."""

    calls: dict[str, What]
    """By the name of the function, or of its object and its name."""
    suffixes: dict[str, What]
    """By the end of the name of what is called or made."""
    members: dict[str, What]
    """By the name of the member that is set to the text."""


@cache
def read_ends() -> Ends:
    """What becomes of a text. Raises ``msgspec.ValidationError`` if the file is malformed: a programming error."""
    every = prepared.load_rules(Path(__file__).with_name("ends.toml").read_bytes(), _File).end
    return Ends(
        {call: end.what for end in every for call in end.calls},
        {name: end.what for end in every for name in end.ends},
        {name: end.what for end in every for name in end.members},
    )


def _shown() -> list[str]:
    return [name for name, what in read_ends().members.items() if what == "shown"]


class ConstantEnds:
    """Decides about the constants of one file."""

    def __init__(self, code: Bytecode, search: Search) -> None:
        """Read this file."""
        self._code, self._search = code, search

    def settled(self, finds: Sequence[Find]) -> list[Find]:
        """The finds; those in constants that no code contacts are texts that are not back ends."""
        places = dict.fromkeys(_place(one) for one in finds if _is_constant(one))
        numbers = {place: self._numbers(*place) for place in list(places)[:MAX_CONSTANTS]}
        every = np.unique(np.array([one for group in numbers.values() for one in group], np.int64))
        doubtful = self._doubtful(every)
        keyed = KeyedConstants(self._code, self._search, every, _shown())
        uses = self._uses(every)
        reasons = {
            one: "" if one in doubtful else self._reason(one, uses.get(one, []), keyed) for one in every.tolist()
        }
        settled: list[Find] = []
        for find in finds:
            if not _is_constant(find):
                settled.append(find)
                continue
            place = _place(find)
            found = [reasons[one] or self._written(one, place[0]) for one in numbers.get(place, [])]
            if self._code.data[place[0] - len(OF_GIT) : place[0]] == OF_GIT:
                found = [METADATA]
            settled.append(NotBackend(find.endpoint.value, found[0]) if found and all(found) else find)
        return settled

    def _numbers(self, offset: int, length: int) -> list[int]:
        """The strings with an address at an offset of the file; a compiler stores one string inside of another one."""
        table = self._code.strings
        at = offset - table.start
        return np.flatnonzero((table.offsets <= at) & (table.ends >= at + length) & ~table.wide).tolist()

    def _written(self, number: int, offset: int) -> str:
        """Why the words around an address show that no code contacts it: they send a person to a page."""
        table = self._code.strings
        start = table.start + int(table.offsets[number])
        text = self._code.data[start : table.start + int(table.ends[number])]
        at = offset - start
        if not at and is_page_script(text, at):
            return PAGE_SCRIPT
        first, last = max(0, at - _REACH), min(len(text), at + 2 * _REACH)
        reason = literal_reason(text, first, at, last)
        return (
            ""
            if reason == MESSAGE and not points_to_page(text[first:at], text[at : url_end(text, at, last)])
            else reason
        )

    def _doubtful(self, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> set[int]:
        """Items of arrays, and those that are keys or names of members."""
        found = set(self._search.literals.strings(numbers))
        for names in (_NAMING, _PUTTING, ("DelById", "DeclareGlobalVar")):
            found.update(self._search.operands_in(names, -1, numbers))
        return found

    def _uses(self, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[int, list[int]]:
        """The functions that load each string."""
        return self._search.by_operand(("LoadConstString", "CreateRegExp"), 1, numbers)

    def _reason(self, number: int, functions: list[int], keyed: KeyedConstants) -> str:
        """Why no code contacts what is in a string; empty if some code may."""
        if number in keyed:
            found = keyed.reason(number)
            return found if found and (not functions or self._reason_of_uses(number, functions)) else ""
        return self._reason_of_uses(number, functions) if functions else UNREAD

    def _reason_of_uses(self, number: int, functions: list[int]) -> str:
        reasons: set[str] = set()
        for function in functions[:MAX_USES]:
            steps = self._code.steps(function)
            if len(steps) > MAX_STEPS or not steps:
                return ""
            for index, step in enumerate(steps):
                if step.kind.name == "CreateRegExp" and number in step.operands[1:3]:
                    reasons.add(COMPARED)
                elif step.kind.name == "LoadConstString" and step.operands[1] == number:
                    found = _Trace(self._code, self._search, function, steps, index).reasons()
                    if not found:
                        return ""
                    reasons |= found
        if len(functions) > MAX_USES or not reasons:
            return ""
        return min(reasons, key=lambda one: (_RANK.index(one) if one in _RANK else len(_RANK), one))


class _Trace:
    """One use of a constant in one function."""

    def __init__(self, code: Bytecode, search: Search, function: int, steps: tuple[Step, ...], index: int) -> None:
        self._code, self._search, self._function = code, search, function
        self._steps, self._index = steps, index
        header = code.header(function)
        self._registers = header.registers if header else 0
        self._parameters = header.parameters if header else 0
        self._reasons: set[str] = set()

    def reasons(self) -> set[str]:
        """Where the text ends; empty if code may contact it."""
        traced = {self._steps[self._index].operands[0]}
        # A jump over what overwrites a register: the text may still be in it there.
        farthest = -1
        for at in range(self._index + 1, len(self._steps)):
            step = self._steps[at]
            kind = step.kind
            if kind.jumps:
                target = step.at + step.operands[0]
                if step.operands[0] < 0 and target <= self._steps[self._index].at:
                    return set()  # a loop around the use
                farthest = max(farthest, target)
            elif "Switch" in kind.name:
                return set()
            if not self._follow(at, step, traced):
                return set()
            if kind.writes and farthest <= step.at and step.operands[0] in traced and not self._passes(step, traced):
                traced.discard(step.operands[0])
            if not traced:
                break
        return self._reasons

    def _passes(self, step: Step, traced: set[int]) -> bool:
        return any(one in traced for one in self._read(step)) and (
            step.kind.name in _ADDING or step.kind.name in _CALLING
        )

    def _read(self, step: Step) -> list[int]:
        """The registers that an instruction reads."""
        first = 1 if step.kind.writes else 0
        found = [one for one, kind in zip(step.operands[first:], step.kind.kinds[first:], strict=True) if kind == "r"]
        if step.kind.name in ("Call", "Construct", "CallWithNewTarget", "CallBuiltin"):
            begin = self._registers - self._code.outgoing
            found += [begin - one for one in range(min(step.operands[-1], 64))]
        return found

    def _follow(self, at: int, step: Step, traced: set[int]) -> bool:
        """Follow the text through one instruction; false if code may contact it then."""
        name = step.kind.name
        read = [one for one in self._read(step) if one in traced]
        if not read or name in _NOTHING or (step.kind.jumps and name.startswith("Jmp")):
            return True
        if name in _ADDING:
            traced.add(step.operands[0])
        elif name in _COMPARING or step.kind.jumps:
            self._reasons.add(COMPARED)
        elif name == "Throw":
            self._reasons.add(SHOWN)
        elif name in _PUTTING:
            return self._put(at, step, traced)
        elif name in _CALLING or name == "CallBuiltin":
            return self._call(at, step, traced)
        else:
            return name == "GetById"  # such as .length of the text
        return True

    def _put(self, at: int, step: Step, traced: set[int]) -> bool:
        member = self._code.text(step.operands[-1])
        reason = key_reason(member, {}) if step.kind.name in _OWN and step.operands[0] not in traced else ""
        if reason:
            self._reasons.add(reason)
            return True
        what = read_ends().members.get(member)
        if step.operands[0] in traced or what is None:
            return self._is_unread(at, step, member)
        self._reasons.add(_REASONS[what])
        return True

    def _is_unread(self, at: int, step: Step, member: str) -> bool:
        """True for a member of ``exports`` that nothing in the file reads."""
        defined = self._defined(at, step.operands[0])
        if defined is None or defined.kind.name != "LoadParam" or self._parameters < _MODULE_PARAMETERS:
            return False
        number = step.operands[-1]
        if self._search.operands_in(_NAMING, -1, np.array([number], np.int64)) or member == "default":
            return False
        self._reasons.add(UNREAD)
        return True

    def _call(self, at: int, step: Step, traced: set[int]) -> bool:
        ends = read_ends()
        if step.kind.name == "CallBuiltin":
            builtin = self._code.instructions.builtins.get(step.operands[1], "")
            what: What | None = "through" if builtin == "concat" else None
        else:
            owner, name = self._callee(at, step.operands[1])
            what = ends.calls.get(f"{owner}.{name}") or ends.calls.get(name)
            if what is None:
                what = next((one for suffix, one in ends.suffixes.items() if name.endswith(suffix)), None)
        if what is None:
            return False
        if what == "through":
            traced.add(step.operands[0])
        elif what != "none":
            self._reasons.add(_REASONS[what])
        return True

    def _callee(self, at: int, register: int) -> tuple[str, str]:
        """The names of the object and the function that are called; empty where they are not known."""
        for _ in range(4):
            defined = self._defined(at, register)
            if defined is None:
                return "", ""
            at = self._steps.index(defined)
            if defined.kind.name not in ("Mov", "GetById", "TryGetById"):
                return "", ""
            if defined.kind.name != "Mov":
                break
            register = defined.operands[1]
        else:
            return "", ""
        name = self._code.text(defined.operands[-1])
        if defined.kind.name == "TryGetById":
            return "global", name
        before = self._defined(at, defined.operands[1])
        if before is None:
            return "", name
        if before.kind.name in ("TryGetById", "GetById"):
            return self._code.text(before.operands[-1]), name
        return ("global" if before.kind.name == "GetGlobalObject" else ""), name

    def _defined(self, at: int, register: int) -> Step | None:
        """The last instruction before one that writes a register."""
        for index in range(at - 1, max(-1, at - 400), -1):
            step = self._steps[index]
            if step.kind.writes and step.operands[0] == register:
                return step
        return None


def _place(find: Sighting) -> tuple[int, int]:
    """Offset and length of the scheme and host of an address."""
    return find.evidence.offset or 0, len(f"{find.endpoint.scheme}://{find.endpoint.host}")


def _is_constant(find: Find) -> TypeGuard[Sighting]:
    return (
        isinstance(find, Sighting)
        and find.endpoint.is_web
        and find.evidence.offset is not None
        and find.evidence.how.startswith("binary/")
    )
