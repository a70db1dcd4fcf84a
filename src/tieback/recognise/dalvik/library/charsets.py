"""Character sets that every Java platform has; strings are UTF-16 code units."""

from typing import Any

from tieback.recognise.dalvik.machine import Machine
from tieback.recognise.dalvik.objects import JavaObject, NotRunnableError, to_text, to_units

CHARSET = "Ljava/nio/charset/Charset;"

_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso8859_1": "latin-1",
    "latin1": "latin-1",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}

_FIELDS = (
    ("UTF_8", "utf-8"),
    ("US_ASCII", "ascii"),
    ("ISO_8859_1", "latin-1"),
    ("UTF_16LE", "utf-16-le"),
    ("UTF_16BE", "utf-16-be"),
)


def fields() -> dict[str, Any]:
    """Static fields with a character set; new objects, because code can change them."""
    return {
        f"L{owner};->{name}": JavaObject(CHARSET, codec)
        for owner in ("java/nio/charset/StandardCharsets", "kotlin/text/Charsets")
        for name, codec in _FIELDS
    }


def charset_of(machine: Machine, value: Any) -> str:
    """The codec of a ``Charset`` or of its name."""
    if isinstance(value, JavaObject) and value.kind == CHARSET:
        return str(value.payload)
    if isinstance(value, str):
        codec = _CODECS.get(value.lower())
        if codec is not None:
            return codec
        raise machine.thrown("Ljava/io/UnsupportedEncodingException;", value)
    raise NotRunnableError("a character set that is not known")


def decode(raw: bytes, codec: str) -> str:
    """Text of bytes, in UTF-16 code units."""
    return to_units(raw.decode(codec, "replace"))


def encode(text: str, codec: str) -> bytes:
    """Bytes of a text; what the character set does not have becomes a question mark."""
    return to_text(text).encode(codec, "replace")


CALLS = {
    f"{CHARSET}->forName(Ljava/lang/String;)": lambda machine, a: JavaObject(CHARSET, charset_of(machine, a[0])),
    f"{CHARSET}->defaultCharset()": lambda _machine, _a: JavaObject(CHARSET, "utf-8"),
}
