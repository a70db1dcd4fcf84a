"""Captures: one large file and a folder of small ones, compared with tshark, Suricata, nfstream, ndpiReader and
tcpdump.

Reads real captures from the folder in ``TIEBACK_BENCH_CAPTURES``, otherwise the samples of ``tests/samples.py``. The
large file consists of their Ethernet packets, repeated with other addresses in each copy, so that flows stay separate.
Peers that are not installed are left out. tieback's figures include QUIC, names, stores and the JSON of every flow.
``TIEBACK_BENCH_LARGEST_MB`` (default 2000) is the size of the largest file for the measurement of linear cost. It
is written to a temporary folder, uses at most half of the free space there, and is deleted.
``tools/install-peers`` installs the peers.
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import process, table
from tests import samples

ROOT = Path(__file__).parents[1]
COPIES = 24
LARGEST_MB = 2000
NFSTREAM_PYTHON = ROOT / ".cache" / "openback" / "nfstream" / "bin" / "python"
NFSTREAM = """
import sys
from nfstream import NFStreamer
if __name__ == "__main__":
    for flow in NFStreamer(source=sys.argv[1], n_meters=1, statistical_analysis=False):
        print(flow.src_ip, flow.dst_ip, flow.dst_port, flow.application_name, flow.requested_server_name)
"""

TSHARK = [
    "tshark", "-n", "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "ip.dst", "-e", "tcp.srcport", "-e",
    "tcp.dstport", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "_ws.col.Protocol", "-e",
    "tls.handshake.extensions_server_name", "-e", "http.host", "-e", "dns.qry.name", "-r",
]  # fmt: skip
SURICATA = Path("/etc/suricata/suricata.yaml")
"""Configuration from the distribution: EVE with flows, TLS, HTTP, DNS, QUIC, MQTT, PostgreSQL; no rules are loaded."""


def captures() -> list[Path]:
    """All real captures."""
    for folder in (os.environ.get("TIEBACK_BENCH_CAPTURES"), samples.directory("captures")):
        if folder and Path(folder).is_dir():
            return sorted(path for path in Path(folder).iterdir() if path.suffix in {".pcap", ".pcapng", ".cap"})
    return []


def of_apps(files: list[Path]) -> list[Path]:
    """Captures of everyday traffic of mobile apps, by the folder's MANIFEST.tsv; all captures without that file."""
    manifest = files[0].parent / "MANIFEST.tsv"
    if not manifest.exists():
        return files
    rows = (line.split("\t") for line in manifest.read_text().splitlines())
    chosen = {row[0] for row in rows if row[6] == "mobile/app"}
    return [file for file in files if file.name in chosen]


def build(files: list[Path], target: Path, copies: int) -> tuple[int, int]:
    """Write the large file. Returns the number of packets and of bytes."""
    from tieback.intake.traffic.attribution import PacketAttribution
    from tieback.intake.traffic.capture import CaptureFile
    from tieback.intake.traffic.open import open_traffic
    from tieback.intake.traffic.pcap import PcapReader
    from tieback.intake.traffic.pcapng import PcapngReader
    from tieback.intake.traffic.problems import CaptureProblems
    from tieback.intake.traffic.signatures import SECTION

    packets: list[tuple[float, bytes]] = []
    for file in files:
        opened = open_traffic(file)
        assert isinstance(opened, CaptureFile)
        source = opened.source
        is_ng = source.buffer[:4] == SECTION
        reader = (
            PcapngReader(source, CaptureProblems(), PacketAttribution())
            if is_ng
            else PcapReader(source, CaptureProblems())
        )
        for block in reader.blocks():
            links = [block.links] * len(block.starts) if isinstance(block.links, int) else block.links.tolist()
            for start, size, when, link in zip(
                block.starts.tolist(), block.sizes.tolist(), block.times.tolist(), links, strict=True
            ):
                if link == 1:
                    packets.append((when, block.buffer[start : start + size]))
        opened.close()
    with target.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for copy in range(copies):
            for when, data in packets:
                out.write(struct.pack("<IIII", int(when) & 0xFFFFFFFF, int(when % 1 * 1e6), len(data), len(data)))
                out.write(_shifted(data, copy))
    return len(packets) * copies, target.stat().st_size


