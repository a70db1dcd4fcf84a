"""JSON, MessagePack and TOML that nest too deeply, or are not UTF-8, are errors like any other damage.

The decoders of msgspec and ``tomllib`` raise ``RecursionError`` and ``UnicodeDecodeError`` beside their own errors.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tieback.model.document import decode
from tieback.model.errors import DocumentError, InputError, TiebackError, UsageError
from tieback.model.probe import ProbeReport
from tieback.report.diff.past import read_past
from tieback.storage.ledger.location import read_location
from tieback.storage.retention import read_policy

SOURCES = Path(__file__).parents[2] / "src" / "tieback"
DAMAGE = {"DecodeError", "MsgspecError"}
UNREADABLE = {"UnicodeDecodeError", "UnicodeError", "ValueError", "Exception"}
CONVERTED = {"engine/process.py"}
"""Handlers around a function that converts the exceptions itself."""


def _names(handlers: list[ast.ExceptHandler]) -> set[str]:
    found = (node for handler in handlers if handler.type for node in ast.walk(handler.type))
    return {node.attr if isinstance(node, ast.Attribute) else node.id for node in found
            if isinstance(node, ast.Attribute | ast.Name)}  # fmt: skip


def _parses_toml(body: list[ast.stmt]) -> bool:
    return any("tomllib.load" in ast.unparse(statement) for statement in body)


def _incomplete(source: str) -> Iterator[int]:
    """Lines of ``try`` statements that catch damage, but not every exception that damaged input can raise."""
    if not any(word in source for word in (*DAMAGE, "tomllib.load")):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try):
            names = _names(node.handlers)
            damage, toml = names & DAMAGE, _parses_toml(node.body)
            if (damage and not names & UNREADABLE) or (
                (damage or toml) and not names & {"RecursionError", "Exception"}
            ):
                yield node.lineno


def test_text_that_is_not_utf_8_is_no_error_of_msgspec() -> None:
    """If this fails, msgspec has changed, and half of the rule is no longer needed."""
    for read, data in ((msgspec.json.decode, b'"\xff"'), (msgspec.msgpack.decode, b"\xa1\xff")):
        with pytest.raises(UnicodeDecodeError):
            read(data)


def test_handlers_of_damage_catch_deep_nesting_and_text_that_is_not_utf8() -> None:
    found = [
        f"{path.relative_to(SOURCES)}:{line}"
        for path in sorted(SOURCES.rglob("*.py"))
        if path.relative_to(SOURCES).as_posix() not in CONVERTED
        for line in _incomplete(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("handler", "lines"),
    [
        ("msgspec.DecodeError", [1]),
        ("(msgspec.DecodeError, RecursionError)", [1]),
        ("(msgspec.DecodeError, ValueError)", [1]),
        ("(msgspec.DecodeError, UnicodeDecodeError, RecursionError)", []),
        ("OSError", []),
    ],
)
def test_the_check_finds_incomplete_handlers(handler: str, lines: list[int]) -> None:
    assert list(_incomplete(f"try:\n    read()\nexcept {handler}:\n    pass\n")) == lines


DEEP = b'{"schema":' + b"[" * 100_000
NOT_TEXT = b'{"schema":"\xff"}'


@pytest.mark.parametrize("data", [DEEP, NOT_TEXT])
def test_a_damaged_document_is_one_error(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="not a JSON document"):
        decode(data, "probe", ProbeReport)
    file = tmp_path / "ledger.json"
    file.write_bytes(data)
    with pytest.raises(InputError, match="is not a tieback report"):
        read_past(file)
    with pytest.raises(TiebackError, match="invalid ledger location"):
        read_location(tmp_path)


def test_a_deeply_nested_retention_file_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_bytes(b"older_than = " + b"[" * 50_000)
    with pytest.raises(UsageError, match="cannot be read"):
        read_policy(tmp_path / "retention.toml", None, None)


def test_a_worker_cannot_end_the_engine_by_a_deeply_nested_message() -> None:
    from multiprocessing import Pipe

    from tieback.engine.messages import receive

    ours, theirs = Pipe()
    with ours, theirs:
        theirs.send_bytes(b"\x82\xa4type\xa5begun\xa1x" + b"\x91" * 50_000)
        with pytest.raises(msgspec.DecodeError):
            receive(ours)
