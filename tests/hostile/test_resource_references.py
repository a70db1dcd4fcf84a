"""Apps whose resources refer to each other without end, or whose files have very many references."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.recognise.resource_files import Entry, Types, layout, table
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.small_files import read_small_file
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "unit" / "recognise" / "dataflow" / "dex" / "references.dex"
SECONDS = 20
"""Most seconds of processor time for one app."""
MANIFEST = '<manifest package="test.shop"><application android:name=".Main"></application></manifest>'
FIRST = 0x7F010000


def address(number: int) -> str:
    return f"https://h{number}.shop.test/a"


def pieces(types: Types, files: dict[str, bytes], manifest: str = MANIFEST) -> list[Piece]:
    text = Buffer("AndroidManifest.xml", BufferKind.MANIFEST, manifest.encode())
    return [
        read_dex("classes.dex", DEX.read_bytes())[0],
        Artifact("AndroidManifest.xml", (text,)),
        Resources("resources.arsc", table(types)).artifact(),
        ArtifactBatch(tuple(files), tuple(files.values()), read_small_file),
    ]


def circles() -> list[Piece]:
    """Each string refers to the next one, and each array to all of them."""
    strings: dict[str, Entry] = {f"s{n}": FIRST + (n + 1) % 2000 for n in range(2000)}
    strings |= {f"a{n}": address(n) for n in range(1000)}
    arrays: dict[str, Entry] = {f"l{n}": [FIRST + m for m in range(2000, 3000)] for n in range(60)}
    return pieces({"string": strings, "array": arrays}, {})


def attributes() -> list[Piece]:
    """Files in which every attribute refers to a resource."""
    strings: dict[str, Entry] = {f"a{n}": address(n) for n in range(1000)}
    names = {f"n{n}": FIRST + n for n in range(900)}
    files = {f"res/xml/x{n}.xml": layout(*[("a", names)] * 3) for n in range(300)}
    return pieces({"string": strings}, files)


def texts() -> list[Piece]:
    """Files with one address in very many attributes."""
    files = {f"res/xml/x{n}.xml": layout(*[("a", {"b": address(n)})] * 1500) for n in range(100)}
    return pieces({"xml": {f"x{n}": f"res/xml/x{n}.xml" for n in range(100)}}, files)


def tags() -> list[Piece]:
    """A manifest of the beginnings of elements."""
    strings: dict[str, Entry] = {f"a{n}": address(n) for n in range(1000)}
    return pieces({"string": strings}, {}, MANIFEST + "<activity " * 200_000 + 'a="@7f010000" ' * 50_000)


@pytest.mark.parametrize("shape", few([circles, attributes, texts, tags], 2))
def test_references_without_end_end(shape: Callable[[], list[Piece]]) -> None:
    every = shape()
    begin = time.process_time()
    found = list(AppSearch(RuleFiles()).finds(every))
    assert found
    assert time.process_time() - begin < SECONDS
