"""Base64, streams and buffers in memory, ``BigInteger``, and decompression within the memory limit."""

import binascii
import re
import zlib
from collections.abc import Sequence
from typing import Any

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.library.charsets import charset_of, decode
from tieback.recognise.dalvik.library.strings import BIG, sequence
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    Boxed,
    JavaArray,
    JavaObject,
    NotRunnableError,
    from_bytes,
    int32,
    int64,
    narrowed,
    to_bytes,
)

_NO_PADDING, _NO_WRAP, _URL_SAFE = 1, 2, 8
_ALPHABET = lazy_pattern(rb"[^A-Za-z0-9+/]")
_MAX_BITS = 8192
"""Most bits of a ``BigInteger``."""

type Arguments = Sequence[Any]


def _raw(machine: Machine, value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode("latin-1", "replace")
    if isinstance(value, JavaArray):
        machine.spend(len(value.items) >> 3)
        return to_bytes(value)
    if type(value) is int:
        raise machine.thrown("Ljava/lang/NullPointerException;")
    raise NotRunnableError("bytes that are not known")


def _decode(machine: Machine, raw: bytes, *, url_safe: bool) -> JavaArray:
    if url_safe:
        raw = raw.translate(bytes.maketrans(b"-_", b"+/"))
    raw = _ALPHABET.sub(b"", raw.split(b"=", 1)[0])
    if len(raw) % 4 == 1:
        raise machine.thrown("Ljava/lang/IllegalArgumentException;")
    return machine.octets(binascii.a2b_base64(raw + b"=" * (-len(raw) % 4)))


def _encode(raw: bytes, flags: int) -> bytes:
    text = binascii.b2a_base64(raw, newline=False)
    if flags & _URL_SAFE:
        text = text.translate(bytes.maketrans(b"+/", b"-_"))
    if flags & _NO_PADDING:
        text = text.rstrip(b"=")
    if not flags & _NO_WRAP:
        text = b"".join(text[at : at + 76] + b"\n" for at in range(0, len(text), 76))
    return text


def _android_decode(machine: Machine, a: Arguments) -> JavaArray:
    return _decode(machine, _raw(machine, a[0]), url_safe=bool(a[1] & _URL_SAFE))


def _java_coder(kind: str, flags: int) -> LibraryCall:
    def coder(_: Machine, _a: Arguments) -> JavaObject:
        return JavaObject(f"Ljava/util/Base64${kind};", flags)

    return coder


def _java_decode(machine: Machine, a: Arguments) -> JavaArray:
    return _decode(machine, _raw(machine, a[1]), url_safe=bool(a[0].payload & _URL_SAFE))


def _java_encode(machine: Machine, a: Arguments) -> str:
    return machine.text(_encode(_raw(machine, a[1]), a[0].payload).decode())


# Streams


class Reader:
    """Content of an input stream and the position in it."""

    __slots__ = ("at", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next bytes; fewer at the end."""
        part = self.raw[self.at : self.at + max(0, count)]
        self.at += len(part)
        return part


def reader_of(value: Any) -> Reader:
    """The content of an input stream. Raises ``NotRunnableError`` if it is not known."""
    if isinstance(value, JavaObject) and isinstance(value.payload, Reader):
        return value.payload
    raise NotRunnableError("a stream that is not known")


def _open(machine: Machine, a: Arguments) -> None:
    raw = _raw(machine, a[1])
    a[0].payload = Reader(raw[a[2] : a[2] + a[3]] if len(a) > 2 else raw)


def _wrap_reader(_: Machine, a: Arguments) -> None:
    a[0].payload = reader_of(a[1])


def _inflate(bits: int) -> LibraryCall:
    def inflate(machine: Machine, a: Arguments) -> None:
        source = reader_of(a[1])
        a[0].payload = Reader(_inflated(machine, source.take(len(source.raw)), bits))

    return inflate


def _inflated(machine: Machine, raw: bytes, bits: int) -> bytes:
    limit = 1 << 20
    decoder = zlib.decompressobj(bits)
    try:
        content = decoder.decompress(raw, limit)
    except zlib.error as error:
        raise machine.thrown("Ljava/io/IOException;") from error
    machine.allocate(len(content))
    if decoder.unconsumed_tail:
        raise NotRunnableError("compressed data with too much content")
    return content


def _read(_: Machine, a: Arguments) -> int:
    part = reader_of(a[0]).take(1)
    return part[0] if part else -1


def _read_part(machine: Machine, a: Arguments) -> int:
    reader, array = reader_of(a[0]), a[1]
    begin, count = (a[2], a[3]) if len(a) > 2 else (0, len(array.items))
    if min(begin, count) < 0 or begin + count > len(array.items):
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    part = reader.take(count)
    machine.spend(len(part) >> 3)
    array.items[begin : begin + len(part)] = from_bytes(part).items
    return len(part) or -1


def _sink(value: Any) -> bytearray:
    if isinstance(value, JavaObject) and isinstance(value.payload, bytearray):
        return value.payload
    raise NotRunnableError("a stream that is not known")


def _new_sink(machine: Machine, a: Arguments) -> None:
    machine.allocate(64)
    a[0].payload = bytearray()


def _write(machine: Machine, a: Arguments) -> None:
    machine.allocate(1)
    _sink(a[0]).append(a[1] & 0xFF)


def _write_part(machine: Machine, a: Arguments) -> None:
    raw = _raw(machine, a[1])
    if len(a) > 2:
        raw = raw[max(0, a[2]) : max(0, a[2]) + max(0, a[3])]
    machine.allocate(len(raw))
    _sink(a[0]).extend(raw)


def _sink_text(machine: Machine, a: Arguments) -> str:
    codec = charset_of(machine, a[1]) if len(a) > 1 else "utf-8"
    return machine.text(decode(bytes(_sink(a[0])), codec))


# ByteBuffer


class ByteView:
    """An array with a position and a byte order."""

    __slots__ = ("array", "at", "order")

    def __init__(self, array: JavaArray) -> None:
        self.array = array
        self.at = 0
        self.order = "big"


def _get_number(size: int) -> LibraryCall:
    def get(machine: Machine, a: Arguments) -> int:
        view = a[0].payload
        at = a[1] if len(a) > 1 else view.at
        raw = to_bytes(JavaArray("B", view.array.items[max(0, at) : at + size]))
        if len(raw) < size or at < 0:
            raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
        view.at += size if len(a) == 1 else 0
        return int.from_bytes(raw, view.order, signed=True)

    return get


def _put_number(size: int) -> LibraryCall:
    def put(machine: Machine, a: Arguments) -> Any:
        view = a[0].payload
        if view.at + size > len(view.array.items):
            raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
        raw = (a[1] & ((1 << 8 * size) - 1)).to_bytes(size, view.order)
        view.array.items[view.at : view.at + size] = from_bytes(raw).items
        view.at += size
        return a[0]

    return put


def _view(array: Any) -> JavaObject:
    if not isinstance(array, JavaArray) or array.kind != "B":
        raise NotRunnableError("a buffer that is not known")
    return JavaObject("Ljava/nio/ByteBuffer;", ByteView(array))


def _order(_: Machine, a: Arguments) -> Any:
    a[0].payload.order = a[1].payload
    return a[0]


# BigInteger


def _big(machine: Machine, value: int) -> JavaObject:
    if value.bit_length() > _MAX_BITS:
        raise NotRunnableError("a number with too many bits")
    machine.spend(1 + value.bit_length() // 64)
    return JavaObject(BIG, value)


def _big_of(value: Any) -> int:
    if isinstance(value, JavaObject) and type(value.payload) is int:
        return value.payload
    raise NotRunnableError("a number that is not known")


def _big_text(machine: Machine, a: Arguments) -> JavaObject:
    text, base = sequence(machine, a[1]), a[2] if len(a) > 2 else 10
    if len(text) > 2000 or not re.fullmatch(r"-?[0-9A-Za-z]+", text) or not 2 <= base <= 36:
        raise machine.thrown("Ljava/lang/NumberFormatException;")
    return _big(machine, int(text, base))


def _big_bytes(machine: Machine, a: Arguments) -> JavaObject:
    raw = _raw(machine, a[-1])[:2048]
    value = int.from_bytes(raw, "big", signed=len(a) == 2)
    return _big(machine, -value if len(a) > 2 and a[1] < 0 else value)


def _big_array(machine: Machine, a: Arguments) -> JavaArray:
    value = _big_of(a[0])
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return machine.octets(value.to_bytes(size, "big", signed=True))


def _big_pow(machine: Machine, a: Arguments) -> JavaObject:
    base, exponent, modulus = map(_big_of, a)
    if exponent < 0 or modulus <= 0:
        raise NotRunnableError("a power that is not supported")
    machine.spend(exponent.bit_length() * (1 + modulus.bit_length() // 64))
    return _big(machine, pow(base, exponent, modulus))


def _big_string(machine: Machine, a: Arguments) -> str:
    value, base = _big_of(a[0]), a[1] if len(a) > 1 else 10
    if base == 16:
        return machine.text(f"{value:x}")
    if base != 10 or value.bit_length() > 4096:
        raise NotRunnableError("a base that is not supported")
    return machine.text(str(value))


def _big_calls() -> dict[str, LibraryCall]:
    return {
        f"{BIG}-><init>(Ljava/lang/String;)": _big_text,
        f"{BIG}-><init>(Ljava/lang/String;I)": _big_text,
        f"{BIG}-><init>([B)": _big_bytes,
        f"{BIG}-><init>(I[B)": _big_bytes,
        f"{BIG}->valueOf(J)": lambda m, a: _big(m, a[0] + 0),
        f"{BIG}->toByteArray()": _big_array,
        f"{BIG}->toString()": _big_string,
        f"{BIG}->toString(I)": _big_string,
        f"{BIG}->intValue()": lambda _, a: int32(_big_of(a[0])),
        f"{BIG}->longValue()": lambda _, a: int64(_big_of(a[0])),
        f"{BIG}->xor({BIG})": lambda m, a: _big(m, _big_of(a[0]) ^ _big_of(a[1])),
        f"{BIG}->add({BIG})": lambda m, a: _big(m, _big_of(a[0]) + _big_of(a[1])),
        f"{BIG}->subtract({BIG})": lambda m, a: _big(m, _big_of(a[0]) - _big_of(a[1])),
        f"{BIG}->multiply({BIG})": lambda m, a: _big(m, _big_of(a[0]) * _big_of(a[1])),
        f"{BIG}->modPow({BIG}{BIG})": _big_pow,
    }


def _calls() -> dict[str, LibraryCall]:
    android, java = "Landroid/util/Base64;", "Ljava/util/Base64"
    found: dict[str, LibraryCall] = {
        f"{android}->decode(Ljava/lang/String;I)": _android_decode,
        f"{android}->decode([BI)": _android_decode,
        f"{android}->encodeToString([BI)": lambda m, a: m.text(_encode(_raw(m, a[0]), a[1]).decode()),
        f"{android}->encode([BI)": lambda m, a: m.octets(_encode(_raw(m, a[0]), a[1])),
        f"{java}$Decoder;->decode(Ljava/lang/String;)": _java_decode,
        f"{java}$Decoder;->decode([B)": _java_decode,
        f"{java}$Encoder;->encodeToString([B)": _java_encode,
        f"{java}$Encoder;->withoutPadding()": lambda _, a: JavaObject(a[0].kind, a[0].payload | _NO_PADDING),
        "Ljava/nio/ByteBuffer;->wrap([B)": lambda _, a: _view(a[0]),
        "Ljava/nio/ByteBuffer;->allocate(I)": lambda m, a: _view(m.array("B", a[0])),
        "Ljava/nio/ByteBuffer;->order(Ljava/nio/ByteOrder;)": _order,
        "Ljava/nio/ByteBuffer;->array()": lambda _, a: a[0].payload.array,
        "Ljava/nio/ByteBuffer;->position()": lambda _, a: a[0].payload.at,
        "Ljava/nio/ByteBuffer;->remaining()": lambda _, a: len(a[0].payload.array.items) - a[0].payload.at,
        "Ljava/nio/ByteBuffer;->hasRemaining()": lambda _, a: int(len(a[0].payload.array.items) > a[0].payload.at),
    }
    for kind, flags in (("", 0), ("Url", _URL_SAFE), ("Mime", 0)):
        found[f"{java};->get{kind}Decoder()"] = _java_coder("Decoder", flags)
        found[f"{java};->get{kind}Encoder()"] = _java_coder("Encoder", flags | _NO_WRAP)
    for name, size, letter in (("", 1, "B"), ("Short", 2, "S"), ("Int", 4, "I"), ("Long", 8, "J")):
        found[f"Ljava/nio/ByteBuffer;->get{name}()"] = _get_number(size)
        found[f"Ljava/nio/ByteBuffer;->get{name}(I)"] = _get_number(size)
        found[f"Ljava/nio/ByteBuffer;->put{name}({letter})"] = _put_number(size)
    for owner in ("ByteArrayInputStream", "InputStream", "DataInputStream", "FilterInputStream", "BufferedInputStream"):
        found |= {
            f"Ljava/io/{owner};-><init>([B)": _open,
            f"Ljava/io/{owner};-><init>([BII)": _open,
            f"Ljava/io/{owner};-><init>(Ljava/io/InputStream;)": _wrap_reader,
            f"Ljava/io/{owner};->read()": _read,
            f"Ljava/io/{owner};->read([B)": _read_part,
            f"Ljava/io/{owner};->read([BII)": _read_part,
            f"Ljava/io/{owner};->available()": lambda _, a: len(reader_of(a[0]).raw) - reader_of(a[0]).at,
            f"Ljava/io/{owner};->close()": lambda _, _a: None,
        }
    for owner, bits in (("GZIPInputStream", 31), ("InflaterInputStream", 15)):
        found[f"Ljava/util/zip/{owner};-><init>(Ljava/io/InputStream;)"] = _inflate(bits)
        for name in ("read()", "read([B)", "read([BII)", "close()"):
            found[f"Ljava/util/zip/{owner};->{name}"] = found[f"Ljava/io/InputStream;->{name}"]
    for owner in ("ByteArrayOutputStream", "OutputStream"):
        found |= {
            f"Ljava/io/{owner};-><init>()": _new_sink,
            f"Ljava/io/{owner};-><init>(I)": _new_sink,
            f"Ljava/io/{owner};->write(I)": _write,
            f"Ljava/io/{owner};->write([B)": _write_part,
            f"Ljava/io/{owner};->write([BII)": _write_part,
            f"Ljava/io/{owner};->toByteArray()": lambda m, a: m.octets(bytes(_sink(a[0]))),
            f"Ljava/io/{owner};->size()": lambda _, a: len(_sink(a[0])),
            f"Ljava/io/{owner};->toString()": _sink_text,
            f"Ljava/io/{owner};->toString(Ljava/lang/String;)": _sink_text,
            f"Ljava/io/{owner};->flush()": lambda _, _a: None,
            f"Ljava/io/{owner};->close()": lambda _, _a: None,
        }
    return found | _big_calls()


CALLS = _calls()


def fields() -> dict[str, Any]:
    """Static fields; new objects, because code can change them."""
    return {
        "Ljava/nio/ByteOrder;->LITTLE_ENDIAN": JavaObject("Ljava/nio/ByteOrder;", "little"),
        "Ljava/nio/ByteOrder;->BIG_ENDIAN": JavaObject("Ljava/nio/ByteOrder;", "big"),
        "Ljava/lang/Boolean;->TRUE": Boxed("Ljava/lang/Boolean;", narrowed("Z", 1)),
        "Ljava/lang/Boolean;->FALSE": Boxed("Ljava/lang/Boolean;", 0),
    }
