import struct

import pytest

from tests.unit.recognise.hermes.assemble import Line, assemble
from tieback.intake.apps.hermes import read_hermes
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.hermes import ends
from tieback.recognise.hermes.ends import read_ends
from tieback.recognise.hermes.literals import MAX_KEYS
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

URL = "https://constant.hermes.test/page"
SENTENCE = f"Cannot open it {URL}"
STRINGS = (
    URL,
    "console",
    "warn",
    "Error",
    "fetch",
    "startsWith",
    "Linking",
    "openURL",
    "message",
    "other",
    "error",
    SENTENCE,
    "Referer",
    "default",
    "blockExplorers",
)
(
    ADDRESS,
    CONSOLE,
    WARN,
    ERROR,
    FETCH,
    STARTS,
    LINKING,
    OPEN,
    MESSAGE,
    OTHER,
    LOG,
    LONG,
    REFERER,
    DEFAULT,
    EXPLORERS,
) = range(len(STRINGS))
GLOBAL: Line = ("GetGlobalObject", 9)
LOADED: Line = ("LoadConstString", 0, ADDRESS)


def outcome(*functions: list[Line], **literals: bytes) -> str:
    """Why the address is no back end; empty if it stays one."""
    artifact, _ = read_hermes("a.hbc", assemble(functions, STRINGS, **literals))
    finds = list(AppSearch(RuleFiles()).finds([artifact]))
    stays = any(isinstance(one, Sighting) and one.endpoint.host == "constant.hermes.test" for one in finds)
    return "" if stays else next(one.reason for one in finds if isinstance(one, NotBackend) and "constant" in one.value)


def called(owner: int, name: int) -> list[Line]:
    """A method of a global object gets the address."""
    return [
        LOADED, GLOBAL, ("TryGetById", 8, 9, 0, owner), ("GetById", 7, 8, 0, name), ("Call2", 6, 7, 8, 0),
        ("LoadConstUndefined", 5), ("Ret", 5),
    ]  # fmt: skip


SHOWN = "only in a text that the app shows or logs"


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (called(CONSOLE, WARN), SHOWN),
        (called(LINKING, OPEN), "only a link that a person opens in another app"),
        (called(OTHER, STARTS), "only compared with another text"),
        (called(OTHER, FETCH), ""),
        ([LOADED, GLOBAL, ("TryGetById", 8, 9, 0, FETCH), ("Call2", 6, 8, 7, 0), ("Ret", 6)], ""),
        ([LOADED, GLOBAL, ("TryGetById", 8, 9, 0, ERROR), ("Call2", 6, 8, 7, 0), ("Throw", 6)], SHOWN),
        ([LOADED, ("Throw", 0)], SHOWN),
        ([LOADED, ("LoadParam", 1, 1), ("StrictEq", 2, 0, 1), ("Ret", 2)], "only compared with another text"),
        ([LOADED, ("Ret", 0)], ""),
        ([LOADED, ("NewObject", 1), ("PutNewOwnById", 1, 0, MESSAGE), ("LoadConstUndefined", 5), ("Ret", 5)], SHOWN),
        ([LOADED, ("NewObject", 1), ("PutNewOwnById", 1, 0, OTHER), ("Ret", 1)], ""),
        (
            [LOADED, ("NewObject", 1), ("PutNewOwnById", 1, 0, REFERER), ("Ret", 1)],
            "only in a header that names the page from which a request comes",
        ),
        ([LOADED, ("LoadParam", 1, 1), ("Add", 2, 0, 1), ("Ret", 2)], ""),
        ([("LoadConstUndefined", 0), ("Ret", 0)], "only in a constant that no code reads"),
    ],
)
def test_where_an_address_ends_decides(function: list[Line], reason: str) -> None:
    assert outcome(function) == reason


def test_a_reason_without_a_rank_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "_RANK", ())
    assert outcome(called(CONSOLE, WARN)) == SHOWN


def test_one_use_that_may_contact_it_keeps_the_address() -> None:
    sent: list[Line] = [LOADED, GLOBAL, ("TryGetById", 8, 9, 0, FETCH), ("Call2", 6, 8, 7, 0), ("Ret", 6)]
    assert outcome(called(CONSOLE, WARN), sent) == ""


