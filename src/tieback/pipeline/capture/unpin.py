"""The user's own Frida scripts, which the user's ``frida`` loads into the app when it starts.

tieback contains no script and does not import Frida: it is a separate program that the user installs (wxWindows Library
Licence). Checked with frida-tools 14.13 and a program on Linux; with an app, not yet verified on a device.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tieback.intake.apps.printable import printable
from tieback.model.capture import UnpinScript
from tieback.model.count_text import count_text, form_for
from tieback.model.errors import UsageError
from tieback.model.small_file import read_small
from tieback.pipeline.capture.device import DevicePlan, LiveDevice, Tell, package_of
from tieback.pipeline.capture.explore import Explorer

PROGRAM = "frida"
LOG = ".unpin.log"
"""Ending of the file with Frida's output, beside the flows of the run."""
MAX_SCRIPTS = 50
MAX_BYTES = 8 * 1024 * 1024
"""Bytes of one script."""
_MAX_LOG = 1024 * 1024
"""Bytes of the output that are searched for errors."""
_MAX_ERRORS = 5
_ERROR = re.compile(r"^(?:[A-Z][A-Za-z]{0,40})?Error: .{0,200}", re.ASCII)


def read_scripts(folder: Path, copies: Path | None = None) -> tuple[tuple[Path, UnpinScript], ...]:
    """The scripts of a folder (``*.js``), by name, each with its hash.

    Args:
        folder: the scripts.
        copies: empty folder for copies of what was hashed; the paths are theirs then.

    Raises:
        UsageError: the folder has none, too many, or one that is too large or cannot be read.
    """
    found = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".js" and path.is_file())
        for path in paths[: MAX_SCRIPTS + 1]:
            if path.stat().st_size > MAX_BYTES:
                raise UsageError(f"more than {MAX_BYTES:,} bytes", where=str(path), advice="Remove it from --unpin")
            content = read_small(path, MAX_BYTES)
            place = path.absolute()
            if copies is not None:
                place = copies / path.name
                place.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            found.append((place, UnpinScript(printable(path.name, 255), digest)))
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror})", where=str(error.filename or folder), advice="Check --unpin"
        ) from None
    if not found:
        raise UsageError("no script (*.js)", where=str(folder), advice="Pass a folder with your Frida scripts")
    if len(found) > MAX_SCRIPTS:
        raise UsageError(f"more than {MAX_SCRIPTS} scripts", where=str(folder), advice="Pass a folder with fewer")
    return tuple(found)


def require_frida() -> str:
    """Path of the user's Frida. Raises ``UsageError`` if there is none."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise UsageError(
            "the program frida is not installed",
            where="--unpin",
            advice="Install it (`pipx install frida-tools`), and run frida-server on the device",
        )
    return program


class Unpinner(Explorer):
    """Frida while it runs, with copies of the scripts of one folder: it loads exactly what was hashed.

    Args:
        folder: folder with the scripts.
        serial: the device.
        package: the app that Frida starts.
        log: new file for Frida's output.

    Raises:
        UsageError: Frida is missing.
    """

    def __init__(self, folder: Path, serial: str, package: str, log: Path) -> None:
        words = (require_frida(), "-D", serial, "-f", package, "-q", "-t", "inf", "--no-auto-reload")
        super().__init__(words, {}, log, "--unpin")
        self._folder = folder
        self._copies = ExitStack()
        self.scripts: tuple[UnpinScript, ...] = ()
        """Those that are loaded."""
        self._shown = False

    def __enter__(self) -> Self:
        """Copy the scripts, and start Frida.

        Raises:
            UsageError: the scripts are missing, or Frida cannot be started.
        """
        with ExitStack() as stack:
            copies = Path(stack.enter_context(TemporaryDirectory(prefix="tieback-")))
            scripts = read_scripts(self._folder, copies)
            self._words += tuple(word for path, _ in scripts for word in ("-l", str(path)))
            self.scripts = tuple(script for _, script in scripts)
            super().__enter__()
            self._copies = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        super().__exit__(kind, error, at)
        self._copies.close()

    def look(self, tell: Tell) -> None:
        """Report once on the screen if Frida ended before the run."""
        if self.ended and not self._shown:
            self._shown = True
            tell(self.trouble)

    @property
    def remark(self) -> str:
        """That the app was changed, as a sentence."""
        scripts = count_text(len(self.scripts), "script")
        changed = form_for(len(self.scripts), "it", "they")
        return f"The app ran with {scripts} of --unpin: {changed} changed what the app does."

    @property
    def failed(self) -> bool:
        """True if Frida ended before the run, whatever its code: the app may not have started."""
        return not self._ended_here and self.ended

    @property
    def trouble(self) -> str:
        """What did not work, in sentences; empty if Frida ran until the end, without an error of a script."""
        errors = list(_errors(self._log))
        failed = f"Scripts of --unpin failed: {'; '.join(errors)}." if errors else ""
        sentences = " ".join(filter(None, (self._early_end, failed)))
        return f"{sentences} See {self._log}." if sentences else ""

    @property
    def shareable_trouble(self) -> str:
        """What did not work, without words of the output: an app can write there what its user must not share."""
        count = len(list(_errors(self._log)))
        failed = f"Scripts of --unpin failed; errors: {count}{'' if count < _MAX_ERRORS else ' or more'}."
        return " ".join(filter(None, (self._early_end, failed if count else "")))

    @property
    def _early_end(self) -> str:
        if not self.failed:
            return ""
        return f"Frida ended with code {self._code} before the run did: certificates may be pinned again."


def check_unpin(folder: Path | None, plan: DevicePlan | None) -> None:
    """Check ``--unpin`` before anything is changed. Raises ``UsageError``."""
    if folder is None:
        return
    if plan is None or not package_of(plan):
        raise UsageError("no device and app named", where="--unpin", advice="Add --device adb:SERIAL --only PACKAGE")
    check_scripts(folder)


def check_scripts(folder: Path) -> tuple[UnpinScript, ...]:
    """The scripts of a folder with their hashes, if Frida is installed, too. Raises ``UsageError``."""
    require_frida()
    return tuple(script for _, script in read_scripts(folder))


def start_unpinner(
    folder: Path | None, plan: DevicePlan | None, device: LiveDevice | None, flows: Path, stack: ExitStack
) -> Unpinner | None:
    """Start the app of a plan with the scripts of a folder, if there is one.

    Args:
        folder: the scripts; ``None`` for none.
        plan: the app.
        device: the device during the run.
        flows: file with the flows; Frida's output goes beside it.
        stack: ends Frida when it is closed.

    Raises:
        UsageError: Frida or the scripts are missing.
    """
    if folder is None or plan is None or device is None:
        return None
    unpinner = Unpinner(folder, device.serial, package_of(plan), flows.with_suffix(LOG))
    stack.enter_context(unpinner)
    return unpinner


def _errors(log: Path) -> Iterator[str]:
    """The first error messages in Frida's output; an app can write there, too, so they are only quoted."""
    with log.open("rb") as file:
        text = file.read(_MAX_LOG).decode("utf-8", "replace")
    lines = (match[0] for line in text.splitlines() if (match := _ERROR.match(line)))
    for number, line in enumerate(dict.fromkeys(lines)):
        if number == _MAX_ERRORS:
            return
        yield "".join(char if char.isprintable() else "?" for char in line)
