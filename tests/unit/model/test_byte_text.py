import re
from pathlib import Path

import pytest

from tests.each import each
from tieback.model.byte_text import byte_text, delimiter_text

SOURCES = Path(__file__).parents[3] / "src" / "tieback"
BYTES = re.compile(r"\{(?:first|head|kind|message\.kind|delimiter|step\.data[^}!]*|data[^}!]*)!r\}")
"""Bytes in a text as Python writes them, such as ``b'S'``: the user does not read Python."""


@each(
    ("data", "text"),
    [
        (b"S", "'S'"),
        (b"\x20", "' '"),
        (b"\r\n", "bytes 0d 0a"),
        (b"\xff", "byte ff"),
        (b"GET /\r\n", "'GET /..'"),
        (b"", "nothing"),
    ],
)
def test_bytes_are_written_for_people(data: bytes, text: str) -> None:
    assert byte_text(data) == text


@pytest.mark.parametrize(
    ("delimiter", "text"), [(b"\r\n\r\n", "end of the header fields"), (b"\n", "end of a line"), (b";", "';'")]
)
def test_delimiters_are_named(delimiter: bytes, text: str) -> None:
    assert delimiter_text(delimiter) == text


@pytest.mark.parametrize("folder", ["scope", "probes", "protocols"])
def test_no_text_of_a_conversation_has_the_syntax_of_python(folder: str) -> None:
    own = {"probes/playback.py"}  # an error of a test
    found = [
        f"{path.relative_to(SOURCES)}: {line.strip()}"
        for path in sorted((SOURCES / folder).rglob("*.py"))
        if str(path.relative_to(SOURCES)) not in own
        for line in path.read_text(encoding="utf-8").splitlines()
        if BYTES.search(line)
    ]
    assert found == []
