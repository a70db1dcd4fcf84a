"""Extract named values from Redis traffic: commands by their key or field, responses by their content.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/ and the pages of the commands.
"""

from collections.abc import Iterator

from tieback.leaks.bodies import read_body
from tieback.leaks.value import MAX_NAME, MAX_VALUES_PER_SAMPLE, NamedValue, decode_text
from tieback.protocols.resp import Ending, Reply, decode

_LONGEST_NAME = 64
_AT_TWO = frozenset({"SET", "SETNX", "GETSET", "APPEND", "JSON.SET"})
"""Commands with the value after the key."""
_AT_THREE = frozenset({"SETEX", "PSETEX", "HSETNX", "LSET", "SETRANGE"})
_FROM_TWO = frozenset({"LPUSH", "RPUSH", "LPUSHX", "RPUSHX", "SADD", "SREM", "SISMEMBER", "PUBLISH", "PFADD"})
"""Commands in which every argument after the key is a value."""


def read_resp(data: bytes) -> Iterator[NamedValue]:
    """Named values of commands or responses; values of responses without a name are included."""
    at = 0
    for _ in range(MAX_VALUES_PER_SAMPLE):
        reading = decode(data, at)
        if isinstance(reading.value, list):
            yield from _of_list(reading.value)
        else:
            yield from _of_value(_bytes(reading.value), "answer", "")
        at = reading.end
        if reading.ending is Ending.MALFORMED:
            # What is not RESP ends with its line: the bytes before the capture, or a string that was cut.
            end = data.find(b"\r\n", at)
            at = end + 2 if end >= 0 else len(data)
        if at >= len(data):
            return


def _of_list(values: list[Reply]) -> Iterator[NamedValue]:
    words = [_bytes(value) for value in values if not isinstance(value, list)]
    if len(words) == len(values) and words and (known := list(_of_command([*map(decode_text, words)], words))):
        yield from known
    elif len(words) == len(values) and not len(words) % 2 and all(map(_is_name, words[::2])):
        for name, item in zip(words[::2], words[1::2], strict=True):
            yield from _of_value(item, f"field:{decode_text(name)}", decode_text(name))
    else:
        for value in values:
            if isinstance(value, list):
                yield from _of_list(value)
            elif text := _bytes(value):
                yield from _of_value(text, "answer", "")


def _bytes(value: Reply) -> bytes:
    """A string; numbers, errors and the like have no text that could be personal."""
    return value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else b""


def _of_command(texts: list[str], words: list[bytes]) -> Iterator[NamedValue]:
    """The values of one command; none if the command carries no values."""
    command = texts[0].upper()
    key = texts[1][:MAX_NAME] if len(texts) > 1 else ""
    if command == "AUTH" and len(texts) > 1:
        yield NamedValue("command:auth", "password", texts[min(2, len(texts) - 1)])
    elif command == "HELLO" and "AUTH" in (upper := [text.upper() for text in texts[:6]]):
        yield from (NamedValue("command:auth", "password", text) for text in texts[upper.index("AUTH") + 2 :][:1])
    elif command in _AT_TWO:
        yield from _of_value(words[2 + (command == "JSON.SET")] if len(words) > 2 else b"", f"key:{key}", key)
    elif command in _AT_THREE and len(words) > 3:
        name = texts[2][:MAX_NAME] if command == "HSETNX" else key
        yield from _of_value(words[3], f"{'field' if command == 'HSETNX' else 'key'}:{name}", name)
    elif command in _FROM_TWO:
        for word in words[2:]:
            yield from _of_value(word, f"key:{key}", key)
    elif command == "MSET":
        for name, word in zip(texts[1::2], words[2::2], strict=False):
            yield from _of_value(word, f"key:{name[:MAX_NAME]}", name[:MAX_NAME])
    elif command in {"HSET", "HMSET", "XADD"}:
        first = 3 if command == "XADD" else 2
        for name, word in zip(texts[first::2], words[first + 1 :: 2], strict=False):
            yield from _of_value(word, f"field:{name[:MAX_NAME]}", name[:MAX_NAME], key)
    elif command == "ZADD":
        for word in words[3::2]:
            yield from _of_value(word, f"key:{key}", key)


def _of_value(data: bytes, where: str, name: str, parent: str = "") -> Iterator[NamedValue]:
    """A value as it is, or the named values of the document it contains."""
    if data[:1] in {b"{", b"["}:
        for pair in read_body(data):
            yield NamedValue(f"{where} {pair.where}", pair.name or name, pair.value, pair.parent or name, pair.form)
    elif data:
        yield NamedValue(where, name, decode_text(data), parent)


def _is_name(word: bytes) -> bool:
    return (
        0 < len(word) <= _LONGEST_NAME
        and word.replace(b"_", b"a").replace(b"-", b"a").replace(b".", b"a").isalnum()
        and (not word.isdigit())
    )
