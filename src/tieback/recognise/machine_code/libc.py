"""Functions of the C library that only compute, for native functions that are run.

Each one gets the processor and the memory, and returns the result. Sources: ISO C; Bionic for the checked forms.
"""

from collections.abc import Callable, Mapping
from typing import override

from tieback.recognise.machine_code.cpu import MASK, Cpu, VariableArguments
from tieback.recognise.machine_code.memory import MAX_TEXT, NotRunnableError, WorkLimitError

type Function = Callable[[Cpu], int]

MAX_FORMAT = 4_096
"""Most bytes of a text that ``snprintf`` makes."""


class Passed(VariableArguments):
    """Arguments that follow the named ones of a call."""

    def __init__(self, cpu: Cpu, first: int) -> None:
        self._cpu, self._at = cpu, first - 1

    @override
    def next(self) -> int:
        self._at += 1
        return self._cpu.argument(self._at)


def formatted(cpu: Cpu, form: bytes, values: VariableArguments) -> bytes:
    """The text of a format. Raises ``NotRunnableError`` for a conversion that is not known, or if it is too long."""
    out = bytearray()
    at = 0
    while at < len(form):
        sign = form.find(b"%", at)
        if sign < 0:
            out += form[at:]
            break
        out += form[at:sign]
        at = _converted(cpu, form, sign + 1, values, out)
        if len(out) > MAX_FORMAT:
            raise WorkLimitError("a text that is too long")
    return bytes(out)


def _converted(cpu: Cpu, form: bytes, at: int, values: VariableArguments, out: bytearray) -> int:
    flags = at
    while form[at : at + 1] in (b"-", b"0", b"+", b" ", b"#"):
        at += 1
    marks = form[flags:at]
    width, at = _count(form, at, values)
    most = -1
    if form[at : at + 1] == b".":
        most, at = _count(form, at + 1, values)
    begin = at
    while form[at : at + 1] in (b"l", b"h", b"z", b"j", b"t", b"q"):
        at += 1
    size, kind = form[begin:at], form[at : at + 1]
    if kind == b"%":
        out += b"%"
        return at + 1
    if kind == b"s":
        text = cpu.memory.text(values.next())
        text = text[:most] if most >= 0 else text
    elif kind == b"c":
        text = bytes([values.next() & 255])
    elif kind in (b"d", b"i", b"u", b"x", b"X"):
        bits = 64 if size[:1] in (b"l", b"z", b"j", b"t", b"q") else 16 if size == b"h" else 8 if size == b"hh" else 32
        value = values.next() & (1 << bits) - 1
        if kind in (b"d", b"i") and value >> bits - 1:
            value -= 1 << bits
        text = (f"{value:x}" if kind == b"x" else f"{value:X}" if kind == b"X" else str(value)).encode()
        text = text.rjust(most, b"0") if most > 0 and value >= 0 else text
    else:
        raise NotRunnableError("a format that is not known")
    if width > MAX_FORMAT:
        raise WorkLimitError("a text that is too long")
    if b"-" in marks:
        out += text.ljust(width)
    else:
        out += text.rjust(width, b"0" if b"0" in marks and kind != b"s" else b" ")
    return at + 1


def _count(form: bytes, at: int, values: VariableArguments) -> tuple[int, int]:
    if form[at : at + 1] == b"*":
        return min(values.next() & 0x7FFFFFFF, MAX_FORMAT + 1), at + 1
    begin = at
    while form[at : at + 1].isdigit() and at - begin < 6:
        at += 1
    return int(form[begin:at] or b"0"), at


def _print(cpu: Cpu, into: int, most: int, form: int, values: VariableArguments) -> int:
    text = formatted(cpu, cpu.memory.text(form), values)
    if most:
        cpu.memory.write(into, text[: most - 1] + b"\0")
    return len(text)


def _length(size: int) -> int:
    if size > MAX_TEXT * 16:
        raise WorkLimitError("too many bytes at once")
    return size


def _copy(cpu: Cpu) -> int:
    to, source, size = cpu.argument(0), cpu.argument(1), _length(cpu.argument(2))
    if size:
        cpu.memory.write(to, cpu.memory.read(source, size))
    return to


def _set(cpu: Cpu) -> int:
    to, octet, size = cpu.argument(0), cpu.argument(1) & 255, _length(cpu.argument(2))
    if size:
        cpu.memory.write(to, bytes((octet,)) * size)
    return to


