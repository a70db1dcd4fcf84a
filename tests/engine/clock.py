"""A command whose clock jumps on the way: ``python clock.py AFTER JUMP WORD...``, both in seconds."""

import sys
import time

from tieback.cli.main import main


def jump(after: float, by: float) -> None:
    """From ``after`` seconds on, ``time.time`` of this process tells another time. Leases and runs are told by it."""
    real, start = time.time, time.monotonic()
    time.time = lambda: real() + (by if time.monotonic() - start >= after else 0)


if __name__ == "__main__":
    jump(float(sys.argv[1]), float(sys.argv[2]))
    sys.argv[1:] = sys.argv[3:]
    main()
