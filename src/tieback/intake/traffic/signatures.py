"""First bytes of capture files, in a module of its own: an archive is opened without the readers of packets.

Sources: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html,
https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html.
"""

MAGICS = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
"""First four bytes of pcap: byte order and the unit of the second word of a time stamp."""
SECTION = b"\x0a\x0d\x0d\x0a"
"""First four bytes of pcapng."""


def is_capture(head: bytes) -> bool:
    """True if a file with this head is pcap or pcapng."""
    return head[:4] in MAGICS or (head[:4] == SECTION and head[8:12] in {b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"})
