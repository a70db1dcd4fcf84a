"""Parts of the distinguished name in a certificate."""

import re

from tieback.model.lazy_pattern import lazy_pattern

MAX_SUBJECT = 1000
"""Characters kept of a distinguished name."""
_PART = lazy_pattern(r"(?:^|[,+])\s*([A-Za-z]{1,30})\s*=\s*(\"[^\"]*\"|(?:\\.|[^,+\\])*)")


def name_parts(subject: str) -> list[tuple[str, str]]:
    """The parts of a distinguished name (RFC 4514), each with its type in lower case: ``("o", "Acme, Inc.")``."""
    return [
        (key.casefold(), re.sub(r"\\(.)", r"\1", value.strip('"')).strip())
        for key, value in _PART.findall(subject[:MAX_SUBJECT])
    ]
