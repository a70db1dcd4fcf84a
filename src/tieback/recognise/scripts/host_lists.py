"""Lists of servers in scripts, of which the code contacts one: by an index, a region, or at random.

``S = ["a.shop.test", …, "z.shop.test"]`` and ``fetch("https://" + S[i])``. A list with more than ``MAX_ALTERNATIVES``
elements is not a value that can be followed. So a few of its hosts stand for all of them (``sample``). If the code
contacts several of these, it contacts the others, too: the elements of an array, a member of the objects in an
array, or the keys of an object. A list that nothing contacts gives nothing.
Bounds: 4,096 hosts of a list, 64 KiB on each side of a host, 4 places of a host, 50 hosts of a script.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.scripts.values import Cases, Kind, Plain, Source, Text

SAMPLE = 8
"""Hosts that stand for a list."""
LEAST = 17
"""Fewest hosts of a list whose others are looked for: the values of shorter ones are followed one by one."""
_ENOUGH = 4
"""Fewest of these that the code must contact."""
MAX_SEARCHES = 50
"""Most hosts of one script whose lists are looked for."""
_MAX_HOSTS = 4_096
_MAX_PLACES = 4
_REACH = 65_536
_SHARE = 0.8
_HOST = lazy_pattern(r"(?!\d+(?:\.\d+)?\Z)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?::\d{1,5})?")
_AUTHORITY = lazy_pattern(r"(?://|\A(?:stun|turn)s?:)([^/?#]{1,260})")
_QUOTED = rb"(?:\"[^\"\\\n]{0,260}\"|'[^'\\\n]{0,260}'|`[^`\\\n$]{0,260}`)"
_LITERAL = lazy_pattern(_QUOTED)
_ARRAY = lazy_pattern(rb"\[(?:\s*+" + _QUOTED + rb"\s*+,?)*+\s*+\]")
_KEY = lazy_pattern(rb"[{,]\s{0,40}(?P<key>[\"']?[\w$]{1,40}[\"']?)\s{0,4}:\s{0,4}\Z")
_TOKEN = lazy_pattern(rb"[\[\]{}]|" + _QUOTED)
_COLON = lazy_pattern(rb"\s{0,4}:")


def is_host(text: str) -> bool:
    """True if a text can be the name or address of a host, with or without a port."""
    return _HOST.fullmatch(text) is not None


def sample(data: Bytes, rows: Sequence[Cases]) -> Sequence[Cases]:
    """The rows that stand for a long list of hosts; none if it is short, or no list of hosts."""
    return rows[:SAMPLE] if len(rows) > MAX_ALTERNATIVES and are_hosts(data, rows) else ()


def are_hosts(data: Bytes, rows: Sequence[Cases]) -> bool:
    """True if the first rows are hosts, or objects with one."""
    return all(_names_host(data, row) for row in rows[:SAMPLE])


def _names_host(data: Bytes, row: Cases) -> bool:
    match row[0][1]:
        case Text(text=text) | Plain(value=str() as text):
            return is_host(text)
        case Source(kind=Kind.OBJECT, at=at):
            return any(map(is_host, _texts(data, at, at + 400)))
    return False


def _texts(data: Bytes, start: int, end: int) -> Iterator[str]:
    return (bytes(found[0][1:-1]).decode("utf-8", "replace") for found in _LITERAL.finditer(data, start, end))


class HostLists:
    """The long lists of hosts in one script, as far as the code contacts those that stand for one."""

    def __init__(self, data: Bytes) -> None:
        """Look for lists in this script."""
        self._data = data
        self._known: dict[str, list[tuple[str, ...]]] = {}
        self._contacted: dict[tuple[str, ...], set[str]] = {}

    def with_others(self, text: Text) -> Iterator[str]:
        """An address that the code puts together, with each of the other hosts of its list.

        Nothing before the code has contacted several of the first hosts: one alone can be in a list by chance.
        """
        authority = "".join(_AUTHORITY.findall(text.text)[:1])
        for part in dict.fromkeys(filter(is_host, (authority, *text.parts))):
            if not authority.startswith(part):
                continue
            for hosts in self._lists(part):
                contacted = self._contacted.setdefault(hosts, set())
                if part in hosts[:SAMPLE] and part not in contacted:
                    contacted.add(part)
                    if len(contacted) == _ENOUGH:
                        yield from (text.text.replace(part, other, 1) for other in hosts)

    def _lists(self, host: str) -> list[tuple[str, ...]]:
        if host not in self._known and len(self._known) < MAX_SEARCHES:
            self._known[host] = lists(self._data, host)
        return self._known.get(host, [])


def lists(data: Bytes, host: str) -> list[tuple[str, ...]]:
    """The long lists of hosts in a script that have this host."""
    raw, found = host.encode(), dict[tuple[str, ...], None]()
    for quote in (b'"', b"'", b"`"):
        at = -1
        for _ in range(_MAX_PLACES):
            at = data.find(quote + raw + quote, at + 1)
            if at < 0:
                break
            found[tuple(dict.fromkeys(_around(data, at, at + len(raw) + 2)))] = None
    found.pop((), None)
    return list(found)


def _around(data: Bytes, start: int, end: int) -> list[str]:
    """The hosts of the list around a literal, in the same role; none if it is no long list of hosts."""
    if _COLON.match(data, end, end + 8):
        texts = _in_role(data, *_brackets(data, start, 0), b"")
    elif key := _KEY.search(data, max(0, start - 100), start):
        texts = _in_role(data, *_brackets(data, start, 1), bytes(key["key"]))
    else:
        opening = data.rfind(b"[", max(0, start - _REACH), start)
        whole = _ARRAY.match(data, opening, start + _REACH) if opening >= 0 else None
        texts = list(_texts(data, whole.start(), whole.end())) if whole and whole.end() > end else []
    hosts = [text for text in texts if is_host(text)]
    return hosts[:_MAX_HOSTS] if len(hosts) >= LEAST and len(hosts) >= _SHARE * len(texts) else []


def _brackets(data: Bytes, at: int, level: int) -> tuple[int, int]:
    """Where the list or object around an offset begins and ends; an empty range if it is too far away.

    Args:
        data: the script.
        at: the offset.
        level: 0 for the innermost one, 1 for the one around that.
    """
    low, high = max(0, at - _REACH), min(len(data), at + _REACH)
    opened: list[int] = []
    for found in _TOKEN.finditer(data, low, at):
        if found[0] in (b"[", b"{"):
            opened.append(found.start())
        elif found[0] in (b"]", b"}") and opened:
            opened.pop()
    if len(opened) <= level:
        return 0, 0
    start = opened[-1 - level]
    depth = 0
    for found in _TOKEN.finditer(data, start, high):
        depth += found[0] in (b"[", b"{")
        depth -= found[0] in (b"]", b"}")
        if not depth:
            return start, found.end()
    return 0, 0


def _in_role(data: Bytes, start: int, end: int, key: bytes) -> list[str]:
    """The texts of a range that are values of a key, or that are keys themselves if it is empty."""
    if key:
        role = re.compile(rb"[{,]\s{0,40}" + re.escape(key) + rb"\s{0,4}:\s{0,4}(" + _QUOTED + rb")")
        return [one[1][1:-1].decode("utf-8", "replace") for one in islice(role.finditer(data, start, end), _MAX_HOSTS)]
    found, depth = list[str](), 0
    for token in _TOKEN.finditer(data, start, end):
        if token[0] in (b"[", b"{"):
            depth += 1
        elif token[0] in (b"]", b"}"):
            depth -= 1
        elif depth == 1 and _COLON.match(data, token.end(), token.end() + 8):
            found.append(bytes(token[0][1:-1]).decode("utf-8", "replace"))
    return found[:_MAX_HOSTS]
