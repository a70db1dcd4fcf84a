"""Bombs inside exports that are recognised, so that they reach the real parser: one answer per file, in little memory.

Each format has an honest sample; the bombs follow its head. One child process reads all bombs of a format, one after
the other, so its highest memory is that of the worst.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.intake.reports.test_open import SAMPLES

pytestmark = pytest.mark.more

MEBIBYTE = 1 << 20
BAR = 60
"""MiB beyond the honest sample."""
INVENTORIES = {
    "intune.csv": "ApplicationKey,ApplicationName,ApplicationPublisher,ApplicationVersion,Platform,DeviceCount\n"
    "k,Acme,A,1,iOS,1\n",
    "apple.plist": '<?xml version="1.0"?><plist version="1.0"><dict><key>InstalledApplicationList</key><array><dict>'
    "<key>Identifier</key><string>com.acme</string><key>Name</key><string>Acme</string></dict></array></dict></plist>",
}


def csv_bombs(text: str) -> Iterator[tuple[str, str]]:
    last = text.rstrip().rsplit("\n", 1)[-1]
    commas = last.count(",")
    yield "field", text + "x" * (32 * MEBIBYTE) + "," * commas + "\n"
    yield "quoted field", text + '"' + "x\n" * (16 * MEBIBYTE) + '"' + "," * commas + "\n"
    yield "open quote", text + '"' + last * 100_000
    yield "quotes", text + '"' * (16 * MEBIBYTE)
    yield "columns", text + "," * (16 * MEBIBYTE)
    yield "nul", text + f"{last}\n" * 20_000 + "\0" * (16 * MEBIBYTE)
    yield "rows", text + f"{last}\n" * 300_000
    yield "empty rows", text + "\n" * (16 * MEBIBYTE)


def xml_bombs(text: str) -> Iterator[tuple[str, str]]:
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    end = text.rindex("</")
    definitions = {
        "laughs": (f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>', "&a9;"),
        "quadratic": (f'<!DOCTYPE x [<!ENTITY a "{"x" * 10_000}">]>', "&a;" * 100_000),
        "parameters": ("<!DOCTYPE x [<!ENTITY % a \"<!ENTITY b '%a;'>\"> %a;]>", "&b;"),
        "file": ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        "dtd": ('<!DOCTYPE x SYSTEM "file:///etc/passwd">', ""),
    }
    for name, (head, reference) in definitions.items():
        yield name, text[:start] + head + text[start:end] + f"<zz>{reference}</zz>" + text[end:]
    yield "deep", text[:end] + "<zz>" * 1_000_000
    yield "deep and closed", text[:end] + "<zz>" * 200_000 + "</zz>" * 200_000 + text[end:]
    yield "text", text[:end] + "<zz>" + "x" * (32 * MEBIBYTE) + "</zz>" + text[end:]
    yield "attribute", text[:end] + '<zz a="' + "x" * (32 * MEBIBYTE) + '"/>' + text[end:]
    yield "attributes", text[:end] + "<zz " + " ".join(f'a{n}="1"' for n in range(500_000)) + "/>" + text[end:]
    yield "elements", text[:end] + "<zz/>" * 3_000_000 + text[end:]
    yield "comment", text[:end] + "<!--" + "x" * (32 * MEBIBYTE)


def plist_bombs(text: str) -> Iterator[tuple[str, str]]:
    yield from xml_bombs(text)
    end = text.rindex("</array>")
    yield "dicts", text[:end] + "<dict/>" * 2_000_000 + text[end:]
    yield "arrays", text[:end] + "<array>" * 300_000 + "</array>" * 300_000 + text[end:]
    yield "integer", text[:end] + f"<integer>{'9' * 3_000_000}</integer>" + text[end:]
    yield "data", text[:end] + f"<data>{'QUJD' * (8 * MEBIBYTE)}</data>" + text[end:]


def bombs(name: str, text: str) -> Iterator[tuple[str, str]]:
    if name.endswith(".plist"):
        return plist_bombs(text)
    return xml_bombs(text) if text.lstrip().startswith("<") else csv_bombs(text)


CASES = [
    *(("inventory", name, text) for name, text in INVENTORIES.items()),
    ("report", "nmap", SAMPLES["nmap"].decode()),
]
_CHILD = """
import json, re, sys, time
from pathlib import Path
from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.intake.reports.open import open_report
from tieback.model.errors import TiebackError

def items(kind, path):
    if kind == "inventory":
        source = InventorySource(path)
        importer, shape, _ = open_inventory(source)
        return importer.rows(source, shape)
    importer, source = open_report(path)
    return importer.facts(source)

kind, *paths = sys.argv[1:]
for path in paths:
    begun, count, said = time.monotonic(), 0, ""
    try:
        for _ in items(kind, Path(path)):
            count += 1
    except TiebackError as error:
        said = error.diagnostics()
    except Exception as error:
        said = f"ESCAPED {type(error).__name__}: {error}"[:300]
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps([Path(path).parent.name, count, said[:2000], peak, time.monotonic() - begun]), flush=True)
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "name", "text"), CASES, ids=[f"{kind} {name}" for kind, name, _ in CASES])
def test_a_recognised_export_can_hold_a_bomb(tmp_path: Path, kind: str, name: str, text: str) -> None:
    paths = []
    for bomb, content in [("honest", text), *bombs(name, text)]:
        folder = tmp_path / bomb.replace("/", "slash")
        folder.mkdir()
        (folder / name).write_text(content)
        paths.append(str(folder / name))
    words = [sys.executable, "-c", _CHILD, kind, *paths]
    done = subprocess.run(words, capture_output=True, text=True, timeout=500, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(paths), f"the process ended after {lines[-1:]}: {done.stderr[-500:]}"
    honest = lines[0]
    assert not honest[2], honest
    wrong = [line for line in lines if "unknown" in line[2] or "ESCAPED" in line[2] or "\n" in line[2]]
    assert wrong == []
    peaks = [(bomb, peak - honest[3], round(seconds, 1)) for bomb, _, _, peak, seconds in lines]
    assert max(peak for _, peak, _ in peaks) <= BAR, peaks
