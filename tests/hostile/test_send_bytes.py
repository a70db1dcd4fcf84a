"""The bytes that the variable parts of declared sends accept: no name carries an end of a line, a NUL or a new request.

Each pattern is looked at in two ways: the byte classes of its variable parts, and by putting CR, LF and NUL at every
place of a byte string that it accepts. The second way includes what lookaheads forbid.
"""

import re
from collections.abc import Iterator
from functools import cache

from tests.each import each
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.scope.conversation import DeclaredSend

# The parser of the standard library; there is no public one. It has been the same module since Python 3.11.
PARSER = re._parser
ALL = [(probe, send) for probe in PROBES for send in probe.meta.sends]
CONTROL = {0: "NUL", 10: "LF", 13: "CR"}
TEXT = {"redis", "memcached", "ftp", "rsync", "nats_client"}
"""Probes of line protocols, besides those of HTTP."""
OPTIONAL = 2
"""Most bytes of an optional part of a number, such as the second byte of a length."""
RECORD = 8
"""Least bytes of a repeated record of fixed width, such as the partitions of a topic; its parts are numbers."""
NUMBERS = {
    # probe: variable parts of binary protocols that accept every byte, all of them lengths and numbers
    "ldap": "the BER length of a request, one byte or two",
    "clickhouse_native": "the LEB128 length of a query",
}


def classes(tree: object) -> Iterator[tuple[set[int], int, int]]:
    """Each variable part of a parsed pattern: the bytes that it accepts, and how often at least and at most."""

    def walk(items: object, least: int, most: int) -> Iterator[tuple[set[int], int, int]]:
        for operator, argument in items:  # type: ignore[attr-defined]
            name = str(operator)
            if name == "ANY":
                yield set(range(256)), least, most
            elif name == "NOT_LITERAL":
                yield set(range(256)) - {argument}, least, most
            elif name == "IN":
                yield members(argument), least, most
            elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
                low, high, inner = argument
                record = inner.getwidth()[0] == inner.getwidth()[1] >= RECORD
                yield from walk(inner, *((least, most) if record else (least * low, most * int(high))))
            elif name == "SUBPATTERN":
                yield from walk(argument[3], least, most)
            elif name == "BRANCH":
                for branch in argument[1]:
                    yield from walk(branch, least, most)
            elif name in ("LITERAL", "ASSERT", "ASSERT_NOT", "AT", "GROUPREF"):
                continue
            else:
                raise AssertionError(f"the test does not know {name}")

    yield from walk(tree, 1, 1)


def members(items: object) -> set[int]:
    found: set[int] = set()
    negated = False
    for operator, argument in items:  # type: ignore[attr-defined]
        name = str(operator)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found.add(argument)
        elif name == "RANGE":
            found.update(range(argument[0], argument[1] + 1))
        else:
            raise AssertionError(f"the test does not know {name}")
    return set(range(256)) - found if negated else found


def parsed(send: DeclaredSend) -> object:
    return PARSER.parse(send.pattern, re.DOTALL)


@cache
def example(pattern: bytes) -> bytes:
    """A byte string that the pattern accepts."""
    for letters in (b"aq7", b"Zb1", b"x.0", b".x0"):
        made = _made(PARSER.parse(pattern, re.DOTALL), letters)
        if re.fullmatch(pattern, made, re.DOTALL):
            return made
    raise AssertionError(f"no example found for {pattern!r}")


def _made(tree: object, letters: bytes) -> bytes:
    out = bytearray()
    for operator, argument in tree:  # type: ignore[attr-defined]
        name = str(operator)
        if name == "LITERAL":
            out.append(argument)
        elif name in ("ANY", "NOT_LITERAL", "IN"):
            accepted = next(classes([(operator, argument)]))[0]
            # A number is 0 where it can be, so that a shifted length is not taken for a letter of a name.
            out.append(next((letter for letter in letters if letter in accepted and 0 not in accepted), min(accepted)))
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            out += _made(inner, letters) * min(max(low, 3), int(high))
        elif name == "SUBPATTERN":
            out += _made(argument[3], letters)
        elif name == "BRANCH":
            out += _made(argument[1][0], letters)
    return bytes(out)


def test_every_send_is_looked_at() -> None:
    assert len(ALL) >= 302


@each(("probe", "send"), ALL, ids=lambda one: getattr(one, "name", "") or one.meta.name)
def test_no_variable_part_accepts_an_end_of_a_line(probe: Probe, send: DeclaredSend) -> None:
    for accepted, least, most in classes(parsed(send)):
        bad = sorted(CONTROL[byte] for byte in accepted & CONTROL.keys())
        if probe.meta.web or probe.meta.name in TEXT or send.pattern.startswith((rb"GET\ ", rb"POST\ ", rb"HEAD\ ")):
            assert bad == [], f"a variable part of a line protocol accepts {bad}"
        elif bad and least != most:
            # Numbers have a fixed width; names do not.
            assert most - least <= OPTIONAL, f"a part of {least} to {most} bytes accepts {bad}"
            assert probe.meta.name in NUMBERS, f"a number of {least} to {most} bytes accepts {bad}"


@each(("probe", "send"), ALL, ids=lambda one: getattr(one, "name", "") or one.meta.name)
def test_no_send_accepts_one_more_control_byte_anywhere(probe: Probe, send: DeclaredSend) -> None:
    data = example(send.pattern)
    assert send.matches(data)
    accepted = [
        f"{CONTROL[byte]} at {place}"
        for place in range(len(data) + 1)
        for byte in CONTROL
        if send.matches(data[:place] + bytes([byte]) + data[place:])
    ]
    assert accepted == [] or probe.meta.name in NUMBERS


@each(("probe", "send"), ALL, ids=lambda one: getattr(one, "name", "") or one.meta.name)
def test_no_send_accepts_itself_twice(probe: Probe, send: DeclaredSend) -> None:
    """A second request in one send."""
    data = example(send.pattern)
    if send.name == "TYPE <key> (a page of keys)":
        assert send.matches(data + data)  # a pipeline: the same reading command for several keys, and nothing else
        assert not send.matches(data + data.replace(b"TYPE", b"KEYS"))
    else:
        assert not send.matches(data + data)
    assert not send.matches(data + b"\r\n" + data)
    assert not send.matches(data + b"\n")
