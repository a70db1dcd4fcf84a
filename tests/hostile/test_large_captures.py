"""Large files with traffic: ``tieback traffic`` and ``tieback scan`` read them in little memory, whatever their shape.

Every file is written in the test's own folder and removed after it. The smaller variant runs by default: it has many
short flows, so a command that keeps each of them needs much more memory than its limit.
"""

import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_logs import EVE_TLS, FORTI, SQUID, UMBRELLA, ZEEK_CONN, ZEEK_HTTP, ZSCALER, eve

GIGABYTE = 1_000_000_000
BAR = 150
"""MiB of private memory of the largest process. The code of the libraries is shared by all processes, and reclaimable:
the kernel counts about 100 MiB of it for a process that reads Parquet and queries it."""
GROWTH = 30
"""MiB that the largest process may need beyond what it needs for a file with one flow, code of libraries included."""
_CHILD = """
import json, os, resource, subprocess, sys, time
with open(sys.argv[1], "wb") as out:
    done = subprocess.Popen([sys.executable, "-m", "tieback", *sys.argv[2:]], stdout=out, stderr=subprocess.PIPE)
    os.set_blocking(done.stderr.fileno(), False)
    private, shared, turn, said = 0, 0, 0, b""
    while done.poll() is None:
        said += done.stderr.read() or b""
        family = [done.pid]
        for pid in family:
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as file:
                    family += map(int, file.read().split())
                with open(f"/proc/{pid}/status") as file:
                    sizes = dict(line.split(":", 1) for line in file)
                private = max(private, sum(int(sizes[name].split()[0]) for name in ("RssAnon", "RssShmem", "VmSwap")))
                if turn % 10 == 0:
                    with open(f"/proc/{pid}/smaps_rollup") as file:
                        (share,) = (int(line.split()[1]) for line in file if line.startswith("Pss:"))
                    shared = max(shared, share)
            except (OSError, KeyError, ValueError):
                pass
        turn += 1
        time.sleep(0.02)
    said += done.stderr.read() or b""
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sizes = [size // 1024 for size in (private, shared, used.ru_maxrss)]
print(json.dumps([done.returncode, *sizes, used.ru_utime + used.ru_stime]))
sys.stderr.buffer.write(said)
"""


def entry(number: int, body: str) -> str:
    headers = [{"name": f"X-Header-{at}", "value": "v" * 40} for at in range(20)]
    url = f"https://api{number % 50}.workhub.test/v1/{number}"
    answer = {"status": 200, "headers": headers, "content": {"size": len(body), "text": body}}
    return json.dumps({"request": {"method": "GET", "url": url, "headers": headers}, "response": answer})


def many_entries(file: BinaryIO) -> int:
    file.write(b'{"log":{"version":"1.2","entries":[')
    count = written = 0
    while written < GIGABYTE:
        written += file.write(("," * bool(count) + entry(count, '{"a":"' + "x" * 10_000 + '"}')).encode())
        count += 1
    file.write(b"]}}")
    return count


def short_entries(file: BinaryIO, count: int) -> int:
    file.write(b'{"log":{"version":"1.2","entries":[')
    for number in range(count):
        url = f"https://api{number % 50}.workhub.test/v1/{number}"
        one = {"request": {"method": "GET", "url": url, "headers": []}, "response": {"status": 200}}
        file.write(("," * bool(number) + json.dumps(one)).encode())
    file.write(b"]}}")
    return count


def one_body(file: BinaryIO) -> int:
    head, tail = entry(0, "BODY").split("BODY")
    file.write(f'{{"log":{{"version":"1.2","entries":[{head}'.encode())
    file.writelines(b'QUJ\\"' * (1 << 18) for _ in range(GIGABYTE >> 20))
    file.write(f"{tail},{entry(1, 'x')}]}}}}".encode())
    return 2


def white_space(file: BinaryIO) -> int:
    file.write(b'{"log":{"version":"1.2","entries":[')
    file.writelines(b" " * (1 << 20) for _ in range(GIGABYTE >> 20))
    file.write(f"{entry(0, 'x')}]}}}}".encode())
    return 1


