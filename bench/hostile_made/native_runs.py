"""Native libraries whose functions are run: loops, memory, tables and code that are built to take time.

The code is written by hand for x86-64: ``EB FE`` jumps to itself, ``FF 15`` calls a function of another library.
"""

import struct
from collections.abc import Callable, Mapping, Sequence

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind, coded, connect, smali

_TEXT = "Ljava/lang/String;"
_BOTH = (OWN, LAST)
_NEW_TEXT, _REGISTER, _FIND_CLASS, _NEW_LONGS, _NEW_OBJECTS = 8 * 167, 8 * 215, 8 * 6, 8 * 180, 8 * 172
"""Places of functions in the table of JNI."""
_LOOP = b"\xeb\xfe"
_BSS = 3 << 20
"""Bytes of memory behind the file, which are zero."""


def library(
    functions: Mapping[str, bytes],
    *,
    imports: Sequence[str] = (),
    initialisers: int = 0,
    relocations: bytes = b"",
    compact: bytes = b"",
    symbols: int = 0,
) -> bytes:
    """A shared library for x86-64: one segment with everything, and memory of zeros behind it.

    Args:
        functions: code by name. ``r12`` of a function is not kept; ``LAST`` is at address 64 + 2 * 56.
        imports: functions of other libraries; the addresses are in a table behind the text, 8 bytes each.
        initialisers: how often the first function runs when the library is loaded.
        relocations: rows behind those of the imports.
        compact: relative relocations in the compact form.
        symbols: more symbols.
    """
    parts = bytearray(64 + 2 * 56)
    parts += f"https://{LAST}/v".encode().ljust(64, b"\0")
    table = len(parts)
    parts += bytes(8 * len(imports))
    places = {}
    for name, code in functions.items():
        places[name] = len(parts)
        parts += code
    parts += bytes(-len(parts) % 8)
    begins = len(parts)
    parts += struct.pack("<Q", 0) * initialisers
    rows = bytearray(24)
    names = bytearray(b"\0")
    for name in (*imports, *places):
        at = places.get(name, 0)
        rows += struct.pack("<IBBHQQ", len(names), 0x12, 0, 1 if at else 0, at, 8)
        names += name.encode() + b"\0"
    rows += struct.pack("<IBBHQQ", 1, 0x11, 0, 1, 64, 8) * symbols
    rela = b"".join(struct.pack("<QQq", table + 8 * k, (k + 1) << 32 | 6, 0) for k in range(len(imports)))
    first = next(iter(places.values()))
    rela += b"".join(struct.pack("<QQq", begins + 8 * k, 8, first) for k in range(initialisers)) + relocations
    tables = {}
    for key, content in (("rows", bytes(rows)), ("names", bytes(names)), ("rela", rela), ("relr", compact)):
        tables[key] = len(parts)
        parts += content + bytes(-len(content) % 8)
    dynamic = len(parts)
    tags = [
        (5, tables["names"]),
        (6, tables["rows"]),
        (7, tables["rela"]),
        (8, len(rela)),
        (36, tables["relr"]),
        (35, len(compact)),
    ]
    tags += [(25, begins), (27, 8 * initialisers), (0, 0)]
    parts += b"".join(struct.pack("<QQ", *one) for one in tags)
    size = len(parts)
    parts[:64] = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    parts[64 : 64 + 56] = struct.pack("<IIQQQQQQ", 1, 7, 0, 0, 0, size, size + _BSS, 4096)
    parts[64 + 56 : 64 + 112] = struct.pack("<IIQQQQQQ", 2, 6, dynamic, dynamic, dynamic, 16 * len(tags), 0, 8)
    return bytes(parts)


def last() -> bytes:
    """A function that returns the address of the text at 176: ``mov rax, [rdi]; lea rsi, [text]; jmp [rax + …]``."""
    # The text has a fixed place, so the code finds it by its address: a library is loaded at 0x100000.
    return b"\x48\x8b\x07\xbe" + struct.pack("<I", 0x100000 + 176) + b"\xff\xa0" + struct.pack("<I", _NEW_TEXT)


def _jni(offset: int) -> bytes:
    """Call a function of JNI: ``mov rax, [rdi]; call [rax + offset]``; ``rbx`` keeps the environment."""
    return b"\x48\x89\xdf\x48\x8b\x07\xff\x90" + struct.pack("<I", offset)


def _again(body: bytes) -> bytes:
    """``mov rbx, rdi`` and a loop around ``body``."""
    return b"\x48\x89\xfb" + body + b"\xe9" + struct.pack("<i", -len(body) - 5)


