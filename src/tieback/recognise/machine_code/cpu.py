"""What the interpreters of both processors have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from tieback.recognise.machine_code.memory import STACK, THREAD, TRAPS, Memory

RETURN = TRAPS + 0x10_0000_0000
"""Where the outermost function returns to."""
GUARD = 0x3D5E_11A7_6BC9_4200
"""Guard of the stack, which a function compares at its end."""
MASK = (1 << 64) - 1


class Cpu(ABC):
    """Registers and the next instruction. Integers are without a sign, of 64 bits; vectors of 128 bits."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.pc = 0
        self.steps = 0
        """Instructions that were run."""
        memory.put_number(THREAD + 0x1000 + 0x28, GUARD, 8)

    def begin(self, entry: int, arguments: Sequence[int]) -> None:
        """Prepare a call: registers and stack as the ABI wants them; it returns to ``RETURN``."""
        self._begin(arguments, STACK - 0x400)
        self.pc = entry

    @abstractmethod
    def _begin(self, arguments: Sequence[int], stack: int) -> None:
        """Set the arguments, the stack and the place to return to."""

    @abstractmethod
    def run(self, most: int) -> None:
        """Run until ``pc`` is at ``TRAPS`` or behind it. Adds to ``steps``.

        Args:
            most: most instructions.

        Raises:
            NotRunnableError: an instruction, or memory, that is not known, or ``most`` instructions are run.
        """

    @abstractmethod
    def argument(self, number: int) -> int:
        """Integer argument of the function whose first instruction comes next, from 0."""

    @abstractmethod
    def structure(self) -> tuple[int, int]:
        """Where that function puts a structure that it returns, and the number of its first argument."""

    @abstractmethod
    def give(self, value: int) -> None:
        """Return from that function with a result."""

    @property
    @abstractmethod
    def result(self) -> int:
        """Result of a function that has returned."""

    @abstractmethod
    def listed(self, place: int) -> "VariableArguments":
        """The arguments behind a pointer to a ``va_list``."""


class VariableArguments(ABC):
    """Arguments of a function such as ``snprintf``."""

    @abstractmethod
    def next(self) -> int:
        """The next integer or pointer."""
