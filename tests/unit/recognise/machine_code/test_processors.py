"""The interpreters compute what a processor computes: functions of ``native/calc.c``, compiled in several ways."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.recognise.machine_code.arm64 import Arm64
from tieback.recognise.machine_code.cpu import RETURN, Cpu
from tieback.recognise.machine_code.elf import ARM64, BASE, X86_64, Library
from tieback.recognise.machine_code.libc import FUNCTIONS
from tieback.recognise.machine_code.memory import PAGE, Memory, NotRunnableError
from tieback.recognise.machine_code.x86_64 import X8664

NATIVE = Path(__file__).parent / "native"
LIBRARIES = ("arm64-O0", "arm64-O3", "x86_64-O0", "x86_64-O3", "x86_64-sse4")
PROCESSORS: dict[int, type[Cpu]] = {ARM64: Arm64, X86_64: X8664}
MANY = 1_000_000
AT = 0x40_0000


def truths() -> Iterator[tuple[str, bytes, int, bytes]]:
    with (NATIVE / "calc.tsv").open(encoding="ascii") as lines:
        for row in csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t"):
            yield row[0], bytes.fromhex(row[1]), int(row[2], 16), bytes.fromhex(row[3])


TRUTHS = tuple(truths())


def computed(library: Library, name: str, before: bytes) -> tuple[int, bytes]:
    memory = Memory(library.page)
    cpu = PROCESSORS[library.machine](memory)
    place = memory.allocate_bytes(before + bytes(16))
    cpu.begin(library.symbol(name), [place, len(before)])
    cpu.run(MANY)
    while cpu.pc != RETURN:
        cpu.give(FUNCTIONS[library.imported(cpu.pc)](cpu))
        cpu.run(MANY)
    return cpu.result, memory.read(place, len(before))


def different(library: Library) -> list[str]:
    return [
        f"{name} of {before.hex()}" for name, before, *after in TRUTHS if [*computed(library, name, before)] != after
    ]


@pytest.mark.parametrize("name", LIBRARIES)
def test_functions_give_what_a_processor_gives(name: str) -> None:
    assert different(Library((NATIVE / f"calc-{name}.so").read_bytes())) == []


@pytest.mark.more
@pytest.mark.parametrize("level", ["-O0", "-O1", "-O2", "-O3", "-Os"])
@pytest.mark.parametrize("compiler", ["gcc", "aarch64-linux-gnu-gcc", "clang"])
def test_functions_of_every_compiler_give_what_a_processor_gives(compiler: str, level: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    library = tmp_path / "calc.so"
    options = [compiler, level, "-shared", "-fPIC", "-o", str(library), str(NATIVE / "calc.c")]
    subprocess.run(options, check=True, capture_output=True)
    assert different(Library(library.read_bytes())) == []


@given(
    st.binary(min_size=16, max_size=200),
    st.sampled_from([Arm64, X8664]),
    st.lists(st.integers(0, 2**64 - 1), max_size=8),
)
@settings(max_examples=1_500, deadline=None)
def test_any_bytes_as_code_end_within_their_steps(code: bytes, kind: type[Cpu], values: list[int]) -> None:
    page = code.ljust(PAGE, b"\xff")
    cpu = kind(Memory(lambda number: page if number == AT // PAGE else None))
    cpu.begin(AT, values)
    with suppress(NotRunnableError):
        cpu.run(500)
    assert cpu.steps <= 501 + 65_536


@pytest.mark.parametrize("kind", [Arm64, X8664])
@given(word=st.integers(0, 2**32 - 1), values=st.lists(st.integers(0, 2**64 - 1), min_size=8, max_size=8))
@settings(max_examples=3_000, deadline=None)
def test_any_instruction_has_an_effect_or_is_not_known(kind: type[Cpu], word: int, values: list[int]) -> None:
    page = (word.to_bytes(4, "little") + values[0].to_bytes(8, "little")).ljust(PAGE, b"\0")
    cpu = kind(Memory(lambda number: page if number == AT // PAGE else None))
    cpu.begin(AT, values)
    if isinstance(cpu, Arm64):
        cpu.v[:8] = [value << 64 | value for value in values]
    else:
        assert isinstance(cpu, X8664)
        cpu.v[:8] = [value << 64 | value for value in values]
    with suppress(NotRunnableError):
        cpu.run(1)
    assert all(0 <= value < 2**64 for value in (cpu.x if isinstance(cpu, Arm64) else cpu.r))
    assert all(0 <= value < 2**128 for value in cpu.v)


def test_code_reads_no_memory_beside_its_own() -> None:
    memory = Memory(lambda number: bytes(PAGE) if number == BASE // PAGE else None)
    for address in (0, BASE - 1, BASE + PAGE, 0x7FFF_FFFF_F000, 2**64 - 8):
        with pytest.raises(NotRunnableError):
            memory.read(address, 1)
        with pytest.raises(NotRunnableError):
            memory.write(address, b"a")
    assert memory.read(BASE, PAGE) == bytes(PAGE)
