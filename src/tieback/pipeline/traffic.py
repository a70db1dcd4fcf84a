"""Stages of ``tieback traffic``: describe captures, archives and logs one by one.

The readers and detectors are imported by the first file: only worker processes need them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.local import LocalEngine
from tieback.intake.discover import find_captures
from tieback.intake.traffic import TRAFFIC_VERSION
from tieback.intake.traffic.documents import BLIND_SPOT
from tieback.intake.traffic.log_formats import LogFormat
from tieback.model.document import decode, encode
from tieback.model.errors import InputError
from tieback.model.flow import Flow
from tieback.model.sighting import Problem
from tieback.model.unit import Unit, UnitState, file_unit
from tieback.pipeline.progress import Progress

if TYPE_CHECKING:
    from tieback.leaks.detect import LeakDetector

TRAFFIC_ANALYSIS = f"traffic-{TRAFFIC_VERSION}.4"
"""Part of the key of a unit of work; the last number increases when the rules for leaks or hints change."""
MAX_SUMMARY = 48 * 1024 * 1024
"""Maximum bytes of flows per file that a worker returns; further flows are dropped, with a problem."""
FILE_SECONDS = 1800.0


class DescribeTraffic(Work[tuple[list[bytes], list[Problem]]]):
    """Read the flows of a file, detect leaks, and return the flow documents."""

    def __init__(
        self,
        *,
        leaks: bool = True,
        uid_map: Mapping[int, str] | None = None,
        keylog: Path | None = None,
        decrypt: bool = False,
        columns: Sequence[LogFormat] = (),
    ) -> None:
        self.leaks = leaks
        self.uid_map = dict(uid_map or {})
        self.keylog = keylog
        self.decrypt = decrypt
        self.columns = tuple(columns)

    @cached_property
    def _judge(self) -> "LeakDetector":
        from tieback.leaks.detect import LeakDetector

        return LeakDetector()

    def flows(self, path: Path, name: str) -> Iterator[Flow | Problem]:
        """The flows of one file, then its problems; ``name`` is the path to state in them."""
        from tieback.intake.traffic.open import open_traffic
        from tieback.pipeline.mapping.flow_endpoints import add_hints

        opened = open_traffic(path, self.uid_map, keylog=self.keylog, decrypt=self.decrypt, columns=self.columns)
        try:
            for seen in opened.flows():
                flow = add_hints(self._judge(seen) if self.leaks else seen.flow, seen.samples)
                yield flow if flow.path == name else msgspec.structs.replace(flow, path=name)
        finally:
            opened.close()
        for problem in opened.problems:
            inside = problem.where and problem.where != str(path)
            yield Problem(problem.what, f"{name}: {problem.where}" if inside else name)

    def analyse(self, unit: Unit) -> tuple[list[bytes], list[Problem]]:
        """The documents of the flows of one file, and its problems."""
        lines: list[bytes] = []
        problems: list[Problem] = []
        size = left_out = 0
        for item in self.flows(unit.file or Path(unit.source), unit.source):
            if isinstance(item, Problem):
                problems.append(item)
                continue
            line = encode("flow", item)
            size += len(line) + 1
            if size > MAX_SUMMARY:
                left_out += 1
            else:
                lines.append(line)
        if left_out:
            problems.append(Problem(f"{left_out} more flows ignored: the file has too many", unit.source))
        return lines, problems

    def summary(self, result: tuple[list[bytes], list[Problem]]) -> bytes:
        """Flow documents, one per line, then problem documents."""
        lines, problems = result
        return b"\n".join([*lines, *(encode("problem", problem) for problem in problems)])


_PROBLEM = b'{"schema":"tieback/problem/'


def describe_traffic(
    inputs: Iterable[Path],
    *,
    leaks: bool = True,
    uid_map: Mapping[int, str] | None = None,
    keylog: Path | None = None,
    decrypt: bool = False,
    columns: Sequence[LogFormat] = (),
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Flow | Problem | InputError]:
    """The flows of each file in order of completion; file problems and failures are part of the stream.

    A file with problems and without any flow is a failure, named by its first problem.
    """
    failed: list[InputError] = []
    known = 0

    def units() -> Iterator[Unit]:
        nonlocal known
        for found in find_captures(inputs):
            if isinstance(found, InputError):
                failed.append(found)
                continue
            known += 1
            # Nothing is stored by content hash here, so the path identifies the unit.
            key = hashlib.sha256(str(found).encode("utf-8", "surrogateescape")).hexdigest()
            yield file_unit(key, TRAFFIC_ANALYSIS, found, _size(found))

    work = DescribeTraffic(leaks=leaks, uid_map=uid_map, keylog=keylog, decrypt=decrypt, columns=columns)
    ends = LocalEngine(workers).run(work, units(), UnitLimits(seconds=FILE_SECONDS))
    for done, end in enumerate(ends, start=1):
        if progress is not None:
            progress(done, known)
        if end.state is not UnitState.DONE:
            what, _, advice = end.problem.partition(". ")
            yield InputError(what, where=end.unit.source, advice=advice)
            continue
        lines = end.result.splitlines()
        nothing_read = all(line.startswith(_PROBLEM) and BLIND_SPOT.encode() not in line for line in lines)
        for line in lines:
            if line.startswith(_PROBLEM):
                problem = decode(line, "problem", Problem)
                yield InputError(problem.what, where=problem.where) if nothing_read else problem
                nothing_read = False
            else:
                yield decode(line, "flow", Flow)
    yield from failed


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
