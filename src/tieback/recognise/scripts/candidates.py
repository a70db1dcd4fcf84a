"""Expressions of a script that can be an endpoint: where they begin.

Three kinds are looked at: arguments of calls that contact a server, texts with a scheme that are joined with something,
and the places that join a name to which such a text was assigned. Everything is found by short searches around hits of
``hyperscan``; the rest of the script is not read.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import LITERAL
from tieback.recognise.scripts.scopes import Scopes
from tieback.recognise.scripts.words import LONG, WORD, Words, within

MAX_USES = 64
"""Most places that join one name."""
_REACH = 600
_OPERANDS = 24

PREFIX = b"prefix"
"""Such a key of version 2 of ky, which many other objects have, too: https://github.com/sindresorhus/ky#prefix"""
BASE_KEYS = (b"baseURL", b"prefixUrl", PREFIX)
"""Keys of the base address of an HTTP client."""
BUCKET = b"storageBucket"
"""A key of the settings of Firebase: a host without a scheme. https://firebase.google.com/docs/web/learn-more#config-object"""
CALLS = (
    b"fetch(", b"WebSocket(", b"EventSource(", b".open(", b"axios", b"ajax(", b"getJSON(", b"request(", b"Request(",
    b"sendBeacon(", b"importScripts(", b"baseURL", b"new URL(", b".connect(", b"createClient(", b".Client(", b"Redis(",
    b"createConnection(", b"$resource(", b"$http(", BUCKET, b"prefixUrl", PREFIX,
)  # fmt: skip
"""Texts of calls that contact a server; each marks a file for the analysis."""
METHODS = (b".get(", b".post(", b".put(", b".patch(", b".delete(", b".request(")
"""Calls that many other objects have, too."""
SLASHES = (b'"//"', b"'//'")
"""A text between a scheme and a host that have names."""
JOINS = (b'"".concat(', b"''.concat(", b"`${", b'+"/', b"+'/", *SLASHES)
"""Texts that begin or continue a sum of which the first part is a name."""
SCHEMES = (b"://", b'"https:', b"'https:", b'"http"', b"'http'", b'"https"', b"'https'", b'"wss:', b"'wss:", b'"wss"',
           b'"stun:', b"'stun:", b"`stun:", b'"turn:', b"'turn:", b"`turn:", b'"turns:', b"'turns:")  # fmt: skip
"""Texts that begin an address: also of a server of WebRTC (RFC 7064, RFC 7065), which has no slashes."""