def _called(function: int, *arguments: int) -> bytes:
    """Call an import by its number with numbers as arguments (``rdi``, ``rsi``, ``rdx``)."""
    moves = (b"\x48\xbf", b"\x48\xbe", b"\x48\xba")
    load = b"".join(move + struct.pack("<Q", value) for move, value in zip(moves, arguments, strict=False))
    return load + b"\xff\x14\x25" + struct.pack("<I", 0x100000 + 240 + 8 * function)


def _app(n: int, libraries: Sequence[bytes], *, prefix: str = "f") -> Files:
    """An app that contacts what ``n`` native methods return, and what the method ``last`` returns."""
    methods = "".join(
        f".method public static native {name}(){_TEXT}\n.end method\n"
        for name in ("last", *(f"{prefix}{k}" for k in range(n)))
    )
    use = "".join(
        f"invoke-static {{}}, Lshop/Api;->{name}(){_TEXT}\nmove-result-object v0\n{connect()}"
        for name in (*(f"{prefix}{k}" for k in range(n)), "last")
    )
    files = [(f"lib/x86_64/lib{k:04}.so", one) for k, one in enumerate(libraries)]
    return [*files, *coded(smali("shop/Api", methods), body=use)]


def _same(n: int, code: bytes, libraries: int = 1, **more: object) -> Files:
    """``n`` methods with the same code in each of some libraries, and a method that returns the address."""
    last_one = {"Java_shop_Api_last": last()}
    made = []
    for number in range(libraries):
        mine = {f"Java_shop_Api_f{k}": code for k in range(number, n, libraries)} or {f"Java_shop_Api_x{number}": code}
        made.append(library({**mine, **last_one}, **more))  # type: ignore[arg-type]
        last_one = {}
    return _app(n, made)


def loops(n: int) -> Files:
    """Methods that never end."""
    return _same(n, _LOOP)


def recursion(n: int) -> Files:
    """Methods that call themselves without end: ``call $``."""
    return _same(n, b"\xe8\xfb\xff\xff\xff")


def initialisers(n: int) -> Files:
    """Libraries with 64 functions each that run first and never end."""
    return _same(n, _LOOP, n, initialisers=64)


def straight(n: int) -> Files:
    """Functions of nothing but different instructions, without a loop: ``mov eax, number``."""
    code = b"".join(b"\xb8" + struct.pack("<I", k) for k in range(30_000)) + b"\xc3"
    return _same(n, code)


def overlapping(n: int) -> Files:
    """Code that is run from each of its bytes: ``jmp`` into the middle of instructions."""
    # 48 B8 and eight bytes: one move, or, from the third byte on, other instructions.
    code = b"".join(b"\x48\xb8\x90\x90\x90\x90\xeb\x01\x90\x90" for _ in range(10_000)) + b"\xc3"
    return _same(n, b"\xeb\x01" + code)


def changing(n: int) -> Files:
    """Code that writes to itself: ``inc dword [rip - 4]`` in a loop."""
    return _same(n, b"\xff\x05\xfc\xff\xff\xff\xeb\xf8")


_TOUCH = b"\x48\xc7\xc0" + struct.pack("<I", 0x100000) + b"\xc6\x00\x01\x48\x05\x00\x10\x00\x00\xeb\xf5"
"""A write to each page: ``mov rax, base``, then ``mov byte [rax], 1; add rax, 4096`` without end."""


def pages(n: int) -> Files:
    """Libraries that each touch all memory that they have."""
    return _same(n, _TOUCH, n)


def compact(n: int) -> Files:
    """Compact relocations of very many places, and a function that touches all pages."""
    rows = struct.pack("<Q", 4096) + struct.pack("<Q", (1 << 64) - 1) * n
    return _same(20, _TOUCH, 4, compact=rows)


def relocations(n: int) -> Files:
    """Very many relocations of one place by name, in several libraries."""
    rows = struct.pack("<QQq", 4096, 1 << 32 | 1, -1) * n
    return _same(40, _TOUCH, 4, relocations=rows)


def symbols(n: int) -> Files:
    """Libraries with very many symbols."""
    return _same(40, _TOUCH, 4, symbols=n)


def copied(n: int) -> Files:
    """Methods that copy a mebibyte again and again."""
    bss = 0x100000 + 0x10000
    return _same(n, _again(_called(0, bss, bss + (1 << 20), 1 << 20)), imports=("memcpy",))