def one_entry_of_many_values(file: BinaryIO) -> int:
    file.write(b'{"log":{"version":"1.2","entries":[{"zz":[')
    file.writelines(b'{"a":1},' * (1 << 17) for _ in range(GIGABYTE // 8 >> 20))
    file.write(f"7]}},{entry(0, 'x')}]}}}}".encode())
    return 1


def mitmproxy_body(file: BinaryIO) -> int:
    def value(data: bytes, kind: bytes) -> bytes:
        return str(len(data)).encode() + b":" + data + kind

    def pair(name: str, data: bytes) -> bytes:
        return value(name.encode(), b";") + data

    fields = (
        pair("method", value(b"GET", b",")) + pair("scheme", value(b"http", b",")) + pair("path", value(b"/", b","))
    )
    fields += pair("host", value(b"api.workhub.test", b";")) + pair("port", value(b"80", b"#"))
    start = pair("version", value(b"21", b"#")) + pair("type", value(b"http", b";"))
    fields += value(b"content", b";") + str(GIGABYTE).encode() + b":"
    request = len(fields) + GIGABYTE + 1
    start += value(b"request", b";") + str(request).encode() + b":" + fields
    file.write(str(len(start) + GIGABYTE + 2).encode() + b":" + start)
    file.seek(GIGABYTE, 1)
    file.write(b",}}")
    return 1


def packets(size: int) -> Iterator[bytes]:
    """Ethernet frames of HTTP requests with long answers, each in a connection of its own."""
    written = count = 0
    while written < size:
        host = f"api{count % 50}.workhub.test"
        server = f"10.0.{count % 50}.1"
        ask = f"GET /v1/{count} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000
        port = 1024 + count % 60_000
        for frame in exchange(port, server, ask, answer):
            written += len(frame)
            yield frame
        count += 1


def exchange(port: int, server: str, ask: bytes, answer: bytes) -> Iterator[bytes]:
    here, there = bytes([10, 9, port >> 8, port & 255]), bytes(map(int, server.split(".")))

    def frame(source: bytes, target: bytes, ports: tuple[int, int], at: int, flags: int, data: bytes = b"") -> bytes:
        tcp = struct.pack(">HHIIBBHHH", *ports, at, 1, 5 << 4, flags, 65535, 0, 0) + data
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, source, target)
        return b"\2" * 12 + b"\x08\0" + head + tcp

    out, back = (port, 80), (80, port)
    yield frame(here, there, out, 0, 2)
    yield frame(there, here, back, 0, 0x12)
    yield frame(here, there, out, 1, 0x18, ask)
    for at in range(0, len(answer), 1400):
        yield frame(there, here, back, 1 + at, 0x18, answer[at : at + 1400])
    yield frame(here, there, out, 1 + len(ask), 0x11)
    yield frame(there, here, back, 1 + len(answer), 0x11)


def pcap(file: BinaryIO, size: int = GIGABYTE) -> int:
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    count = 0
    for at, frame in enumerate(packets(size)):
        file.write(struct.pack("<IIII", 1_700_000_000 + at // 1000, at % 1000, len(frame), len(frame)) + frame)
        count += frame[47] == 2  # the flags of a first packet
    return count


def pcapng(file: BinaryIO, size: int = GIGABYTE) -> int:
    file.write(wire.section() + wire.interface(1))
    count = 0
    for at, frame in enumerate(packets(size)):
        file.write(wire.enhanced(frame, at * 1000))
        count += frame[47] == 2
    return count


EVE_HTTP = eve(
    "http", dest_port=80, http={"hostname": "api.workhub.test", "url": "/v1", "http_method": "GET", "status": 200}
)
LOGS = {
    "squid": (SQUID, "/v1", 8000, GIGABYTE),
    "zscaler": (ZSCALER, "/v1", 8000, GIGABYTE),
    "zeek http": (ZEEK_HTTP, "_search", 8000, GIGABYTE),
    "zeek conn": (ZEEK_CONN, "SF", 0, GIGABYTE // 20),
    "eve http": (EVE_HTTP, "/v1", 8000, GIGABYTE),
    "eve tls": (EVE_TLS, "CN=x", 8000, GIGABYTE),
    "fortigate": (f'{FORTI.rstrip()} msg="x"', 'msg="', 8000, GIGABYTE),
    "umbrella": (UMBRELLA, "Business", 8000, GIGABYTE),
}
"""A line of each log, after which text it is made longer, by how many characters, and the size of the file. Most lines
are long, because a gigabyte of short ones takes many minutes to read; the files with short lines are smaller."""


def log(file: BinaryIO, line: str, after: str, longer: int, size: int = GIGABYTE) -> int:
    head, _, row = line.rstrip("\n").rpartition("\n")
    before, _, behind = row.partition(after)
    text = f"{before}{after}{'x' * longer}{behind}\n"
    file.write(f"{head}\n".encode() if head else b"")
    count = written = 0
    while written < size:
        many = "".join(text.replace("api.workhub.test", f"api{(count + at) % 50}.workhub.test") for at in range(100))
        written += file.write(many.encode())
        count += 100
    return count


def run(folder: Path, words: Sequence[str], path: Path) -> tuple[int, int, bytes]:
    """MiB of private memory, MiB with the code of libraries (both of the largest process), and the output."""
    out = folder / "out"
    more = ["--workspace", str(folder / "ws")] if words[0] == "scan" else []
    command = [sys.executable, "-c", _CHILD, str(out), *words, str(path), "--format", "json", *more]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1700, check=True)
    code, private, shared, resident, seconds = json.loads(done.stdout)
    # For docs/benchmarks: pytest -s shows it.
    sizes = f"private {private}, PSS {shared}, resident {resident} MiB"
    sys.stdout.write(f"{' '.join(words)} {path.name}: {sizes}, {seconds:.0f} s of CPU\n")
    assert code == 0, done.stderr
    return private, resident, out.read_bytes()


def flows_of(command: str, output: bytes) -> int:
    if command == "traffic":
        return output.count(b"\n")
    (capture,) = json.loads(output)["captures"]
    assert all("too large and was not read" in problem["what"] for problem in capture["problems"])
    assert len(capture["problems"]) == (1 if "many_values" in capture["path"] else 0)
    return int(capture["flows"])


@pytest.fixture(scope="module")
def one_flow(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """MiB that the largest process needs for one flow, by command."""
    folder = tmp_path_factory.mktemp("small")
    with (folder / "one.har").open("wb") as file:
        short_entries(file, 1)
    return {command: run(folder, [command], folder / "one.har")[1] for command in ("traffic", "scan")}


@pytest.mark.parametrize("command", ["traffic", pytest.param("scan", marks=pytest.mark.more)])
def test_many_flows_need_little_more_memory_than_one(tmp_path: Path, one_flow: dict[str, int], command: str) -> None:
    path = tmp_path / "many.har"
    with path.open("wb") as file:
        count = short_entries(file, 30_000)
    private, resident, output = run(tmp_path, [command], path)
    path.unlink()
    assert flows_of(command, output) == count
    assert private <= BAR
    assert resident - one_flow[command] <= GROWTH


type Make = Callable[[BinaryIO], int]

ARCHIVES: dict[str, Make] = {
    "many_entries.har": many_entries,
    "one_body.har": one_body,
    "white_space.har": white_space,
    "one_entry_of_many_values.har": one_entry_of_many_values,
    "body.mitm": mitmproxy_body,
    "run.pcap": pcap,
    "run.pcapng": pcapng,
}
# A scan takes a file for a log if its name claims traffic.
LOG_FILES: dict[str, Make] = {
    f"{name.replace(' ', '_')}.flow": partial(log, line=line, after=after, longer=longer, size=size)
    for name, (line, after, longer, size) in LOGS.items()
}
LARGE = {**ARCHIVES, **LOG_FILES}


@pytest.mark.more
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("command", ["traffic", "scan"])
def test_a_gigabyte_is_read_in_little_memory(tmp_path: Path, one_flow: dict[str, int], command: str, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        count = LARGE[name](file)
    try:
        private, resident, output = run(tmp_path, [command], path)
    finally:
        path.unlink()
    assert flows_of(command, output) == count
    assert private <= BAR
    # A capture of packets keeps up to 20,000 conversations, and 24 MiB of their contents.
    assert resident - one_flow[command] <= GROWTH * 2
