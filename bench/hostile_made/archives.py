"""Archives inside the package, bombs, and odd archives."""

import struct
import zipfile
import zlib
from io import BytesIO

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind

_BOTH = (OWN, LAST)
_CONFIG = f'{{"apiUrl": "https://{LAST}/v"}}'.encode()


def _zip(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def _gzip(data: bytes) -> bytes:
    engine = zlib.compressobj(9, wbits=31)
    return engine.compress(data) + engine.flush()


def nested(n: int) -> Files:
    """Archives inside each other, a configuration in the innermost."""
    data = _zip([("config.json", _CONFIG)])
    for _ in range(n):
        data = _zip([("a.zip", data)])
    return [("assets/a.zip", data)]


def side_by_side(n: int) -> Files:
    """Archives beside each other."""
    return [(f"assets/a{k}.zip", _zip([("config.json", _CONFIG if k == n - 1 else b'{"a": 1}')])) for k in range(n)]


def tree(n: int) -> Files:
    """Archives with ten archives each, with a text each."""
    leaf = _zip([(f"t{k}.txt", b"https://h%d.shop.test/v" % k) for k in range(100)])
    inner = _zip([(f"i{k}.zip", leaf) for k in range(10)])
    return [(f"assets/a{k}.zip", inner) for k in range(n)] + [("assets/config.json", _CONFIG)]


def bomb(n: int) -> Files:
    """An entry that inflates to a size."""
    return [("assets/zero.txt", bytes(n)), ("assets/zz.json", _CONFIG)]


def bombs(n: int) -> Files:
    """Entries that each inflate to 16 MiB."""
    return [*((f"assets/zero{k}.txt", bytes(16 << 20)) for k in range(n)), ("assets/zz.json", _CONFIG)]


def gzip_levels(n: int) -> Files:
    """Gzip in gzip, of 16 MiB."""
    data = bytes(16 << 20) + _CONFIG
    for _ in range(n):
        data = _gzip(data)
    return [("assets/a.gz", data)]


def gzip_members(n: int) -> Files:
    """Members of one gzip file."""
    return [("assets/a.json.gz", _gzip(b" ") * n + _gzip(_CONFIG))]


def gzip_bomb(n: int) -> Files:
    """A gzip file that inflates to a size."""
    return [("assets/a.json.gz", _gzip(bytes(n) + _CONFIG))]


def entries(n: int) -> Files:
    """Small entries."""
    return [*((f"assets/t{k}.txt", b"x") for k in range(n)), ("assets/zz.json", _CONFIG)]


def configurations(n: int) -> Files:
    """Small configurations with an address each."""
    return [
        *((f"assets/c{k}.json", b'{"apiUrl": "https://h%d.shop.test/v"}' % k) for k in range(n)),
        ("assets/zz.json", _CONFIG),
    ]


def long_names(n: int) -> Files:
    """Entries with names of thousands of characters."""
    return [*((f"assets/{k}{'n' * 30_000}.txt", b"x") for k in range(n)), ("assets/zz.json", _CONFIG)]


def deep_names(n: int) -> Files:
    """An entry in folders inside each other."""
    return [*((f"assets/{'d/' * 10_000}{k}.txt", b"x") for k in range(n)), ("assets/zz.json", _CONFIG)]


def false_heads(n: int) -> Files:
    """A file of nothing but beginnings of entries."""
    return [("assets/a.zip", b"PK\5\6PK\1\2PK\3\4" * n), ("assets/zz.json", _CONFIG)]


def overlapping(n: int) -> Files:
    """An archive whose directory names one entry very often."""
    one = _zip([("a.txt", b"https://h.shop.test/v " * 5_000)])
    at = one.rindex(b"PK\1\2")
    end = one.rindex(b"PK\5\6")
    row = one[at:end]
    rows = row * n
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n & 0xFFFF, n & 0xFFFF, len(rows), at, 0)
    return [("assets/a.zip", one[:at] + rows + tail), ("assets/zz.json", _CONFIG)]


def tars(n: int) -> Files:
    """Entries of a tar file."""
    import tarfile

    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for k in range(n + 1):
            content = _CONFIG if k == n else b'{"a": 1}'
            head = tarfile.TarInfo(f"c{k}.json")
            head.size = len(content)
            archive.addfile(head, BytesIO(content))
    return [("assets/a.tar", out.getvalue())]


def codes(n: int) -> Files:
    """DEX files without code."""
    from tests.unit.intake.conftest import dex

    return [(f"classes{k}.dex", dex([b"https://h%d.shop.test/v" % k])) for k in range(2, n + 2)]


KINDS = (
    Kind("zip-nested", "Archives inside each other", 50, 4, nested, _BOTH, unread=True),
    Kind("zip-beside", "Archives beside each other", 900, 5, side_by_side, _BOTH),
    Kind("zip-tree", "Archives with ten archives of 100 texts", 8, 1, tree, _BOTH),
    Kind("zip-bomb", "Entry: bytes of zeros", 60 << 20, 10_000, bomb, _BOTH, deflated=True),
    Kind("zip-bombs", "Entries of 16 MiB of zeros", 20, 1, bombs, _BOTH, unread=True, deflated=True),
    Kind("zip-entries", "Entries", 60_000, 60, entries, _BOTH),
    Kind("zip-configurations", "Configurations with an address each", 5_000, 60, configurations, _BOTH),
    Kind("zip-long-names", "Entries with names of 30,000 characters", 1_000, 10, long_names, _BOTH),
    Kind("zip-deep-names", "Entries in 10,000 folders inside each other", 1_000, 10, deep_names, _BOTH),
    Kind("zip-heads", "Beginnings of entries", 200_000, 60, false_heads, _BOTH, unread=True),
    Kind("zip-overlap", "Entries at the same place", 5_000, 60, overlapping, _BOTH, unread=True),
    Kind("tar", "Tar: entries", 20_000, 60, tars, _BOTH),
    Kind("gzip-levels", "Gzip inside gzip", 8, 2, gzip_levels, _BOTH),
    Kind("gzip-members", "Gzip: members", 50_000, 60, gzip_members, _BOTH),
    Kind("gzip-bomb", "Gzip: bytes of zeros", 60 << 20, 10_000, gzip_bomb, _BOTH),
    Kind("dex-files", "DEX files", 60, 3, codes),
)
