"""Turns key names into patterns: key names may contain e-mail addresses or session tokens, so only patterns are kept.

A pattern keeps a part of a key if a tenth of the sampled keys share it in the same place. It also keeps words that are
typical of a ransom note. Digits become ``#``, everything else becomes ``*``.
"""

import re
from collections import Counter
from collections.abc import Iterable

from tieback.protocols.resp import encode_command

MAX_PATTERNS = 50
_PARTS = re.compile(r"([:/|.,;])")
_DIGITS = re.compile(r"[0-9]+")
_PLAIN = re.compile(r"[A-Za-z#_-]{1,40}")
_NOTE = re.compile(r"(READ|WARN|RECOVER|RANSOM|BACKUP|CRACKIT|TROJAN|NOTE)", re.IGNORECASE)
_LONGEST = 1024
_SCAN_HEAD = re.compile(rb"\*2\r\n\$[0-9]{1,2}\r\n[0-9]{1,20}\r\n\*(?P<count>[0-9]{1,6})\r\n")
"""RESP2: the cursor, and the number of keys."""
_BULK = re.compile(rb"\$([0-9]{1,9})\r\n")


def frequent_patterns(keys: Iterable[bytes]) -> list[str]:
    """Distinct patterns of sampled keys, most frequent first, at most ``MAX_PATTERNS``."""
    found = Counter({pattern: len(same) for pattern, same in group_by_pattern(keys).items()})
    return [pattern for pattern, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))][:MAX_PATTERNS]


def group_by_pattern(keys: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Keys of each pattern."""
    whole = list(keys)
    split = [_PARTS.split(_DIGITS.sub("#", key[:_LONGEST].decode("utf-8", "replace"))) for key in whole]
    shared = Counter(tuple(parts[: end + 1]) for parts in split for end in range(0, len(parts), 2))
    # A person's name may begin a few keys; a word of the application begins many.
    enough = max(2, len(split) // 10)
    found: dict[str, list[bytes]] = {}
    for key, parts in zip(whole, split, strict=True):
        found.setdefault("".join(_mask(parts, shared, enough)), []).append(key)
    return found


def mask_scan(answer: bytes) -> bytes | None:
    """An answer to SCAN in which each key is replaced by its pattern; ``None`` if it is not a whole answer.

    The patterns of the patterns are the same, so a recording of it can be evaluated again. An error is left as it is.
    """
    if answer.startswith(b"-") and answer.endswith(b"\r\n"):
        return answer
    head = _SCAN_HEAD.match(answer)
    if head is None:
        return None
    keys, at = [], head.end()
    for _ in range(min(int(head["count"]), len(answer))):
        found = _BULK.match(answer, at)
        if found is None:
            return None
        end = found.end() + int(found[1])
        if answer[end : end + 2] != b"\r\n":
            return None
        keys.append(answer[found.end() : end])
        at = end + 2
    if at != len(answer):
        return None
    patterns = [pattern.encode() for pattern, same in group_by_pattern(keys).items() for _ in same]
    return answer[: head.end()] + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in patterns)


_TYPES = re.compile(rb"\*2\r\n\$4\r\nTYPE\r\n\$[0-9]{1,3}\r\n([^\x00\r\n]{1,256})\r\n")


def mask_types(commands: bytes) -> bytes:
    """A page of ``TYPE`` commands in which each key is replaced by its pattern, in the order of ``mask_scan``."""
    patterns = [pattern.encode() for pattern, same in group_by_pattern(_TYPES.findall(commands)).items() for _ in same]
    return b"".join(encode_command(b"TYPE", pattern) for pattern in patterns)


def hidden_part(pattern: str, key: bytes) -> str:
    """Part of a key that its pattern hides: from the first ``*`` to the last; empty if it hides nothing."""
    shown, parts = _PARTS.split(pattern), _PARTS.split(key[:_LONGEST].decode("utf-8", "replace"))
    stars = [place for place, part in enumerate(shown) if part == "*"]
    return "".join(parts[stars[0] : stars[-1] + 1]) if stars and len(parts) == len(shown) else ""


def _mask(parts: list[str], shared: "Counter[tuple[str, ...]]", enough: int) -> Iterable[str]:
    for position, part in enumerate(parts):
        if position % 2 or part in ("", "#"):
            yield part
        else:
            common = shared[tuple(parts[: position + 1])] >= enough
            yield part if _PLAIN.fullmatch(part) and (common or _NOTE.search(part)) else "*"
