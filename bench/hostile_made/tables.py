"""Huge or deep tables: the strings of a DEX file, ``resources.arsc``, compiled XML."""

import struct
from collections.abc import Sequence

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind, coded, connect, contact, contact_last, dex, method, smali, started
from tests.unit.intake.conftest import binary_xml, resource_table
from tests.unit.intake.conftest import dex as strings_only
from tests.unit.recognise.compiled import _pool as pool
from tests.unit.recognise.resource_files import Types, layout, table

_FIRST = 0x7F010000
_NOTHING = 0xFFFFFFFF
_BOTH = (OWN, LAST)


def strings(n: int) -> Files:
    """Strings that no code reads."""
    return [*coded(), ("classes2.dex", strings_only([b"text number %d" % k for k in range(n)]))]


def unread_addresses(n: int) -> Files:
    """Addresses that no code reads, in the file with the code of the app."""
    fields = "".join(f'.field static final f{k}:Ljava/lang/String; = "https://h{k}.shop.test/v"\n' for k in range(n))
    return coded(smali("shop/F", fields))


def contacted_among_unread(n: int) -> Files:
    """The same, and a method that contacts one more address."""
    fields = "".join(f'.field static final f{k}:Ljava/lang/String; = "https://h{k}.shop.test/v"\n' for k in range(n))
    end = smali("shop/L", method("f()V", contact_last(f"https://{LAST}/v") + "return-void"))
    return coded(smali("shop/F", fields), end, body="invoke-static {}, Lshop/L;->f()V\n")


def long_string(n: int) -> Files:
    """One string that code contacts, with an address at its beginning and one at its end."""
    text = f"https://{LAST}/v " + "x" * n + f" https://{OWN}/v "
    return [("classes.dex", dex([started(f'const-string v0, "{text}"\n{connect()}')]))]


