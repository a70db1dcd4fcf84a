"""The texts that one method makes, whatever it gets and calls.

The method runs with unknown arguments. An instruction that needs something unknown is passed over: its result is
unknown, and so is each object that it can have changed. Behind a condition that is not known, both ways are taken, the
nearer one first.
"""

from typing import Any

from tieback.recognise.dalvik.callers import escape, forget
from tieback.recognise.dalvik.classes import Method
from tieback.recognise.dalvik.machine import FAULTS, TRY_STEPS, Frame, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, LimitError, NotRunnableError, ThrownError
from tieback.recognise.dataflow.dex.instructions import KINDS, OpcodeEffect

MAX_OBSTACLES = 32
"""Most instructions of one method that are passed over, and most ways that wait."""

_LAST = frozenset((OpcodeEffect.END, OpcodeEffect.GOTO, OpcodeEffect.GOTO_16, OpcodeEffect.GOTO_32))
_STORES = frozenset((OpcodeEffect.SPUT, OpcodeEffect.IPUT, OpcodeEffect.APUT, OpcodeEffect.FILL_ARRAY))


def texts_made(machine: Machine, method: Method) -> list[str]:
    """The texts. Raises ``LimitError`` if no run is left."""
    machine.begin(("", ""), TRY_STEPS)
    machine.made = []
    try:
        _run(Frame(machine, method, [UNKNOWN] * method.width))
    finally:
        made, machine.made = machine.made, None
    return made


def _run(frame: Frame) -> None:
    others: list[tuple[int, list[Any]]] = []
    seen: set[int] = set()
    for _ in range(1 + MAX_OBSTACLES):
        try:
            frame.machine.resume(frame)
            goes_on = False
        except LimitError:
            return
        except (NotRunnableError, ThrownError, *FAULTS):
            goes_on = _pass(frame, others)
        while not goes_on and others:
            frame.at, frame.registers = others.pop()
            goes_on = frame.at not in seen
            seen.add(frame.at)
        if not goes_on:
            return


def _pass(frame: Frame, others: list[tuple[int, list[Any]]]) -> bool:
    """Put the frame behind the instruction that failed. False if nothing follows that.

    Args:
        frame: the frame.
        others: where a condition can also lead to, with the registers; more are added.
    """
    instruction = frame.method.bodies.get(frame.at)
    kind = KINDS[frame.method.units[frame.at] & 255] if instruction is not None else OpcodeEffect.END
    if instruction is None or kind in _LAST:
        return False
    _, one, two, three, frame.at = instruction
    registers = frame.registers
    if isinstance(one, tuple):
        escape(registers, (place for place in one if place < len(registers)))
        frame.result = UNKNOWN
    elif kind in _STORES:
        escape(registers, (place for place in (one, two) if isinstance(place, int) and place < len(registers)))
    elif kind in (OpcodeEffect.IF, OpcodeEffect.SWITCH):
        targets = list(two.values()) if kind == OpcodeEffect.SWITCH else [three or two]
        left = max(0, MAX_OBSTACLES - len(others))
        others += [(target, registers.copy()) for target in targets[:left] if target > frame.at]
    else:
        forget(registers, one)
    return True
