"""Compiled Python: where its texts are, and which of them are documentation."""

import importlib.util
import marshal
from types import CodeType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps import python_code
from tieback.intake.apps.content import Content, sniff
from tieback.intake.apps.python_code import MAX_DEPTH, module_texts, read_python
from tieback.intake.apps.python_versions import code_offset

SOURCE = '''
"""See https://docs.acme.test for the module."""
import json
URL = "https://api.acme.test/v1"
WIDE = "https://api.acme.test/\\u4e2d"
NUMBERS = (1, 2**70, -3.5, 1j, None, True, ..., b"https://bytes.acme.test", frozenset({"x", "y"}))

class Client:
    """See https://docs.acme.test/client for the class."""
    base = "https://class.acme.test"

    def get(self, path="https://default.acme.test"):
        """See https://docs.acme.test/get for the method."""
        return [f"https://{name}.acme.test" for name in path]

    def plain(self):
        return "https://first constant.acme.test"

def by_name(): return lambda: "https://in lambda.acme.test"

if __name__ == "__main__":
    print("https://demo.acme.test")
'''


def compiled(source: str = SOURCE) -> bytes:
    code = compile(source, "/build/acme.py", "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def texts(data: bytes) -> list[str]:
    return [data[one.start : one.end].decode(errors="replace") for one in module_texts(data).texts]


def test_all_texts_have_their_exact_bounds() -> None:
    data = compiled()
    assert sniff(data) is Content.PYTHON

    def constants(code: CodeType) -> "set[str]":
        found = {one for one in code.co_consts if isinstance(one, str)}
        return found.union(*(constants(one) for one in code.co_consts if isinstance(one, CodeType)))

    code = marshal.loads(data[16:])
    assert constants(code) <= set(texts(data))
    (buffer,) = read_python("a.pyc", data).buffers
    assert buffer.starts is not None
    edges = set(buffer.starts.tolist())
    for text in constants(code):
        raw = text.encode()
        assert any({at, at + len(raw)} <= edges for at in range(len(data)) if data.startswith(raw, at)), text


def test_documentation_is_that_of_modules_classes_and_functions() -> None:
    data = compiled()
    found = [data[one.start : one.end].decode().split()[1] for one in module_texts(data).documentation]
    assert sorted(found) == [f"https://docs.acme.test{path}" for path in ("", "/client", "/get")]


def test_what_only_a_started_module_uses() -> None:
    data = compiled(SOURCE + "    def run(): return 'https://run.acme.test'\n")
    found = b"|".join(data[one.start : one.end] for one in module_texts(data).started)
    assert all(name in found for name in (b"https://demo.acme.test", b"https://run.acme.test"))
    others = (b"https://api.acme.test/v1", b"https://class.acme.test", b"https://default.acme.test")
    assert not any(name in found for name in others)
    assert module_texts(compiled("x = '__main__'; y = 'https://api.acme.test'\n")).started == ()


def old(number: int, *, flags: int, numbers: int, name: bytes = b"get") -> bytes:
    """A module of an older version, whose fields are written by hand: ``def get(): "See x"``."""
    head = 8 if number > 60_000 else 16 if number >= 3392 else 12

    def text(value: bytes) -> bytes:
        return (
            b"z" + bytes((len(value),)) + value if number < 60_000 else b"t" + len(value).to_bytes(4, "little") + value
        )

    def several(*values: bytes) -> bytes:
        return b"(" + len(values).to_bytes(4, "little") + b"".join(values)

    def code(flags: int, named: bytes, *constants: bytes) -> bytes:
        start = b"c" + bytes(4 * (numbers - 1)) + flags.to_bytes(4, "little") + b"s\0\0\0\0"
        inside = several(*constants) + several() * 4 + text(b"acme.py") + text(named)
        return start + inside + bytes(4) + b"s\0\0\0\0"

    inner = code(flags, name, text(b"See https://docs.acme.test"), text(b"https://api.acme.test"))
    return number.to_bytes(2, "little") + b"\r\n" + bytes(head - 4) + code(0, b"<module>", inner)


@each(("number", "numbers"), [(62211, 4), (3351, 5), (3379, 5), (3394, 5), (3413, 6), (3425, 6), (3439, 6)])
def test_older_versions_are_read(number: int, numbers: int) -> None:
    data = old(number, flags=0x43, numbers=numbers)
    assert code_offset(data)
    assert [one for one in texts(data) if "://" in one] == ["See https://docs.acme.test", "https://api.acme.test"]
    assert "<module>" in texts(data)
    assert len(module_texts(data).documentation) == 1


@each("name", [b"<lambda>", b"<listcomp>"])
def test_the_first_constant_of_a_function_without_a_name_is_no_documentation(name: bytes) -> None:
    assert not module_texts(old(3425, flags=0x43, numbers=6, name=name)).documentation


@each("data", [b"", b"\xa7\r\r\n", b"\xa7\r\r\n" + bytes(12) + b"\xe3", b"ab\r\n" + bytes(20), b"GET /\r\n" * 4])
def test_other_files_are_none(data: bytes) -> None:
    assert code_offset(data) == 0 or module_texts(data).texts == ()


def test_depth_and_size_are_bounded() -> None:
    head = importlib.util.MAGIC_NUMBER + bytes(12) + b"\xe3" + bytes(20)
    assert module_texts(head + b")\x01" * (50 * MAX_DEPTH)).texts == ()
    assert module_texts(head + b"(\xff\xff\xff\x7f" + b"N" * 100).texts == ()
    assert module_texts(head + b"{" + b"N" * 100_000).texts == ()


@settings(max_examples=examples(150), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(16, 5000), st.integers(0, 255)), max_size=8), raw=st.binary(max_size=400))
def test_damage_never_raises(noise: list[tuple[int, int]], raw: bytes) -> None:
    good = compiled()
    data = bytearray(good)
    for place, value in noise:
        data[place % len(data)] = value
    for content in (bytes(data), good[:16] + raw, good[:-20]):
        found = module_texts(content)
        assert all(0 <= one.start <= one.end <= len(content) for one in (*found.texts, *found.documentation))
        read_python("a.pyc", content).buffers[0].starts  # noqa: B018 - read on first use


def test_a_file_is_not_read_before_a_match(monkeypatch: pytest.MonkeyPatch) -> None:
    data = compiled()
    (buffer,) = read_python("a.pyc", data).buffers
    with monkeypatch.context() as patched:
        patched.setattr(python_code, "module_texts", pytest.fail)
        assert buffer.string_region() == (0, len(data))
    assert buffer.starts is not None
