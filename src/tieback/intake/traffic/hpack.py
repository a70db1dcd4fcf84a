"""Header compression of HTTP/2, decoding only, with a small dynamic table.

Source: RFC 7541. The Huffman code of appendix B is canonical, so the lengths of its code words are sufficient here.
"""

MAX_TABLE = 4096
MAX_HEADERS = 128
MAX_TEXT = 8192

_LENGTHS = (
    "13,23,28*7,24,30,28*2,30,28*8,30,28*9,6,10*2,12,13,6,8,11,10*2,8,11,8,6*3,5*3,6*7,7,8,15,6,12,10,13,6,7*22,8,7,8,"
    "13,19,13,14,6,15,5,6,5,6,5,6*3,5,7*2,6*3,5,6,7,6,5*2,6,7*5,15,11,14,13,28,20,22,20*2,22*3,23,22,23*5,24,23,24*2,22,"
    "23,24,23*4,21,22,23,22,23*2,24,22,21,20,22*2,23*2,21,23,22*2,24,21,22,23*2,21*2,22,21,23,22,23*2,20,22*3,23,22*2,23,"
    "26*2,20,19,22,23,22,25,26*3,27*2,26,24,25,19,21,26,27*2,26,27,24,21*2,26*2,28,27*3,20,24,20,21,22,21*2,23,22*2,25*2,"
    "24*2,26,23,26,27,26*2,27*5,28,27*5,26,30"
)
"""Bits of the code word of each byte, then of the end of the string; ``28*7`` is seven times 28."""

_STATIC = (
    ":authority,,:method,GET,:method,POST,:path,/,:path,/index.html,:scheme,http,:scheme,https,:status,200,:status,204,"
    ":status,206,:status,304,:status,400,:status,404,:status,500,accept-charset,,accept-encoding,gzip;deflate,"
    "accept-language,,accept-ranges,,accept,,access-control-allow-origin,,age,,allow,,authorization,,cache-control,,"
    "content-disposition,,content-encoding,,content-language,,content-length,,content-location,,content-range,,"
    "content-type,,cookie,,date,,etag,,expect,,expires,,from,,host,,if-match,,if-modified-since,,if-none-match,,if-range,,"
    "if-unmodified-since,,last-modified,,link,,location,,max-forwards,,proxy-authenticate,,proxy-authorization,,range,,"
    "referer,,refresh,,retry-after,,server,,set-cookie,,strict-transport-security,,transfer-encoding,,user-agent,,vary,,"
    "via,,www-authenticate,"
)
"""Appendix A: names and values, alternating."""

type Header = tuple[str, str]


def _static_table() -> tuple[Header, ...]:
    words = [word.replace(";", ", ") for word in _STATIC.split(",")]
    return tuple(zip(words[::2], words[1::2], strict=True))


def _code_lengths() -> list[int]:
    lengths: list[int] = []
    for word in _LENGTHS.split(","):
        bits, _, times = word.partition("*")
        lengths += [int(bits)] * int(times or 1)
    return lengths


def _code_words() -> dict[tuple[int, int], int]:
    """Map from length and value of a code word to its byte."""
    lengths = _code_lengths()
    words: dict[tuple[int, int], int] = {}
    code = previous = 0
    for symbol in sorted(range(len(lengths)), key=lambda number: (lengths[number], number)):
        code <<= lengths[symbol] - previous
        previous = lengths[symbol]
        words[previous, code] = symbol
        code += 1
    return words


class HpackError(ValueError):
    """A header block violates RFC 7541."""


class HpackDecoder:
    """The decoder state of one direction of one connection."""

    def __init__(self) -> None:
        self._static = _static_table()
        self._dynamic: list[Header] = []
        self._size = 0
        self._limit = MAX_TABLE
        self._words: dict[tuple[int, int], int] = {}

    def decode(self, block: bytes) -> list[Header]:
        """The headers of a block, at most ``MAX_HEADERS``.

        Raises:
            HpackError: the block is malformed.
        """
        headers: list[Header] = []
        at = 0
        while at < len(block) and len(headers) < MAX_HEADERS:
            first = block[at]
            if first & 0x80:
                index, at = _integer(block, at, 7)
                headers.append(self._entry(index))
            elif first & 0xE0 == 0x20:
                self._limit, at = _integer(block, at, 5)
                if self._limit > MAX_TABLE:
                    raise HpackError("table too large")
                self._shrink()
            else:
                header, at = self._literal(block, at, 6 if first & 0x40 else 4)
                headers.append(header)
                if first & 0x40:
                    self._dynamic.insert(0, header)
                    self._size += len(header[0]) + len(header[1]) + 32
                    self._shrink()
        return headers

    def _shrink(self) -> None:
        while self._dynamic and self._size > self._limit:
            name, value = self._dynamic.pop()
            self._size -= len(name) + len(value) + 32

    def _entry(self, index: int) -> Header:
        if 1 <= index <= len(self._static):
            return self._static[index - 1]
        index -= len(self._static) + 1
        if 0 <= index < len(self._dynamic):
            return self._dynamic[index]
        raise HpackError("no such entry")

    def _literal(self, block: bytes, at: int, prefix: int) -> tuple[Header, int]:
        index, at = _integer(block, at, prefix)
        if index:
            name = self._entry(index)[0]
        else:
            name, at = self._string(block, at)
        value, at = self._string(block, at)
        return (name, value), at

    def _string(self, block: bytes, at: int) -> tuple[str, int]:
        if at >= len(block):
            raise HpackError("cut off")
        huffman = block[at] & 0x80
        size, at = _integer(block, at, 7)
        if size > MAX_TEXT or at + size > len(block):
            raise HpackError("string too long")
        raw = block[at : at + size]
        return (self._huffman(raw) if huffman else raw).decode("utf-8", "replace"), at + size

    def _huffman(self, raw: bytes) -> bytes:
        if not self._words:
            self._words = _code_words()
        words = self._words
        out = bytearray()
        code = bits = 0
        for byte in raw:
            for shift in range(7, -1, -1):
                code = code << 1 | byte >> shift & 1
                bits += 1
                if bits < 5:
                    continue
                symbol = words.get((bits, code))
                if symbol is not None:
                    if symbol > 255:
                        raise HpackError("end of string inside")
                    out.append(symbol)
                    code = bits = 0
                elif bits > 30:
                    raise HpackError("no such code word")
        if bits > 7 or code != (1 << bits) - 1:
            raise HpackError("bad padding")
        return bytes(out)


def _integer(block: bytes, at: int, prefix: int) -> tuple[int, int]:
    """Section 5.1, at most four bytes of continuation."""
    if at >= len(block):
        raise HpackError("cut off")
    mask = (1 << prefix) - 1
    value = block[at] & mask
    at += 1
    if value < mask:
        return value, at
    for shift in range(0, 28, 7):
        if at >= len(block):
            break
        value += (block[at] & 0x7F) << shift
        at += 1
        if not block[at - 1] & 0x80:
            return value, at
    raise HpackError("integer too long")
