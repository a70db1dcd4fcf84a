"""Text as both kinds of ledger keep it and sort it: the same bytes come back, in the same order.

SQLite keeps any text of UTF-8 and sorts it by its bytes; PostgreSQL keeps none with U+0000, and sorts as its locale
says. So what one of them cannot keep is written out before it gets there, with a backslash, and PostgreSQL is told to
sort by bytes. Lone surrogates come from file names whose bytes are no UTF-8 (PEP 383).
"""

from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.types import TypeEngine


def storable(text: str) -> str:
    """The text where every database can keep it; else with U+0000 and lone surrogates written out."""
    if type(text) is not str:
        text = str(text)  # members of enumerations, which one driver would take for something else
    if text.isascii():
        return text.replace("\0", "\\x00")
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


class Words(TypeDecorator[str]):
    """A column of text. In PostgreSQL its length is not limited, as it never was in SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the column is in a database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TEXT(collation="C"))
        length = getattr(self.impl, "length", None)
        return dialect.type_descriptor(Text() if length is None else String(length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as the base class has it
        """On the way in."""
        return None if value is None else storable(value)
