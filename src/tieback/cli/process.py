"""The process around a command: its streams and environment, and an exit code for every way that it can end.

No input leads to a traceback, and no failure has the exit code of findings. ``TIEBACK_TRACEBACK=1`` shows the traceback
of an internal error.
"""

import codecs
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from tieback.cli.terminal import ExitCode, print_failure, print_problem
from tieback.model.errors import GrantError, StoppedError, TiebackError, UsageError

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells report it."""
MAX_WIDTH = 10_000
"""Maximum columns or lines of a terminal that are believed."""
_SIZES = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
_ALLOCATOR = ("ARROW_DEFAULT_MEMORY_POOL", "system")
"""As in workers (``engine.memory``): Arrow's own allocator keeps 8 MiB more in a scan of one flow."""
_PLAIN = "tieback-plain"
"""Name of the error handler of streams whose encoding is not UTF-8."""
_SIGNS = {
    "\N{ALMOST EQUAL TO}": "~", "\N{GREATER-THAN OR EQUAL TO}": ">=", "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{HORIZONTAL ELLIPSIS}": "...", "\N{RIGHTWARDS ARROW}": "->", "\N{MIDDLE DOT}": "-", "\N{BULLET}": "*",
    "\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{MULTIPLICATION SIGN}": "x", "\N{FULL BLOCK}": "#",
    "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{NO-BREAK SPACE}": " ",
    "\N{REPLACEMENT CHARACTER}": "?",
}  # fmt: skip
"""Signs of our own texts, and what they become."""
_MAX_CAUSES = 8
"""Most errors in a chain that are looked at."""
_STREAMS = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


def prepare() -> None:
    """Make streams and environment usable: closed streams, other encodings, sizes that are no numbers."""
    for size in _SIZES:
        text = os.environ.get(size, "1")
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MAX_WIDTH):
            del os.environ[size]
    os.environ.setdefault(*_ALLOCATOR)
    for number, name, mode in _STREAMS:
        if getattr(sys, name) is None:
            # The next file that is opened would get this number, and mix with output.
            with suppress(OSError):
                _redirect(number)
                setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    codecs.register_error(_PLAIN, _plain_text)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in {"strict", "surrogateescape", "backslashreplace"}:
            stream.reconfigure(errors=_PLAIN)


def _plain_text(error: UnicodeError) -> tuple[str, int]:
    """Characters that the encoding of a stream lacks: signs in ASCII, as an escape would run into the figure."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    plain = (_SIGNS.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in lost)
    return "".join(plain), error.end


def run(command: Callable[[], object]) -> int:
    """Run a command; returns its exit code. Every error becomes one line on stderr."""
    try:
        command()
        code = int(ExitCode.DONE)
    except SystemExit as end:
        code = _code_of(end)
        if (stop := _interrupt_of(end)) is not None:
            code = _interrupted(stop)
    except KeyboardInterrupt as stop:
        code = _interrupted(stop)
    except TiebackError as error:
        code = _failed(error)
    except BrokenPipeError:
        code = ExitCode.CLOSED_PIPE
    except OSError as error:
        code = _failed(output_error(error))
    except Exception as error:  # noqa: BLE001 - the edge of the process: one line instead of a traceback
        code = _internal(error)
    return _flush(code)


def output_error(error: OSError) -> TiebackError:
    """An error of the operating system that no command has explained; without a file it concerns stdout."""
    return TiebackError(
        f"cannot be read or written ({error.strerror or error})",
        where=os.fsencode(error.filename).decode("utf-8", "backslashreplace") if error.filename else "output",
        advice="Check free disk space and permissions",
    )


@contextmanager
def stop_signals(request: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Call ``request`` for Ctrl-C, SIGTERM and SIGHUP while the context is open; then restore what was set before."""
    kinds = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as set by nohup
        kinds.append(signal.SIGHUP)
    before = [signal.signal(kind, request) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)


def discard_stdout() -> None:
    """Discard what is still to be written to stdout: its reader is gone, or the disk is full."""
    with suppress(OSError, ValueError):
        _redirect(sys.stdout.fileno())


def _redirect(number: int) -> None:
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)


def _code_of(end: SystemExit) -> int:
    """The exit code of a command. Rich and Typer exit with 1 if the reader closed the pipe; 1 means findings here."""
    if isinstance(end.__context__, BrokenPipeError):
        return ExitCode.CLOSED_PIPE
    if end.code is None or isinstance(end.code, int):
        return int(end.code or ExitCode.DONE)
    return ExitCode.NOTHING_DONE


def _interrupt_of(end: BaseException | None) -> KeyboardInterrupt | None:
    """The Ctrl-C that ended a command; Typer turns it into an exit."""
    for _ in range(_MAX_CAUSES):
        if end is None or isinstance(end, KeyboardInterrupt):
            return end
        end = end.__cause__ or end.__context__
    return None


def _interrupted(stop: KeyboardInterrupt) -> int:
    """Print that Ctrl-C ended the command, with what the command says about it."""
    with suppress(OSError):
        print_problem(f"stopped by Ctrl-C{stop}")
    return INTERRUPTED


def _failed(error: TiebackError) -> int:
    with suppress(OSError):
        print_failure(error)
    if isinstance(error, StoppedError):
        return ExitCode.SOME_FAILED
    return ExitCode.USAGE if isinstance(error, GrantError | UsageError) else ExitCode.NOTHING_DONE


def _internal(error: Exception) -> int:
    import traceback

    with suppress(OSError):
        if os.environ.get("TIEBACK_TRACEBACK"):
            traceback.print_exception(error)
        for argument in sys.argv[1:]:
            if any("\ud800" <= character <= "\udfff" for character in argument):
                # Files may have such names; a database, a URL or a grant cannot contain them.
                return _failed(UsageError("not valid UTF-8", where=argument, advice="Use a name in UTF-8"))
        frames = traceback.extract_tb(error.__traceback__)
        place = f", {os.path.basename(frames[-1].filename)} line {frames[-1].lineno}" if frames else ""  # noqa: PTH119
        text = " ".join(str(error).split())[:200]
        print_problem(
            f"internal error: {type(error).__name__}{f': {text}' if text else ''}{place}. "
            "Set TIEBACK_TRACEBACK=1, repeat the command, and report the traceback"
        )
    return ExitCode.NOTHING_DONE


def _flush(code: int) -> int:
    """Write buffered output; a command that ended well but whose output is lost did not end well."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = code or ExitCode.CLOSED_PIPE
        discard_stdout()
    except OSError as error:
        code = code or _failed(output_error(error))
        discard_stdout()
    except ValueError:  # closed
        pass
    if code == ExitCode.CLOSED_PIPE:
        discard_stdout()
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            _redirect(sys.stderr.fileno())
    return code
