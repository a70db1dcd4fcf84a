"""Numbers of the versions of Python in its compiled files, and where the code begins.

Source: CPython ``Include/internal/pycore_magic_number.h`` and ``Lib/importlib/_bootstrap_external.py``.
"""

PYTHON2, PYTHON35, DATED, POSITIONAL, QUALIFIED, MARKED, LAST = 60_000, 3350, 3392, 3400, 3450, 3600, 4000
"""Numbers of versions: 2, 3.5, 3.7 (PEP 552), 3.8, 3.11, 3.14, and one that no version has."""
CODE, REFERENCE = ord("c"), 0x80
"""The type of a code object, and the bit of objects that others refer to."""


def code_offset(head: bytes | bytearray) -> int:
    """Where the code object of a compiled file of Python begins; 0 if it is none."""
    if len(head) < 18 or head[2:4] != b"\r\n":
        return 0
    number = int.from_bytes(head[:2], "little")
    if not (number > PYTHON2 or PYTHON35 <= number < LAST):
        return 0
    at = 8 if number > PYTHON2 else 16 if number >= DATED else 12
    return at if head[at] & ~REFERENCE == CODE else 0
