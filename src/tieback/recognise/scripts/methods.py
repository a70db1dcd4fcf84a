"""Results of string and array methods of ECMAScript on constants; ``None`` if a result is not known.

Source: https://tc39.es/ecma262/ (String.prototype, Array.prototype), https://html.spec.whatwg.org/ (atob). Results are
not longer than ``MAX_TEXT``. No regular expression of a script is run: only those that are a literal text, or that
remove slashes at an end.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, unquote, urljoin

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.folding import base64_text
from tieback.recognise.scripts.values import MAX_TEXT, Client, Items, Pattern, Text, Value, as_text, joined, single

MAX_ITEMS = 4_096
"""Most items of an array."""
_MAX_JSON = 65_536
_PLAIN = lazy_pattern(r"(?:[^\\.\[\](){}*+?^$|/]|\\[^\w])*")
_PIECES = lazy_pattern(r"\(?(?:(?P<dots>\.{2,4})|(?:\.|\\w|\[[\\\da-zA-Z-]{1,14}\])\{(?:1,)?(?P<size>[1-9])\})\)?")
"""A pattern that cuts a text into pieces of one size."""
_SLASHES_END = lazy_pattern(r"(?:\\/|/)[+*]?\$")
_SLASHES_START = lazy_pattern(r"\^(?:\\/|/)[+*]?")
_SAFE = "!~*'()-_."
_SAFE_URI = ";/?:@&=+$,#" + _SAFE


def text_method(name: str, text: Text, arguments: Sequence[Value]) -> Value | None:
    """A method of a text. ``None`` if it is not known, or if it needs a part that is not constant."""
    texts = [as_text(one) for one in arguments]
    if name == "concat":
        return joined(text, *texts)
    if name in ("toString", "valueOf", "normalize"):
        return text
    if HOLE in text.text and name not in ("trim", "replace", "replaceAll"):
        return None
    changed = _changed(name, text.text, arguments, texts)
    if isinstance(changed, str):
        # What is put in brings its own literals along.
        extra = [one for one in texts if one.at >= 0] if name in ("replace", "replaceAll") else []
        at, parts, via = joined(text, *extra)[1:]
        return Text(changed[:MAX_TEXT], at, parts if name in ("replace", "replaceAll") else (), via)
    if isinstance(changed, list):
        return Items(tuple(single(Text(one, text.at, (), text.via)) for one in changed[:MAX_ITEMS]))
    return changed


def _changed(name: str, text: str, arguments: Sequence[Value], texts: Sequence[Text]) -> str | list[str] | int | None:
    numbers = [one for one in arguments if isinstance(one, int)]
    if len(numbers) == len(arguments) and (number := _NUMERIC.get(name)) is not None:
        return number(text, numbers)
    if not arguments and (plain := _PLAIN_METHODS.get(name)) is not None:
        return plain(text)
    match name:
        case "replace" | "replaceAll" if len(texts) == 2:
            return _replaced(text, arguments[0], texts[1].text, every=name == "replaceAll")
        case "match" if len(arguments) == 1 and isinstance(arguments[0], Pattern) and "g" in arguments[0].flags:
            sized = _PIECES.fullmatch(arguments[0].source)
            size = int(sized["size"] or len(sized["dots"] or "")) if sized else 0
            return [text[at : at + size] for at in range(0, len(text), size)] if size else None
        case "split" if isinstance(arguments[0], (Text, Pattern)):
            between = _literal(arguments[0])
            return None if between is None else text.split(between) if between else list(text)
        case "padStart" | "padEnd" if len(texts) == 2 and numbers and 0 <= numbers[0] <= 64 and len(texts[1].text) == 1:
            return (text.rjust if name == "padStart" else text.ljust)(numbers[0], texts[1].text)
        case "indexOf" | "startsWith" | "endsWith" | "includes" if len(texts) == 1 and HOLE not in texts[0].text:
            return int(_SEARCHES[name](text, texts[0].text))
    return None


def _substring(text: str, numbers: Sequence[int]) -> str:
    start, end = sorted((max(0, numbers[0]), max(0, numbers[1] if len(numbers) > 1 else len(text))))
    return text[start:end]


def _substr(text: str, numbers: Sequence[int]) -> str:
    rest = text[numbers[0] :]
    return rest[: max(0, numbers[1])] if len(numbers) > 1 else rest


def _char(text: str, numbers: Sequence[int]) -> str | None:
    at = numbers[0] if numbers else 0
    return text[at] if -len(text) <= at < len(text) else None


def _code(text: str, numbers: Sequence[int]) -> int | None:
    at = numbers[0] if numbers else 0
    return ord(text[at]) if 0 <= at < len(text) else None


def _repeated(text: str, numbers: Sequence[int]) -> str | None:
    return text * numbers[0] if len(numbers) == 1 and 0 <= numbers[0] * len(text) <= MAX_TEXT else None


_NUMERIC: Mapping[str, Callable[[str, Sequence[int]], str | int | None]] = {
    "slice": lambda text, numbers: text[numbers[0] : numbers[1]] if len(numbers) > 1 else text[sum(numbers) :],
    "substring": lambda text, numbers: _substring(text, numbers) if numbers else text,
    "substr": lambda text, numbers: _substr(text, numbers) if numbers else text,
    "charAt": _char, "at": _char, "charCodeAt": _code, "codePointAt": _code, "repeat": _repeated,
}  # fmt: skip
"""Methods with numbers only."""
_PLAIN_METHODS: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower, "toLocaleLowerCase": str.lower, "toUpperCase": str.upper, "toLocaleUpperCase": str.upper,
    "trim": str.strip, "trimEnd": str.rstrip, "trimRight": str.rstrip, "trimStart": str.lstrip, "trimLeft": str.lstrip,
}  # fmt: skip
_SEARCHES: Mapping[str, Callable[[str, str], int]] = {
    "indexOf": str.find, "startsWith": str.startswith, "endsWith": str.endswith, "includes": str.__contains__,
}  # fmt: skip


_SIMPLE = lazy_pattern(
    r"\^?(?:(?:[^\\\[\](){}|*+?.^$\s]|\\[-dws.*+?()\[\]{}|^$/\\]"
    r"|\[\^?(?:[^\\\[\]]|\\[-dws.*+?()\[\]{}|^$/\\])+\]| )[*+?]?)+\$?"
)
_GROUP = lazy_pattern(
    r"(?<!\\)\((?![?*+])(?P<inner>(?:[^\\\[\](){}|]|\\[-dws.*+?()\[\]{}^$/]|\[[^\[\]\\]{1,40}\]){1,60})\)(?![*+?{])"
)
"""A group without others inside that is not repeated."""
_BORDER = lazy_pattern(r"(?<!\\)\\b")
_REPEATS = lazy_pattern(r"(?<!\\)[*+?]")
_MAX_PATTERN, _MAX_REPEATS = 100, 2


def _literal(value: Value) -> str | None:
    """The text that a separator or pattern stands for."""
    if isinstance(value, Pattern):
        if value.flags.strip("gu") or _PLAIN.fullmatch(value.source) is None:
            return None
        return re.sub(r"\\(.)", r"\1", value.source)
    return value.text if isinstance(value, Text) and HOLE not in value.text else None


def _simple(source: str, flags: str) -> re.Pattern[str] | None:
    """A pattern of characters and classes, which means the same in Python; ``None`` for others.

    At most ``_MAX_REPEATS`` parts are repeated, so that a search takes a bounded number of steps.
    """
    if flags.strip("giu") or len(source) > _MAX_PATTERN or _SIMPLE.fullmatch(source) is None:
        return None
    if len(_REPEATS.findall(source)) > _MAX_REPEATS:
        return None
    try:
        return re.compile(source, re.ASCII | (re.IGNORECASE if "i" in flags else 0))
    except (re.error, OverflowError):
        return None


def grouped_pattern(pattern: Pattern) -> re.Pattern[str] | None:
    """The same for a pattern whose parts are in plain groups, with borders of words; ``None`` for others."""
    plain = _BORDER.sub("", _GROUP.sub(r"\g<inner>", pattern.source))
    if _simple(plain, pattern.flags) is None or len(pattern.source) > _MAX_PATTERN:
        return None
    return re.compile(pattern.source, re.ASCII | (re.IGNORECASE if "i" in pattern.flags else 0))


def _replaced(text: str, old: Value, new: str, *, every: bool) -> str | None:
    if isinstance(old, Pattern):
        if new == "" and _SLASHES_END.fullmatch(old.source):
            return text.rstrip("/") if not text.endswith(HOLE) else text
        if new == "" and _SLASHES_START.fullmatch(old.source):
            return text.lstrip("/")
        every = "g" in old.flags
    plain = _literal(old)
    if plain is None and isinstance(old, Pattern) and "$" not in new and HOLE not in text:
        pattern = _simple(old.source, old.flags)
        return None if pattern is None else pattern.sub(lambda _: new, text, count=0 if every else 1)[:MAX_TEXT]
    if not plain or "$" in new:
        return None
    return text.replace(plain, new, -1 if every else 1)[:MAX_TEXT]


def items_method(name: str, items: Items, arguments: Sequence[Value]) -> Value | None:
    """A method of an array without choices."""
    values = [one[0][1] if len(one) == 1 else None for one in items.items]
    match name:
        case "join":
            between = as_text(arguments[0]) if arguments else Text(",")
            texts = [as_text(one) if one is not None else Text(HOLE) for one in values]
            row = [part for one in texts for part in (between, one)][1:]
            return joined(*row[: 2 * MAX_ITEMS]) if row else Text("")
        case "reverse" | "toReversed":
            return Items(items.items[::-1])
        case "slice" if all(isinstance(one, int) for one in arguments):
            numbers = [one for one in arguments if isinstance(one, int)]
            return Items(items.items[numbers[0] : numbers[1]] if len(numbers) > 1 else items.items[sum(numbers) :])
        case "concat":
            more = [one for other in arguments if isinstance(other, Items) for one in other.items]
            return (
                Items((*items.items, *more)[:MAX_ITEMS]) if all(isinstance(one, Items) for one in arguments) else None
            )
        case "filter":
            return Items(tuple(one for one, value in zip(items.items, values, strict=True) if value != Text("")))
        case "at" if len(arguments) == 1 and isinstance(arguments[0], int):
            return values[arguments[0]] if -len(values) <= arguments[0] < len(values) else None
        case "toString":
            return items_method("join", items, ())
        case "pop" | "shift":
            return values[-1 if name == "pop" else 0] if values else None
    return None


def function_result(name: str, arguments: Sequence[Value]) -> Value | None:
    """A function of the language or of the platform, by the last part of its name."""
    text = as_text(arguments[0]) if arguments else Text("")
    if name == "Object" and arguments:
        return arguments[0]
    if name in ("String", "encodeURI", "encodeURIComponent") and HOLE in text.text:
        return Text(HOLE) if name != "String" else text
    convert: dict[str, Callable[[str], str | None]] = {
        "atob": base64_text,
        "btoa": lambda raw: base64.b64encode(raw.encode("latin-1", "replace")).decode("ascii"),
        "unescape": _unescaped,
        "decodeURIComponent": _decoded,
        "decodeURI": _decoded,
        "encodeURIComponent": lambda raw: quote(raw, safe=_SAFE),
        "encodeURI": lambda raw: quote(raw, safe=_SAFE_URI),
        "escape": lambda raw: quote(raw, safe="@*_+-./"),
    }
    if name == "String":
        return text
    if name in _FORMATS:
        return _formatted(text, [as_text(one) for one in arguments[1:]])
    if name in convert:
        made = convert[name](text.text) if HOLE not in text.text else None
        return (
            None
            if made is None
            else Text(made[:MAX_TEXT], text.at, (text.parts or (text.text,)) if made == text.text else (), text.via)
        )
    if name in ("fromCharCode", "fromCodePoint"):
        codes = [one for one in arguments if isinstance(one, int) and 0 <= one < 0x10000]
        return Text("".join(map(chr, codes[:MAX_TEXT]))) if codes and len(codes) == len(arguments) else None
    if name == "parseInt" and len(arguments) == 2 and arguments[1] == 16:
        digits = re.match(r"\s*(?:0[xX])?([0-9a-fA-F]{1,8})", text.text)
        return int(digits[1], 16) if digits else None
    if name in ("parseInt", "Number"):
        found = re.match(r"\s*(\d{1,9})", text.text)
        return int(found[1]) if found else None
    return None


_FORMATS = ("format", "sprintf", "printf")
_PLACEHOLDER = lazy_pattern(r"%([sdi%])")


def _formatted(text: Text, arguments: Sequence[Text]) -> Text | None:
    """``util.format("%s:%d", host, port)``, and functions of libraries with the same name."""
    if "%s" not in text.text or HOLE in text.text:
        return None
    rest = iter(arguments)
    made = _PLACEHOLDER.sub(lambda one: "%" if one[1] == "%" else next(rest, Text(HOLE)).text, text.text)
    return Text(made[:MAX_TEXT], *joined(text, *arguments)[1:])


def _unescaped(text: str) -> str:
    plain = re.sub(r"%u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    return unquote(plain, "latin-1")


def _decoded(text: str) -> str:
    return unquote(text, errors="replace")


def buffer_text(data: Text, encoding: str) -> Text | None:
    """``Buffer.from(data, encoding).toString()``."""
    made: str | None = data.text
    if encoding == "base64":
        made = base64_text(data.text)
    elif encoding == "hex":
        try:
            made = bytes.fromhex(data.text).decode("utf-8")
        except ValueError:
            made = None
    return None if made is None else Text(made[:MAX_TEXT], data.at, (), data.via)


def resolved_url(path: Text, base: Text | None) -> Text:
    """``new URL(path, base)``."""
    if base is None or "://" in path.text.partition(HOLE)[0]:
        return path
    if HOLE in base.text.partition("/")[0] + base.text[:1] or "://" not in base.text:
        return Text(HOLE)
    hole = "tieback-hole"  # urljoin treats braces as any other character, so the hole stays recognisable
    try:
        made = urljoin(base.text.replace(HOLE, hole), path.text.replace(HOLE, hole)).replace(hole, HOLE)
    except ValueError:
        return Text(HOLE)
    return Text(made[:MAX_TEXT], *joined(base, path)[1:])


def below(client: Client, path: Text) -> Text:
    """An address that an HTTP client requests: its base address, one slash and the path."""
    if "://" in path.text or path.text.startswith(("//", HOLE)) or not client.base.text:
        return path
    if not path.text:
        return client.base
    start, rest = client.base.text.rstrip("/"), path.text.lstrip("/")
    return Text(f"{start}/{rest}"[:MAX_TEXT], *joined(client.base, path)[1:])


def json_value(text: Text) -> object | None:
    """``JSON.parse`` of a constant."""
    if HOLE in text.text or len(text.text) > _MAX_JSON:
        return None
    try:
        content: object = json.loads(text.text)
    except (ValueError, RecursionError):
        return None
    return content
