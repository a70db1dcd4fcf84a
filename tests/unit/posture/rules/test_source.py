"""Files of rules on the disk."""

from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.posture.rules.source import MAX_BYTES, RulesText, load_text


def test_errors_name_file_and_line() -> None:
    text = RulesText("a/B.Rules", "ab\nc\n")
    assert [text.place(at) for at in range(6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]
    assert text.name == "b.rules"


def test_errors_name_what_was_found() -> None:
    text = RulesText("f", "ab\ncd")
    assert text.error(3, '"x"').diagnostics().startswith("f:2:1: expected \"x\", found 'cd'")
    assert "the end of the line" in text.error(2, "y").what
    assert "the end of the file" in text.error(99, "y").what


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "f"
    path.write_bytes("é\r\nx".encode(encoding))
    assert load_text(path).text == "é\nx"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary, long = tmp_path / "b", tmp_path / "l"
    binary.write_bytes(b"ab\xff")
    with long.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for path, what in (
        (binary, "not UTF-8 text (byte 2)"),
        (long, "longer than 16 MiB"),
        (tmp_path / "none", "No such file"),
    ):
        with pytest.raises(InputError) as error:
            load_text(path)
        assert what in error.value.what
