"""Stages of ``tieback traffic``: describe captures, archives and logs one by one.

The readers and detectors are imported by the first file: only worker processes need them.
"""

import hashlib
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.local import LocalEngine
from tieback.engine.order import UnitOrder
from tieback.intake.discover import find_captures
from tieback.intake.traffic import TRAFFIC_VERSION
from tieback.intake.traffic.documents import BLIND_SPOT
from tieback.intake.traffic.log_formats import LogFormat
from tieback.model.count_text import count_text
from tieback.model.document import decode, encode
from tieback.model.errors import InputError
from tieback.model.flow import Flow
from tieback.model.sighting import Problem, UnreadKind
from tieback.model.skipped import OnSkipped
from tieback.model.unit import Unit, UnitEnd, UnitState, file_unit, files_unit
from tieback.pipeline.progress import Progress

if TYPE_CHECKING:
    from tieback.leaks.detect import LeakDetector
    from tieback.userrules.model import UserRules

TRAFFIC_ANALYSIS = f"traffic-{TRAFFIC_VERSION}.12"
"""Part of the key of a unit of work; the last number increases when the rules for leaks or hints change."""
MAX_DOCUMENTS = 16 * 1024**3
"""Maximum bytes of flow documents per file, before compression; further flows are dropped, with a problem."""
FILE_SECONDS = 1800.0
_PIECE = 64 * 1024
_UNPACKED = 1024 * 1024


class NoFlows(msgspec.Struct, frozen=True):
    """A file that was read and has no flows."""

    path: str


class DescribeTraffic(Work[list[Problem]]):
    """Read the flows of a file, detect leaks, and write the flow documents, compressed: a file can have many."""

    def __init__(
        self,
        documents: Path | None = None,
        *,
        leaks: bool = True,
        uid_map: Mapping[int, Sequence[str]] | None = None,
        keylog: Path | None = None,
        decrypt: bool = False,
        columns: Sequence[LogFormat] = (),
        added: "UserRules | None" = None,
    ) -> None:
        self.documents = documents
        """Folder for the documents, one file per unit; only ``analyse`` needs it."""
        self.leaks = leaks
        self.uid_map = dict(uid_map or {})
        self.keylog = keylog
        self.decrypt = decrypt
        self.columns = tuple(columns)
        self.added = added
        """The rules of users."""

    @cached_property
    def _judge(self) -> "LeakDetector":
        from tieback.leaks.detect import LeakDetector

        return LeakDetector(self.added)

    def flows(self, path: Path, name: str, beside: Sequence[Path] = ()) -> Iterator[Flow | Problem]:
        """The flows of one file, then its problems; ``name`` is the path to state in them.

        ``beside``: further logs about the same connections.
        """
        from tieback.intake.traffic.open import open_traffic
        from tieback.pipeline.mapping.flow_endpoints import add_hints

        opened = open_traffic(
            path, self.uid_map, keylog=self.keylog, decrypt=self.decrypt, columns=self.columns, beside=beside
        )
        try:
            for seen in opened.flows():
                flow = add_hints(self._judge(seen) if self.leaks else seen.flow, seen.samples)
                yield flow if flow.path == name else msgspec.structs.replace(flow, path=name)
        finally:
            opened.close()
        for problem in opened.problems:
            inside = problem.where and problem.where != str(path)
            yield Problem(problem.what, f"{name}: {problem.where}" if inside else name, problem.unread)

    def analyse(self, unit: Unit) -> list[Problem]:
        """Write the documents of the flows of one file, one per line. Returns the problems of the file.

        Raises:
            InputError: the file cannot be read, or there is no space for the documents.
        """
        assert self.documents is not None
        problems: list[Problem] = []
        size = left_out = 0
        with _Packed(self.documents / unit.key) as out:
            for item in self.flows(unit.file or Path(unit.source), unit.source, unit.files[1:]):
                if isinstance(item, Problem):
                    problems.append(item)
                    continue
                line = encode("flow", item)
                size += len(line) + 1
                if size > MAX_DOCUMENTS:
                    left_out += 1
                else:
                    out.write(line + b"\n")
        if left_out:
            what = f"{count_text(left_out, 'more flow')} ignored: the file has too many"
            problems.append(Problem(what, unit.source, UnreadKind.LIMIT))
        return problems

    def summary(self, result: list[Problem]) -> bytes:
        """Problem documents, one per line."""
        return b"\n".join(encode("problem", problem) for problem in result)


