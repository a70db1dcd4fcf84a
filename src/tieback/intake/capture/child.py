"""Parent side of the proxy process: start it, read what it observes, and end it in every case."""

import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from typing import IO, Self

import msgspec

from tieback.intake.capture.frames import FrameDecoder, FrameError
from tieback.intake.capture.interface import Observation, ProxyFailure, ProxyListening, ProxySettings
from tieback.model.errors import TiebackError, UsageError
from tieback.model.extras import extra_advice

MODULE = "tieback.intake.capture.proxy"
READY_SECONDS = 30.0
"""Start-up limit: mitmproxy takes one to two seconds to import, and generates a 2,048-bit key on first use."""
PATIENCE = 10.0
"""Seconds that the child has to report flows that are still in progress."""
_PIECE = 256 * 1024
_TAIL = 2000
_KEY_LOGS = ("SSLKEYLOGFILE", "MITMPROXY_SSLKEYLOGFILE")


class CaptureError(TiebackError):
    """The proxy cannot start, or failed."""


def require_mitmproxy() -> None:
    """Raise ``UsageError`` if the extra is not installed."""
    if find_spec("mitmproxy") is None:
        raise UsageError("mitmproxy is not installed", where="capture", advice=extra_advice("capture"))


def _cannot_listen(reason: str) -> str:
    """The reason without mitmproxy's advice, which names its own options, and without its repetitions."""
    if found := re.search(r"listen on (\S+) with .*address already in use", reason, re.IGNORECASE):
        return f"{found[1]} is already in use"
    lines = reason.replace("\\n", "\n").splitlines()
    return lines[0].strip().rstrip(".") if lines else "the proxy does not listen"


class ProxyProcess:
    """A running proxy; use it in a ``with`` statement."""

    def __init__(
        self,
        settings: ProxySettings,
        *,
        keylog: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the child and wait until it listens.

        Args:
            settings: configuration of the proxy.
            keylog: file for its TLS secrets (NSS key log format); empty for none.
            environment: environment of the child; by default this process's, without variables that enable key logs.

        Raises:
            UsageError: mitmproxy is not installed.
            CaptureError: the proxy does not start or cannot listen.
        """
        require_mitmproxy()
        found = dict(os.environ if environment is None else environment)
        for name in _KEY_LOGS:
            found.pop(name, None)
        if keylog:
            found["MITMPROXY_SSLKEYLOGFILE"] = keylog
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._frames = FrameDecoder()
        self._early: list[Observation] = []
        self.ended = False
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=found,
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            raise CaptureError(f"cannot be started ({error.strerror})", where="proxy") from None
        try:
            with suppress(BrokenPipeError):  # a child that has ended already says why on stderr
                self._pipe(self._process.stdin).write(msgspec.json.encode(settings) + b"\n")
                self._pipe(self._process.stdin).flush()
            self.listening = self._await_ready()
        except BaseException:
            self.stop(patience=0.0)
            raise

    def _await_ready(self) -> ProxyListening:
        deadline = time.monotonic() + READY_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            seen = self.read(left)
            for number, one in enumerate(seen):
                if isinstance(one, ProxyListening):
                    self._early = seen[number + 1 :]
                    return one
                if isinstance(one, ProxyFailure):
                    raise CaptureError(
                        _cannot_listen(one.reason), where="proxy", advice="Choose another address with --listen"
                    )
            if self.ended:
                break
        reason = self._complaint() if self.ended else f"not ready within {READY_SECONDS:g} s"
        raise CaptureError(reason, where="proxy", advice="Check that `mitmdump` starts on this computer")

    def read(self, seconds: float) -> list[Observation]:
        """Return new observations; wait up to ``seconds`` for the first. ``ended`` is true if no more will come.

        Raises:
            CaptureError: the child sent an invalid document.
        """
        if self._early:
            early, self._early = self._early, []
            return early
        pipe = self._pipe(self._process.stdout).fileno()
        if self.ended or not select.select([pipe], [], [], max(seconds, 0.0))[0]:
            return []
        data = os.read(pipe, _PIECE)
        if not data:
            self.ended = True
            return []
        try:
            return list(self._frames.feed(data))
        except FrameError as error:
            self.ended = True
            raise CaptureError(error.what, where="proxy", advice=error.advice) from None

    def finish(self) -> None:
        """Request the child to end; continue to read until ``ended``."""
        stdin = self._pipe(self._process.stdin)
        if not stdin.closed:
            try:
                stdin.close()
            except BrokenPipeError:
                self.ended = True

    def stop(self, *, patience: float = PATIENCE) -> None:
        """End the child: close its input, and kill it after ``patience`` seconds."""
        self.finish()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            self._pipe(self._process.stdout).close()
            self._log.close()
            self.ended = True

    @property
    def failure(self) -> str:
        """Why the child ended unexpectedly; empty if it is running or ended normally."""
        if self.ended:
            with suppress(subprocess.TimeoutExpired):  # its output closes a moment before the process ends
                self._process.wait(PATIENCE)
        code = self._process.poll()
        return self._complaint() if code not in {None, 0} else ""

    def _complaint(self) -> str:
        self._process.wait(PATIENCE)
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - _TAIL))
        lines = self._log.read(_TAIL).decode("utf-8", "replace").strip().splitlines()
        code = self._process.returncode
        how = f"killed by signal {-code}" if code < 0 else f"ended with status {code}"
        return f"{how}: {lines[-1][:200]}" if lines else how

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
