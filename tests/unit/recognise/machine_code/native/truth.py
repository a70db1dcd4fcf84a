"""Write calc.tsv: what the functions of calc.c return, and make of bytes, on the processor of this machine (x86-64)."""

import ctypes
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
LENGTHS = (1, 2, 7, 16, 17, 33, 64, 100)


def main() -> None:
    library = ctypes.CDLL(str(HERE / "calc-x86_64-O0.so"))
    chance = random.Random(7)
    rows = ["# function\tbytes before\tresult\tbytes after\n"]
    for name in re.findall(r"^X long (\w+)\(", (HERE / "calc.c").read_text(), re.MULTILINE):
        function = getattr(library, name)
        function.restype, function.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_long]
        for length in LENGTHS:
            some = bytes(
                chance.choice(b"abcXYZ0129+/") if chance.random() < 0.4 else chance.randrange(256)
                for _ in range(length)
            )
            buffer = ctypes.create_string_buffer(some, length + 16)
            result = function(buffer, length)
            rows.append(f"{name}\t{some.hex()}\t{result:x}\t{buffer.raw[:length].hex()}\n")
    (HERE / "calc.tsv").write_text("".join(rows))


if __name__ == "__main__":
    main()
