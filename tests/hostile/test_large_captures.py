"""Files of 1 GB with traffic: ``tieback traffic`` reads them in little memory, whatever their shape."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

pytestmark = [pytest.mark.more, pytest.mark.timeout(900)]

GIGABYTE = 1_000_000_000
BAR = 150
"""MiB of the largest process."""
_CHILD = """
import resource, subprocess, sys
with open(sys.argv[1], "wb") as out:
    done = subprocess.run([sys.executable, "-m", "tieback", *sys.argv[2:]], stdout=out, stderr=subprocess.PIPE)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.stderr.buffer.write(done.stderr)
"""


def entry(number: int, body: str) -> str:
    headers = [{"name": f"X-Header-{at}", "value": "v" * 40} for at in range(20)]
    url = f"https://api{number % 50}.workhub.test/v1/{number}"
    answer = {"status": 200, "headers": headers, "content": {"size": len(body), "text": body}}
    return json.dumps({"request": {"method": "GET", "url": url, "headers": headers}, "response": answer})


def many_entries(file: BinaryIO) -> int:
    file.write(b'{"log":{"version":"1.2","entries":[')
    count = size = 0
    while size < GIGABYTE:
        size += file.write(("," * bool(count) + entry(count, '{"a":"' + "x" * 10_000 + '"}')).encode())
        count += 1
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


@pytest.mark.parametrize("make", [many_entries, one_body, white_space, one_entry_of_many_values, mitmproxy_body])
def test_a_gigabyte_is_read_in_little_memory(tmp_path: Path, make: Callable[[BinaryIO], int]) -> None:
    path, out = tmp_path / "large", tmp_path / "out"
    with path.open("wb") as file:
        count = make(file)
    try:
        words = [sys.executable, "-c", _CHILD, str(out), "traffic", str(path), "--format", "json"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=800, check=True)
    finally:
        path.unlink()
    code, peak = map(int, done.stdout.split())
    assert (code, len(out.read_bytes().splitlines())) == (0, count), done.stderr
    assert peak <= BAR
