"""Constants of bytecode whose key shows that no code contacts them: ``{homepage: "https://…"}``, ``{redirect_uri: …}``.

The rules for the keys are those of scripts. An object that is the value of a key of another one, such as
``bugs: {url: "https://…"}``, is followed to the instruction that sets it.
"""

from collections.abc import Collection, Mapping

import numpy as np

from tieback.recognise.hermes.bytecode import Bytecode, Numbers, Step
from tieback.recognise.hermes.literals import Constant
from tieback.recognise.hermes.search import Search
from tieback.recognise.reasons import LINK, SHOWN
from tieback.recognise.texts import prose, redirects
from tieback.recognise.texts.languages import METADATA
from tieback.recognise.texts.structured import describes_software, is_explorer

_PUTTING = ("PutNewOwnById", "PutNewOwnNEById", "DefineOwnById")
_BY_SLOT = "PutOwnBySlotIdx"
_REFERERS = frozenset(("Referer", "referer", "Referrer", "referrer", "Origin"))
"""Headers that name the page from which a request comes: RFC 9110, section 10.1.3; RFC 6454, section 7."""
_MAX_BEHIND = 4
"""Most instructions between an object and the one that sets it as a member."""
_MAX_AROUND = 2
"""Objects around the one with a constant whose keys are read."""
_MAX_BEFORE = 400
_MAX_LITERALS = 16
"""Most objects with one constant that are read."""


def key_reason(key: str, fields: Mapping[str, object]) -> str:
    """Why the value of a key of an object is contacted by no code; empty if it may be."""
    if describes_software(key, fields):
        return METADATA
    if redirects.is_property(key):
        return prose.REDIRECT
    if key == "iss":
        return prose.ISSUER
    if key in _REFERERS:
        return prose.REFERER
    if key == "link":  # of a list for people, as in the template of React Native
        return LINK if isinstance(fields.get("title"), str) and isinstance(fields.get("description"), str) else ""
    return LINK if key == "href" and fields.get("target") == "_blank" else ""


class KeyedConstants:
    """The constants of one file that are values of objects."""

    def __init__(self, code: Bytecode, search: Search, numbers: Numbers, shown: Collection[str]) -> None:
        """Read the objects with one of these strings; ``shown``: keys of texts that people read."""
        self._code, self._search, self._shown = code, search, shown
        self._values, self._objects = search.literals.with_values(numbers)

    def __contains__(self, number: object) -> bool:
        """True if an object has the constant as a value."""
        return number in self._values

    def reason(self, number: int) -> str:
        """Why no code contacts a constant, from its keys; empty if one of them does not show that."""
        objects = self._objects.get(number, ())
        if not 0 < len(objects) <= _MAX_LITERALS:
            return ""
        text = self._code.text(number)
        if any(text not in one.fields.values() for one in objects):
            return ""  # a literal with many keys
        reasons = [
            (SHOWN if key in self._shown else key_reason(key, one.fields)) or self._around(one)
            for one in objects
            for key, value in one.fields.items()
            if value == text
        ]
        return reasons[0] if reasons and all(reasons) else ""

    def _around(self, one: Constant) -> str:
        """The reason of the key under which another object has this one."""
        reasons = set[str]()
        for function in self._search.around(np.array([self._search.place(one.at)], np.int64)):
            header = self._code.header(function)
            steps = self._code.steps(function)
            at = one.at - header.offset if header else -1
            index = next((index for index, step in enumerate(steps) if step.at == at), -1)
            reasons.add(self._set_by(steps, index) if index >= 0 else "")
        return reasons.pop() if len(reasons) == 1 else ""

    def _set_by(self, steps: tuple[Step, ...], index: int, depth: int = 0) -> str:
        register = steps[index].operands[0]
        for number, step in enumerate(steps[index + 1 : index + 1 + _MAX_BEHIND], index + 1):
            if step.kind.name in (*_PUTTING, _BY_SLOT) and step.operands[1] == register:
                keys = self._keys(steps, index, step.operands[0])
                name = step.operands[-1]
                if step.kind.name == _BY_SLOT:
                    key = keys[name] if 0 <= name < len(keys) else ""
                else:
                    key = self._code.text(name)
                if is_explorer(key):
                    return LINK
                if not depth and describes_software(key, keys):
                    return METADATA
                return self._set_by(steps, number, depth + 1) if depth < _MAX_AROUND else ""
            if step.kind.writes and step.operands[0] == register:
                break
        return ""

    def _keys(self, steps: tuple[Step, ...], index: int, register: int) -> list[str]:
        """The keys of the literal from which the object in a register was made."""
        for step in reversed(steps[max(0, index - _MAX_BEFORE) : index]):
            if step.kind.writes and step.operands[0] == register:
                return self._search.literals.keys_of(step)
        return []
