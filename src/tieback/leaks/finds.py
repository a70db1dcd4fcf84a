"""What is found in samples, before it is decided whether it is a leak: the values of one place, and what they are."""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator

import msgspec

from tieback.leaks.cookies import cookie_classes
from tieback.leaks.heads import SampleHeads
from tieback.leaks.identifiers import is_placeholder, kind_of
from tieback.leaks.plausible import load_words
from tieback.leaks.trackers import TrackerField
from tieback.leaks.value import NamedValue
from tieback.leaks.values import read_values
from tieback.model.flow import CleartextSample, Leak

MAX_VALUES = 64
"""Maximum values examined per name."""

PASSWORD, TOKEN, IDENTIFIER = "password", "secret_token", "device_id"
SURE = 0.9
"""Confidence of a credential: its form is checked; it is never tried."""
_DOCUMENTED = 0.97
"""Confidence of a field that the documents of its tracking service name."""
SHORT = 4
"""Characters that an identifier has at least."""


class Find(msgspec.Struct, frozen=True, gc=False):
    """A leak before it is decided whether the network could read it: every find is one on a flow in cleartext."""

    leak: Leak
    kind: str
    channel: str
    count: int = 1
    tracker: str = ""
    secret: str = ""
    """The value of a credential, for its mark; never stored."""
    text: bytes = b""
    """The beginning of the message from the credential on, if it was recognised by its form; never stored."""


def find_of(pii_class: str, kind: str, column: list[NamedValue], direction: str, confidence: float) -> Find:
    """What the values of one place are."""
    first = column[0]
    leak = Leak(pii_class, first.where[:160], direction, mask_value(first.value), round(confidence, 3))
    secret = first.value if pii_class in {TOKEN, PASSWORD} else ""
    return Find(leak, kind, "", len(column), secret=secret)


def of_tracker(field: TrackerField, column: list[NamedValue], direction: str) -> Iterator[Find]:
    """The documented field of a tracking service, unless each of its values means that there is none."""
    nothing = load_words().null.values
    values = [pair for pair in column if pair.value.lower() not in nothing and pair.value not in field.no]
    if field.pii_class == IDENTIFIER:
        values = [pair for pair in values if not is_placeholder(pair.value) and len(pair.value) >= SHORT]
    elif field.pii_class == "person_id":
        values = [pair for pair in values if not is_placeholder(pair.value)]
    if field.pii_class and values:
        kind = kind_of(field.pii_class, values, field.kind)
        found = find_of(field.pii_class, kind, values, direction, _DOCUMENTED)
        yield msgspec.structs.replace(found, tracker=field.tracker)


def columns_of(
    samples: list[CleartextSample], heads: SampleHeads | None
) -> dict[tuple[str, str, str, str, str], list[NamedValue]]:
    """The pairs by channel, location, name, parent and form; empty values are ignored."""
    found: dict[tuple[str, str, str, str, str], list[NamedValue]] = {}
    for sample in samples:
        for pair in read_values(sample, heads):
            if pair.value.strip():
                column = found.setdefault((sample.kind, pair.where, pair.name, pair.parent, pair.form), [])
                if len(column) < MAX_VALUES:
                    column.append(pair)
    return found


def of_header(column: list[NamedValue], direction: str) -> Iterator[Leak]:
    """The credential or identifier in a header that is for them."""
    pair = column[0]
    where = pair.where[:160]
    if "cookie" in pair.name:
        found = {
            kind: one
            for one in reversed(column)
            for kind in cookie_classes(one.value, set_cookie=pair.name == "set-cookie")
        }
        for pii_class in (TOKEN, IDENTIFIER):
            if pii_class in found:
                yield Leak(pii_class, where, direction, mask_value(found[pii_class].value), SURE)
        return
    scheme, _, rest = pair.value.partition(" ")
    if not (pair.name == "authorization" and scheme.lower() == "basic" and rest):
        yield Leak(TOKEN, where, direction, mask_value(pair.value), SURE)
        return
    user, colon, password = basic_login(rest)
    # Without a password, the user is a key.
    yield Leak(TOKEN if colon and not password else PASSWORD, where, direction, mask_value(pair.value), 0.99)
    pii_class = "email" if _MAIL.fullmatch(user) else "phone" if _PHONE.fullmatch(user) else ""
    if pii_class:
        yield Leak(pii_class, f"{where}(basic)", direction, mask_value(user), SURE)


_MAIL = re.compile(r"[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")


def basic_login(coded: str) -> tuple[str, str, str]:
    """User, colon and password of HTTP's basic scheme (RFC 7617); empty ones if the text is not base64."""
    try:
        text = a2b_base64(coded.strip()).decode("utf-8", "replace")
    except (Error, ValueError):
        return "", "", ""
    return text.partition(":")


def mask_value(value: str) -> str:
    """First and last character and the length, such as ``a…e (12)``; only the length for short values."""
    text = value if value.isprintable() else "".join(char if char.isprintable() else "?" for char in value)
    return f"{text[0]}…{text[-1]} ({len(text)})" if len(text) >= 6 else f"… ({len(text)})"
