"""Files and resources of the app itself, and readers of their content. Nothing else can be opened.

Sources: https://developer.android.com/reference/android/content/res/Resources, .../AssetManager, and
https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/io/package-summary.html
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.charsets import charset_of, decode
from tieback.recognise.dalvik.library.crypto import decipher
from tieback.recognise.dalvik.library.streams import Reader, reader_of
from tieback.recognise.dalvik.library.strings import Builder, format_text, sequence, text_of
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    STRING,
    UNKNOWN,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    int32,
    int64,
    narrowed,
    to_bytes,
    to_units,
)

_STREAM, _READER = "Ljava/io/InputStream;", "Ljava/io/Reader;"
_RESOURCES, _ASSETS = "Landroid/content/res/Resources;", "Landroid/content/res/AssetManager;"
_TYPED = "Landroid/content/res/TypedArray;"
_END = "Ljava/io/EOFException;"
_WHOLE = ("\\A", "\\Z", "\\z")
"""Delimiters of a ``Scanner`` that gives the whole text."""
MAX_FILE = 256 * 1024
"""Most bytes of a file that code opens."""

type Arguments = Sequence[Any]


# Opening


def _opened(machine: Machine, content: bytes | None) -> Any:
    if content is None or len(content) > MAX_FILE:
        return UNKNOWN
    machine.opened(content)
    return JavaObject(_STREAM, Reader(content))


def _raw(machine: Machine, a: Arguments) -> Any:
    return _opened(machine, machine.files.raw_file(_identifier(a[1])))


def _asset(machine: Machine, a: Arguments) -> Any:
    return _opened(machine, machine.files.asset(text_of(machine, a[1])))


def _java_file(machine: Machine, a: Arguments) -> Any:
    """A file by its path, which a class takes from its own package on."""
    name, of = text_of(machine, a[1]), a[0]
    if name.startswith("/"):
        name = name[1:]
    elif isinstance(of, ClassRef):
        name = f"{of.kind[1:].rpartition('/')[0]}/{name}".lstrip("/")
    return _opened(machine, machine.files.java_file(name))


def _identifier(value: Any) -> int:
    if type(value) is not int:
        raise NotRunnableError("a resource that is not known")
    return value & 0xFFFFFFFF


def _string(machine: Machine, a: Arguments) -> str:
    text = machine.files.resource(_identifier(a[1]))
    if not text:
        raise NotRunnableError("a resource that is not known")
    machine.allocate(2 * len(text))
    return to_units(text)


def _filled_string(machine: Machine, a: Arguments) -> str:
    return format_text(machine, (_string(machine, a), a[2]))


def _integer(machine: Machine, a: Arguments) -> int:
    value = machine.files.integer(_identifier(a[1]))
    if value is None:
        raise NotRunnableError("a resource that is not known")
    return int32(value)


def _typed_text(_: Machine, a: Arguments) -> Any:
    items = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(items, list) or type(a[1]) is not int or not 0 <= a[1] < len(items):
        raise NotRunnableError("an item that is not known")
    return items[a[1]]


def _strings(machine: Machine, a: Arguments) -> JavaArray:
    texts = machine.files.items(_identifier(a[1]))
    if not texts:
        raise NotRunnableError("a resource that is not known")
    machine.allocate(sum(2 * len(text) for text in texts))
    return machine.keep(JavaArray(STRING, [to_units(text) for text in texts]))


# Bytes


def _if_known(make: LibraryCall) -> LibraryCall:
    """A constructor whose object is not known if its source is not."""

    def made(machine: Machine, a: Arguments) -> Any:
        return UNKNOWN if a[1] is UNKNOWN else make(machine, a)

    return made


def _wrap(_: Machine, a: Arguments) -> None:
    a[0].payload = reader_of(a[1])


def _deciphered(machine: Machine, a: Arguments) -> None:
    reader = reader_of(a[1])
    raw = machine.octets(reader.take(len(reader.raw)))
    a[0].payload = Reader(to_bytes(decipher(machine, (a[2], raw))))


def _rest(machine: Machine, a: Arguments) -> JavaArray:
    reader = reader_of(a[0])
    return machine.octets(reader.take(len(reader.raw)))


def _skip(_: Machine, a: Arguments) -> int:
    return len(reader_of(a[0]).take(a[1]))


def _reset(_: Machine, a: Arguments) -> None:
    reader_of(a[0]).at = 0


def _exactly(machine: Machine, value: Any, count: int) -> bytes:
    part = reader_of(value).take(count)
    if len(part) < count:
        raise machine.thrown(_END)
    return part


def _number(size: int, kind: str, *, signed: bool) -> LibraryCall:
    def read(machine: Machine, a: Arguments) -> int:
        number = int.from_bytes(_exactly(machine, a[0], size), "big", signed=signed)
        return int64(number) if kind == "J" else int32(narrowed(kind, number))

    return read


def _utf(machine: Machine, a: Arguments) -> str:
    size = int.from_bytes(_exactly(machine, a[0], 2), "big")
    return machine.text(decode(_exactly(machine, a[0], size), "utf-8"))


def _fully(machine: Machine, a: Arguments) -> None:
    array: JavaArray = a[1]
    begin, count = (a[2], a[3]) if len(a) > 2 else (0, len(array.items))
    if min(begin, count) < 0 or begin + count > len(array.items):
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    machine.spend(count >> 3)
    part = _exactly(machine, a[0], count)
    array.items[begin : begin + count] = [octet - 256 if octet > 127 else octet for octet in part]


# Texts


class TextReader:
    """A text in UTF-16 code units and the position in it."""

    __slots__ = ("at", "units", "whole")

    def __init__(self, units: str) -> None:
        self.units = units
        self.at = 0
        self.whole = False
        """True if the next token is the whole rest."""

    def take(self, count: int) -> str:
        """The next code units; fewer at the end."""
        part = self.units[self.at : self.at + max(0, count)]
        self.at += len(part)
        return part

    def line(self) -> str | None:
        """The next line without its end; ``None`` at the end of the text."""
        if self.at >= len(self.units):
            return None
        ends = [end for end in (self.units.find(mark, self.at) for mark in "\r\n") if end >= 0]
        end = min(ends, default=len(self.units))
        line = self.units[self.at : end]
        self.at = end + (2 if self.units.startswith("\r\n", end) else 1)
        return line


def _text_reader(value: Any) -> TextReader:
    if isinstance(value, JavaObject) and isinstance(value.payload, TextReader):
        return value.payload
    raise NotRunnableError("a reader that is not known")


def _decoded(machine: Machine, a: Arguments) -> None:
    reader = reader_of(a[1])
    raw = reader.take(len(reader.raw))
    codec = charset_of(machine, a[2]) if len(a) > 2 else "utf-8"
    machine.allocate(2 * len(raw))
    a[0].payload = TextReader(decode(raw, codec))


def _of_text(machine: Machine, a: Arguments) -> None:
    a[0].payload = TextReader(sequence(machine, a[1]))


def _same_reader(_: Machine, a: Arguments) -> None:
    a[0].payload = _text_reader(a[1])


def _line(machine: Machine, a: Arguments) -> Any:
    line = _text_reader(a[0]).line()
    if line is None:
        return 0
    machine.allocate(2 * len(line))
    return line


def _char(_: Machine, a: Arguments) -> int:
    part = _text_reader(a[0]).take(1)
    return ord(part) if part else -1


def _chars(machine: Machine, a: Arguments) -> int:
    array: JavaArray = a[1]
    begin, count = (a[2], a[3]) if len(a) > 2 else (0, len(array.items))
    if min(begin, count) < 0 or begin + count > len(array.items):
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    part = _text_reader(a[0]).take(count)
    machine.spend(len(part) >> 3)
    array.items[begin : begin + len(part)] = map(ord, part)
    return len(part) or -1


def _rest_text(machine: Machine, a: Arguments) -> str:
    return rest_of_text(machine, a[0])


def rest_of_text(machine: Machine, value: Any) -> str:
    """The rest of the text of a reader. Raises ``NotRunnableError`` if it is not known."""
    reader = _text_reader(value)
    part = reader.take(len(reader.units))
    machine.allocate(2 * len(part))
    return part


def _has_more(_: Machine, a: Arguments) -> int:
    reader = _text_reader(a[0])
    return int(reader.at < len(reader.units))


def _delimiter(machine: Machine, a: Arguments) -> Any:
    if text_of(machine, a[1]) not in _WHOLE:
        raise NotRunnableError("a delimiter that is not supported")
    _text_reader(a[0]).whole = True
    return a[0]


def _token(machine: Machine, a: Arguments) -> str:
    reader = _text_reader(a[0])
    if not reader.whole:
        raise NotRunnableError("a delimiter that is not supported")
    return _rest_text(machine, a)


def _nothing(_: Machine, _a: Arguments) -> None:
    return


def _data_calls() -> dict[str, LibraryCall]:
    owner = "Ljava/io/DataInputStream;"
    numbers = (
        ("Boolean", 1, "Z", False), ("Byte", 1, "B", True), ("UnsignedByte", 1, "I", False), ("Short", 2, "S", True),
        ("UnsignedShort", 2, "I", False), ("Char", 2, "C", False), ("Int", 4, "I", True), ("Long", 8, "J", True),
    )  # fmt: skip
    found = {f"{owner}->read{name}()": _number(size, kind, signed=signed) for name, size, kind, signed in numbers}
    return found | {
        f"{owner}->readUTF()": _utf,
        f"{owner}->readFully([B)": _fully,
        f"{owner}->readFully([BII)": _fully,
        f"{owner}->skipBytes(I)": _skip,
    }


def _new_writer(machine: Machine, a: Arguments) -> None:
    machine.allocate(64)
    a[0].payload = Builder()


def _write(machine: Machine, a: Arguments) -> None:
    """Append a text, a character or characters to a writer in memory."""
    built = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(built, Builder):
        raise NotRunnableError("a writer that is not known")
    what = a[1]
    if isinstance(what, JavaArray):
        what = "".join(map(chr, what.items))
    elif type(what) is int:
        what = chr(what & 0xFFFF)
    text = sequence(machine, what)
    text = text[a[2] : a[2] + a[3]] if len(a) > 3 else text
    machine.allocate(2 * len(text))
    built.units.extend(text)


def _written(machine: Machine, a: Arguments) -> str:
    if not isinstance(a[0].payload, Builder):
        raise NotRunnableError("a writer that is not known")
    return machine.text("".join(a[0].payload.units))


def _text_calls() -> dict[str, LibraryCall]:
    streams = "Ljava/io/InputStreamReader;"
    scanner = "Ljava/util/Scanner;"
    decoded = _if_known(_decoded)
    found: dict[str, LibraryCall] = {
        f"{streams}-><init>({_STREAM})": decoded,
        f"{streams}-><init>({_STREAM}{STRING})": decoded,
        f"{streams}-><init>({_STREAM}Ljava/nio/charset/Charset;)": decoded,
        f"Ljava/io/StringReader;-><init>({STRING})": _of_text,
        f"Ljava/io/BufferedReader;-><init>({_READER})": _if_known(_same_reader),
        f"Ljava/io/BufferedReader;-><init>({_READER}I)": _if_known(_same_reader),
        f"{scanner}-><init>({_STREAM})": decoded,
        f"{scanner}-><init>({_STREAM}{STRING})": decoded,
        f"{scanner}-><init>({STRING})": _of_text,
        f"{scanner}->useDelimiter({STRING})": _delimiter,
        f"{scanner}->hasNext()": _has_more,
        f"{scanner}->hasNextLine()": _has_more,
        f"{scanner}->next()": _token,
        f"{scanner}->nextLine()": _line,
        f"{scanner}->close()": _nothing,
        f"Lkotlin/io/TextStreamsKt;->readText({_READER})": _rest_text,
        "Lkotlin/io/CloseableKt;->closeFinally(Ljava/io/Closeable;Ljava/lang/Throwable;)": _nothing,
    }
    writer = "Ljava/io/StringWriter;"
    found |= {f"{writer}-><init>({size})": _new_writer for size in ("", "I")}
    for owner in (writer, "Ljava/io/Writer;"):
        found |= {f"{owner}->write({kinds})": _write for kinds in ("I", "[C", "[CII", STRING, f"{STRING}II")}
        found |= {f"{owner}->toString()": _written, f"{owner}->flush()": _nothing, f"{owner}->close()": _nothing}
    for owner in (_READER, streams, "Ljava/io/StringReader;", "Ljava/io/BufferedReader;"):
        found |= {
            f"{owner}->readLine()": _line,
            f"{owner}->read()": _char,
            f"{owner}->read([C)": _chars,
            f"{owner}->read([CII)": _chars,
            f"{owner}->ready()": _has_more,
            f"{owner}->close()": _nothing,
        }
    return found


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {
        f"{_RESOURCES}->openRawResource(I)": _raw,
        f"{_RESOURCES}->getString(I)": _string,
        f"{_RESOURCES}->getText(I)": _string,
        f"{_RESOURCES}->getInteger(I)": _integer,
        f"{_RESOURCES}->getStringArray(I)": _strings,
        f"{_RESOURCES}->obtainTypedArray(I)": lambda m, a: JavaObject(_TYPED, _strings(m, a).items),
        f"{_TYPED}->getString(I)": _typed_text,
        f"{_TYPED}->length()": lambda _, a: len(a[0].payload),
        f"{_TYPED}->recycle()": _nothing,
        f"{_ASSETS}->open({STRING})": _asset,
        f"{_ASSETS}->open({STRING}I)": _asset,
        f"Ljava/lang/Class;->getResourceAsStream({STRING})": _java_file,
        f"Ljava/lang/ClassLoader;->getResourceAsStream({STRING})": _java_file,
        f"Lkotlin/io/ByteStreamsKt;->readBytes({_STREAM})": _rest,
        f"Ljavax/crypto/CipherInputStream;-><init>({_STREAM}Ljavax/crypto/Cipher;)": _if_known(_deciphered),
        f"Ljava/io/BufferedInputStream;-><init>({_STREAM}I)": _if_known(_wrap),
    }
    for owner in (_STREAM, "Ljava/io/DataInputStream;", "Ljava/io/BufferedInputStream;", "Ljava/io/FilterInputStream;"):
        found |= {
            f"{owner}->readAllBytes()": _rest,
            f"{owner}->skip(J)": _skip,
            f"{owner}->reset()": _reset,
        }
    return found | _data_calls() | _text_calls()


CALLS = _calls()
# Methods that classes of the app inherit from the platform: ``Context.getString`` of an activity.
CALLS |= {
    f"*->getString(I){STRING}": _string,
    "*->getText(I)Ljava/lang/CharSequence;": _string,
    f"*->getString(I[Ljava/lang/Object;){STRING}": _filled_string,
    f"{_RESOURCES}->getString(I[Ljava/lang/Object;)": _filled_string,
}
