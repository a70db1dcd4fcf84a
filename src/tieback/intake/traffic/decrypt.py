"""Decryption of TLS with its secrets: tshark decrypts in a child process, and only bytes come back.

The child only reads files: it resolves no names, has no network if the system permits that isolation, an empty home
directory, and hard limits of time, memory and output. It writes the decrypted messages as "exported PDUs" (Wireshark's
``epan/exported_pdu_tlvs.h``): tags with addresses and ports, then the bytes. They are read like any other untrusted
capture.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct

import msgspec

from tieback.intake.traffic.attribution import PacketAttribution
from tieback.intake.traffic.interface import FIRST_BYTES
from tieback.intake.traffic.pcapng import PcapngReader
from tieback.intake.traffic.problems import CaptureProblems
from tieback.intake.traffic.signatures import SECTION
from tieback.intake.traffic.source import Buffer, FileWindow
from tieback.model.errors import UsageError
from tieback.model.sighting import UnreadKind

PROGRAM = "tshark"
SECONDS = 600
"""Seconds of elapsed time and of CPU time for the child."""
MEMORY = 4 * 1024 * 1024 * 1024
OUTPUT = 1024 * 1024 * 1024
"""Bytes that the child may write; output before it is stopped is used."""
MAX_CLEARTEXT = 64 * 1024 * 1024
MAX_KEYLOG = 256 * 1024 * 1024

_EXPORTED_PDU = 252
"""LINKTYPE_WIRESHARK_UPPER_PDU."""
_END, _IPV4_SOURCE, _IPV4_TARGET, _IPV6_SOURCE, _IPV6_TARGET, _PORT_TYPE, _SOURCE_PORT, _TARGET_PORT = (
    0, 20, 21, 22, 23, 24, 25, 26,
)  # fmt: skip
_TCP_PORTS = b"\0\0\0\x02"
_MAX_TAGS = 32
_SLACK = 0.001
"""Seconds by which the two programs' times of one packet may differ, because one rounds."""
_LIMITED = f'ulimit -t {SECONDS} && ulimit -v {MEMORY // 1024} && ulimit -f {OUTPUT // 512} && exec "$@"'
_tag = Struct(">HH").unpack_from


class DecryptedPiece(msgspec.Struct, frozen=True, gc=False):
    """A decrypted message of one direction."""

    when: float
    data: bytes
    """Its first bytes."""
    size: int


class DecryptedStreams:
    """The first decrypted bytes of the messages in the TLS connections of one capture, by direction."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, list[DecryptedPiece]] = {}
        self._size = 0
        self.full = False
        """True if messages were left out for want of memory."""

    def add(self, key: bytes, when: float, data: bytes) -> None:
        """Add decrypted bytes; the key is addresses and ports as in a packet."""
        if self._size >= MAX_CLEARTEXT:
            self.full = True
            return
        piece = DecryptedPiece(when, data[:FIRST_BYTES], len(data))
        self._size += len(piece.data) + 64
        self._pieces.setdefault(key, []).append(piece)

    def of(self, key: bytes, start: float, end: float) -> list[DecryptedPiece]:
        """The messages of a direction of the connection that lasted from ``start`` to ``end``."""
        return [piece for piece in self._pieces.get(key, ()) if start - _SLACK <= piece.when <= end + _SLACK]

    def __len__(self) -> int:
        return len(self._pieces)


def check_keylog(path: Path) -> None:
    """Check that a file can be a key log.

    Raises:
        UsageError: it cannot be read, is too large, or has no line of a key log (NSS Key Log Format).
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_KEYLOG:
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise UsageError(
                f"not a TLS key log: {f'larger than {MAX_KEYLOG >> 20} MiB' if status.st_size > MAX_KEYLOG else kind}",
                where=str(path),
                advice="Pass the file that SSLKEYLOGFILE named",
            )
        with path.open("rb") as file:
            head = file.read(64 * 1024)
    except FileNotFoundError:
        raise UsageError("no such file", where=str(path), advice="Check the path") from None
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror})", where=str(path), advice="Check the path and its permissions"
        ) from None
    if not any(line.startswith(_LABELS) for line in head.splitlines()):
        raise UsageError(
            "not a TLS key log: it contains no key log line",
            where=str(path),
            advice="Pass the file that SSLKEYLOGFILE named",
        )