class _Packed:
    """A file of compressed lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._packer = zlib.compressobj(1)

    def write(self, line: bytes) -> None:
        """Write a line."""
        self._write(self._packer.compress(line))

    def __enter__(self) -> Self:
        with _space(self._path):
            self._file = self._path.open("wb")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._write(self._packer.flush())
        finally:
            with _space(self._path):
                self._file.close()

    def _write(self, data: bytes) -> None:
        with _space(self._path):
            self._file.write(data)


@contextmanager
def _space(path: Path) -> Iterator[None]:
    """Name the folder if its disk is full."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"no space for its flows in {path.parent.parent} ({error.strerror})",
            advice="Set TMPDIR to a folder with more space",
        ) from None


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a packed file, decompressed piece by piece. The file is removed at the end."""
    unpacker = zlib.decompressobj()
    rest = b""
    with path.open("rb") as file:
        while piece := unpacker.unconsumed_tail or file.read(_PIECE):
            *lines, rest = (rest + unpacker.decompress(piece, _UNPACKED)).split(b"\n")
            yield from lines
    yield from (rest + unpacker.flush()).splitlines()
    path.unlink()


def describe_traffic(
    inputs: Iterable[Path],
    *,
    leaks: bool = True,
    uid_map: Mapping[int, Sequence[str]] | None = None,
    keylog: Path | None = None,
    decrypt: bool = False,
    columns: Sequence[LogFormat] = (),
    workers: int | None = None,
    progress: Progress | None = None,
    added: "UserRules | None" = None,
    skipped: OnSkipped | None = None,
) -> Iterator[Flow | Problem | NoFlows | InputError]:
    """The flows of each file, in the order of the inputs; file problems and failures are part of the stream.

    A file with problems and without any flow is a failure, named by its first problem; one without both is named.
    ``added``: the rules of users. ``skipped``: called with the files of a folder that are no captures.
    """
    order = UnitOrder()
    known = 0

    def units() -> Iterator[Unit]:
        nonlocal known
        for found in find_captures(inputs, skipped):
            if isinstance(found, InputError):
                order.add(found)
                continue
            known += 1
            # Nothing is stored by content hash here, so the paths identify the unit.
            names = "\0".join(map(str, found.files))
            key = hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
            size = sum(map(_size, found.files))
            if found.beside:
                unit = files_unit(key, TRAFFIC_ANALYSIS, found.files, size)
            else:
                unit = file_unit(key, TRAFFIC_ANALYSIS, found.path, size)
            order.add(unit)
            yield unit

    def counted(ends: Iterable[UnitEnd]) -> Iterator[UnitEnd]:
        for done, end in enumerate(ends, start=1):
            if progress is not None:
                progress(done, known)
            yield end

    with tempfile.TemporaryDirectory(prefix="tieback-", ignore_cleanup_errors=True) as documents:
        work = DescribeTraffic(
            Path(documents),
            leaks=leaks,
            uid_map=uid_map,
            keylog=keylog,
            decrypt=decrypt,
            columns=columns,
            added=added,
        )
        ends = LocalEngine(workers).run(work, units(), UnitLimits(seconds=FILE_SECONDS))
        for end in order.arrange(counted(ends)):
            if isinstance(end, InputError):
                yield end
                continue
            if end.state is not UnitState.DONE:
                what, _, advice = end.problem.partition(". ")
                yield InputError(what, where=end.unit.source, advice=advice)
                continue
            count = 0
            for line in _lines(Path(documents) / end.unit.key):
                count += 1
                yield decode(line, "flow", Flow)
            problems = [decode(line, "problem", Problem) for line in end.result.splitlines()]
            if not count and all(BLIND_SPOT in problem.where for problem in problems):
                yield NoFlows(end.unit.source)
            nothing_read = not count and not any(BLIND_SPOT in problem.where for problem in problems)
            for problem in problems:
                yield InputError(problem.what, where=problem.where) if nothing_read else problem
                nothing_read = False


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