def _shifted(data: bytes, copy: int) -> bytes:
    """The packet in another network: two bytes of each address are changed."""
    places = (27, 31) if data[12:14] == b"\x08\0" else (29, 45) if data[12:14] == b"\x86\xdd" else ()
    if not copy or len(data) < 54:
        return data
    moved = bytearray(data)
    for place in places:
        moved[place] = (moved[place] + copy) & 0xFF
        moved[place + 1] = (moved[place + 1] + (copy >> 8)) & 0xFF
    return bytes(moved)


def _peers(file: Path, folder: Path) -> list[tuple[str, list[str], int]]:
    """Name, command and number of runs of each peer."""
    suricata = ["suricata", "--runmode", "single", "-k", "none", "-S", "/dev/null"]
    script = folder / "with_nfstream.py"
    script.write_text(NFSTREAM)
    every = [
        ("tcpdump -w /dev/null", ["tcpdump", "-nr", str(file), "-w", "/dev/null"], 3),
        ("ndpiReader", ["ndpiReader", "-q", "-i", str(file)], 3),
        ("Suricata, EVE, one thread", [*suricata, "-c", str(SURICATA), "-l", str(folder), "-r", str(file)], 3),
        ("tshark, 11 fields", [*TSHARK, str(file)], 1),
    ]
    found = [peer for peer in every if shutil.which(peer[1][0])]
    if NFSTREAM_PYTHON.exists():
        found.append(("nfstream, one meter", [str(NFSTREAM_PYTHON), str(script), str(file)], 1))
    return found


def run() -> str:
    """Measure, and return the report section."""
    files = captures()
    if not files:
        return "## Captures\n\nNot measured: the captures are missing.\n"
    chosen = of_apps(files)
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as name:
        folder = Path(name)
        large = folder / "large.pcap"
        packets, size = build(chosen, large, COPIES)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")  # compiled once, as in an installed package
        process(OURS, runs=1)
        start = process(OURS)
        ours = process([*OURS, str(large)], runs=5)
        leaks = process([*OURS, "--leaks", str(large)], runs=1)
        rows = [_row("tieback, process start to end", ours, size, packets, ours)]
        rows.append(_row("tieback, with leaks", leaks, size, packets, ours))
        rows += [
            _row(what, process(command, runs=runs), size, packets, ours)
            for what, command, runs in _peers(large, folder)
        ]
        large.unlink()
        return (
            f"## Captures\n\n`python -m bench traffic`: {len(chosen)} real captures of apps, "
            f"each {COPIES} times with different addresses: {packets} packets, {size / 1e6:.1f} MB. Medians of whole "
            "processes.\n\n"
            + table(["what", "CPU s", "MB/s", "thousand packets/s", "peak MiB", "x tieback"], rows)
            + f"\nProcess start takes {start[1]:.2f} s of tieback's CPU time.\n\n"
            + _sizes(chosen, folder, start[1])
            + _small(files, start[1])
            + _names(files)
        )


OURS = [sys.executable, "-m", "bench.flows"]


