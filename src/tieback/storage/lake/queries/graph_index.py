"""Index of the graph of apps, back ends and stores in both directions: adjacency arrays, built once per run.

    names.bin, starts.npy     names of the nodes, sorted by kind and name
    kinds.npy                 start of each kind
    out.npy, out_at.npy       targets of each node's edges; in.npy, in_at.npy their sources

Files are memory-mapped, so that a query touches only the pages it needs. The folder is published by one rename. The
lake and the ledger remain the source of truth; the index can be deleted at any time.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tieback.storage.failures import storage_errors
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.probes import BACKEND

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
type Ids = np.ndarray[Any, np.dtype[np.int64]]


class Level(IntEnum):
    """Type of a node; edges lead from one level to the next."""

    APP = 0
    """Content hash of a package, or the key of an app known only from a capture."""
    ENDPOINT = 1
    BACKEND = 2
    """A host, or a cloud resource."""
    STORE = 3
    """ID of an exposure."""


# All SQL text is constant; only parameters differ.
_EDGES = (
    """
    SELECT app_sha256 AS a, value AS b FROM sightings
    SEMI JOIN (SELECT unit, version FROM inputs WHERE run = $run AND problem = '') USING (unit, version)
    UNION ALL SELECT app, value FROM seen""",
    f"SELECT value AS a, {BACKEND} AS b FROM backends WHERE run = $run",  # noqa: S608
    f"SELECT {BACKEND} AS a, store AS b FROM ways JOIN backends USING (value) WHERE run = $run",  # noqa: S608
)
"""The edges from each level to the next."""
_ENDS = """
SELECT x.id AS source, y.id AS target FROM ({}) JOIN above x ON x.name = a JOIN below y ON y.name = b"""


class GraphIndex:
    """An open index for queries."""

    def __init__(self, directory: Path) -> None:
        """Map the files.

        Raises:
            WorkspaceError: the files are missing or damaged.
        """
        with storage_errors(directory):
            self._names = np.memmap(directory / "names.bin", np.uint8, "r")
            self._starts, self._kinds, self._out, self._out_at, self._in, self._in_at = (
                np.load(directory / f"{name}.npy", mmap_mode="r", allow_pickle=False)
                for name in ("starts", "kinds", "out", "out_at", "in", "in_at")
            )

    @classmethod
    def of_run(cls, lake: Lake, run: str, directory: Path, ways: "pa.Table", seen: "pa.Table") -> Self:
        """The index of a finished run; it is built if missing.

        Args:
            lake: with the sightings and back ends of the run.
            run: which run.
            directory: folder of the indices.
            ways: which endpoint leads to which store: ``value``, ``store``.
            seen: sightings in captures: ``app``, ``value``; other columns are ignored.

        Raises:
            WorkspaceError: the lake cannot be read, or the disk is full.
        """
        target = directory / f"{run}.{VERSION}"
        if not target.is_dir():
            build(lake, run, target, ways, seen)
        return cls(target)

    @classmethod
    def find_built(cls, run: str, directory: Path) -> Self | None:
        """The index of a run if it was built before. Raises as ``__init__``."""
        target = directory / f"{run}.{VERSION}"
        return cls(target) if target.is_dir() else None

    def __len__(self) -> int:
        """Number of edges."""
        return len(self._out)

    def count(self, level: Level) -> int:
        """Number of nodes of a level."""
        return int(self._kinds[level + 1] - self._kinds[level])

    def name(self, node: int) -> str:
        """The name of a node."""
        return bytes(self._names[self._starts[node] : self._starts[node + 1]]).decode("utf-8", "replace")

    def find(self, level: Level, name: str) -> int | None:
        """The node with this name, or ``None``."""
        wanted = name.encode("utf-8", "backslashreplace")
        low, high = int(self._kinds[level]), int(self._kinds[level + 1])
        while low < high:
            middle = (low + high) // 2
            here = bytes(self._names[self._starts[middle] : self._starts[middle + 1]])
            if here == wanted:
                return middle
            low, high = (middle + 1, high) if here < wanted else (low, middle)
        return None

    def numbers(self, level: Level) -> dict[str, int]:
        """Every node of a level, by name: for many look-ups, which are slow one by one."""
        first, end = int(self._kinds[level]), int(self._kinds[level + 1])
        starts = self._starts[first : end + 1].tolist()
        text = bytes(self._names[starts[0] : starts[-1]]) if first < end else b""
        names = (text[at - starts[0] : to - starts[0]].decode("utf-8", "replace") for at, to in pairwise(starts))
        return dict(zip(names, range(first, end), strict=False))

    def reach(self, level: Level, name: str, wanted: Level) -> Ids:
        """The nodes of another level that lead to this one, or that it leads to; ascending, each once."""
        return self.reach_all(level, (name,), wanted)

    def reach_all(self, level: Level, names: Iterable[str], wanted: Level) -> Ids:
        """The same for several nodes of one level together."""
        found = {node for name in names if (node := self.find(level, name)) is not None}
        nodes = np.array(sorted(found), np.int64)
        step = 1 if wanted > level else -1
        at, to = (self._out_at, self._out) if step > 0 else (self._in_at, self._in)
        for _ in range(abs(wanted - level)):
            nodes = _neighbours(nodes, at, to)
        return nodes

    def unreached(self, marked: "np.ndarray[Any, np.dtype[np.bool_]]") -> Ids:
        """Number of endpoints of each app, by node, whose back ends are all unmarked; ``marked`` is by back end."""
        first, end = int(self._kinds[Level.ENDPOINT]), int(self._kinds[Level.BACKEND])
        at = self._out_at[first : end + 1]
        lengths = np.diff(at)
        hits = np.zeros(end - first, np.int64)
        targets = np.asarray(self._out[at[0] : at[-1]]) - end
        np.add.at(hits, np.repeat(np.arange(end - first), lengths), marked[targets])
        quiet = (hits == 0) & (lengths > 0)
        apps = self._out_at[: self._kinds[Level.ENDPOINT] + 1]
        running = np.concatenate(
            [[0], np.cumsum(quiet[np.asarray(self._out[apps[0] : apps[-1]]) - first], dtype=np.int32)]
        )
        found: Ids = running[apps[1:] - apps[0]] - running[apps[:-1] - apps[0]]
        return found

    def names(self, nodes: Ids, most: int = 1000) -> Iterator[str]:
        """The names of the first nodes."""
        for node in nodes[:most]:
            yield self.name(int(node))

    def all(self, level: Level) -> Ids:
        """Every node of a level, by name."""
        return np.arange(self._kinds[level], self._kinds[level + 1], dtype=np.int64)


def _neighbours(nodes: Ids, at: Any, to: Any) -> Ids:
    """The targets of the nodes' edges, each once."""
    if len(nodes) == 1:
        return np.asarray(to[at[nodes[0]] : at[nodes[0] + 1]], np.int64)
    begins, ends = at[nodes], at[nodes + 1]
    lengths = ends - begins
    total = int(lengths.sum())
    if not total:
        return np.empty(0, np.int64)
    # Positions of all edges: the start of each node, repeated, plus a counter that restarts at each node.
    counter = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    ends_of = np.asarray(to[np.repeat(begins, lengths) + counter])
    low = int(ends_of.min())
    # Marking is faster than sorting.
    marks = np.zeros(int(ends_of.max()) - low + 1, np.bool_)
    marks[ends_of - low] = True
    return np.flatnonzero(marks) + low


