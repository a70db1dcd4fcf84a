"""msgspec raises ``UnicodeDecodeError`` as it is: who handles its errors must handle that one too."""

import re
from pathlib import Path

import msgspec
import pytest

SOURCE = Path(__file__).parents[2] / "src" / "tieback"
CLAUSE = re.compile(r"^\s*except\s+(\(?[^:]*msgspec\.(?:DecodeError|MsgspecError)[^:]*):", re.MULTILINE)
TOGETHER = re.compile(r"\b(?:UnicodeDecodeError|UnicodeError|ValueError)\b")


def test_a_text_that_is_not_utf_8_is_no_error_of_msgspec() -> None:
    """If this fails, msgspec has changed, and the rule below is no longer needed."""
    for decode, data in ((msgspec.json.decode, b'"\xff"'), (msgspec.msgpack.decode, b"\xa1\xff")):
        with pytest.raises(UnicodeDecodeError):
            decode(data)


def test_errors_of_msgspec_are_handled_together_with_text_that_is_not_utf_8() -> None:
    found = [(path, clause) for path in SOURCE.rglob("*.py") for clause in CLAUSE.findall(path.read_text())]
    assert len(found) > 10
    # An earlier clause of the same statement may have it; none does today.
    missing = [f"{path.relative_to(SOURCE)}: {clause}" for path, clause in found if not TOGETHER.search(clause)]
    assert missing == []
