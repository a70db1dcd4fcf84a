"""Static analysis compared with inflating only, with other tools, and by the size of an app.

Reads real apps from the folder in ``TIEBACK_BENCH_APPS``, otherwise the samples of ``tests/samples.py``, otherwise
labs/apps; also apps from npm and PyPI if they can be downloaded, and synthetic ones of up to 500 MB.
"""

import hashlib
import os
import shutil
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from bench import registry, synthetic
from bench.measure import process, table
from bench.peers import PEERS
from tests import samples
from tieback.engine.memory import ALLOCATOR
from tieback.model.errors import TiebackError

ROOT = Path(__file__).parents[1]
ROUNDS = 11
TURNS = 3
"""Runs of each whole process, after one that does not count."""
OURS = "tieback, everything"
SIZES = (1, 10, 50, 100, 250, 500)
"""Megabytes of the synthetic apps."""

PEER_PYTHON = ROOT / ".cache" / "openback" / "apps" / "bin" / "python"
"""The Python of the other tools, which ``tools/install-peers`` installs."""
_URLS = "https?://[^ ]+"
_BYTECODE = ROOT / ".cache" / "bytecode"


def _environment() -> dict[str, str]:
    """Environment of the processes: modules are compiled once, as in an installation, but outside the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(_BYTECODE)}


def apps() -> list[Path]:
    """The APKs to read."""
    for folder in (
        os.environ.get("TIEBACK_BENCH_APPS"),
        samples.directory("apps"),
        ROOT / "labs" / "apps",
    ):
        if folder and Path(folder).is_dir():
            return sorted(Path(folder).glob("*.apk"))
    return []


def read_entries(files: Sequence[Path]) -> list[tuple[bytes, int]]:
    """Compressed bytes and size of every deflated entry that one analysis reads, recorded during the analysis."""
    from tieback.intake.apps.archive import Archive
    from tieback.intake.apps.open import open_app

    noted: list[tuple[bytes, int]] = []
    read = Archive.read

    def noting(archive, entry, *rest):  # type: ignore[no-untyped-def]
        start = archive._content_start(entry)
        if start is not None and entry.method == 8:
            noted.append((bytes(archive._data[start : start + entry.compressed]), entry.size))
        return read(archive, entry, *rest)

    Archive.read = noting  # type: ignore[method-assign]
    try:
        for file in files:
            try:
                with open_app(file) as opened:
                    for _ in opened.pieces():
                        pass
            except TiebackError:
                continue
    finally:
        Archive.read = read  # type: ignore[method-assign]
    return noted


def inflate(entries: Sequence[tuple[bytes, int]]) -> int:
    """Only decompress the entries with libdeflate. Returns the number of bytes."""
    import deflate

    total = 0
    for raw, size in entries:
        try:
            total += len(deflate.deflate_decompress(raw, size))
        except deflate.DeflateError:
            continue
    return total


def deflated(files: Sequence[Path]) -> list[bytes]:
    """Compressed bytes of every deflated entry of the packages, also of those that no analysis reads."""
    found: list[bytes] = []
    for file in files:
        data = file.read_bytes()
        try:
            with ZipFile(file) as package:
                entries = [one for one in package.infolist() if one.compress_type == ZIP_DEFLATED]
        except BadZipFile:
            continue
        for entry in entries:
            at = entry.header_offset
            name, extra = (int.from_bytes(data[place : place + 2], "little") for place in (at + 26, at + 28))
            start = at + 30 + name + extra
            found.append(data[start : start + entry.compress_size])
    return found


def inflate_with_zlib(entries: Sequence[bytes]) -> None:
    """Only decompress the entries with zlib, as ``unzip`` does."""
    for raw in entries:
        try:
            zlib.decompress(raw, -15)
        except zlib.error:
            continue


def in_turns(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median CPU seconds of calls that take turns, so that other load on the machine affects all of them equally."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(ROUNDS + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            if turn:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(its) for name, its in times.items()}


def warm(files: Sequence[Path]) -> tuple[str, int]:
    """The table of one process that has read apps before, and the number of bytes that it inflates."""
    from tieback.pipeline.analyse import Analyser

    entries, every = read_entries(files), deflated(files)
    inflated = inflate(entries)
    digests = {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def analysed(analyser: Analyser, *, hashed: bool) -> Callable[[], None]:
        def all_of_them() -> None:
            for file in files:
                try:
                    analyser.document(file, "" if hashed else digests[file])
                except TiebackError:
                    continue

        return all_of_them

    both, constants = Analyser(), Analyser(dataflow=False)
    contents = [file.read_bytes() for file in files]
    measured = in_turns(
        {
            "inflate the entries that are read": lambda: inflate(entries),
            "inflate all entries with zlib": lambda: inflate_with_zlib(every),
            "SHA-256 of the packages": lambda: [hashlib.sha256(content).digest() for content in contents],
            "tieback, without data flow; hash passed in": analysed(constants, hashed=False),
            "tieback, without data flow": analysed(constants, hashed=True),
            "tieback, everything; hash passed in, as for workers": analysed(both, hashed=False),
            "tieback, everything": analysed(both, hashed=True),
        }
    )
    base, plain = measured["inflate the entries that are read"], measured["inflate all entries with zlib"]
    rows = [[name, f"{cpu:.3f}", f"{cpu / base:.2f}", f"{cpu / plain:.2f}"] for name, cpu in measured.items()]
    return table(["what, warm", "CPU s", "x inflate", "x zlib"], rows), inflated


def cold(files: Sequence[Path]) -> str:
    """The table of processes from start to end. They take turns, so that other load affects all alike."""
    names = [str(file) for file in files]
    plain = _environment()
    workers = plain | ALLOCATOR
    me = (sys.executable, "-m", "bench.peers", "tieback", *names)
    commands: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
        OURS: (me, workers),
        "tieback, first start, empty cache": (me, workers | {"TIEBACK_CACHE": ""}),
    }
    for tool, what in PEERS.items():
        peer = (str(PEER_PYTHON), "-m", "bench.peers", tool, *names)
        commands[what] = (peer, plain | {"PYTHONPATH": str(ROOT)})
    if shutil.which("rg") and shutil.which("unzip"):
        loop = f"for f; do unzip -p \"$f\" | rg -a -o '{_URLS}'; done; true"
        commands["unzip -p piped to ripgrep"] = (("sh", "-c", loop, "sh", *names), plain)
    taken: dict[str, list[tuple[float, float, float]]] = {what: [] for what in commands}
    for turn in range(TURNS + 1):
        for what, (command, environment) in commands.items():
            if what in taken:
                try:
                    measured = process(command, runs=1, environment=environment)
                except (SystemExit, CalledProcessError, OSError):
                    del taken[what]
                    continue
                if turn:  # the first one compiles modules and prepares what is kept
                    taken[what].append(measured)
    ours = statistics.median(cpu for _, cpu, _ in taken[OURS])
    rows = []
    for what in commands:
        if what not in taken:
            rows.append([what, "does not run here", "", ""])
            continue
        seconds = statistics.median(cpu for _, cpu, _ in taken[what])
        rows.append([what, f"{seconds:.3f}", f"{seconds / ours:.2f}", f"{max(peak for *_, peak in taken[what]):.0f}"])
    return table(["what, whole process", "CPU s", "x tieback", "peak MiB"], rows)


def one_by_one(files: Sequence[tuple[str, Path]]) -> str:
    """Each app in a process of its own. Start-up is subtracted by reading the same app more than once."""
    workers = _environment() | ALLOCATOR
    me = [sys.executable, "-m", "bench.peers", "tieback"]
    rows = []
    for name, file in files:
        size = file.stat().st_size / 1e6
        again = max(1, min(20, int(20 / size)))
        _, once, peak = process([*me, str(file)], runs=1, environment=workers)
        _, often, _ = process([*me, *[str(file)] * (1 + again)], runs=1, environment=workers)
        rows.append([name, f"{size:.1f}", f"{once:.2f}", f"{(often - once) * 1000 / again / size:.1f}", f"{peak:.0f}"])
    return table(["app", "MB", "CPU s, with start", "ms per MB, without start", "peak MiB"], rows)


def by_size(donor: Path) -> str:
    """Synthetic apps of growing size."""
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        made = []
        for size in SIZES:
            place = Path(folder) / f"{size}.apk"
            synthetic.build(donor, size * synthetic.MEGABYTE, place)
            made.append((f"synthetic, {size} MB", place))
        return one_by_one(made)


def seen_before(files: Sequence[Path]) -> str:
    """Share of the read bytes that also occur in an earlier app."""
    seen: set[tuple[bytes, int]] = set()
    total = again = size = twice = 0
    for file in files:
        entries = read_entries([file])
        total, size = total + len(entries), size + sum(length for _, length in entries)
        again += sum(entry in seen for entry in entries)
        twice += sum(entry[1] for entry in entries if entry in seen)
        seen.update(entries)
    return (
        f"Of {total:,} deflated entries in {len(files)} apps, {again:,} ({again / total:.1%}, or "
        f"{twice / max(size, 1):.2%} of the bytes) also occur in another app."
    )


def run() -> str:
    """Measure, and return the report section."""
    own = apps()
    fetched, missing = [], []
    for name in registry.PACKAGES:
        found, reason = registry.fetched(name)
        fetched += [(f"{name} {file.name}", file) for file in found]
        missing += [f"{name} {reason}"] if reason else []
    files = [*own, *(file for _, file in fetched)]
    size = sum(file.stat().st_size for file in files)
    warm_table, inflated = warm(files)
    donor = max(own, key=lambda file: file.stat().st_size)
    head = (
        f"## Static analysis\n\n`python -m bench static`: {len(files)} APKs, {size / 1e6:.1f} MB, "
        f"{inflated / 1e6:.1f} MB inflated, {len(fetched)} of them from npm and PyPI. Medians of CPU seconds on one "
        "core; the variants take turns.\n"
    )
    small = (
        "Most of these apps are small and have hundreds of tiny files. The cost per entry therefore dominates, not "
        "the cost per byte.\n"
    )
    parts = [
        head,
        warm_table,
        small,
        f"Without the larger apps from npm and PyPI:\n\n{warm(own)[0]}" if fetched else "",
        cold(files),
        "The other tools read only the strings of the code, not resources, assets or libraries.\n",
        by_size(donor),
        one_by_one(fetched) if fetched else "",
        f"Not measured: {'; '.join(missing)}.\n" if missing else "",
        seen_before(files) + "\n",
    ]
    return "\n".join(part for part in parts if part)
