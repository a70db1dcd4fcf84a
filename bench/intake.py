"""Cost of reading apps and captures: copies of real ones, each with its own hash, through ``tieback scan``.

A copy of an app differs in the comment of its archive, a copy of a capture in a header field that is not read, so that
each is analysed. The real apps and captures are those of ``bench.static`` and ``bench.traffic``. Synthetic apps of a
fixed size consist of parts of a real one (``bench.synthetic``). The cost of a million of them is extrapolated and
marked as such. ``TIEBACK_BENCH_INTAKE`` has the numbers of files, by default 100 and 1,000.
"""

import os
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import static, synthetic, traffic
from bench.measure import process, table
from tieback.model.errors import TiebackError
from tieback.model.unit import Unit
from tieback.pipeline.inputs.units import scan_units
from tieback.pipeline.record import RecordWork

COUNTS = tuple(int(word) for word in os.environ.get("TIEBACK_BENCH_INTAKE", "100,1000").split(","))
SIZES = (3, 10, 30)
"""Megabytes of the synthetic apps."""
OF_A_SIZE = 60
A_CAPTURE_IN = 5
"""One in this many files is a capture."""
MILLION = 1_000_000
_END = b"PK\x05\x06"
_PCAP = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")


class Donors(NamedTuple):
    """The files that are copied."""

    apps: Sequence[Path]
    captures: Sequence[Path]


class Measured(NamedTuple):
    """One scan of a folder, as a whole process with its workers."""

    files: int
    megabytes: float
    wall: float
    cpu: float
    peak: float


def copy_of(content: bytes, number: int) -> bytes | None:
    """The same app or capture with another hash; ``None`` if it is neither an archive nor a pcap file."""
    if content[:4] in _PCAP:
        # ``sigfigs``, the accuracy of the times: always 0, and not read.
        return content[:12] + struct.pack("<I", number) + content[16:]
    end = content.rfind(_END)
    if content[:2] != b"PK" or end < 0 or content[end + 20 : end + 22] != b"\0\0":
        return None
    comment = b"copy %d" % number
    return content[: end + 20] + struct.pack("<H", len(comment)) + comment


def copies(donors: Sequence[Path], count: int, folder: Path, first: int = 0) -> Iterator[Path]:
    """Write this number of copies, cycling through the donors."""
    contents = [(path, path.read_bytes()) for path in donors]
    for number in range(first, first + count if contents else first):
        path, content = contents[number % len(contents)]
        place = folder / f"{number:06}-{path.name}"
        place.write_bytes(copy_of(content, number + 1) or b"")
        yield place


def readable(files: Sequence[Path]) -> list[Path]:
    """Files that a scan reads without an error, and that can be copied."""
    found = []
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as place:
        work = RecordWork(Path(place))
        for path in files:
            units = list(scan_units([path])) if copy_of(path.read_bytes(), 1) is not None else []
            try:
                read = [work.analyse(unit) for unit in units if isinstance(unit, Unit)]
            except TiebackError:
                continue
            if read and len(read) == len(units):
                found.append(path)
    return found


def scanned(folder: Path) -> Measured:
    """Scan a folder into a new workspace."""
    files = list(folder.iterdir())
    size = sum(path.stat().st_size for path in files) / 1e6
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as place:
        command = [sys.executable, "-m", "tieback", "scan", str(folder), "-w", f"{place}/workspace"]
        wall, cpu, peak = process(command, runs=1)
    return Measured(len(files), size, wall, cpu, peak)


def real(count: int, donors: Donors) -> Measured:
    """Scan copies of real apps and captures."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as place:
        apps = count - count // A_CAPTURE_IN
        list(copies(donors.apps, apps, Path(place)))
        list(copies(donors.captures, count - apps, Path(place), apps))
        return scanned(Path(place))


def of_size(megabytes: int, count: int = OF_A_SIZE) -> Measured:
    """Scan copies of a synthetic app of this size."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as place:
        donor = Path(place) / "donor.apk"
        synthetic.build(max(static.apps(), key=lambda file: file.stat().st_size), megabytes * 1_000_000, donor)
        content = donor.read_bytes()
        donor.unlink()
        for number in range(count):
            (Path(place) / f"{number}.apk").write_bytes(copy_of(content, number + 1) or b"")
        return scanned(Path(place))


def core_hours(one: Measured, start: float) -> float:
    """Extrapolation to a million such files: their CPU time without start-up, times a million."""
    return (one.cpu - start) / one.files * MILLION / 3600


def run() -> str:
    """Measure, and return the report section."""
    donors = Donors(readable(static.apps()), readable(sorted(traffic.captures())))
    few = real(COUNTS[0] // 10, donors)
    runs = [real(count, donors) for count in COUNTS]
    sized = [(size, of_size(size)) for size in SIZES]
    # What a scan takes whatever it reads, by two runs over the same kinds of files.
    start = max(0.0, few.cpu - (runs[0].cpu - few.cpu) / (runs[0].files - few.files) * few.files)
    rows = [
        [what, f"{one.files:,}", f"{one.megabytes / one.files:.1f}", f"{one.wall:.1f}", f"{one.cpu:.1f}",
         f"{(one.cpu - start) / one.files * 1e3:.0f}", f"{(one.cpu - start) / one.megabytes * 1e3:.1f}",
         f"{one.peak:.0f}", f"{core_hours(one, start):.1f}"]
        for what, one in [*(("real apps and captures", one) for one in runs),
                          *((f"synthetic apps of {size} MB", one) for size, one in sized)]
    ]  # fmt: skip
    return (
        "## Reading apps and captures\n\n`python -m bench intake`: `tieback scan` of a folder with copies of "
        f"{len(donors.apps)} real apps and {len(donors.captures)} real captures (one file in {A_CAPTURE_IN}), each "
        "copy with its own hash; then of synthetic apps. CPU of the whole process and its workers. The start-up "
        f"({start:.1f} s, from two runs) is not included in the cost per file. The peak is that of the largest "
        "process.\n\n"
        + table(
            ["what", "files", "mean MB", "wall s", "CPU s", "CPU ms per file", "CPU ms per MB", "peak MiB",
             "core-hours per million files (extrapolated)"],
            rows,
        )
    )  # fmt: skip


if __name__ == "__main__":
    print(run())
