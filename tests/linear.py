"""Whether cost grows in proportion to the size of the input: CPU time at a size and at four times that size.

Both are measured in one process as the CPU time of one thread, so the load of the machine does not matter. Linear
cost gives a ratio of 4, quadratic cost 16; anything above 8 fails. A step, such as the size from which each allocation
asks the kernel for memory, gives a large ratio at one size only, and a processor that changes its speed gives one at
any size. So a ratio that fails is measured again at twice and at four times the size, and fails only if each of them
does. No test asserts a time in any other form.
"""

import gc
import math
import re
import time
from collections.abc import Callable

LIMIT = 8.0
"""Largest ratio that passes. Costs of n^1.5 are at this limit."""
TIMES = 4
"""How much larger the second input is."""
_SUSPICIOUS = 6.0
"""From here on a ratio is measured again, as the best of several: other load disturbs caches."""
_CLEAR = 12.0
"""From here on no further round at this size can help."""
_FLOOR = 0.004
"""Seconds that a measurement takes at least: work that is faster is repeated."""
_ROUNDS = 20
_MOST_REPEATS = 2_000
_NEGLIGIBLE = 0.0005
"""Seconds of one run on the larger input, below which its cost is that of moving memory, with a step at each cache."""


def growth[T](make: Callable[[int], T], work: Callable[[T], object], size: int) -> float:
    """CPU time at ``size`` divided by the time at a quarter of it.

    Args:
        make: an input of a size; not measured.
        work: what is measured; called many times with the same input.
        size: of the larger input.
    """
    small, large = make(size // TIMES), make(size)
    work(small)  # compiles and imports what the first call needs
    if _seconds(work, large, 1) < _NEGLIGIBLE:
        return 1.0
    repeats = min(_MOST_REPEATS, int(_FLOOR / max(_seconds(work, small, 1), 1e-6)) + 1)
    first = _seconds(work, large, repeats) / min(_seconds(work, small, repeats) for _ in range(2))
    if first < _SUSPICIOUS:
        return first
    before = after = math.inf
    for turn in range(1, _ROUNDS + 1):
        before = min(before, _seconds(work, small, repeats))
        after = min(after, _seconds(work, large, repeats))
        # The best of both only gets better; a cost that is not linear never gets here.
        if turn >= 3 and not _SUSPICIOUS < after / before < _CLEAR:
            break
    return after / before


def assert_linear[T](make: Callable[[int], T], work: Callable[[T], object], size: int) -> None:
    """Fail if the cost grows faster than the size; see ``growth``."""
    found = growth(make, work, size)
    for larger in (2 * size, 4 * size):
        if found > LIMIT:
            found = min(found, growth(make, work, larger))
    assert found <= LIMIT, f"{TIMES} times the input costs {found:.1f} times the CPU time; linear cost gives {TIMES}"


def longest[T: (str, bytes)](pattern: re.Pattern[T]) -> int:
    """Most characters of a match of a pattern: without a bound, a search can read the rest of a text each time."""
    parsed = re._parser.parse(pattern.pattern)
    return int(parsed.getwidth()[1])


def _seconds[T](work: Callable[[T], object], given: T, repeats: int) -> float:
    """CPU time of this thread."""
    gc.disable()
    try:
        start = time.thread_time()
        for _ in range(repeats):
            work(given)
        return time.thread_time() - start
    finally:
        gc.enable()
