"""Answers that depend on each other: who may write a document that decides who may write another one.

A question that comes up while it is being answered is assumed to be ``False`` first. The answers of one round are the
assumptions of the next one, until no answer changes.
"""

from collections.abc import Callable, Hashable, Iterable
from enum import Enum

import msgspec

from tieback.posture.rules.interface import PathPermissions
from tieback.posture.rules.logic import STORED, Value, is_own

MAX_ROUNDS = 6
MAX_DEPTH = 8
"""Most questions that wait for each other; a deeper one is not decided."""


class Rounds:
    """The answers for one requester."""

    def __init__(self) -> None:
        self._assumed: dict[Hashable, Value] = {}
        self._found: dict[Hashable, Value] = {}
        self._open: set[Hashable] = set()
        self.written: dict[str, None] = {}
        """What the requester writes first, for the last answer to the user: places, in their order."""

    def answer(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The answer to a question: known from this round, assumed, or computed."""
        if key in self._found:
            return self._found[key]
        if key in self._open:
            return self._assumed.get(key, False)
        if len(self._open) >= MAX_DEPTH:
            return STORED
        self._open.add(key)
        try:
            found = compute()
        finally:
            self._open.discard(key)
        self._found[key] = found
        return found

    def settle[T](self, ask: Callable[[], T]) -> tuple[T, bool]:
        """The result of ``ask`` in the last round, and whether no answer changed in it."""
        rounds = 0
        while True:
            rounds += 1
            self._found = {}
            result = ask()
            stable = all(self._assumed.get(key, False) is found for key, found in self._found.items())
            if stable or rounds == MAX_ROUNDS:
                return result, stable
            self._assumed = self._found


def settled(rounds: Rounds, ask: Callable[[], PathPermissions]) -> PathPermissions:
    """The permissions in the last round; not certain if the answers went on changing."""
    found, is_stable = rounds.settle(ask)
    if is_stable:
        return found
    reason = "rules that depend on each other decide"
    read, write = (msgspec.structs.replace(one, certain=False, reason=reason) for one in (found.read, found.write))
    return PathPermissions(read, write)


def chain(rounds: Rounds) -> str:
    """The reason for access that the requester gives itself; empty without one."""
    return f"this identity can first write {', then '.join(list(rounds.written)[:4])}" if rounds.written else ""


def place_of(path: Iterable[Value]) -> str:
    """A path as the user reads it."""
    return "/".join(str(one) if isinstance(one, str) else "<own id>" if is_own(one) else "<any>" for one in path)


def key_of(value: Value) -> Hashable:
    """A value as a part of a question."""
    return (type(value), value) if value is None or isinstance(value, bool | int | float | str | Enum) else repr(value)
