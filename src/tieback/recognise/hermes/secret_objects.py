"""Objects of bytecode with keys that name credentials, as a script has them: ``{"x-api-key": "…"}``.

The rules of scripts need the key of a value, and the strings of a bytecode file are without their keys. Only literals
are read, without following the code.
"""

import json
from collections.abc import Iterator
from itertools import islice

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.hermes.search import Search

MAX_OBJECTS = 1_000
"""Most objects of one file."""
_MAX_FIELDS, _MAX_VALUE = 64, 1_024
_LONGEST, _SHORTEST = 64, 6
"""Most characters of a key, and fewest of a credential."""
_ENDS = (
    "token", "secret", "certificate", "credential", "credentials", "auth", "key", "password", "passwd", "passphrase",
    "pass", "pwd", "_pw", "authorization",
)  # fmt: skip
_NOT_KEYS = lazy_pattern(r"(?:key|auth|token|[a-z]{0,3}pass)")
"""Words that alone name many other things."""


def secret_objects(search: Search) -> Iterator[tuple[int, str]]:
    """Offset of the instruction and the text of each object that may have a credential."""
    names = {name: one for name, one in search.ending(_ENDS, _LONGEST).items() if not _NOT_KEYS.fullmatch(name)}
    if not names:
        return
    for one in islice(search.literals.objects(names.values()), MAX_OBJECTS):
        texts = {
            name: value
            for name, value in islice(one.fields.items(), _MAX_FIELDS)
            if isinstance(value, str) and len(value) <= _MAX_VALUE
        }
        if any(name in names and len(value) >= _SHORTEST for name, value in texts.items()):
            yield one.at, f"({json.dumps(texts, ensure_ascii=False)})"
