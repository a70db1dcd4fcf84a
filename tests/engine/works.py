"""Works for the tests of engines; workers import them by name. Each unit's source says what happens to it."""

import gc
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.memory import resident_bytes
from tieback.lab.programs import MissingProgramError
from tieback.model.errors import InputError, WorkspaceError
from tieback.model.unit import Unit

FAST = UnitLimits(seconds=60, memory_bytes=512 * 1024**2)


def unit(source: str, number: int = 0, size: int = 1) -> Unit:
    """A unit whose key is unique by source and number."""
    return Unit(f"{source}-{number}", "v1", source, size)


class Behave(Work[str]):
    """Does what the source says, and answers with it in upper case."""

    def analyse(self, unit: Unit) -> str:  # noqa: PLR0912 - a table of behaviours
        match unit.source:
            case "exit":
                os._exit(3)
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "hang":
                while True:
                    pass
            case "allocate":
                held = []
                while True:
                    held.append(bytearray(16 * 1024**2))
            case "deep":
                return self.analyse(unit)
            case "sys.exit":
                sys.exit("gone")
            case "bad":
                raise InputError("not an app", where=unit.source, advice="Give an APK")
            case "bug":
                raise KeyError("two\nlines")
            case "busy":
                while time.process_time() < 0.5:
                    pass
            case "slow":
                time.sleep(0.05)
            case "pid":
                return str(os.getpid())
            case "hold":
                held = [bytearray(b"x" * 2**20) for _ in range(600)]
                time.sleep(3)
                return f"{time.monotonic()} {len(held)}"
            case "collector":
                return str(gc.get_threshold()[0])
            case "cycles":
                before = resident_bytes()
                for _ in range(1_000_000):
                    cycle: list[object] = []
                    cycle.append(cycle)
                return str(resident_bytes() - before)
            case "time":
                time.sleep(0.05)
                return str(time.monotonic())
            case "kills the worker":
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(5)
            case "sleep":
                time.sleep(600)
        return unit.source.upper()

    def summary(self, result: str) -> bytes:
        return result.encode()


@dataclass(frozen=True)
class Publish(Behave):
    """Leaves one file a batch in ``directory``; what goes wrong with it is told by ``trouble``."""

    directory: Path
    trouble: str = ""

    def _path(self, batch: Sequence[Unit]) -> Path:
        return self.directory / f"{batch[0].key}+{len(batch)}"

    def publish(self, batch: Sequence[Unit], results: Sequence[tuple[Unit, str]]) -> str:
        path = self._path(batch)
        sources = [unit.source for unit, _ in results]
        if self.trouble == "no program":
            raise MissingProgramError("redis-server is missing", where="lab", advice="Install it")
        if self.trouble == "full":
            raise WorkspaceError("the disk is full", where="lake", advice="Free some space")
        if "unpublishable" in sources:
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates")
        if "kills publication" in sources:
            os._exit(4)
        if self.trouble == "dies once before" and not self.directory.joinpath("died").exists():
            self.directory.joinpath("died").touch()
            os._exit(5)
        path.write_text("\n".join(unit.key for unit, _ in results))
        if self.trouble == "dies after":
            os._exit(6)
        return path.name

    def published(self, batch: Sequence[Unit]) -> str | None:
        path = self._path(batch)
        return path.name if path.exists() else None


class CannotBeImported(Work[str]):
    """Raises where the worker unpickles it."""

    def analyse(self, unit: Unit) -> str:
        return unit.source

    def __reduce__(self) -> tuple[object, ...]:
        return (int, ("not a number",))
