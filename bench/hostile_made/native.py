"""Compiled code that is not Dalvik's: ELF libraries, Hermes bytecode, Flutter, Unity, .NET."""

import struct

import numpy as np

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind, coded, connect, smali
from tests.unit.intake.apps.test_dart import MARK, number
from tests.unit.intake.apps.test_dotnet import assembly, store
from tests.unit.intake.apps.test_unity_bundle import bundle
from tests.unit.recognise.hermes.assemble import Line, assemble

_LIBRARY = "lib/x86_64/libshop.so"
_BUNDLE = "assets/index.android.bundle"
_BOTH = (OWN, LAST)
_TEXT = "Ljava/lang/String;"


def elf(functions: int, texts: int = 0, symbols: int = 0, rodata: bytes = b"") -> bytes:
    """A 64-bit x86 library: native functions that each return an address, symbols, and read-only data."""
    data = bytearray()
    places, names, code = [], bytearray(b"\0"), bytearray()
    name_at = []
    for k in range(functions):
        places.append(len(data))
        data += b"https://h%d.shop.test/v\0" % k
        name_at.append(len(names))
        names += b"Java_shop_Api_f%d\0" % k
    for k in range(symbols):
        name_at.append(len(names))
        names += b"symbol_%d\0" % k
    data += rodata + b"".join(b"text number %d\0" % k for k in range(texts))
    # rodata first, then code, then the tables; addresses are offsets.
    rodata_at = 64 + 2 * 56
    code_at = rodata_at + len(data)
    for k in range(functions):
        here = code_at + len(code)
        code += b"\x48\x8d\x05" + struct.pack("<i", rodata_at + places[k] - here - 7) + b"\xc3"
    symbols_at = code_at + len(code)
    rows = bytearray(24)
    for k, name in enumerate(name_at):
        address, size = (code_at + 8 * k, 8) if k < functions else (rodata_at, 1)
        rows += struct.pack("<IBBHQQ", name, 0x12 if k < functions else 0x11, 0, 1, address, size)
    names_at = symbols_at + len(rows)
    table = names_at + len(names)
    table += -table % 8
    headers = bytearray(64)
    for kind, flags, at, size, link in (
        (1, 2, rodata_at, len(data), 0), (1, 6, code_at, len(code), 0), (11, 2, symbols_at, len(rows), 4),
        (3, 2, names_at, len(names), 0),
    ):  # fmt: skip
        headers += struct.pack("<IIQQQQIIQQ", 0, kind, flags, at, at, size, link, 0, 1, 24 if kind == 11 else 0)
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, table, 0, 64, 56, 2, 64, 5, 0)
    segments = struct.pack("<IIQQQQQQ", 1, 4, 0, 0, 0, code_at, code_at, 4096)
    segments += struct.pack("<IIQQQQQQ", 1, 5, code_at, code_at, code_at, len(code), len(code), 4096)
    body = head + segments + bytes(data) + bytes(code) + bytes(rows) + bytes(names)
    return body + bytes(table - len(body)) + bytes(headers)


def native_functions(n: int) -> Files:
    """Native functions that return an address, which methods of one class declare and contact."""
    methods = "".join(f".method public static native f{k}(){_TEXT}\n.end method\n" for k in range(n))
    use = f"invoke-static {{}}, Lshop/Api;->f{n - 1}(){_TEXT}\nmove-result-object v0\n{connect()}"
    return [(_LIBRARY, elf(n)), *coded(smali("shop/Api", methods), body=use)]


def symbols(n: int) -> Files:
    """Symbols of a library."""
    return [(_LIBRARY, elf(1, symbols=n))]


def rodata(n: int) -> Files:
    """Read-only data without texts."""
    noise = np.random.default_rng(1).integers(0, 256, n, np.uint8).tobytes()
    return [(_LIBRARY, elf(0, rodata=noise + b"\0https://" + LAST.encode() + b"/v\0"))]


def native_texts(n: int) -> Files:
    """Texts of a library."""
    return [(_LIBRARY, elf(0, texts=n, rodata=b"\0https://" + LAST.encode() + b"/v\0"))]


def native_addresses(n: int) -> Files:
    """Addresses of a library."""
    addresses = b"\0".join(b"https://h%d.shop.test/v" % k for k in range(n))
    return [(_LIBRARY, elf(0, rodata=addresses + b"\0https://" + LAST.encode() + b"/v\0"))]