def _compare(one: bytes, other: bytes) -> int:
    return 0 if one == other else 1 if one > other else -1 & MASK


def _compare_texts(cpu: Cpu) -> int:
    return _compare(cpu.memory.text(cpu.argument(0)), cpu.memory.text(cpu.argument(1)))


def _compare_begins(cpu: Cpu) -> int:
    size = cpu.argument(2)
    return _compare(cpu.memory.text(cpu.argument(0))[:size], cpu.memory.text(cpu.argument(1))[:size])


def _compare_letters(cpu: Cpu) -> int:
    return _compare(cpu.memory.text(cpu.argument(0)).lower(), cpu.memory.text(cpu.argument(1)).lower())


def _compare_bytes(cpu: Cpu) -> int:
    size = _length(cpu.argument(2))
    return _compare(cpu.memory.read(cpu.argument(0), size), cpu.memory.read(cpu.argument(1), size)) if size else 0


def _put_text(cpu: Cpu) -> int:
    cpu.memory.write(cpu.argument(0), cpu.memory.text(cpu.argument(1)) + b"\0")
    return cpu.argument(0)


def _put_text_end(cpu: Cpu) -> int:
    text = cpu.memory.text(cpu.argument(1))
    cpu.memory.write(cpu.argument(0), text + b"\0")
    return cpu.argument(0) + len(text)


def _put_begin(cpu: Cpu) -> int:
    size = _length(cpu.argument(2))
    cpu.memory.write(cpu.argument(0), cpu.memory.text(cpu.argument(1))[:size].ljust(size, b"\0"))
    return cpu.argument(0)


def _append(cpu: Cpu) -> int:
    end = cpu.argument(0) + len(cpu.memory.text(cpu.argument(0)))
    cpu.memory.write(end, cpu.memory.text(cpu.argument(1)) + b"\0")
    return cpu.argument(0)


def _append_begin(cpu: Cpu) -> int:
    end = cpu.argument(0) + len(cpu.memory.text(cpu.argument(0)))
    cpu.memory.write(end, cpu.memory.text(cpu.argument(1))[: cpu.argument(2)] + b"\0")
    return cpu.argument(0)


def _found(cpu: Cpu, at: int) -> int:
    return cpu.argument(0) + at if at >= 0 else 0


def _find_octet(cpu: Cpu) -> int:
    octet = cpu.argument(1) & 255
    return _found(cpu, (cpu.memory.text(cpu.argument(0)) + b"\0").find(octet))


def _find_last(cpu: Cpu) -> int:
    octet = cpu.argument(1) & 255
    return _found(cpu, (cpu.memory.text(cpu.argument(0)) + b"\0").rfind(octet))


def _find_text(cpu: Cpu) -> int:
    return _found(cpu, cpu.memory.text(cpu.argument(0)).find(cpu.memory.text(cpu.argument(1))))


def _find_in_bytes(cpu: Cpu) -> int:
    size = _length(cpu.argument(2))
    return _found(cpu, cpu.memory.read(cpu.argument(0), size).find(cpu.argument(1) & 255)) if size else 0


def _new_zeros(cpu: Cpu) -> int:
    return cpu.memory.allocate(_length(cpu.argument(0)) * _length(cpu.argument(1)))


def _new_copy(cpu: Cpu) -> int:
    return cpu.memory.allocate_bytes(cpu.memory.text(cpu.argument(0)))


def _larger(cpu: Cpu) -> int:
    old, size = cpu.argument(0), _length(cpu.argument(1))
    new = cpu.memory.allocate(size)
    kept = min(cpu.memory.sizes.get(old, 0), size)
    if kept:
        cpu.memory.write(new, cpu.memory.read(old, kept))
    return new


def _text_number(cpu: Cpu) -> int:
    text = cpu.memory.text(cpu.argument(0)).strip()
    end = 1 if text[:1] in (b"-", b"+") else 0
    while text[end : end + 1].isdigit() and end < 20:
        end += 1
    digits = text[:end]
    return int(digits) & MASK if digits.strip(b"+-") else 0


def _guard(cpu: Cpu) -> int:
    """1 if a static variable is not yet made."""
    return int(not cpu.memory.number(cpu.argument(0), 1))


def _guarded(cpu: Cpu) -> int:
    cpu.memory.put_number(cpu.argument(0), 1, 1)
    return 0


def _failed(_: Cpu) -> int:
    raise NotRunnableError("the function ends the process")


