"""Rights of the user without a password: what the server says about them, and how many keys they cover.

Sends ``ACL GETUSER default`` (enumerate; Redis 6 and newer). A connection without a password is the user ``default``.
The answer has no password: a user without one has no digest of one. If the server does not say that every key is
readable, ``TYPE`` on the names that ``SCAN`` lists shows which of them are (describe). ``TYPE`` returns the type of a
value, changes nothing, and needs the same right on the key as a command that reads it.

https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
"""

import re
from collections.abc import Sequence

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Privileges
from tieback.probes.stores.redis.keys import mask_scan, mask_types
from tieback.probes.wire import resp
from tieback.scope.conversation import Conversation, DeclaredSend, Send, SendCost

USER = resp.command("ACL", "GETUSER", "default")
ASK_USER = "ACL GETUSER default"
MAX_NAMES = 2500
"""Maximum number of names per database that are checked with ``TYPE``."""
MAX_PAGES = 40
_PAGE = b"250"
_KEY = re.compile(rb"[^\x00\r\n]{1,256}")
"""A name without a line end: nothing in it can be another command."""
_NO_COMMAND = re.compile(r"permissions? to run", re.IGNORECASE)
"""Refusal of a command, in contrast to that of a key (``src/acl.c``)."""

SENDS = (
    DeclaredSend(
        ASK_USER,
        re.escape(USER),
        "what the user without a password may do; it has no password, so the answer contains none",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        "SCAN <cursor> COUNT 250",
        rb"\*4\r\n\$4\r\nSCAN\r\n\$[0-9]{1,2}\r\n[1-9][0-9]{0,19}\r\n\$5\r\nCOUNT\r\n\$3\r\n250\r\n",
        "further key names, if not every key is readable; they are only counted",
        Depth.DESCRIBE,
        redact=mask_scan,
        cost=SendCost.BOUNDED,
    ),
    DeclaredSend(
        "TYPE <key> (a page of keys)",
        rb"(?:\*2\r\n\$4\r\nTYPE\r\n\$[0-9]{1,3}\r\n[^\x00\r\n]{1,256}\r\n){1,1024}",
        "whether the user without a password may read each key, if not every key is readable; no value",
        Depth.DESCRIBE,
        mask=mask_types,
        cost=SendCost.BOUNDED,
    ),
)


class UserRights(msgspec.Struct, frozen=True):
    """What the server says about the user without a password."""

    privileges: Privileges = Privileges.UNKNOWN
    every_key: bool = False
    """True if every key is readable: the server says so, or it is too old to distinguish users."""


def user_rights(answer: resp.Reply, version: str) -> UserRights:
    """Rights from the answer to ``ACL GETUSER default``.

    Args:
        answer: pairs of name and value, as RESP2 has them, or an error.
        version: version of the server.
    """
    if isinstance(answer, resp.RespError):
        if answer.code == "NOPERM":
            return UserRights(Privileges.LIMITED)
        # Before version 6 there are no users.
        return UserRights(every_key=re.match(r"[1-5]\.", version) is not None)
    if not isinstance(answer, list):
        return UserRights()
    told = dict(zip(map(_text, answer[::2]), answer[1::2], strict=False))
    flags, keys, commands = (_words(told.get(name)) for name in ("flags", "keys", "commands"))
    if not commands and not flags:
        return UserRights()
    every_key = "allkeys" in flags or bool({"*", "~*"} & keys)
    every_command = "allcommands" in flags or commands == {"+@all"}
    reads = bool({"+@all", "+@read", "+get"} & commands) and not {"-@read", "-get"} & commands
    privileges = Privileges.ADMIN if every_key and every_command else Privileges.LIMITED
    return UserRights(privileges, every_key and (every_command or reads))


class ReadableKeys(msgspec.Struct, frozen=True):
    """How many of the listed keys the user without a password may read."""

    readable: int
    names: int
    """Names that were checked."""
    quality: Quality
    """Exact if every key of the database was checked once; an estimate if keys came or went meanwhile."""
    testable: bool = True
    """False if the server permits no ``TYPE`` at all, or listed no name."""

    @property
    def all_readable(self) -> bool:
        """True if no checked name is unreadable."""
        return self.testable and self.readable == self.names

    @property
    def figure(self) -> Figure | None:
        """The readable keys; ``None`` if that is not known."""
        if not self.testable:
            return None
        method = f"of {count_text(self.names, 'name')} listed by SCAN, those that TYPE may read"
        return Figure(self.readable, self.quality, method)


def count_readable(keys: int, cursor: bytes, page: Sequence[bytes]) -> Conversation[ReadableKeys]:
    """Check the names of the selected database.

    Args:
        keys: number of keys of the database, as the server counts them.
        cursor: cursor after the first answer to ``SCAN``.
        page: names in the first answer.
    """
    readable = names = 0
    # A table that has become sparse gives empty pages.
    for _ in range(MAX_PAGES):
        safe = [key for key in page if _KEY.fullmatch(key)][: resp.MAX_ITEMS]
        names += len(safe)
        if safe:
            yield Send(b"".join(resp.raw_command(b"TYPE", key) for key in safe))
        for answer in (yield from resp.replies(len(safe))):
            if isinstance(answer, resp.RespError) and _NO_COMMAND.search(answer.text):
                return ReadableKeys(0, names, Quality.LOWER_BOUND, testable=False)
            readable += isinstance(answer, str) and answer != "none"
        if cursor == b"0":
            same = Quality.EXACT if names == keys else Quality.LOWER_BOUND if names < keys else Quality.ESTIMATE
            return ReadableKeys(readable, names, same)
        if names >= MAX_NAMES or not re.fullmatch(rb"[1-9][0-9]{0,19}", cursor):
            break
        yield Send(resp.raw_command(b"SCAN", cursor, b"COUNT", _PAGE))
        (listed,) = yield from resp.replies(1)
        cursor, page = scan_page(listed) or (b"", [])
    return ReadableKeys(readable, names, Quality.LOWER_BOUND, testable=names > 0)


def scan_page(answer: resp.Reply) -> tuple[bytes, list[bytes]] | None:
    """Cursor and names of an answer to ``SCAN``; ``None`` if it is another answer."""
    if not isinstance(answer, list) or len(answer) != 2:
        return None
    cursor, names = answer
    if not isinstance(cursor, bytes) or not isinstance(names, list):
        return None
    return cursor, [name for name in names if isinstance(name, bytes)]


def _text(value: resp.Reply) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def _words(value: resp.Reply) -> set[str]:
    """Words of a text, or the elements of an array: version 6 and 7 differ."""
    parts = [_text(one) for one in value] if isinstance(value, list) else _text(value).split(" ") if value else []
    return {part for part in parts if part}
