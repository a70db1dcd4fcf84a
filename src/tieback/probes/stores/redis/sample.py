"""Samples of Redis: texts and hashes of at most forty keys of a database, as columns by patterns of key names.

Sends ``SELECT <n>``, ``SCAN 0 COUNT 40``, and for each key ``TYPE`` and ``GETRANGE <key> 0 1023`` or ``HSCAN <key> 0
COUNT 20``. Lists, sets and streams are not read. None of them changes a value or its expiry.
"""

import re
from collections.abc import Sequence
from typing import Any

from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import SAMPLED_CHARACTERS, SampledColumn
from tieback.probes.sampling import document_columns
from tieback.probes.stores.redis.keys import group_by_pattern, hidden_part
from tieback.probes.wire import resp
from tieback.probes.wire.columns import NAMES_OF_KEYS
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.opening import first_answer, plain_then_tls
from tieback.scope.conversation import Conversation, DeclaredSend, Send, SendCost, Target

_DATABASE = re.compile(r"0|[1-9][0-9]{0,2}")
_SCAN_FEW = resp.command("SCAN", "0", "COUNT", "40")
_KEY = rb"\$[0-9]{1,3}\r\n[^\x00\r\n]{1,256}\r\n"
"""Pattern of any key without a line end: nothing in it can be another command."""
_SAMPLED_TEXT = 1024
_MAX_KEYS = 40
_MAX_SAMPLED_DATABASES = 4


SENDS = tuple(
    DeclaredSend(name, pattern, why, Depth.SAMPLE, values=True, cost=SendCost.BOUNDED)
    for name, pattern, why in (
        ("SCAN 0 COUNT 40", re.escape(_SCAN_FEW), "names of at most 100 keys whose values are then sampled"),
        ("TYPE <key>", rb"\*2\r\n\$4\r\nTYPE\r\n" + _KEY, "type of a value, which decides how to read it"),
        (
            "GETRANGE <key> 0 1023",
            rb"\*4\r\n\$8\r\nGETRANGE\r\n" + _KEY + rb"\$1\r\n0\r\n\$4\r\n1023\r\n",
            "the first 1 KiB of a string: classified for personal data in memory, nothing is kept",
        ),
        (
            "HSCAN <key> 0 COUNT 20",
            rb"\*5\r\n\$5\r\nHSCAN\r\n" + _KEY + rb"\$1\r\n0\r\n\$5\r\nCOUNT\r\n\$2\r\n20\r\n",
            "some fields of a hash: classified for personal data in memory, nothing is kept",
        ),
    )
)


def read_samples(
    target: Target, hello: bytes, containers: Sequence[Container], found: list[SampledColumn]
) -> Conversation[None]:
    """Read a few texts and hashes of each database into ``found``.

    Args:
        target: the server.
        hello: the probe's first send, which has two replies.
        containers: databases.
        found: list that is filled as values are read.
    """

    def attempt(tls: bool) -> Conversation[bytes]:
        return (yield from first_answer(tls, hello, 1, None))

    kind = yield from plain_then_tls(target.tls, attempt)
    yield from resp.reply(kind)
    yield from resp.reply()
    for container in containers[:_MAX_SAMPLED_DATABASES]:
        number = container.path[0].removeprefix("db")
        if len(container.path) != 1 or not _DATABASE.fullmatch(number):
            continue
        yield Send(resp.command("SELECT", number))
        if (yield from resp.reply()) != "OK":
            continue
        yield Send(_SCAN_FEW)
        scanned = yield from resp.reply()
        listed = scanned[1] if isinstance(scanned, list) and len(scanned) == 2 else None
        keys = [key for key in listed if isinstance(key, bytes)] if isinstance(listed, list) else []
        yield from _sample_keys(container, keys[:_MAX_KEYS], found)


def _sample_keys(container: Container, keys: list[bytes], found: list[SampledColumn]) -> Conversation[None]:
    for pattern, same in group_by_pattern(keys).items():
        names = [hidden_part(pattern, key) for key in same]
        if any(names):
            found.append(
                SampledColumn(
                    container.path, f"{pattern}{NAMES_OF_KEYS}", tuple(name[:SAMPLED_CHARACTERS] for name in names)
                )
            )
        documents: list[object] = []
        try:
            for key in same:
                documents.append((yield from _value(key)))  # noqa: PERF401 - no comprehension can yield
        finally:
            found += document_columns(container.path, documents, prefix=pattern, characters=_SAMPLED_TEXT)


def _value(key: bytes) -> Conversation[object]:
    """Text of a key, or some fields of a hash; ``None`` for anything else."""
    if not re.fullmatch(_KEY, b"$%d\r\n%b\r\n" % (len(key), key), re.DOTALL):
        return None
    yield Send(resp.raw_command(b"TYPE", key))
    match (yield from resp.reply()):
        case "string":
            yield Send(resp.raw_command(b"GETRANGE", key, b"0", b"1023"))
            text = yield from resp.reply()
            return _opened(text) if isinstance(text, bytes) else None
        case "hash":
            yield Send(resp.raw_command(b"HSCAN", key, b"0", b"COUNT", b"20"))
            answer = yield from resp.reply()
            parts = answer[1] if isinstance(answer, list) and len(answer) == 2 else None
            texts = (
                [one.decode("utf-8", "replace") for one in parts if isinstance(one, bytes)]
                if isinstance(parts, list)
                else []
            )
            return dict(zip(texts[:80:2], texts[1:80:2], strict=False))
        case _:
            return None


def _opened(text: bytes) -> object:
    """Decoded JSON if the document is complete; anything else as text."""
    document = decode_json(text, dict[str, Any]) if text[:1] == b"{" else None
    return document if document is not None else text.decode("utf-8", "replace")