_CALL = lazy_pattern(
    rb"(?<![\w$])(?:fetch|(?:[\w$]+\.)*(?:WebSocket|EventSource)|importScripts|(?:axios|\$http|\$|jQuery|https?|superagent|got|needle|request)"
    rb"(?:\.\w{2,8})?|Request|io(?:\.connect)?|mqtt\.connect|createClient)\Z"
)
_SERVICE = lazy_pattern(rb"(?:\.(?:connect|Client)|(?<![\w$])(?:Redis|createConnection|createClient))\Z")
"""Calls that get the host and the port of a server one after the other."""
_OPEN = lazy_pattern(rb"\s*[\"'](?:GET|POST|PUT|DELETE|PATCH|HEAD|get|post)[\"']\s*,\s*")
_OPEN_BY_NAME = lazy_pattern(
    rb"\s{0,9}[A-Za-z_$][\w$.]{0,60}(?:\(\))?\s{0,9},\s{0,9}(?=[\w$.]{1,60}\s{0,9}\+|`[^`]{0,40}\$\{|[\"']https?:)"
)
"""The method is a name; a sum is behind it."""
_JOINS = lazy_pattern(
    rb"\s*(?:[A-Za-z_$][\w$.#]{0,80}(?:(?:\[[\w$\"'.]{1,40}\]|\([\w$\"'.]{0,40}\))(?:\.[\w$]{1,80}){0,3}){0,2}\s*(?:\+(?!\+)|\.concat\()|`[^`]{0,200}?\$\{"
    rb"|(?:" + LITERAL + rb")\s*(?:\+|\.concat\())"
)
_PATH = lazy_pattern(rb"\s*[\"'`]/?[A-Za-z][\w.-]{0,60}[/\"'`?$]")
_MADE_PATH = lazy_pattern(
    rb"\s{0,9}this\.[\w$]{1,40}\(\s{0,9}(?:\"[^\"\\\n]{1,60}\"|'[^'\\\n]{1,60}'|`[^`\\$\n]{1,60}`)\s{0,9}\)\s{0,9}[,)]"
)
"""An address that a method of the same object makes from a text: ``this.api("session/start")``."""
_TWO = lazy_pattern(rb"[^(){},;]{1,200},|\s*[\"'`]")
_CONCAT = lazy_pattern(rb"\s*[\w$.()]{1,80}(?:,|\)\s*\.concat\()\s*[\"'`](?:/|:\d)")
_TEMPLATE_HEAD = lazy_pattern(rb"[\w$.()#]{1,80}\}(?:/\w|//?\$\{|:\d)|[\w$]{1,40}\.[\w$.()]{1,80}\}:?\$\{")
_EFFECT = lazy_pattern(
    rb"(?<![\w$.])yield\s{0,4}\*?\s{0,4}(?:\(0,\s{0,4}[\w$.]{1,40}\)|[\w$.]{1,40})\(\s{0,4}[\w$.]{1,40},\s{0,4}(?P<address>[A-Za-z_$][\w$]{0,40})\Z"
)
"""A function that a generator has called for it, up to the first part of its address: ``yield call(get, api + "/a")``.
Source: https://redux-saga.js.org/docs/api/#callfn-args"""
_EFFECT_REACH = 160
_MADE = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,60})\s{0,9}=\s{0,9}[\w$.()]{1,60}\.(?:create|extend)\(\s{0,9}\{[^{}]{0,300}\Z"
)
"""Before the base address of a client with a name."""
_SHORT_MEMBER = lazy_pattern(rb"[\w$\])]\.#?[\w$]{1,3}\Z")
_BASE = lazy_pattern(rb"[\"']?\s*(?::|=(?!=))\s*(?![\"'][^\"']*[\"']\s*[,}])")
_AXIOS = lazy_pattern(rb"(?:\.(?:get|post|put|patch|delete|request|head))?\(\s*")
_TEXT = lazy_pattern(rb"(?:[^`\\$]|\\.|\$(?!\{)){0,1000}")
_LITERAL = lazy_pattern(LITERAL)
_INSIDE = lazy_pattern(rb"(?:[^\"'`()\[\]{}]++|" + LITERAL + rb")*+")
_ASSIGNS = lazy_pattern(
    rb"(?:(?P<name>[A-Za-z_$][\w$]*)\s*=|(?P<member>\.[A-Za-z_$][\w$]*)\s*=|[\"']?(?P<key>[A-Za-z_$][\w$]*)[\"']?\s*:)\s*\Z"
)
_BEHIND = lazy_pattern(
    rb"\s*(?:(?P<join>\+(?!\+)|\.(?:concat|replace|split|substr|slice|trim|join|reverse|map|toString)|\[)|(?P<close>[)\]])|(?P<more>[:,?|]))"
)
_WORD = lazy_pattern(rb"[\w$\x80-\xff]+(?:\s*\.\s*#?[\w$]+)*\Z")
_CHAIN = WORD + b"#. \t\n\r\v\f"
_PLUS = lazy_pattern(rb"\s{0,9}\+(?!\+)")
_OF_LOCATION = lazy_pattern(rb"(?<![\w$.])(?P<of>[\w$.]{1,60})\.protocol\s{0,9}\+\s{0,9}\Z")
"""Before the slashes in the address of a page or of a parsed address: ``location.protocol+"//"+location.host``."""
_ENCODES = lazy_pattern(rb"(?<![\w$])encodeURI\s{0,4}\(\s{0,4}\Z")
"""Before an address whose other signs are encoded: https://tc39.es/ecma262/#sec-encodeuri-uri"""
_ENCODES_REACH = 20
_OF_SCHEME = lazy_pattern(rb"\s{0,4}(?:/\^?|[\"'`])(?:https?|wss?)\b")
"""The first argument of a method that replaces the scheme: ``url.replace(/^http/, "ws")``."""
_SPACE = b" \t\r\n"
_CLOSERS = b")]}"


class Candidate(NamedTuple):
    """An expression that can be an endpoint."""

    at: int
    """Where it begins."""
    call: str = ""
    """The call whose argument it is."""
    receiver: int = -1
    """Where the object begins whose method is called; only for the methods of HTTP clients."""
    positional: bool = False
    """True if the call can get a host and a port as two arguments."""


def called(data: Bytes, mark: bytes, end: int, *, clients: bool) -> Iterator[Candidate]:
    """The argument of a call; the hit of its mark ends at ``end``.

    Args:
        data: the script.
        mark: the text of ``CALLS`` or ``METHODS`` that was found.
        end: offset behind it.
        clients: true if the script has an HTTP client with a base address.
    """
    if mark in METHODS:
        yield from _of_method(data, mark, end, clients=clients)
    elif mark in (*BASE_KEYS, BUCKET):
        found = _BASE.match(data, end, end + 40)
        if found is not None:
            yield Candidate(found.end(), mark.decode())
    elif mark == b"axios":
        found = _AXIOS.match(data, end, end + 40)
        if found is not None and not _word_before(data, end - len(mark)):
            yield Candidate(found.end(), bytes(data[end - len(mark) : found.end()]).decode().rstrip("( \n"))
    elif mark == b".open(":
        found = _OPEN.match(data, end, end + 60) or _OPEN_BY_NAME.match(data, end, end + 120)
        if found is not None:
            yield Candidate(found.end(), "open")
    elif mark == b"new URL(":
        if _TWO.match(data, end, end + 300) or _JOINS.match(data, end, end + 400):
            yield Candidate(end - len(mark), "URL")
    else:
        name = bytes(data[max(0, end - 60) : end - 1])
        positional = _SERVICE.search(name) is not None
        if positional or _CALL.search(name) or _JOINS.match(data, end, end + 400) is not None:
            yield Candidate(end, mark.decode().strip("(."), positional=positional)


def client_calls(data: Bytes, end: int, scopes: Scopes, words: Words) -> Iterator[Candidate]:
    """The calls of a client itself, by the name to which it is assigned: ``api=x.create({prefixUrl:…})``, ``api("a")``.

    Args:
        data: the script.
        end: offset behind the key of its base address.
        scopes: the braces of the script.
        words: its words.
    """
    made = _MADE.search(bytes(data[max(0, end - _REACH) : end]))
    if made is None:
        return
    scope, name = scopes.function(end), bytes(made["name"])
    for place in within(words.places(name, b"("), scope.start, scope.end)[:MAX_USES]:
        argument = place + len(name) + 1
        if data[place - 1] != 0x2E and _PATH.match(data, argument, argument + 120):
            yield Candidate(argument, "client", place)


def _of_method(data: Bytes, mark: bytes, end: int, *, clients: bool) -> Iterator[Candidate]:
    joins = _JOINS.match(data, end, end + 400) is not None
    if clients and (joins or _PATH.match(data, end, end + 120)):
        yield Candidate(end, mark[1:-1].decode(), operand_start(data, end - len(mark)))
    elif joins or _MADE_PATH.match(data, end, end + 120):
        yield Candidate(end, mark[1:-1].decode())


def with_scheme(data: Bytes, end: int) -> Iterator[Candidate | tuple[str, int]]:
    """The expression around a text with a scheme, if the text is only a part of it.

    Yields:
        Candidates, and the name to which the text is assigned, with a dot before it if it is a member or key, and the
            place of the assignment.
    """
    start = _literal_start(data, end)
    if start < 0:
        return
    quote = data[start]
    if quote == 0x60:
        template = _TEXT.match(data, start + 1)
        last = template.end() if template else start + 1
        joined = data[last : last + 1] == b"$"
        close = last + 1
    else:
        literal = _LITERAL.match(data, start, start + 4_000)
        if literal is None:
            return
        close, joined = literal.end(), False
    first = operand_start(data, start) if _plus_before(data, start) else start
    behind = _BEHIND.match(data, close, close + 40)
    if joined or first != start or (behind is not None and behind["join"]):
        encodes = _ENCODES.search(data, max(0, first - _ENCODES_REACH), first)
        yield Candidate(encodes.start() if encodes else first)
    outer = first
    for _ in range(3):
        outer = _opening(data, outer)
        if outer < 0:
            break
        closing = _closing(data, close)
        after = _BEHIND.match(data, closing, closing + 40) if closing > 0 else None
        if after is not None and after["join"]:
            is_call = data[outer] == 0x28 and _word_before(data, outer)
            begin = operand_start(data, outer if not is_call else _call_start(data, outer))
            yield Candidate(begin)
        elif data[outer] == 0x28 and _plus_before(data, outer):
            yield Candidate(operand_start(data, outer))
    if not joined and first == start:
        before = bytes(data[max(0, start - 80) : start])
        assigned = _ASSIGNS.search(before) if before.rstrip().endswith((b"=", b":")) else None
        if assigned is not None:
            name = assigned["name"] or assigned["member"] or b"." + assigned["key"]
            yield name.decode("ascii", "replace"), start


def joining(data: Bytes, mark: bytes, end: int) -> Iterator[Candidate]:
    """The sum around a text of ``JOINS``, if its first part can be an address that has a name."""
    start = end - len(mark)
    if mark == b"`${":
        if _TEMPLATE_HEAD.match(data, end, end + 120):
            yield Candidate(operand_start(data, start) if _plus_before(data, start) else start)
    elif mark in SLASHES:
        parts = _OF_LOCATION.search(bytes(data[max(0, start - 90) : start]))
        own = parts is not None and bytes(data[end : end + 90]).lstrip(b"+ ").startswith(parts["of"] + b".host")
        if not own and _plus_before(data, start) and _PLUS.match(data, end, end + 20):
            yield Candidate(operand_start(data, start))
    elif mark.startswith(b"+"):
        # Other names are found by the address that is assigned to them.
        if _SHORT_MEMBER.search(bytes(data[max(0, start - 8) : start])):
            short = bytes(data[start - 3 : start - 1]).endswith((b".", b".#"))  # a member of one letter
            yield Candidate(operand_start(data, data.rfind(b".", 0, start) if short else start - 1))
        elif effect := _EFFECT.search(data, max(0, start - _EFFECT_REACH), start):
            yield Candidate(effect.start("address"))
    elif _CONCAT.match(data, end, end + 160):
        yield Candidate(start)


def uses(data: Bytes, name: str, at: int, scopes: Scopes, words: Words) -> Iterator[Candidate]:
    """The places that join a name or member to which an address was assigned at ``at``."""
    raw = name.encode()
    start, end = 0, len(data)
    if not name.startswith("."):
        scope = scopes.function(at)
        start, end = scope.start, scope.end
    elif len(name) < LONG:
        return
    for sign in (b"+", b" +", b"}", b".concat(", b".replace("):
        found = 0
        for place in within(words.places(raw, sign), start, end)[: MAX_USES * 8]:
            behind = place + len(raw) + len(sign)
            if found >= MAX_USES or behind > end:
                break
            if sign.endswith(b"+") and data[behind : behind + 1] in (b"+", b"="):
                continue
            if sign == b".replace(" and not _OF_SCHEME.match(data, behind, behind + 16):
                continue
            if sign == b"}" and name[0] != "." and data[place - 2 : place] != b"${":
                continue
            begin = _template_start(data, place) if sign == b"}" else operand_start(data, place)
            if begin >= 0:
                found += 1
                yield Candidate(begin)


def operand_start(data: Bytes, at: int) -> int:
    """Where the sum begins that has an operand at ``at``; the operand can be the rest of a chain of members."""
    low = max(0, at - _REACH)
    start = at
    for _ in range(_OPERANDS):
        start = _chain_start(data, start, low)
        before = _skip_back(data, start, low)
        if before <= low or data[before - 1] != 0x2B or data[before - 2 : before - 1] == b"+":
            return start
        ending = _skip_back(data, before - 1, low)
        previous = operand_before(data, ending, low)
        if previous < 0:
            return start
        start = previous
    return start


def _chain_start(data: Bytes, at: int, low: int) -> int:
    """The start of ``a.b(c).d`` if ``at`` is inside of it at a dot, a bracket or a name."""
    for _ in range(_OPERANDS):
        if data[at : at + 1] not in (b".", b"(", b"["):
            start = _word_start(data, max(low, at - 120), at) if data[at - 1 : at] != b" " else at
            if data[start - 1 : start] != b"." or data[start - 2 : start - 1] not in (b")", b"]"):
                return start
            at = start - 1  # a member of what a call or an index gives
            continue
        previous = operand_before(data, at, low)
        if previous < 0:
            return at
        at = previous
        if data[at : at + 1] not in (b"(", b"["):
            return at
    return at


def operand_before(data: Bytes, end: int, low: int) -> int:
    """Where the operand begins that ends at ``end``; -1 if that is unclear."""
    if end <= low:
        return -1
    last = data[end - 1]
    if last in b"\"'`":
        place = data.rfind(bytes((last,)), low, end - 1)
        while place > low and data[place - 1] == 0x5C:
            place = data.rfind(bytes((last,)), low, place)
        return place
    if last in _CLOSERS:
        place = _balanced_back(data, end - 1, low)
        if place < 0:
            return -1
        start = _word_start(data, max(low, place - 120), place)
        if start < place:
            return start
        return operand_before(data, place, low) if place and data[place - 1] in b")]" else place
    start = _word_start(data, max(low, end - 120), end)
    if start == end:
        return -1
    if data[start - 1 : start] == b"." and data[start - 2 : start - 1] in (b")", b"]"):
        return operand_before(data, start - 1, low)
    return start


def _balanced_back(data: Bytes, at: int, low: int) -> int:
    depth = 0
    for place in range(at, low - 1, -1):
        sign = data[place]
        if sign in b")]}":
            depth += 1
        elif sign in b"([{":
            depth -= 1
            if not depth:
                return place
    return -1


def _opening(data: Bytes, at: int) -> int:
    """The parenthesis or bracket around an offset; -1 if a statement begins first."""
    depth = 0
    for place in range(at - 1, max(0, at - _REACH), -1):
        sign = data[place]
        if sign in b")]}":
            depth += 1
        elif sign in b"([{":
            if not depth:
                return place if sign != 0x7B else -1
            depth -= 1
        elif sign == 0x3B and not depth:
            return -1
    return -1


def _closing(data: Bytes, at: int) -> int:
    """Behind the bracket that closes the one around ``at``, which is outside of texts; -1 if it is too far away."""
    depth = 1
    for _ in range(100):
        rest = _INSIDE.match(data, at, at + _REACH)
        at = rest.end() if rest else at
        sign = data[at : at + 1]
        if not sign or sign == b"`":
            return -1
        depth += 1 if sign in b"([{" else -1
        at += 1
        if not depth:
            return at
    return -1


def _call_start(data: Bytes, opening: int) -> int:
    return _word_start(data, max(0, opening - 120), opening)


def _word_start(data: Bytes, low: int, end: int) -> int:
    """Where the names with dots between them begin that end at ``end``; ``end`` if there is none."""
    text = bytes(data[low:end])
    word = _WORD.search(text, len(text.rstrip(_CHAIN)))
    return end - len(word[0]) if word else end


def _literal_start(data: Bytes, end: int) -> int:
    """The quote before a scheme that ends at ``end``; -1 if other text is before it."""
    place = end - 1 - (data[end - 1] in b"\"'")
    low = max(0, end - 24)
    while place > low and (data[place] in b":/+.-" or chr(data[place]).isalnum()):
        place -= 1
    if data[place] == 0x7D:
        return _template_start(data, place)
    return place if data[place] in b"\"'`" else -1


def _template_start(data: Bytes, at: int) -> int:
    """The backtick before a substitution; -1 if there is none on the line."""
    place = data.rfind(b"`", max(0, at - _REACH), at)
    return place if place >= 0 and data.find(b"\n", place, at) < 0 else -1


def _plus_before(data: Bytes, at: int) -> bool:
    before = _skip_back(data, at, max(0, at - 40))
    return data[before - 1 : before] == b"+" and data[before - 2 : before - 1] != b"+"


def _skip_back(data: Bytes, at: int, low: int) -> int:
    while at > low and data[at - 1] in _SPACE:
        at -= 1
    return at


def _word_before(data: Bytes, at: int) -> bool:
    one = data[at - 1 : at]
    return bool(one) and (one.isalnum() or one in (b"_", b"$"))
