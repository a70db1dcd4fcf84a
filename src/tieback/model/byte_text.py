"""Bytes of a server in a sentence for people."""

_ENDS = {
    b"\r\n\r\n": "end of the header fields",
    b"\r\n": "end of a line",
    b"\n": "end of a line",
    b"\0": "end of a text",
}


def byte_text(data: bytes) -> str:
    """``'HTTP/1.1 400.'`` if most bytes are printable ASCII; else ``bytes 0d 0a``, or ``nothing``."""
    if not data:
        return "nothing"
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    if 2 * sum(0x20 <= byte < 0x7F for byte in data) > len(data):
        return f"'{shown}'"
    return f"{'byte' if len(data) == 1 else 'bytes'} {data.hex(' ')}"


def delimiter_text(delimiter: bytes) -> str:
    """What these bytes end, as in ``end of a line``; other bytes as ``byte_text``."""
    return _ENDS.get(delimiter) or byte_text(delimiter)
