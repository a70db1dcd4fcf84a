"""CPU and memory of the list of recipients: captures read with and without it, in processes that take turns.

Without the list, nothing inside TLS is read for personal data, so the columns compare reading with what recipients add.
A process reads its files once, which loads the rules, and then ``PASSES`` times; only these passes are timed.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import table
from tests import samples
from tests.hostile.test_large_captures import entry
from tieback.intake.traffic.open import open_traffic
from tieback.leaks.detect import LeakDetector
from tieback.model.errors import TiebackError

BAR = 0.25
"""Share of CPU that recipients may add."""
RUNS = 3
PASSES = 5
ENTRIES = 3000
WITHOUT, WITH = "without", "with"
_ARCHIVES = {".har", ".mitm"}
_PACKETS = {".cap", ".pcap", ".pcapng"}
_KEYS = (b"CLIENT_RANDOM ", b"CLIENT_TRAFFIC_SECRET_0 ")


def packets(_folder: Path) -> list[Path]:
    """The captures of packets."""
    return [path for path in _every() if path.suffix in _PACKETS]


def archives(_folder: Path) -> list[Path]:
    """The HTTP archives and the files of mitmproxy."""
    return [path for path in _every() if path.suffix in _ARCHIVES]


def with_keys(_folder: Path) -> list[Path]:
    """The captures with the keys of their TLS."""
    return [path for path in packets(_folder) if any(mark in path.read_bytes() for mark in _KEYS)]


def made(folder: Path) -> list[Path]:
    """An archive as the tests of large files make it: each request has 20 headers of its own, and no personal data."""
    path = folder / "made.har"
    if not path.exists():
        entries = ",".join(entry(number, '{"a":"' + "x" * 10_000 + '"}') for number in range(ENTRIES))
        path.write_text(f'{{"log":{{"version":"1.2","entries":[{entries}]}}}}', encoding="utf-8")
    return [path]


KINDS: dict[str, tuple[str, Callable[[Path], list[Path]]]] = {
    "packets": ("captures of packets", packets),
    "archives": ("HAR and mitmproxy files", archives),
    "keys": ("captures with keys, decrypted by tshark", with_keys),
    "made": (f"a made HAR of {ENTRIES:,} entries", made),
}


def _every() -> list[Path]:
    return sorted(path for path in samples.directory("captures").iterdir() if path.is_file())


def run() -> str:
    """A row for each kind of files."""
    if not samples.have("captures"):
        return "## Cost of recipients\n\nNot measured, no samples.\n"
    rows = []
    with tempfile.TemporaryDirectory(prefix="tieback-cost-") as folder:
        for kind, (title, files) in KINDS.items():
            number = len(files(Path(folder)))
            found: dict[str, list[tuple[float, int]]] = {WITHOUT: [], WITH: []}
            for _ in range(RUNS):
                for option, ends in found.items():
                    ends.append(_one_run(kind, option, folder))
            seconds = {option: min(ends)[0] for option, ends in found.items()}
            memory = {option: max(peak for _, peak in ends) // 1024 for option, ends in found.items()}
            rows.append((
                f"{number} {title}",
                f"{seconds[WITHOUT]:.3f}",
                f"{seconds[WITH]:.3f}",
                f"{seconds[WITH] / seconds[WITHOUT] - 1:+.0%}",
                f"{memory[WITHOUT]}",
                f"{memory[WITH]}",
            ))  # fmt: skip
    head = ("files", "CPU s without", "CPU s with", "more", "peak MiB without", "peak MiB with")
    return (
        f"## Cost of recipients\n\n`python -m bench recipients --cost`: user CPU of {PASSES} passes, those of child "
        f"processes included, best of {RUNS} runs taking turns.\n\n{table(head, rows)}\n\nBar: {BAR:.0%} more.\n"
    )


def _one_run(kind: str, option: str, folder: str) -> tuple[float, int]:
    """User CPU seconds, and peak memory in KiB, of a process of its own."""
    command = [sys.executable, "-m", "bench.recipients_cost", kind, option, folder]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    seconds, peak = ended.stdout.split()
    return float(seconds), int(peak)


def main(kind: str, option: str, folder: str) -> int:
    """Read the files of a kind; print user CPU seconds and peak memory."""
    judge = LeakDetector(recipients=option == WITH)
    files = KINDS[kind][1](Path(folder))
    _pass(files, judge, decrypt=kind == "keys")
    start = _used()
    for _ in range(PASSES):
        _pass(files, judge, decrypt=kind == "keys")
    spent = _used() - start
    # ru_maxrss includes what the parent had when it started this process.
    (peak,) = (line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line[:6] == "VmHWM:")
    sys.stdout.write(f"{spent:.3f} {peak}\n")
    return 0


def _pass(files: list[Path], judge: LeakDetector, *, decrypt: bool) -> None:
    for path in files:
        try:
            opened = open_traffic(path, decrypt=decrypt)
        except TiebackError:  # damaged samples are part of the folder
            continue
        for seen in opened.flows():
            judge(seen)
        opened.close()


def _used() -> float:
    return sum(resource.getrusage(whose).ru_utime for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