def build(lake: Lake, run: str, target: Path, ways: "pa.Table", seen: "pa.Table") -> None:
    """Write the index of a run. Arguments and errors as of ``GraphIndex.of_run``."""
    import pyarrow as pa

    tables = {"ways": ways, "seen": seen}
    scope = {"run": run}
    names = [_names(lake, level, scope, tables) for level in Level]
    kinds = np.cumsum([0, *(len(some) for some in names)])
    numbered = [
        pa.table({"name": some, "id": pa.array(np.arange(begin, begin + len(some), dtype=np.int32))})
        for some, begin in zip(names, kinds.tolist(), strict=False)
    ]
    both = []
    for level, edges in enumerate(_EDGES):
        ends = {"above": numbered[level], "below": numbered[level + 1]}
        found = lake.query(_ENDS.format(edges), scope, tables=tables | ends)
        both.append(found["source"].to_numpy().astype(np.int64) << 32 | found["target"].to_numpy())
    pairs = np.concatenate(both)
    # ``np.unique`` hashes first and sorts afterwards: six times slower than only sorting.
    pairs.sort()
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    source, ends_of = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    out, out_at = ends_of, _begins(source, int(kinds[-1]))
    into, into_at = source[np.argsort(ends_of, kind="stable")], _begins(ends_of, int(kinds[-1]))
    text = (
        pa.concat_arrays([chunk for some in names for chunk in some.chunks]) if kinds[-1] else pa.array([], pa.string())
    )
    with storage_errors(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            starts = _write_names(draft / "names.bin", text)
            arrays = {"starts": starts, "kinds": kinds, "out": out, "out_at": out_at, "in": into, "in_at": into_at}
            for name, array in arrays.items():
                np.save(draft / f"{name}.npy", array, allow_pickle=False)
            draft.rename(target)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            if target.is_dir():
                return  # another process was faster
            raise


def _names(lake: Lake, level: Level, scope: Mapping[str, str], tables: Mapping[str, "pa.Table"]) -> "pa.ChunkedArray":
    """The distinct names of a level, sorted by their bytes."""
    parts = []
    if level < len(_EDGES):
        parts.append(f"SELECT a AS name FROM ({_EDGES[level]})")  # noqa: S608
    if level > 0:
        parts.append(f"SELECT b AS name FROM ({_EDGES[level - 1]})")  # noqa: S608
    sql = f"SELECT DISTINCT name FROM ({' UNION ALL '.join(parts)}) WHERE name IS NOT NULL ORDER BY name"  # noqa: S608
    return lake.query(sql, scope, tables=tables)["name"]


def _begins(sorted_or_not: Any, nodes: int) -> Any:
    """Start of each node's edges, in edges sorted by these nodes."""
    at = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(sorted_or_not, minlength=nodes), out=at[1:])
    return at


def _write_names(path: Path, text: "pa.Array") -> Any:
    """Write the concatenated names; returns the start of each."""
    import pyarrow as pa

    large = text.cast(pa.large_string())
    _, offsets, data = large.buffers()
    starts = (
        np.frombuffer(offsets, np.int64)[large.offset : large.offset + len(large) + 1] if len(large) else np.zeros(1)
    )
    begin, end = int(starts[0]), int(starts[-1])
    # An empty file cannot be mapped.
    path.write_bytes(bytes(memoryview(data)[begin:end]) if end > begin else b"\0")
    return (starts - begin).astype(np.int64)