def _zero(_: Cpu) -> int:
    return 0


def _allocate(cpu: Cpu) -> int:
    return cpu.memory.allocate(cpu.argument(0))


def _lower(cpu: Cpu) -> int:
    value = cpu.argument(0) & 0xFFFFFFFF
    return value + 32 if 65 <= value <= 90 else value


def _upper(cpu: Cpu) -> int:
    value = cpu.argument(0) & 0xFFFFFFFF
    return value - 32 if 97 <= value <= 122 else value


FUNCTIONS: Mapping[str, Function] = {
    "strlen": lambda cpu: len(cpu.memory.text(cpu.argument(0))),
    "__strlen_chk": lambda cpu: len(cpu.memory.text(cpu.argument(0))),
    "strnlen": lambda cpu: min(len(cpu.memory.text(cpu.argument(0))), cpu.argument(1)),
    **dict.fromkeys(("memcpy", "memmove", "__memcpy_chk", "__memmove_chk", "__aeabi_memcpy"), _copy),
    **dict.fromkeys(("memset", "__memset_chk"), _set),
    "memcmp": _compare_bytes,
    "memchr": _find_in_bytes,
    "strcmp": _compare_texts,
    "strncmp": _compare_begins,
    "strcasecmp": _compare_letters,
    **dict.fromkeys(("strcpy", "__strcpy_chk"), _put_text),
    **dict.fromkeys(("stpcpy", "__stpcpy_chk"), _put_text_end),
    **dict.fromkeys(("strncpy", "__strncpy_chk", "__strncpy_chk2"), _put_begin),
    **dict.fromkeys(("strcat", "__strcat_chk"), _append),
    **dict.fromkeys(("strncat", "__strncat_chk"), _append_begin),
    **dict.fromkeys(("strchr", "__strchr_chk", "index"), _find_octet),
    **dict.fromkeys(("strrchr", "__strrchr_chk", "rindex"), _find_last),
    "strstr": _find_text,
    "strdup": _new_copy,
    "calloc": _new_zeros,
    "realloc": _larger,
    **dict.fromkeys(("malloc", "_Znwm", "_Znam"), _allocate),
    **dict.fromkeys(("free", "_ZdlPv", "_ZdaPv", "_ZdlPvm", "_ZdaPvm"), _zero),
    **dict.fromkeys(("atoi", "atol", "atoll"), _text_number),
    "tolower": _lower,
    "toupper": _upper,
    "snprintf": lambda cpu: _print(cpu, cpu.argument(0), cpu.argument(1), cpu.argument(2), Passed(cpu, 3)),
    "sprintf": lambda cpu: _print(cpu, cpu.argument(0), MAX_FORMAT + 1, cpu.argument(1), Passed(cpu, 2)),
    "__snprintf_chk": lambda cpu: _print(cpu, cpu.argument(0), cpu.argument(1), cpu.argument(4), Passed(cpu, 5)),
    "__sprintf_chk": lambda cpu: _print(cpu, cpu.argument(0), MAX_FORMAT + 1, cpu.argument(3), Passed(cpu, 4)),
    "vsnprintf": lambda cpu: _print(
        cpu, cpu.argument(0), cpu.argument(1), cpu.argument(2), cpu.listed(cpu.argument(3))
    ),
    "vsprintf": lambda cpu: _print(cpu, cpu.argument(0), MAX_FORMAT + 1, cpu.argument(1), cpu.listed(cpu.argument(2))),
    "__vsnprintf_chk": lambda cpu: _print(
        cpu, cpu.argument(0), cpu.argument(1), cpu.argument(4), cpu.listed(cpu.argument(5))
    ),
    "__vsprintf_chk": lambda cpu: _print(
        cpu, cpu.argument(0), MAX_FORMAT + 1, cpu.argument(3), cpu.listed(cpu.argument(4))
    ),
    "__cxa_guard_acquire": _guard,
    "__cxa_guard_release": _guarded,
    **dict.fromkeys(
        (
            "__android_log_print",
            "__android_log_write",
            "__cxa_atexit",
            "__cxa_finalize",
            "pthread_mutex_init",
            "pthread_mutex_lock",
            "pthread_mutex_unlock",
            "puts",
            "printf",
        ),
        _zero,
    ),
    **dict.fromkeys(("__stack_chk_fail", "abort", "exit", "__cxa_throw", "_ZSt9terminatev"), _failed),
}
"""By their name in libraries."""
