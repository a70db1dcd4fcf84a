"""Files of other tools that are made to hurt, given to each command that reads such files."""

from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.cli.conftest import Run, run

__all__ = ("run",)

COMMANDS: dict[str, tuple[str, ...]] = {
    "rules": ("posture", "rules"),
    "posture": ("posture", "import"),
    "inventory": ("inventory", "import"),
    "data": ("data", "import"),
    "traffic": ("traffic",),
    "app": ("app",),
    "names": ("pii", "names"),
    "values": ("pii", "values"),
}
NO_WORKSPACE = {"rules", "traffic", "app", "names", "values", "data"}


def laughs(close: str) -> bytes:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>{close}'.encode()


ANCHORS = b"a0: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%b]\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)
)
CONTENTS: dict[str, tuple[str, bytes]] = {
    "YAML anchors without end": ("x.yaml", ANCHORS),
    "YAML that holds itself": ("x.yaml", b"a: &a\n  b: *a\n"),
    "YAML that makes an object": ("x.yaml", b"!!python/object/apply:os.system ['touch made']\n"),
    "YAML of 100,000 levels": ("x.yml", b"[" * 100_000),
    "JSON of 100,000 levels": ("x.json", b"[" * 100_000),
    "JSON of a number without end": ("x.json", b'{"rules":' + b"9" * 100_000 + b"}"),
    "JSON with a lone surrogate": ("x.json", b'{"rules":{"\\ud800":{".read":"\\udfff"}}}'),
    "JSON of one key 10,000 times": ("x.json", b"{" + b'"a":1,' * 10_000 + b'"a":1}'),
    "XML with a billion laughs": ("x.xml", laughs("<mobile_device>&a9;</mobile_device>")),
    "XML with an external entity": (
        "x.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><mobile_device>&e;</mobile_device>',
    ),
    "SQL of 20,000 brackets": ("x.sql", b"CREATE POLICY p ON t USING (" + b"(" * 20_000),
    "SQL text without an end": ("x.sql", b"GRANT SELECT ON t TO '" + b"a" * 200_000),
    "SQL comments in comments": ("x.sql", b"/*" * 50_000),
    "rules of 10,000 levels": ("firestore.rules", b"service cloud.firestore { " + b"match /a { " * 10_000),
    "rules of a condition without end": ("firestore.rules", b"service a { match /a { allow read: if " + b"!(" * 20_000),
    "a configuration of one line": ("redis.conf", b"bind " + b"127.0.0.1 " * 50_000),
    "CSV of a field of 200,000 characters": ("x.csv", b"ApplicationKey,ApplicationName\n" + b"a" * 200_000 + b",b\n"),
    "CSV of 100,000 columns": ("x.csv", b"a," * 100_000 + b"\n"),
    "CSV of an open quote": ("x.csv", b'ApplicationKey,ApplicationName\n"' + b"a,\n" * 50_000),
    "property list of 100,000 levels": ("x.plist", b"<plist>" + b"<array>" * 100_000),
    "NUL bytes": ("x.json", bytes(100_000)),
    "not UTF-8": ("x.json", b"\xff\xfe\xfd" * 10_000),
    "an empty file": ("x.json", b""),
}  # fmt: skip


def test_the_rows_are_many_enough() -> None:
    assert len(CONTENTS) * len(COMMANDS) >= 55


@pytest.mark.parametrize("what", few(CONTENTS, 3))
def test_no_file_gives_a_traceback(tmp_path: Path, run: Run, what: str) -> None:
    name, content = CONTENTS[what]
    (tmp_path / name).write_bytes(content)
    for command, words in COMMANDS.items():
        more = () if command in NO_WORKSPACE else ("-w", tmp_path / f"ws-{command}")
        ended = run(*words, tmp_path / name, *more)
        assert ended.code in {0, 2, 3, 4}, command
        assert "Traceback" not in ended.out + ended.err, command
        assert "internal error" not in ended.err, command
        assert "root:" not in ended.out + ended.err, command
        assert ended.code == 0 or ended.err.strip(), command
        # `pii` reads one document per line, and names each line that is none.
        most = 12 + (content.count(b"\n") if command in {"names", "values"} else 0)
        assert ended.err.count("\n") <= most, command
    assert not (tmp_path / "made").exists()