def long_address(n: int) -> Files:
    """One address that code contacts, with a very long path."""
    return coded(body=contact(f"https://{LAST}/" + "a/" * (n // 2)))


def types(n: int) -> Files:
    """Classes without members."""
    return coded(*(f".class public Lshop/T{k};\n.super Ljava/lang/Object;\n" for k in range(n)))


def constructors(n: int) -> Files:
    """Classes with a constructor."""
    code = method(
        "<init>()V", "invoke-direct {p0}, Ljava/lang/Object;-><init>()V\nreturn-void", how="public constructor"
    )
    return coded(*(smali(f"shop/T{k}", code) for k in range(n)))


def members(n: int) -> Files:
    """Methods of one class that nothing calls, without code."""
    return coded(smali("shop/T", "".join(f".method public native m{k}()V\n.end method\n" for k in range(n))))


def annotations(n: int) -> Files:
    """Fields with an annotation that has an address."""
    one = (
        ".field public f{}:I\n.annotation runtime Lretrofit2/http/GET;\n"
        'value = "https://h{}.shop.test/v"\n.end annotation\n.end field\n'
    )
    return coded(smali("shop/T", "".join(one.replace("{}", str(k)) for k in range(n))))


def annotation_values(n: int) -> Files:
    """Numbers in an annotation that look like strings, and addresses of which each is sought among them."""
    values = ",".join(["0x17171717"] * n)
    noted = smali("shop/V", f".annotation runtime Lshop/A;\nvalue = {{{values}}}\n.end annotation\n")
    ways = (method(f"m{k}()V", contact(f"https://h{k}.shop.test/v") + "return-void") for k in range(min(n, 4_000)))
    return coded(noted, smali("shop/M", "".join(ways)))


def forged_strings(n: int) -> Files:
    """A file with the offsets of all strings at one long string."""
    text = b"x" * 30_000
    data = bytearray(strings_only([text] + [b"a"] * n))
    (first,) = struct.unpack_from("<I", data, 112)
    for at in range(112, 112 + 4 * n, 4):
        struct.pack_into("<I", data, at, first)
    return [*coded(), ("classes2.dex", bytes(data))]


# Resources


def _resources(types: Types, more: Files | None = None) -> Files:
    """A table with one more string that code contacts: the first one."""
    get = (
        f"const v1, {_FIRST:#x}\ninvoke-virtual {{p0, v1}}, Landroid/content/Context;->getString(I)Ljava/lang/String;\n"
    )
    body = f"{get}move-result-object v0\n{connect('v0', 'v2')}"
    return [("resources.arsc", table(types)), *(more or []), *coded(body=body)]


def resource_strings(n: int) -> Files:
    """String resources."""
    return [("resources.arsc", resource_table({f"k{k}": f"text {k}" for k in range(n)}))]


def resource_addresses(n: int) -> Files:
    """String resources with addresses."""
    return [("resources.arsc", resource_table({f"k{k}": f"https://h{k}.shop.test/v" for k in range(n)}))]


def resource_circle(n: int) -> Files:
    """Strings that each refer to the next one."""
    strings: dict[str, str | int] = {"first": f"https://{LAST}/v"}
    strings |= {f"s{k}": _FIRST + 1 + (k + 1) % n for k in range(n)}
    return _resources({"string": strings})


def resource_arrays(n: int) -> Files:
    """Arrays with references to a thousand strings each."""
    strings: dict[str, str] = {"first": f"https://{LAST}/v"}
    strings |= {f"s{k}": f"https://h{k}.shop.test/v" for k in range(1_000)}
    arrays: dict[str, Sequence[int]] = {f"a{k}": list(range(_FIRST, _FIRST + 1_000)) for k in range(n)}
    return _resources({"string": strings, "array": arrays})


def resource_styles(n: int) -> Files:
    """Styles of which each has the one before as its parent."""
    rows = b""
    offsets = []
    for k in range(n):
        offsets.append(len(rows))
        parent = 0x7F020000 + k - 1 if k else 0
        rows += struct.pack("<HHIII", 16, 1, 0, parent, 1) + struct.pack("<IHBBI", 0x0101014F, 8, 0, 3, 0)
    config = struct.pack("<I", 28) + bytes(24)
    head, listed = 48, struct.pack(f"<{n}I", *offsets)
    body = config + listed + rows
    chunk = struct.pack("<HHIBBHII", 0x0201, head, 20 + len(body), 2, 0, 0, n, head + len(listed)) + body
    kinds, names = pool(["string", "style"], utf16=False), pool(["a"], utf16=False)
    size = 288 + len(kinds) + len(names) + len(chunk)
    package = struct.pack("<HHII", 0x0200, 288, size, 0x7F) + bytes(256)
    package += struct.pack("<IIIII", 288, 2, 288 + len(kinds), 1, 0) + kinds + names + chunk
    whole = pool([f"https://{LAST}/v"], utf16=False) + package
    return [("resources.arsc", struct.pack("<HHII", 2, 12, 12 + len(whole), 1) + whole)]


def resource_configurations(n: int) -> Files:
    """Configurations of one type with 200 entries."""
    strings = {"first": f"https://{LAST}/v"} | {f"s{k}": f"text {k}" for k in range(200)}
    one = table({"string": strings}, languages=2)
    # The chunk of the last configuration again and again; sizes of the package and of the table grow.
    at = one.rindex(struct.pack("<HH", 0x0201, 48))
    last = one[at:]
    data = bytearray(one + last * n)
    package = data.index(struct.pack("<HH", 0x0200, 288))
    for place in (4, package + 4):
        struct.pack_into("<I", data, place, struct.unpack_from("<I", data, place)[0] + len(last) * n)
    return [("resources.arsc", bytes(data))]


def one_pool_string(n: int) -> Files:
    """A table that names one string of 30,000 characters very often."""
    text = struct.pack(">HH", 0x8000 | 30_000, 0x8000 | 30_000) + b"a" * 30_000 + b"\0\0\0\0"
    start = 28 + 4 * n
    chunk = struct.pack("<HHIIIIII", 1, 28, start + len(text), n, 0, 0x100, start, 0) + bytes(4 * n) + text
    return [("resources.arsc", struct.pack("<HHII", 2, 12, 12 + len(chunk), 0) + chunk)]


# Compiled XML


def deep_xml(n: int) -> Files:
    """Elements in elements."""
    return [("res/xml/deep.xml", binary_xml(["a", f"https://{LAST}/v"], depth=n, attributes=1))]


def xml_attributes(n: int) -> Files:
    """Elements with references to a string."""
    strings: dict[str, str] = {"first": f"https://{LAST}/v"}
    names = {f"n{k}": _FIRST for k in range(900)}
    file = layout(*[("a", names)] * max(1, n // 900))
    return _resources({"string": strings}, [("res/xml/wide.xml", file)])


def xml_files(n: int) -> Files:
    """Files with one address each."""
    files = [(f"res/xml/x{k}.xml", layout(("a", {"data": f"https://h{k}.shop.test/v"}))) for k in range(n)]
    return _resources(
        {"string": {"first": f"https://{LAST}/v"}, "xml": {f"x{k}": name for k, (name, _) in enumerate(files)}}, files
    )


def forged_xml(n: int) -> Files:
    """An element that claims more attributes than the file has, many times."""
    start = struct.pack("<HHIIIIIHHHHHH", 0x102, 16, 36, 1, _NOTHING, _NOTHING, 0, 20, 20, 0xFFFF, 0, 0, 0)
    body = pool(["a"], utf16=False) + start * n
    return [("res/xml/forged.xml", struct.pack("<HHI", 3, 8, 8 + len(body)) + body)]


KINDS = (
    Kind("dex-strings", "DEX: strings no code reads", 300_000, 1_000, strings),
    Kind("dex-unread", "DEX: addresses no code reads", 25_000, 100, unread_addresses),
    Kind(
        "dex-among-unread",
        "DEX: addresses no code reads, before one that is contacted",
        25_000,
        100,
        contacted_among_unread,
        _BOTH,
    ),
    Kind(
        "dex-long-string", "DEX: characters of one string, an address at both ends", 24 << 20, 5_000, long_string, _BOTH
    ),
    Kind("dex-long-address", "DEX: characters of one address", 24 << 20, 5_000, long_address, _BOTH),
    Kind("dex-types", "DEX: types", 30_000, 100, types),
    Kind("dex-constructors", "DEX: classes with a constructor", 16_000, 100, constructors),
    Kind("dex-members", "DEX: methods without code", 31_900, 100, members),
    Kind("dex-annotations", "DEX: fields with an annotation", 15_000, 60, annotations),
    Kind("dex-values", "DEX: values of an annotation, and 4,000 addresses", 500_000, 60, annotation_values),
    Kind("dex-one-string", "DEX: strings at the place of one of 30,000 characters", 500_000, 1_000, forged_strings),
    Kind("arsc-strings", "`resources.arsc`: strings", 200_000, 100, resource_strings),
    Kind("arsc-addresses", "`resources.arsc`: addresses", 20_000, 60, resource_addresses),
    Kind("arsc-circle", "`resources.arsc`: references in a circle", 3_000, 60, resource_circle, _BOTH),
    Kind("arsc-arrays", "`resources.arsc`: arrays of 1,000 references", 100, 2, resource_arrays, _BOTH),
    Kind("arsc-styles", "`resources.arsc`: styles below each other", 15_000, 60, resource_styles),
    Kind("arsc-configurations", "`resources.arsc`: configurations of 200 entries", 800, 3, resource_configurations),
    Kind(
        "arsc-one-string", "`resources.arsc`: names of one string of 30,000 characters", 500_000, 1_000, one_pool_string
    ),
    Kind("axml-deep", "Compiled XML: elements inside each other", 50_000, 100, deep_xml),
    Kind("axml-attributes", "Compiled XML: attributes with a reference", 30_000, 900, xml_attributes, _BOTH),
    Kind("axml-files", "Compiled XML: files with an address each", 3_000, 30, xml_files, _BOTH),
    Kind("axml-forged", "Compiled XML: elements that claim 65,535 attributes", 50_000, 100, forged_xml),
)
