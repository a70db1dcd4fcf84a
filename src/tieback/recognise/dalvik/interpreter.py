"""Runs the code of a method of Dalvik: instruction by instruction, with its exception handlers."""

from typing import Any

from tieback.recognise.dalvik.arithmetic import DivisionByZeroError
from tieback.recognise.dalvik.decode import Instruction, decode
from tieback.recognise.dalvik.effects import RETURN
from tieback.recognise.dalvik.machine import Frame, Machine
from tieback.recognise.dalvik.objects import JavaObject, ThrownError

_BATCH = 64
"""Instructions that are counted together."""


def run_frame(frame: Frame) -> Any:
    """Run a frame from its unit to a ``return``, with its exception handlers."""
    machine, method, registers = frame.machine, frame.method, frame.registers
    bodies: dict[int, Instruction] = method.bodies
    pc = frame.at
    while True:
        try:
            while True:
                machine.spend(_BATCH)
                for _ in range(_BATCH):
                    frame.at = pc
                    decoded = bodies.get(pc)
                    if decoded is None:
                        decoded = decode(frame, pc)
                        machine.keep_decoded(bodies)
                        bodies[pc] = decoded
                    step, one, two, three, pc = decoded
                    jump = step(frame, registers, one, two, three)
                    if jump is not None:
                        if jump == RETURN:
                            return frame.result
                        pc = jump
        except (ThrownError, DivisionByZeroError) as error:
            thrown = _thrown_by(machine, error)
            pc = machine.handler(method, frame.at, thrown.kind)
            if pc < 0:
                raise ThrownError(thrown) from None
            frame.caught = thrown


def _thrown_by(machine: Machine, error: Exception) -> JavaObject:
    """The Java object of an error. The frame must not keep the error: it refers to the frame, and both to the app."""
    if isinstance(error, ThrownError):
        return error.thrown
    return machine.thrown("Ljava/lang/ArithmeticException;").thrown
