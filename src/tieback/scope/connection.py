"""One TCP connection, with or without TLS, that is read only on demand.

Reads pull from a non-blocking socket, at most 64 KiB at a time, so that no more than the requested data plus one read
is buffered. TLS runs over memory buffers (``ssl.SSLObject``), so it can start in the middle of a conversation.
"""

import asyncio
import errno
import os
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from tieback.model.count_text import count_text
from tieback.model.probe import NO_BYTE, NOT_CHECKED, Outcome, TlsInfo
from tieback.scope.address import parse_address
from tieback.scope.conversation import Fault
from tieback.scope.tls import describe_session, is_trust

READ_BYTES = 64 * 1024
"""Maximum bytes of one read from the socket."""
_MAX_HANDSHAKE = 512 * 1024
"""Maximum bytes of a handshake; OpenSSL limits a certificate chain to 100 KiB."""
_READS_IN_A_ROW = 8
"""Consecutive reads without waiting before other conversations get their turn."""
_MAX_DRAINED = 4
"""Number of reads at the end of a connection; what a server sends beyond that is not awaited."""
_CLOCKS_APART = 0.005
_OUR_SIDE = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EACCES, errno.EPERM})
_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class UnverifiedCertificate(Exception):  # noqa: N818 - a verdict of the handshake, not an error
    """The policy for trust failed; ``str()`` is the reason. The service can still be identified."""


class Transport(Protocol):
    """An open connection: real, recorded or replayed. Every failure is a ``Fault``."""

    @property
    def silent(self) -> bool:
        """True if no byte has arrived yet, except for the handshake."""
        ...

    @property
    def encrypted(self) -> bool:
        """True if TLS is active."""
        ...

    @property
    def local(self) -> str:
        """Our own address of the connection; empty if there was none, as in a replay."""
        ...

    def tls(self, problem: str) -> TlsInfo:
        """Details of the TLS session; ``problem`` is the reason of a failed verification."""
        ...

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """As ``Connection.start_tls``."""
        ...

    async def write(self, data: bytes, seconds: float) -> None:
        """As ``Connection.write``."""
        ...

    async def read(self, count: int, seconds: float) -> bytes:
        """As ``Connection.read``."""
        ...

    async def finish(self, seconds: float) -> bool:
        """As ``Connection.finish``."""
        ...

    def close(self) -> None:
        """As ``Connection.close``."""
        ...


