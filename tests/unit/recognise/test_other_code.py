"""Comments and documentation in source of Python and Lua that an app contains."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.recognise.texts.other_code import DOCUMENTED, OtherCode
from tieback.recognise.texts.places import TextPlaces
from tieback.recognise.texts.prose import COMMENT, MESSAGE

PYTHON = b"""#!/usr/bin/env python3
'''Client of https://a.test/module.'''
# https://b.test/comment
URL = "https://c.test/v1"  # as https://d.test
QUOTED = "it's # no comment", 'https://e.test/\\'x'
PAGE = '''
<img src="https://f.test/x.png">
'''

class Client(Base):
    "See https://g.test/class."

    def get(
        self, path: str = "https://h.test/v1",
    ) -> dict[str, str]:
        '''Gets https://i.test/x.'''
        raise Error("See https://j.test/help for help")

SETTINGS = {
    "url":
        "https://k.test/v1",
}
"""
LUA = b"""-- https://a.test/comment
local url = "https://c.test/v1" -- as https://b.test
--[[ a block
local old = "https://b.test/old" ]]
--[==[ https://b.test/level ]] ]==]
local page = [[<img src="https://d.test/x.png">]]
local level = [=[ https://e.test/x ]] ]=]
print('it\\'s -- no comment', "https://f.test/v1")
"""
QUOTE, ESCAPE = '"', "\\"


def reasons(file: str, data: bytes) -> dict[str, str]:
    places = TextPlaces(file, data)
    return {found[1].decode(): places.reason(found.start()) for found in re.finditer(rb"https://(\w)\.test", data)}


def test_python() -> None:
    found = reasons("assets/main.py", PYTHON)
    assert {key for key, reason in found.items() if not reason} == set("cefhk")
    assert {key for key, reason in found.items() if reason == COMMENT} == set("bd")
    assert {key for key, reason in found.items() if reason == DOCUMENTED} == set("agi")
    assert found["j"] == MESSAGE


def test_lua() -> None:
    found = reasons("assets/main.lua", LUA)
    assert {key for key, reason in found.items() if not reason} == set("cdef")
    assert {key for key, reason in found.items() if reason == COMMENT} == set("ab")


@each("text", [QUOTE, "'''", QUOTE * 3 + "a", "--[[", "[==[", "x = '" + ESCAPE, "--", "#"])
def test_what_is_not_closed_ends_with_the_file(text: str) -> None:
    for suffix in ("py", "lua"):
        assert OtherCode(text.encode(), suffix).reason(len(text)) == ""


@settings(max_examples=examples(150), deadline=None)
@given(st.text(f"'{QUOTE}#-[]={ESCAPE}\n:a ", max_size=80), st.sampled_from(("py", "lua")))
def test_any_text_never_raises(text: str, suffix: str) -> None:
    code = OtherCode(text.encode(), suffix)
    for offset in range(len(text) + 2):
        code.reason(offset)


@each("suffix", ["py", "lua"])
def test_time_grows_with_the_size(suffix: str) -> None:
    for part in (b"'", b'"""', b"--[[", b"[==[", b"\\'", b"#\n", b"a:\n'"):
        assert_linear(part.__mul__, lambda data: OtherCode(data, suffix), 40_000)