_LABELS = (b"CLIENT_", b"SERVER_", b"RSA ", b"EXPORTER_", b"EARLY_", b"QUIC_", b"ECH_")


def decrypt(path: Path, keylog: Path | None, problems: CaptureProblems) -> DecryptedStreams:
    """Decrypt a capture with a key log, or with the secrets that it contains.

    Never raises: failures are problems, and everything decrypted until then is kept.
    """
    found = DecryptedStreams()
    program = shutil.which(PROGRAM)
    if program is None:
        problems.note(f"TLS is not decrypted: {PROGRAM} is not installed", "", UnreadKind.ENCRYPTED)
        return found
    with tempfile.TemporaryDirectory(prefix="tieback-tls-") as folder:
        out = Path(folder) / "out.pcapng"
        command = [program, "-n", "-r", str(path.absolute()), "-U", "OSI layer 7", "-w", str(out)]
        if keylog is not None:
            command += ["-o", f"tls.keylog_file:{keylog.absolute()}"]
        failure = _run(command, Path(folder))
        if failure:
            problems.note(f"{PROGRAM} did not decrypt everything: {failure}", "", UnreadKind.ENCRYPTED)
        if out.exists() and out.stat().st_size > len(SECTION):
            for key, when, data in _messages(out):
                found.add(key, when, data)
    return found


def _run(command: Sequence[str], folder: Path) -> str:
    """Run a program within the limits; returns the reason if it fails, or an empty text."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    limited = [*_without_network(), "/bin/sh", "-c", _LIMITED, "sh", *command]
    said = folder / "stderr"
    with said.open("wb") as errors:
        try:
            ended = subprocess.run(
                limited,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=environment,
                cwd=folder,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it exceeded its time limit of {SECONDS} s"
        except OSError as error:
            return f"it could not be started ({error.strerror})"
    if ended.returncode == 0:
        return ""
    with said.open("rb") as file:
        lines = file.read(4096).decode("utf-8", "replace").splitlines()
    last = next((line for line in reversed(lines) if line.strip()), "")
    text = "".join(char if char.isprintable() else "\ufffd" for char in last)[:160]
    return f"it ended with status {ended.returncode}" + (f" ({text})" if text else "")


def _without_network() -> tuple[str, ...]:
    """Command prefix that starts a program without network interfaces; empty if the system forbids it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    words = (unshare, "--map-root-user", "--net", "--")
    try:
        tried = subprocess.run([*words, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return words if tried.returncode == 0 else ()


def _messages(path: Path) -> Iterator[tuple[bytes, float, bytes]]:
    """Addresses and ports, time, and bytes of the decrypted messages over TCP."""
    source = FileWindow(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
    try:
        if source.buffer[:4] != SECTION:
            return
        reader = PcapngReader(source, CaptureProblems(), PacketAttribution())
        for block in reader.blocks():
            if block.links != _EXPORTED_PDU:
                continue
            places = zip(block.starts.tolist(), block.sizes.tolist(), block.times.tolist(), strict=True)
            for start, size, when in places:
                key, at = read_tags(block.buffer, start, start + size)
                if key:
                    yield key, when, block.buffer[at : start + size]
    finally:
        source.close()


def read_tags(buffer: Buffer, start: int, stop: int) -> tuple[bytes, int]:
    """Addresses and ports of an exported PDU as in a packet, and the offset of its data; empty if not TCP."""
    tags: dict[int, bytes] = {}
    for _ in range(_MAX_TAGS):
        if start + 4 > stop:
            return b"", stop
        kind, size = _tag(buffer, start)
        start += 4
        if kind == _END:
            break
        if start + size > stop:
            return b"", stop
        tags.setdefault(kind, buffer[start : start + size])
        start += (size + 3) & ~3
    addresses = tags.get(_IPV4_SOURCE, b"") + tags.get(_IPV4_TARGET, b"")
    if not addresses:
        addresses = tags.get(_IPV6_SOURCE, b"") + tags.get(_IPV6_TARGET, b"")
    ports = tags.get(_SOURCE_PORT, b"")[2:4] + tags.get(_TARGET_PORT, b"")[2:4]
    if len(addresses) not in {8, 32} or len(ports) != 4 or tags.get(_PORT_TYPE) != _TCP_PORTS or start > stop:
        return b"", stop
    return addresses + ports, start
