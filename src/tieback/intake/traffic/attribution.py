"""The app that sent a packet, according to the capture tool.

Sources: PCAPdroid's trailer and blocks (https://emanuele-f.github.io/PCAPdroid/dump_modes, ``pcap_dump.c``); Apple's
PKTAP header (``bsd/net/pktap.h`` of XNU); the packet comments of pymobiledevice3's ``pcapd``.
"""

import re
from collections.abc import Mapping, Sequence
from struct import Struct

from msgspec.structs import replace

from tieback.intake.traffic.source import Buffer
from tieback.model.flow import FlowApp, app_of_packages

TRAILER_MAGIC = b"\x01\x07\x20\x21"
TRAILER = 32
"""Bytes of PCAPdroid's trailer: magic, uid, name of the app (20 bytes), frame check sequence."""

MAX_APPS = 65_536
_SHARED = 64
"""Packages of one user ID that are remembered."""

_UID = re.compile(rb"u-(\d{1,10})\Z")
_PROCESS = re.compile(rb"(?:^|, )ProcName: ([^,]{1,64})")
_EFFECTIVE = re.compile(rb"EProcName: ([^,]{1,64})")
_trailer = Struct(">4si20s").unpack_from


class PacketAttribution:
    """The apps known from one capture and from the device's package list; equal apps are one object."""

    def __init__(self, uid_map: Mapping[int, Sequence[str]] | None = None) -> None:
        self._uid_map = dict(uid_map or {})
        self._blocks: dict[int, dict[str, str]] = {}
        """Packages of user IDs, and their names."""
        self._apps: dict[tuple[str, int | None, str], FlowApp] = {}

    def learn(self, uid: int, package: bytes, name: bytes) -> None:
        """Remember PCAPdroid's block that names the app of a user ID."""
        known = self._blocks.get(uid, {}) if len(self._blocks) >= MAX_APPS else self._blocks.setdefault(uid, {})
        if len(known) < _SHARED:
            known.setdefault(_text(package), _text(name))

    def of_uid(self, uid: int, name: str, source: str) -> FlowApp | None:
        """The app of an Android user ID; ``None`` if neither a name nor the ID is known."""
        if uid < 0 and not name:
            return None
        key = (name, uid, source)
        app = self._apps.get(key)
        if app is None:
            app = self._of_uid(uid, name, source)
            if len(self._apps) < MAX_APPS:
                self._apps[key] = app
        return app

    def _of_uid(self, uid: int, name: str, source: str) -> FlowApp:
        packages, blocks = self._uid_map.get(uid, ()), self._blocks.get(uid, {})
        if blocks:
            # PCAPdroid names one package of a user ID, also if several share it.
            shared = {*blocks, *packages} if len(packages) > 1 else blocks
            names = name or (next(iter(blocks.values())) if len(shared) == 1 else "")
            return app_of_packages(tuple(shared), uid, "pcapdroid-block", names)
        if packages and not name:
            return app_of_packages(packages, uid, "uid-map")
        app = app_of_packages(packages, uid, source, name)
        return app if uid >= 0 else replace(app, uid=None)

    def of_process(self, name: str, source: str) -> FlowApp | None:
        """The app of a process name."""
        if not name:
            return None
        key = (name, None, source)
        app = self._apps.get(key)
        if app is None:
            app = FlowApp(name, source=source)
            if len(self._apps) < MAX_APPS:
                self._apps[key] = app
        return app

    def of_comment(self, comment: bytes) -> FlowApp | None:
        """The app named in a packet comment: PCAPdroid's ``u-<uid>`` or pymobiledevice3's process."""
        match = _UID.match(comment[:16].rstrip(b"\0"))
        if match:
            return self.of_uid(int(match[1]), "", "comment")
        if b"ProcName: " not in comment:
            return None
        process = _EFFECTIVE.search(comment[:512]) or _PROCESS.search(comment[:512])
        return self.of_process(_text(process[1]), "comment") if process else None

    def of_trailer(self, buffer: Buffer, stop: int) -> FlowApp | None:
        """The app in PCAPdroid's trailer, which ends at ``stop``."""
        magic, uid, name = _trailer(buffer, stop - TRAILER)
        if magic != TRAILER_MAGIC:
            return None
        return self.of_uid(uid, _text(name.partition(b"\0")[0]), "pcapdroid-trailer")

    def of_pktap(self, buffer: Buffer, start: int, length: int) -> FlowApp | None:
        """The process in a PKTAP header of ``length`` bytes: the effective process if the header names one."""
        effective = bytes(buffer[start + 88 : start + 105]) if length >= 105 else b""
        own = bytes(buffer[start + 56 : start + 73]) if length >= 73 else b""
        return self.of_process(_text(effective.partition(b"\0")[0]) or _text(own.partition(b"\0")[0]), "pktap")


def _text(raw: bytes) -> str:
    """A name as one printable line."""
    text = raw[:128].decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in text).strip()