def _sizes(files: list[Path], folder: Path, start: float) -> str:
    """Cost per byte in files of several sizes."""
    largest = int(os.environ.get("TIEBACK_BENCH_LARGEST_MB", LARGEST_MB))
    largest = min(largest, shutil.disk_usage(folder).free // 2_000_000)
    probe = folder / "probe.pcap"
    _, one = build(files, probe, 1)
    probe.unlink()
    rows: list[list[str]] = []
    for size in (10, 100, 1000, largest):
        copies = min(max(round(size * 1e6 / one), 1), 65_535)
        if size > largest or (rows and copies <= int(rows[-1][1])):
            continue
        file = folder / "sized.pcap"
        packets, written = build(files, file, copies)
        _, cpu, peak = process([*OURS, str(file)], runs=1)
        file.unlink()
        each = (cpu - start) / packets * 1e6
        rows.append([f"{written / 1e6:.0f}", str(copies), f"{packets}", f"{cpu:.2f}", f"{each:.2f}", f"{peak:.0f}"])
    return table(["MB", "copies", "packets", "CPU s", "µs per packet, without start", "peak MiB"], rows) + "\n"


def _small(files: list[Path], start: float) -> str:
    """Many small files in one process."""
    total = sum(file.stat().st_size for file in files)
    each = (process([*OURS, *map(str, files)])[1] - start) / len(files)
    lines = [["tieback, one process, without start", f"{each * 1000:.2f}", "1.0"]]
    if shutil.which("tshark"):
        sample = files[:: max(len(files) // 20, 1)]
        theirs = sum(process([*TSHARK, str(file)], runs=1)[1] for file in sample) / len(sample)
        lines.append(["tshark, one process per file", f"{theirs * 1000:.2f}", f"{theirs / each:.0f}"])
    return f"{len(files)} small files, {total / 1e6:.1f} MB:\n\n" + table(
        ["what", "CPU ms per file", "x tieback"], lines
    )


def _names(files: list[Path]) -> str:
    """Share of ClientHellos over TCP with the same name as in tshark."""
    if not shutil.which("tshark"):
        return ""
    equal, total = same_names(files)
    return f"\nThe server name is the same as in tshark on {equal} of {total} TCP flows with a server name.\n"


def same_names(files: list[Path]) -> tuple[int, int]:
    """Number of TCP flows whose server names are those of tshark, and of all that have one there."""
    from tieback.intake.traffic.open import open_traffic

    equal = total = 0
    for file in files:
        said = subprocess.run([*HELLOS, str(file)], capture_output=True, text=True, check=False).stdout
        theirs: dict[tuple[tuple[str, ...], ...], set[str]] = {}
        for line in said.splitlines():
            theirs.setdefault(_ends(line), set()).add(line.rpartition("\t")[2].partition(",")[0].lower())
        opened = open_traffic(file)
        ours: dict[tuple[str, ...], set[str]] = {}
        for flow in (seen.flow for seen in opened.flows()):
            if flow.transport == "tcp" and flow.tls and flow.tls.sni:
                client = (flow.client.ip, str(flow.client.port))
                # The server of such a flow is the one behind the proxy; tshark prints the proxy.
                server = () if PROXIED in flow.detail else (flow.server.ip, str(flow.server.port))
                ours.setdefault((*client, *server), set()).add(flow.tls.sni.lower())
        opened.close()
        total += len(theirs)
        equal += sum(any(names in (ours.get(key), ours.get(key[:2])) for key in keys) for keys, names in theirs.items())
    return equal, total


def _ends(line: str) -> tuple[tuple[str, ...], ...]:
    """Client and server of a line of tshark, as tieback may state them: in a tunnel, tshark prints all addresses.

    The addresses of one version stand in the order of their headers, so the inner ones are the last of one version.
    """
    source4, source6, source_port, target4, target6, target_port, _ = line.split("\t")
    pairs = ((source4, target4), (source6, target6))
    inner = [(one.rpartition(",")[2], other.rpartition(",")[2]) for one, other in pairs if one]
    return tuple((one, source_port, other, target_port) for one, other in inner)


PROXIED = "through a proxy"
"""Detail of a flow that was found inside the conversation with a proxy."""
HELLOS = [
    "tshark", "-n", "-Y", "tls.handshake.extensions_server_name && tcp", "-T", "fields", "-e", "ip.src", "-e",
    "ipv6.src", "-e", "tcp.srcport", "-e", "ip.dst", "-e", "ipv6.dst", "-e", "tcp.dstport", "-e",
    "tls.handshake.extensions_server_name", "-r",
]  # fmt: skip


def _row(
    what: str, measured: tuple[float, float, float], size: int, packets: int, ours: tuple[float, float, float]
) -> list[str]:
    _, cpu, peak = measured
    speed, rate = size / cpu / 1e6, packets / cpu / 1e3
    return [what, f"{cpu:.2f}", f"{speed:.0f}", f"{rate:.0f}", f"{peak:.0f}", f"{cpu / ours[1]:.2f}"]
