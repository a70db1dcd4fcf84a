"""Text as both kinds of ledger store and sort it: the same bytes are returned, in the same order.

SQLite stores any UTF-8 text and sorts it by bytes; PostgreSQL cannot store U+0000, and sorts by locale. Text that one
of them cannot store is therefore escaped with a backslash beforehand, and PostgreSQL columns are set to sort by bytes.
Lone surrogates come from file names whose bytes are not UTF-8 (PEP 383).
"""

from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeEngine


def storable(text: str) -> str:
    """The text in a form that every database can store: U+0000 and lone surrogates are escaped."""
    if type(text) is not str:
        text = str(text)  # members of enumerations, which one driver would treat differently
    if text.isascii():
        return text.replace("\0", "\\x00")
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


class PortableText(TypeDecorator[str]):
    """A text column. In PostgreSQL without a length limit, as in SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of a database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TEXT(collation="C"))
        length = getattr(self.impl, "length", None)
        return dialect.type_descriptor(Text() if length is None else String(length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as the base class has it
        """Convert a value for storage."""
        return None if value is None else storable(value)