def measured(n: int) -> Files:
    """Methods that look for the end of a long text again and again."""
    bss = 0x100000 + 0x10000
    fill = _called(0, bss, 0x61, 65_000)
    return _same(n, b"\x48\x89\xfb" + fill + _again(_called(1, bss, bss)), imports=("memset", "strstr"))


def long_arrays(n: int) -> Files:
    """Methods that make long arrays again and again: ``mov esi, 65536``."""
    return _same(n, _again(b"\xbe\x00\x00\x01\x00" + _jni(_NEW_LONGS)))


def object_arrays(n: int) -> Files:
    """The same with arrays of objects."""
    return _same(n, _again(b"\xbe\x00\x00\x01\x00\x31\xd2\x31\xc9" + _jni(_NEW_OBJECTS)))


def registered(n: int) -> Files:
    """A library that registers a thousand methods again and again, and methods without a name of their own."""
    text, rows = 0x100000 + 176, 0x100000 + 0x10000
    # find the class by the text, then RegisterNatives(env, class, rows, 1000); each row is three times the text.
    fill = b"\x48\xb8" + struct.pack("<Q", rows) + b"\xb9" + struct.pack("<I", 3_000)
    fill += b"\x48\xc7\x00" + struct.pack("<I", text) + b"\x48\x83\xc0\x08\xff\xc9\x75\xf1"
    find = b"\xbe" + struct.pack("<I", text) + _jni(_FIND_CLASS) + b"\x48\x89\xc6"
    call = b"\x48\xba" + struct.pack("<Q", rows) + b"\xb9\xe8\x03\x00\x00" + _jni(_REGISTER)
    # env is the first function of the machine: GetEnv(vm, &env, version) is left out, the address is fixed.
    begin = b"\x48\xbf" + struct.pack("<Q", 0x7A00_0000_0000) + b"\x48\x89\xfb"
    load = begin + fill + _again(find + call)
    made = library({"JNI_OnLoad": load, "Java_shop_Api_last": last()})
    return _app(n, [made], prefix="g")


def vectors(n: int) -> Files:
    """Methods with slow instructions on vectors in a loop."""
    body = b"\x66\x0f\xf5\xc1\x66\x0f\xf6\xc1\x66\x0f\x63\xc1\x66\x0f\x60\xc1" * 8
    return _same(n, body + b"\xe9" + struct.pack("<i", -len(body) - 5))


def moved(n: int) -> Files:
    """Methods that copy and fill memory with one instruction, in a loop: ``rep movsb``, ``rep stosb``."""
    place, most = struct.pack("<Q", 0x100000 + 0x10000), struct.pack("<Q", 1 << 20)
    body = b"\x48\xbf" + place + b"\x48\xbe" + place
    body = body + b"\x48\xb9" + most + b"\xf3\xaa" + body + b"\x48\xb9" + most + b"\xf3\xa4"
    return _same(n, body + b"\xe9" + struct.pack("<i", -len(body) - 5))


def _kind(name: str, what: str, n: int, make: Callable[[int], Files], small: int = 3, *, unread: bool = True) -> Kind:
    return Kind(f"native-run-{name}", f"Library that is run: {what}", n, small, make, _BOTH, unread)


KINDS = (
    _kind("loops", "methods that never end", 500, loops),
    _kind("recursion", "methods that call themselves", 500, recursion, unread=False),
    _kind("initialisers", "libraries with 64 functions at load that never end", 100, initialisers),
    _kind("straight", "methods with 30,000 different instructions", 6, straight),
    _kind("overlapping", "methods that jump into the middle of instructions", 10, overlapping, unread=False),
    _kind("changing", "methods that change their code", 300, changing),
    _kind("pages", "libraries that touch all their memory", 100, pages, unread=False),
    _kind("compact", "compact relocations in four libraries", 10_000, compact, 10, unread=False),
    _kind("relocations", "relocations by name in four libraries", 40_000, relocations, 10, unread=False),
    _kind("symbols", "symbols of four libraries", 40_000, symbols, 10, unread=False),
    _kind("copies", "methods that copy a mebibyte without end", 300, copied),
    _kind("measured", "methods that search a long text without end", 300, measured),
    _kind("arrays", "methods that make arrays of numbers without end", 300, long_arrays),
    _kind("object-arrays", "methods that make arrays of objects without end", 300, object_arrays),
    _kind("registered", "methods that are registered without end", 1_000, registered),
    _kind("vectors", "methods with slow instructions of vectors", 300, vectors),
    _kind("moved", "methods that copy memory with one instruction", 300, moved),
)