class Connection:
    """An open connection. Every failure is a ``Fault``."""

    def __init__(self, sock: socket.socket, left: Callable[[], float], charge: Callable[[int], None]) -> None:
        self._socket = sock
        self.local: str = sock.getsockname()[0]
        self._left = left
        self._charge = charge
        self._loop = asyncio.get_running_loop()
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._reads = 0
        self._raw = 0
        """Bytes received below TLS."""
        self._heard = 0
        """Bytes received, inside TLS if TLS is active."""

    @classmethod
    async def open(
        cls, address: str, port: int, seconds: float, left: Callable[[], float], charge: Callable[[int], None]
    ) -> "Connection":
        """Connect.

        Args:
            address: address that the grant allows; never a name.
            port: the port.
            seconds: time limit of the connect.
            left: seconds until the total deadline; raises ``Fault`` after it.
            charge: called with the raw bytes of each read under TLS; may raise ``Fault``.

        Raises:
            Fault: ``refused``, ``timeout`` or ``error``.
        """
        family = socket.AF_INET if parse_address(address).version == 4 else socket.AF_INET6
        limit = min(seconds, left())
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise _connect_fault(error, address, port) from None
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not await _connected(sock, address, port, limit):
                raise Fault(Outcome.TIMEOUT, f"no connection to {address} port {port} within {limit:.1f} s")
            return cls(sock, left, charge)
        except OSError as error:
            sock.close()
            raise _connect_fault(error, address, port) from None
        except BaseException:
            sock.close()
            raise

    @property
    def silent(self) -> bool:
        """True if no byte has arrived yet, except for the handshake."""
        return self._heard == 0

    @property
    def encrypted(self) -> bool:
        """True if TLS is active."""
        return self._tls is not None

    def tls(self, problem: str) -> TlsInfo:
        """Details of the TLS session; ``problem`` is the reason of a failed verification, or empty."""
        return describe_session(self._tls, problem) if self._tls is not None else TlsInfo("", False, problem)

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Perform the TLS handshake.

        Args:
            context: defines the policy.
            host: expected name or address of the certificate; a name is sent as SNI.
            seconds: time limit of each wait.

        Raises:
            UnverifiedCertificate: the policy is trust, and the certificate does not verify or the peer accepts only
                older settings; the connection cannot be used any more.
            Fault: ``tls_error``, ``timeout`` or ``hostile``.
        """
        before = self._raw
        trust = is_trust(context)
        try:
            tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        except ValueError as error:
            raise Fault(Outcome.TLS_ERROR, f"TLS handshake: {error}") from None
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush(seconds)
            except ssl.SSLCertVerificationError as error:
                self._flush_now()
                raise UnverifiedCertificate(error.verify_message or str(error)) from None
            except ssl.SSLError as error:
                self._flush_now()
                if trust and _only_lenient(error):
                    raise UnverifiedCertificate(f"{NOT_CHECKED}: {_reason(error)}") from None
                raise Fault(Outcome.TLS_ERROR, f"TLS handshake: {_reason(error)}") from None
            else:
                break
            if self._raw - before > _MAX_HANDSHAKE:
                raise Fault(Outcome.HOSTILE, f"TLS handshake: more than {_MAX_HANDSHAKE} bytes")
            try:
                data = await self._pull(READ_BYTES, seconds)
            except Fault as fault:
                outcome = Outcome.TIMEOUT if fault.outcome is Outcome.TIMEOUT else Outcome.TLS_ERROR
                if trust and outcome is Outcome.TLS_ERROR and self._raw == before:
                    raise UnverifiedCertificate(f"{NOT_CHECKED}: {fault.detail}") from None
                raise Fault(outcome, f"TLS handshake: {fault.detail}") from None
            if not data and trust and self._raw == before:
                # Some old servers close without an alert if no version or cipher fits.
                raise UnverifiedCertificate(f"{NOT_CHECKED}: the peer closed the connection")
            if not data:
                raise Fault(Outcome.TLS_ERROR, "TLS handshake: the peer closed the connection")
            self._incoming.write(data)
        await self._flush(seconds)
        self._tls = tls

    async def write(self, data: bytes, seconds: float) -> None:
        """Write everything.

        Raises:
            Fault: ``timeout`` if the peer does not read; ``refused`` or ``protocol_mismatch`` if it closed.
        """
        if self._tls is None:
            await self._push(data, seconds)
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise Fault(Outcome.TLS_ERROR, _reason(error)) from None
        await self._flush(seconds)

    async def read(self, count: int, seconds: float) -> bytes:
        """The next bytes, at most ``count`` and at most 64 KiB; empty at the end of the stream.

        Raises:
            Fault: ``timeout`` without data; ``tls_error``; ``refused`` or ``protocol_mismatch`` after a reset.
        """
        count = min(count, READ_BYTES)
        data = await (self._pull(count, seconds) if self._tls is None else self._decrypt(self._tls, count, seconds))
        self._heard += len(data)
        return data

    async def _decrypt(self, tls: ssl.SSLObject, count: int, seconds: float) -> bytes:
        while True:
            try:
                return tls.read(count)
            except ssl.SSLWantReadError:
                pass
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLError as error:
                raise Fault(Outcome.TLS_ERROR, _reason(error)) from None
            await self._flush(seconds)
            data = await self._pull(READ_BYTES, seconds)
            if data:
                self._charge(len(data))
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    async def finish(self, seconds: float) -> bool:
        """Close, and wait until the peer closes too: a server that serves one client at a time is then free again.

        Args:
            seconds: time limit of the wait.

        Returns:
            True if the peer closed.
        """
        self._end_tls()
        try:
            self._socket.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(seconds):
                return await self._drain()
        except TimeoutError:
            return False
        except OSError:  # the peer has reset the connection
            return True
        finally:
            self._socket.close()

    async def _drain(self) -> bool:
        """Read and drop what still comes; true at the end of the stream."""
        for _ in range(_MAX_DRAINED):
            if not await self._loop.sock_recv(self._socket, READ_BYTES):
                return True
        return False

    def close(self) -> None:
        """Close immediately; a TLS session sends its close notification if that does not block."""
        self._end_tls()
        self._socket.close()

    def _end_tls(self) -> None:
        if self._tls is not None:
            with suppress(ssl.SSLError, ValueError):
                self._tls.unwrap()
            self._flush_now()
            self._tls = None

    async def _pull(self, count: int, seconds: float) -> bytes:
        limit = min(seconds, self._left())
        try:
            data = self._socket.recv(count)
            self._reads += 1
            if self._reads % _READS_IN_A_ROW == 0:
                await asyncio.sleep(0)
        except BlockingIOError:
            data = await self._wait(count, seconds, limit)
        except OSError as error:
            raise self._gone(error) from None
        self._raw += len(data)
        return data

    async def _wait(self, count: int, seconds: float, limit: float) -> bytes:
        try:
            async with asyncio.timeout(limit):
                return await self._loop.sock_recv(self._socket, count)
        except TimeoutError:
            await self._over(seconds, limit)
            raise Fault(Outcome.TIMEOUT, f"no response within {limit:.1f} s") from None
        except OSError as error:
            raise self._gone(error) from None

    async def _push(self, data: bytes, seconds: float) -> None:
        limit = min(seconds, self._left())
        try:
            sent = self._send_now(data)
            if sent == len(data):
                return
            async with asyncio.timeout(limit):
                await self._loop.sock_sendall(self._socket, memoryview(data)[sent:])
        except TimeoutError:
            await self._over(seconds, limit)
            raise Fault(Outcome.TIMEOUT, f"the peer accepted no bytes within {limit:.1f} s") from None
        except OSError as error:
            raise self._gone(error) from None

    async def _over(self, seconds: float, limit: float) -> None:
        """Raise for the total deadline, if that was the shorter limit."""
        self._left()
        if limit < seconds:
            # The clock of the loop may be slightly ahead of ours: uvloop's has millisecond resolution.
            await asyncio.sleep(_CLOCKS_APART)
            self._left()

    def _send_now(self, data: bytes) -> int:
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    async def _flush(self, seconds: float) -> None:
        if self._outgoing.pending:
            await self._push(self._outgoing.read(), seconds)

    def _flush_now(self) -> None:
        with suppress(OSError):
            if self._outgoing.pending:
                self._socket.send(self._outgoing.read())

    def _gone(self, error: OSError) -> Fault:
        if error.errno in _OUR_SIDE:
            return Fault(Outcome.ERROR, str(error.strerror))
        if self.silent:
            return Fault(Outcome.REFUSED, f"the peer reset the connection {NO_BYTE}")
        return Fault(Outcome.PROTOCOL_MISMATCH, f"the peer reset the connection after {count_text(self._raw, 'byte')}")


async def _connected(sock: socket.socket, address: str, port: int, limit: float) -> bool:
    """Connect; returns false if it timed out. Raises ``OSError`` if it failed (connect(2), EINPROGRESS).

    The loop's own ``sock_connect`` is not used: it loses the result if the time-out happens at the same moment.
    """
    number = sock.connect_ex((address, port))
    if number == errno.EINPROGRESS:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit):
                await _writable(sock)
        # The connect may have succeeded while the loop was busy: check before reporting a time-out.
        waiting = select.poll()
        waiting.register(sock, select.POLLOUT)
        if not waiting.poll(0):
            return False
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))
    return True


async def _writable(sock: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(sock, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(sock)


def _connect_fault(error: OSError, address: str, port: int) -> Fault:
    # asyncio replaces strerror with its own text.
    words = os.strerror(error.errno) if error.errno else str(error)
    where = f"{address} port {port}: {words.lower()}"
    if error.errno in _OUR_SIDE or error.errno in _NO_ROUTE:
        return Fault(Outcome.ERROR, where)
    if error.errno == errno.ETIMEDOUT:
        return Fault(Outcome.TIMEOUT, where)
    if error.errno == errno.ECONNRESET:  # the peer accepted, and reset before we looked: not a closed port
        return Fault(Outcome.REFUSED, f"the peer reset the connection {NO_BYTE}")
    return Fault(Outcome.REFUSED, where)


_LENIENT_REASONS = frozenset(
    {
        *("UNSUPPORTED_PROTOCOL", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED", "BAD_DH_VALUE", "DH_KEY_TOO_SMALL"),
        *("WRONG_SIGNATURE_TYPE", "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED", "EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL"),
        *("CA_MD_TOO_WEAK", "WRONG_CIPHER_RETURNED", "UNKNOWN_CIPHER_RETURNED", "NO_CIPHERS_AVAILABLE"),
    }
)
"""OpenSSL's reasons for a handshake that may succeed with lenient settings."""


def _only_lenient(error: ssl.SSLError) -> bool:
    """True if the peer speaks TLS, but may accept only lenient settings; an alert is always TLS."""
    reason = error.reason or ""
    return "_ALERT_" in reason or reason in _LENIENT_REASONS


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and error.reason:
        return str(error.reason).replace("_", " ").lower()
    return str(error)[:200]
