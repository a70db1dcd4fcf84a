"""Conditions of a measurement: the machine, its load, and how fast it is at that moment.

Two fixed pieces of work calibrate the machine: libdeflate inflates a text, and Python runs an empty loop. Figures from
two machines can be compared after they are divided by these.
"""

import os
import platform
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

MOST_LOAD = 0.5
"""Load per core above which no figure may be published."""
_LOOP = 1_000_000
_TEXT = b"".join(
    b"%d GET /orders/%d HTTP/1.1 api%d.shop.test\n" % (one, one * 7919, one % 13) for one in range(100_000)
)


class Conditions(msgspec.Struct, frozen=True):
    """What a figure of the same run must be read with."""

    machine: str
    """Processor, number of cores, version of Python, date."""
    load: float
    """Mean number of running processes in the last minute, per core."""
    inflate: float
    """MB of text that libdeflate inflates in a second."""
    loop: float
    """Nanoseconds of one turn of an empty loop in Python."""

    @property
    def is_quiet(self) -> bool:
        """True if the load permits publishing."""
        return self.load <= MOST_LOAD

    def __str__(self) -> str:
        return (
            f"Conditions: {self.machine}, load {self.load:.2f} per core. "
            f"Calibration: inflate {self.inflate:,.0f} MB/s, empty Python loop {self.loop:.0f} ns per turn."
        )


def measured() -> Conditions:
    """The conditions now. Takes about 0.3 seconds."""
    cores = os.cpu_count() or 1
    return Conditions(machine(cores), os.getloadavg()[0] / cores, _inflate(), _loop())


def machine(cores: int) -> str:
    """One line about the machine."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    model = next(names, platform.machine())
    return f"{model}, {cores} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def _inflate() -> float:
    import deflate

    packed = zlib.compress(_TEXT, wbits=-15)
    return max(len(_TEXT) / 1e6 / _seconds(lambda: deflate.deflate_decompress(packed, len(_TEXT))) for _ in range(5))


def _loop() -> float:
    def turns() -> None:
        for _ in range(_LOOP):
            pass

    return min(_seconds(turns) / _LOOP * 1e9 for _ in range(5))


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start
