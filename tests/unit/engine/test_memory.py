import subprocess
import sys

import pytest

from tieback.engine.memory import ALLOCATOR, resident_bytes


def test_resident_grows_with_what_is_held() -> None:
    before = resident_bytes()
    held = bytearray(64 * 1024**2)
    for page in range(0, len(held), 4096):
        held[page] = 1
    assert 60 * 1024**2 < resident_bytes() - before < 80 * 1024**2


def test_ended_process_uses_no_memory() -> None:
    assert resident_bytes(2**22 + 1) == 0


@pytest.mark.parametrize(
    ("allocate", "error"),
    [
        ("bytearray(1 << 28)", "MemoryError"),
        ("pyarrow.allocate_buffer(1 << 28)", "ArrowMemoryError"),
        ("duckdb.execute('select list(range) from range(100000000)').fetchall()", "OutOfMemoryException"),
    ],
)
def test_memory_limit_applies_to_python_and_libraries(allocate: str, error: str) -> None:
    code = f"""
import duckdb, hyperscan, pyarrow
from tieback.engine.memory import limit_growth
duckdb.execute("set threads = 2; select 1")
limit_growth(128 << 20)
pyarrow.array(range(100000))
duckdb.execute("select sum(range) from range(1000000)").fetchall()
database = hyperscan.Database()
database.compile(expressions=[b"https?://[a-z]+"], flags=[0])
try:
    {allocate}
except Exception as error:
    print(type(error).__name__)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], env=ALLOCATOR, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout.strip() == error, run.stderr
