"""Static analysis against inflating alone, and against androguard's strings.

Reads real apps from the folder in ``TIEBACK_BENCH_APPS``, else ``../shared/data/apps`` where it exists, else labs/apps.
"""

import os
import subprocess
import sys
from pathlib import Path

from bench.measure import median_cpu, process, table
from tieback.model.errors import TiebackError

ROOT = Path(__file__).parents[1]


def apps() -> list[Path]:
    """The APKs to read."""
    for folder in (
        os.environ.get("TIEBACK_BENCH_APPS"),
        ROOT.parent / "shared" / "data" / "apps",
        ROOT / "labs" / "apps",
    ):
        if folder and Path(folder).is_dir():
            return sorted(Path(folder).glob("*.apk"))
    return []


def read_entries(files: list[Path]) -> list[tuple[bytes, int]]:
    """Compressed bytes and size of every deflated entry that one analysis reads, noted while it reads them."""
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
                    for _ in opened.artifacts():
                        pass
            except TiebackError:
                continue
    finally:
        Archive.read = read  # type: ignore[method-assign]
    return noted


def inflate(entries: list[tuple[bytes, int]]) -> int:
    """Decompress the entries with libdeflate, and nothing else; their bytes."""
    import deflate

    total = 0
    for raw, size in entries:
        try:
            total += len(deflate.deflate_decompress(raw, size))
        except deflate.DeflateError:
            continue
    return total


def analyse(files: list[Path]) -> int:
    """The whole static analysis; distinct endpoints."""
    from tieback.pipeline.analyse import Analyser

    analyser = Analyser()
    return _analyse(analyser, files)


def _analyse(analyser, files: list[Path]) -> int:  # type: ignore[no-untyped-def]
    found = 0
    for file in files:
        try:
            found += len(analyser.document(file).sightings)
        except TiebackError:
            continue
    return found


def androguard(files: list[Path]) -> int:
    """Identity and DEX strings by androguard; how many strings."""
    import logging

    from androguard.core.apk import APK
    from androguard.core.dex import DEX

    logging.disable(logging.CRITICAL)
    try:
        from loguru import logger

        logger.remove()
    except ImportError:
        pass
    count = 0
    for file in files:
        try:
            apk = APK(str(file))
        except Exception:  # noqa: BLE001 - CertChain.apk is no app
            continue
        for dex in apk.get_all_dex():
            count += len(DEX(dex).get_strings())
    return count


def run() -> str:
    """Measure and describe."""
    from tieback.pipeline.analyse import Analyser
    from tieback.recognise.dataflow.extract import DataflowExtractor

    files = apps()
    size = sum(file.stat().st_size for file in files)
    entries = read_entries(files)
    inflated = inflate(entries)
    inflate_cpu = median_cpu(lambda: inflate(entries), runs=9)
    analyser = Analyser()
    warm = median_cpu(lambda: _analyse(analyser, files), runs=9)
    plain = Analyser()
    plain.__dict__["_extractors"] = tuple(
        extractor for extractor in plain._extractors if not isinstance(extractor, DataflowExtractor)
    )
    without_flow = median_cpu(lambda: _analyse(plain, files), runs=9)
    me = [sys.executable, "-m", "bench.static"]
    ours = process([*me, "analyse"])
    theirs = process([*me, "androguard"])
    shell = (
        process(
            [
                "sh",
                "-c",
                f"for f in {' '.join(map(str, files))}; do unzip -p $f | rg -a -o 'https?://[^ ]+' ; done; true",
            ]
        )
        if _has("rg") and _has("unzip")
        else None
    )
    rows = [
        ["inflate the entries that are read", "warm", f"{inflate_cpu:.3f}", "", "1.00"],
        [
            "tieback, without the data flow",
            "warm",
            f"{without_flow:.3f}",
            "",
            f"{without_flow / inflate_cpu:.2f}",
        ],
        ["tieback, all of static analysis", "warm", f"{warm:.3f}", "", f"{warm / inflate_cpu:.2f}"],
        ["tieback, process start to end", "cold", f"{ours[1]:.3f}", f"{ours[2]:.0f}", f"{ours[1] / inflate_cpu:.2f}"],
        [
            "androguard, APK() and DEX strings",
            "cold",
            f"{theirs[1]:.3f}",
            f"{theirs[2]:.0f}",
            f"{theirs[1] / inflate_cpu:.2f}",
        ],
    ]
    if shell is not None:
        rows.append(
            ["unzip -p piped to ripgrep", "cold", f"{shell[1]:.3f}", f"{shell[2]:.0f}", f"{shell[1] / inflate_cpu:.2f}"]
        )
    return (
        f"## Static analysis\n\n`python -m bench static`: {len(files)} APKs, {size / 1e6:.1f} MB, "
        f"{inflated / 1e6:.1f} MB inflated; medians, one process, CPU seconds.\n\n"
        + table(["what", "state", "CPU s", "peak MiB", "x inflate"], rows)
        + f"\nCold, androguard takes {theirs[1] / ours[1]:.1f} times as long as tieback. Most of these apps are small "
        "and hold hundreds of tiny files, so the price of an entry shows, not only that of a byte.\n"
    )


def _has(program: str) -> bool:
    return subprocess.run(["sh", "-c", f"command -v {program}"], stdout=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    print({"analyse": analyse, "androguard": androguard}[sys.argv[1]](apps()))