def test_an_address_in_the_literal_of_an_array_or_object_stays() -> None:
    nothing: list[Line] = [("NewArrayWithBuffer", 0, 1, 1, 0), ("Ret", 0)]
    assert outcome(nothing, arrays=bytes([0x51, ADDRESS, 0])) == ""
    made: list[Line] = [("NewObjectWithBuffer", 0, 1, 1, 0, 0), ("Ret", 0)]
    assert outcome(made, keys=bytes([0x51, OTHER, 0]), values=bytes([0x51, ADDRESS, 0])) == ""


LINK = "only a link that a person opens in another app"


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        ((DEFAULT, EXPLORERS), LINK),
        ((EXPLORERS,), LINK),
        ((DEFAULT, OTHER, EXPLORERS), LINK),
        ((DEFAULT, OTHER, DEFAULT, EXPLORERS), ""),
        ((DEFAULT, OTHER), ""),
    ],
)
def test_the_keys_around_an_object_name_the_pages_of_an_explorer(around: tuple[int, ...], reason: str) -> None:
    made: list[Line] = [("NewObject", 1 + number) for number in reversed(range(len(around)))]
    made.append(("NewObjectWithBuffer", 0, 1, 1, 0, 0))
    made += [("PutNewOwnById", 1 + number, number, key) for number, key in enumerate(around)]
    made.append(("Ret", len(around)))
    assert outcome(made, keys=bytes([0x51, OTHER, 0]), values=bytes([0x51, ADDRESS, 0])) == reason


def test_the_page_from_which_a_request_comes_is_no_back_end() -> None:
    assert literal(REFERER, 1) == "only in a header that names the page from which a request comes"


def literal(key: int, count: int) -> str:
    """The outcome of an address in the literal of an object; all of its keys are the same string."""
    made: list[Line] = [("NewObjectWithBuffer", 0, 1, count, 0, 0), ("Ret", 0)]
    begin = bytes([0xD0 | count >> 8, count & 0xFF])  # a run of numbers of two bytes
    values = struct.pack(f"<{count}H", ADDRESS, *[OTHER] * (count - 1))
    return outcome(made, keys=begin + struct.pack("<H", key) * count, values=begin + values)


@pytest.mark.parametrize(("key", "count", "reason"), [(MESSAGE, 1, SHOWN), (OTHER, 1, ""), (MESSAGE, MAX_KEYS + 1, "")])
def test_the_key_of_an_address_in_a_literal_decides_unless_there_are_many(key: int, count: int, reason: str) -> None:
    assert literal(key, count) == reason


def test_a_jump_over_what_overwrites_the_register_is_a_use_behind_it() -> None:
    lines: list[Line] = [
        LOADED, ("JmpTrue", 3 + 4, 3), ("LoadConstString", 0, OTHER), GLOBAL, ("TryGetById", 8, 9, 0, FETCH),
        ("Call2", 6, 8, 7, 0), ("Ret", 6),
    ]  # fmt: skip
    assert outcome(lines) == ""


def test_the_list_of_ends_is_well_formed() -> None:
    ends = read_ends()
    assert ends.calls["console.warn"] == "shown"
    assert not set(ends.calls) & {"fetch", "open", "get", "post", "request", "createClient"}


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("https://www.google.com/recaptcha/api.js?render=explicit", False),
        ("https://www.google.com/recaptcha/api/siteverify", True),
        ('<script src="https://www.google.com/recaptcha/api.js"></script>', True),
    ],
)
def test_a_script_for_pages_is_no_back_end(text: str, stays: bool) -> None:
    strings = (text, *STRINGS[1:])
    function: list[Line] = [LOADED, GLOBAL, ("TryGetById", 8, 9, 0, FETCH), ("Call2", 6, 8, 7, 0), ("Ret", 6)]
    artifact, _ = read_hermes("a.hbc", assemble((function,), strings))
    finds = list(AppSearch(RuleFiles()).finds([artifact]))
    assert any(isinstance(one, Sighting) and one.endpoint.host == "www.google.com" for one in finds) == stays