def printable(n: int) -> Files:
    """Printable data without an end of a text."""
    return [(_LIBRARY, elf(0, rodata=b"abcdefg:/" * (n // 9)))]


# Hermes


_FETCH: list[Line] = [("GetGlobalObject", 9), ("TryGetById", 8, 9, 0, 0), ("LoadConstString", 1, 1)]


def _hermes(functions: "list[list[Line] | bytes]", strings: tuple[str, ...] = (), **tables: bytes) -> Files:
    names = ("fetch", f"https://{LAST}/v", *strings)
    last: list[Line] = [*_FETCH, ("Call2", 0, 8, 9, 1), ("Ret", 0)]
    return [(_BUNDLE, assemble([*functions, last], names, **tables))]


def hermes_functions(n: int) -> Files:
    """Functions that each contact an address."""
    one: list[Line] = [*_FETCH, ("Call2", 0, 8, 9, 1), ("Ret", 0)]
    return _hermes([one] * n)


def hermes_strings(n: int) -> Files:
    """Strings with an address each."""
    return _hermes([[("LoadConstUndefined", 0), ("Ret", 0)]], tuple(f"https://h{k}.shop.test/v" for k in range(n)))


def hermes_concatenation(n: int) -> Files:
    """One function that puts texts together."""
    body: list[Line] = [("LoadConstString", 0, 1), *[("Add", 0, 0, 1)] * n, ("Ret", 0)]
    return _hermes([body])


def hermes_branches(n: int) -> Files:
    """One function with branches in a row."""
    branch: list[Line] = [("JmpTrue", 7, 9), ("LoadConstString", 1, 2), ("Add", 0, 0, 1), ("LoadConstString", 1, 1)]
    return _hermes([[("LoadParam", 9, 1), ("LoadConstString", 0, 1), *branch * n, ("Ret", 0)]], ("/v",))


def hermes_arrays(n: int) -> Files:
    """Arrays of 4,095 texts, made in each of many functions."""
    body: list[Line] = [("NewArrayWithBuffer", 2, 4_095, 4_095, 0), ("Ret", 2)]
    return _hermes([body] * n, arrays=b"\xdf\xff" + struct.pack("<H", 1) * 4_095)


def hermes_calls(n: int) -> Files:
    """Functions that create and call the next two."""
    functions: list[list[Line] | bytes] = []
    for k in range(n):
        lines: list[Line] = [("CreateEnvironment", 3)]
        for by in (1, 2):
            lines += [("CreateClosure", 2, 3, min(k + by, n)), ("LoadConstString", 1, 1), ("Call2", 0, 2, 3, 1)]
        functions.append([*lines, ("Ret", 0)])
    return _hermes(functions)


def hermes_loops(n: int) -> Files:
    """Functions with a loop that never ends."""
    body: list[Line] = [("LoadConstString", 0, 1), ("Add", 0, 0, 1), ("JmpTrue", -4, 1), ("Ret", 0)]
    return _hermes([body] * n)


def hermes_counts(n: int) -> Files:
    """A table of functions that claims more functions than there are bytes."""
    ((name, data),) = _hermes([[("LoadConstUndefined", 0), ("Ret", 0)]] * n)
    forged = bytearray(data)
    struct.pack_into("<I", forged, 40, 0x7FFFFFFF)
    return [(name, bytes(forged))]


def hermes_string_counts(n: int) -> Files:
    """Tables of strings that claim 2^31 strings."""
    ((name, data),) = _hermes([[("LoadConstUndefined", 0), ("Ret", 0)]] * n)
    forged = bytearray(data)
    struct.pack_into("<I", forged, 52, 0x7FFFFFFF)
    return [(name, bytes(forged))]


# Flutter, Unity, .NET


def _snapshot(*texts: str) -> bytes:
    """The texts of a snapshot, as ``test_dart.snapshot``, in time proportional to their number."""
    return b"".join(number(len(text) << 1) + text.encode("ascii") for text in texts) + number(0) + b"\x81"


def _dart(data: bytes) -> Files:
    return [("lib/arm64-v8a/libapp.so", b"\x7fELF\2\1" + bytes(60) + MARK + data)]


def flutter_texts(n: int) -> Files:
    """Texts of a Flutter snapshot."""
    return _dart(_snapshot(*(f"text number {k}" for k in range(n)), f"https://{LAST}/v"))


def flutter_addresses(n: int) -> Files:
    """Addresses of a Flutter snapshot."""
    return _dart(_snapshot(*(f"https://h{k}.shop.test/v" for k in range(n)), f"https://{LAST}/v"))


def flutter_lengths(n: int) -> Files:
    """A snapshot of nothing but lengths."""
    return _dart(b"\x80" * n + _snapshot(f"https://{LAST}/v"))


def _metadata(texts: list[bytes], rows: int | None = None) -> Files:
    lengths = np.fromiter(map(len, texts), np.uint32, len(texts))
    table = np.stack((lengths, np.concatenate(([0], np.cumsum(lengths)[:-1]))), axis=1).astype("<u4").tobytes()
    data = b"".join(texts)
    size = len(table) if rows is None else 8 * rows
    head = struct.pack("<6I", 0xFAB11BAF, 29, 264, size, 264 + len(table), len(data)) + bytes(240)
    return [("assets/bin/Data/Managed/Metadata/global-metadata.dat", head + table + data + b"MethodName\0")]


def unity_literals(n: int) -> Files:
    """Literals of IL2CPP."""
    return _metadata([*(b"literal number %d" % k for k in range(n)), b"https://" + LAST.encode() + b"/v"])


def unity_addresses(n: int) -> Files:
    """Addresses among the literals of IL2CPP."""
    return _metadata([*(b"https://h%d.shop.test/v" % k for k in range(n)), b"https://" + LAST.encode() + b"/v"])


def unity_forged(n: int) -> Files:
    """A table of literals that claims more rows than the file has."""
    return _metadata([*(b"literal number %d" % k for k in range(n)), b"https://" + LAST.encode() + b"/v"], 1 << 28)


def unity_bundle(n: int) -> Files:
    """A bundle of compressed blocks of 128 KiB."""
    block = bytes(1 << 17)
    last = b"\x17\0\0\0https://" + LAST.encode() + b"/v\0"
    return [("assets/bin/Data/data.unity3d", bundle(2, blocks=(block,) * n + (last,)))]


def dotnet_strings(n: int) -> Files:
    """User strings of one assembly."""
    return [("assemblies/shop.dll", assembly(*(f"text number {k}" for k in range(n)), f"https://{LAST}/v"))]


def dotnet_addresses(n: int) -> Files:
    """Addresses in one assembly."""
    return [("assemblies/shop.dll", assembly(*(f"https://h{k}.shop.test/v" for k in range(n)), f"https://{LAST}/v"))]


def dotnet_assemblies(n: int) -> Files:
    """Assemblies of one store."""
    images = [assembly("a text")] * n
    return [("assemblies/assemblies.blob", store(1, [*images, assembly(f"https://{LAST}/v")]))]


KINDS = (
    Kind("so-functions", "Library: native functions that return an address", 2_500, 20, native_functions),
    Kind("so-symbols", "Library: symbols", 100_000, 100, symbols),
    Kind("so-rodata", "Library: bytes of data without texts", 24 << 20, 10_000, rodata, _BOTH),
    Kind("so-texts", "Library: texts", 500_000, 100, native_texts, _BOTH),
    Kind("so-addresses", "Library: addresses", 20_000, 60, native_addresses, _BOTH),
    Kind("so-printable", "Library: bytes of one text without an end", 24 << 20, 10_000, printable),
    Kind("hermes-functions", "Hermes: functions that contact one address", 30_000, 60, hermes_functions, _BOTH),
    Kind("hermes-strings", "Hermes: addresses", 20_000, 60, hermes_strings, _BOTH),
    Kind("hermes-concat", "Hermes: texts that one function puts together", 50_000, 60, hermes_concatenation, _BOTH),
    Kind("hermes-branches", "Hermes: branches in a row", 5_000, 60, hermes_branches, _BOTH),
    Kind("hermes-arrays", "Hermes: functions with an array of 4,095 texts", 2_000, 10, hermes_arrays, _BOTH),
    Kind("hermes-calls", "Hermes: functions that call the next two", 3_000, 30, hermes_calls, _BOTH),
    Kind("hermes-loops", "Hermes: loops that never end", 10_000, 30, hermes_loops, _BOTH),
    Kind(
        "hermes-counts", "Hermes: functions, of which 2^31 are claimed", 10_000, 30, hermes_counts, _BOTH, unread=True
    ),
    Kind(
        "hermes-string-counts",
        "Hermes: functions, and 2^31 claimed strings",
        10_000,
        30,
        hermes_string_counts,
        _BOTH,
        unread=True,
    ),
    Kind("flutter-texts", "Flutter: texts", 300_000, 60, flutter_texts, _BOTH),
    Kind("flutter-addresses", "Flutter: addresses", 20_000, 60, flutter_addresses, _BOTH),
    Kind("flutter-lengths", "Flutter: bytes that look like lengths", 24 << 20, 10_000, flutter_lengths, _BOTH),
    Kind("unity-literals", "Unity: literals of IL2CPP", 800_000, 60, unity_literals, _BOTH),
    Kind("unity-addresses", "Unity: addresses", 20_000, 60, unity_addresses, _BOTH),
    Kind("unity-forged", "Unity: literals, of which 2^28 are claimed", 100_000, 60, unity_forged, _BOTH),
    Kind("unity-bundle", "Unity: blocks of 128 KiB in a bundle", 400, 3, unity_bundle, _BOTH),
    Kind("dotnet-strings", ".NET: user strings of one assembly", 200_000, 60, dotnet_strings, _BOTH),
    Kind("dotnet-addresses", ".NET: addresses in one assembly", 20_000, 60, dotnet_addresses, _BOTH),
    Kind("dotnet-assemblies", ".NET: assemblies in one store", 4_000, 10, dotnet_assemblies, _BOTH),
)
