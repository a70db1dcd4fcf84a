"""Files in TOML that a person writes, such as a grant: every mistake is one line with the key, its line and a hint."""

import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import Depth
from tieback.model.toml_lines import line_of

MAX_BYTES = 4 * 1024 * 1024
_LISTS = ("target", "exclude")
"""Arrays of tables."""


class Flaw(Exception):  # noqa: N818 - becomes a GrantError once its line is known
    """A mistake, and where it is."""

    def __init__(self, what: str, key: str = "", table: str = "", index: int = 0) -> None:
        """Set the clause for the user, the key, its table (empty: top level), and which of an array of tables."""
        self.what, self.key, self.table, self.index = what, key, table, index
        super().__init__(what)


def read_bytes(path: Path, missing: str) -> bytes:
    """The bytes of a file of at most ``MAX_BYTES``.

    Args:
        path: the file.
        missing: advice if it cannot be read.

    Raises:
        GrantError: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise GrantError(f"cannot be read ({error.strerror})", where=str(path), advice=missing) from None
    if len(data) > MAX_BYTES:
        raise GrantError(f"is larger than {MAX_BYTES} bytes", where=str(path), advice="Shorten it")
    return data


def decode_text(data: bytes, where: str, advice: str) -> str:
    """The text of a file.

    Raises:
        GrantError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GrantError(f"is not UTF-8 text (byte {error.start})", where=where, advice=advice) from None


def parse_toml[T](text: str, where: str, advice: str, build: Callable[[dict[str, Any]], T]) -> T:
    """Parse TOML and build a value from it.

    Args:
        text: the whole text.
        where: its name in errors, such as its path.
        advice: advice in errors.
        build: makes the value; may raise ``Flaw``.

    Raises:
        GrantError: malformed.
    """
    try:
        text.encode()
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        clause, number = _toml_clause(text, str(error))
        raise GrantError(clause, where=f"{where}, line {number}" if number else where, advice=advice) from None
    except (ValueError, RecursionError):
        what = "is not valid TOML: a number, nesting level or character is out of bounds"
        raise GrantError(what, where=where, advice=advice) from None
    try:
        return build(raw)
    except Flaw as flaw:
        line = line_of(text, flaw.key, flaw.table, flaw.index)
        raise GrantError(flaw.what, where=f"{where}, line {line}" if line else where, advice=advice) from None


def _toml_clause(text: str, problem: str) -> tuple[str, int]:
    """The problem and its line, in terms of the grant if the TOML parser fails at a date or depth."""
    found = re.search(r"\(at line ([0-9]+), column [0-9]+\)", problem)
    if found is None:
        return f"is not TOML: {problem}", 0
    number = int(found.group(1))
    # The parser counts CRLF as one newline, and so does this.
    line = text.split("\n")[number - 1]
    if re.match(r"\s*not_(?:after|before)\s*=", line):
        return f"{line.strip()!r:.80} is not a date such as 2027-06-30", number
    value = re.match(r"\s*([\w-]+)\s*=\s*([A-Za-z][\w.*/:@ -]*?)\s*(?:#|$)", line)
    if value is not None:
        return f'the value of `{value.group(1)}` needs quotes: "{value.group(2):.80}"', number
    return f"is not TOML: {problem}", number


def check_table(raw: Mapping[str, Any], kind: type[msgspec.Struct], table: str = "", index: int = 0) -> None:
    """Check that a table has only known keys, and the required ones.

    Raises:
        Flaw: it does not.
    """
    inside = _inside(table, index)
    fields = msgspec.structs.fields(kind)
    known = [field.name for field in fields]
    for key, value in raw.items():
        if key not in known:
            close = get_close_matches(key[:80].lower(), known, n=1)
            hint = f" (did you mean `{close[0]}`?)" if close else f"; known keys are {', '.join(known)}"
            # An unknown key with a table is in a header, which a search by key does not find.
            place = ("", key) if isinstance(value, dict | list) and not table else (key, table)
            raise Flaw(f"unknown key `{key:.80}`{inside}{hint}", *place, index)
    for field in fields:
        if field.required and field.name not in raw:
            raise Flaw(f"missing key `{field.name}`{inside}", table=table, index=index)


def check_list(raw: Mapping[str, Any], table: str, kind: type[msgspec.Struct]) -> None:
    """Check the keys of an array of tables; other shapes are left to ``convert``.

    Raises:
        Flaw: as ``check_table``, or it is a plain table.
    """
    rows = raw.get(table, [])
    if isinstance(rows, dict):
        raise Flaw(f"`{table}` must be a list of tables; write [[{table}]] with two brackets", table=table)
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            check_table(row, kind, table, index)


def _inside(table: str, index: int) -> str:
    if not table:
        return ""
    return f" in {table} {index + 1}" if table in _LISTS else f" in [{table}]"


def convert[T](raw: Mapping[str, Any], kind: type[T]) -> T:
    """The value of a checked table.

    Raises:
        Flaw: a value has another type.
    """
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        clause, _, path = str(error).partition(" - at ")
    where = re.match(r"`\$\.(?P<first>\w+)(?:\[(?P<index>[0-9]+|\.\.\.)\])?(?:\.(?P<second>\w+))?", path)
    if where is None:
        raise Flaw(clause)
    first, second, index = where["first"], where["second"], where["index"]
    if first == "hosts" or second is None:
        place = ("", first) if first in ("hosts", "limits", "signatures", *_LISTS) else (first, "")
        raise Flaw(f"`{first}`: {_plain(clause, first)}", *place)
    number = int(index) if index and index.isdigit() else 0
    raise Flaw(f"`{second}`{_inside(first, number)}: {_plain(clause, second)}", second, first, number)


def _plain(clause: str, key: str) -> str:
    if key in ("not_after", "not_before"):
        return "is not a date such as 2027-06-30"
    if key == "depth":
        wrong = clause.partition("'")[2].rstrip("'")
        close = get_close_matches(wrong[:80], list(Depth), n=1)
        hint = f" (did you mean `{close[0]}`?)" if close else ""
        return f"{wrong!r:.80} is not one of {', '.join(Depth)}{hint}"
    if key == "ports":
        return 'must be "any" or a list such as [9200, "27000-27100"]'
    if key == "keys":
        return 'must be a list of lines of OpenSSH public key files, or of { key = "…", not_after = 2027-06-30 }'
    if key == "hosts":
        return "each name needs an address or a list of addresses, in quotes"
    return clause[:1].lower() + clause[1:]
