"""Scripts that put their endpoints together in ways drawn from a seed. The label is the text that is taken to pieces.

Each expression is one of the forms below, and its parts are expressions again. All forms are plain JavaScript.
"""

import base64
import json
import random
import re
import string
from collections.abc import Callable
from typing import NamedTuple

_CALLS = (
    "fetch({0},{{method:'POST',body:b}})",
    "fetch({0}).then(r=>r.json())",
    "axios.get({0})",
    "(x=>{{x.open('GET',{0});x.send()}})(new XMLHttpRequest())",
)
_BOUNDARY = re.compile(r"(?<=://)|(?<=[^/:])/|(?<=[^/]):(?=[0-9])")
"""After the scheme, before a port, and before each step of the path."""
_SOCKET = "new WebSocket({0})"
_PATHS = ("api", "v1", "v2", "orders", "users", "login", "sync", "items", "events", "push", "profile", "search")
_ZONES = ("shop", "mail", "fleet", "clinic", "games", "bank")


class Script(NamedTuple):
    """A script and the endpoints that it contacts."""

    text: str
    endpoints: tuple[str, ...]


class _Maker:
    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.lines: list[str] = []
        self.names = 0

    def name(self) -> str:
        self.names += 1
        return f"{self.source.choice(string.ascii_lowercase)}{self.names}"

    def expression(self, text: str, depth: int) -> str:
        """An expression whose value is the text."""
        forms: tuple[Callable[[str, int], str], ...] = (
            self.literal, self.concatenation, self.join, self.template, self.constant, self.function, self.table,
            self.member, self.replacement, self.base64, self.codes, self.reversal, self.escapes, self.percent, self.xor,
        )  # fmt: skip
        return self.source.choice(forms)(text, depth) if depth and len(text) > 1 else self.literal(text, 0)

    def parts(self, text: str) -> list[str]:
        """The text in two or three pieces: three of four times cut where code builds URLs, otherwise anywhere."""
        usual = [found.start() for found in _BOUNDARY.finditer(text) if 0 < found.start() < len(text)]
        where = usual if usual and self.source.random() < 0.75 else range(1, len(text))
        places = sorted(self.source.sample(where, min(len(where), self.source.randint(1, 2))))
        return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]

    def literal(self, text: str, _depth: int) -> str:
        return json.dumps(text)

    def concatenation(self, text: str, depth: int) -> str:
        return "+".join(self.expression(part, depth - 1) for part in self.parts(text))

    def join(self, text: str, depth: int) -> str:
        between = "/" if "/" in text else ""
        pieces = text.split("/") if between else self.parts(text)
        return f"[{','.join(self.expression(one, depth - 1) for one in pieces)}].join({json.dumps(between)})"

    def template(self, text: str, depth: int) -> str:
        first, *others = self.parts(text)
        return f"`{first}{''.join(f'${{{self.expression(one, depth - 1)}}}' for one in others)}`"

    def constant(self, text: str, depth: int) -> str:
        name, value = self.name(), self.expression(text, depth - 1)
        self.lines.append(f"const {name}={value};")
        return name

    def function(self, text: str, depth: int) -> str:
        name, value = self.name(), self.expression(text, depth - 1)
        self.lines.append(f"function {name}(){{return {value}}}")
        return f"{name}()"

    def table(self, text: str, depth: int) -> str:
        name, pieces = self.name(), self.parts(text)
        order = self.source.sample(range(len(pieces)), len(pieces))
        values = [self.expression(pieces[at], depth - 1) for at in order]
        self.lines.append(f"const {name}=[{','.join(values)}];")
        return "(" + "+".join(f"{name}[{order.index(at)}]" for at in range(len(pieces))) + ")"

    def member(self, text: str, depth: int) -> str:
        name, pieces = self.name(), self.parts(text)
        keys = ("base", "mid", "end")[: len(pieces)]
        values = [f"{key}:{self.expression(one, depth - 1)}" for key, one in zip(keys, pieces, strict=True)]
        self.lines.append(f"const {name}={{{','.join(values)}}};")
        return "(" + "+".join(f"{name}.{key}" for key in keys) + ")"

    def replacement(self, text: str, depth: int) -> str:
        start = self.source.randrange(len(text) - 1)
        end = self.source.randint(start + 1, len(text))
        whole = f"{text[:start]}@@{text[end:]}"
        return f'{json.dumps(whole)}.replace("@@",{self.expression(text[start:end], depth - 1)})'

    def base64(self, text: str, _depth: int) -> str:
        return f'atob("{base64.b64encode(text.encode()).decode()}")'

    def codes(self, text: str, _depth: int) -> str:
        return f"String.fromCharCode({','.join(str(ord(one)) for one in text)})"

    def reversal(self, text: str, _depth: int) -> str:
        return f'{json.dumps(text[::-1])}.split("").reverse().join("")'

    def escapes(self, text: str, _depth: int) -> str:
        return '"' + "".join(f"\\x{ord(one):02x}" if self.source.random() < 0.5 else one for one in text) + '"'

    def percent(self, text: str, _depth: int) -> str:
        return f'decodeURIComponent("{"".join(f"%{ord(one):02x}" for one in text)}")'

    def xor(self, text: str, _depth: int) -> str:
        key = self.source.randrange(1, 128)
        return f'[{",".join(str(ord(one) ^ key) for one in text)}].map(c=>String.fromCharCode(c^{key})).join("")'


def script(source: random.Random) -> Script:
    """A script with one to three endpoints, each in up to two layers of forms."""
    maker = _Maker(source)
    endpoints, uses = [], []
    for _ in range(source.randint(1, 3)):
        host = f"{''.join(source.choices(string.ascii_lowercase, k=6))}.{source.choice(_ZONES)}.test"
        port = f":{source.randrange(1025, 9999)}" if source.random() < 0.2 else ""
        path = "/".join(source.sample(_PATHS, source.randint(1, 3)))
        scheme = source.choice(("https", "https", "https", "http", "wss"))
        endpoint = f"{scheme}://{host}{port}/{path}"
        call = _SOCKET if scheme == "wss" else source.choice(_CALLS)
        uses.append(f"function {maker.name()}f(b){{return {call.format(maker.expression(endpoint, 2))}}}")
        endpoints.append(endpoint)
    rest = [f"function {maker.name()}g(a){{return a.map(e=>e.id).filter(Boolean)}}" for _ in range(3)]
    source.shuffle(uses)
    return Script("\n".join([*maker.lines, *uses, *rest]) + "\n", tuple(endpoints))
