"""Hosts that one script of a page gives a name, and that another script of the page puts into an address.

The scripts of a page share their global names: ``var SERVER = "192.0.2.7"`` in one file, and ``"http://" + SERVER +
"/api"`` in another one. Source: https://tc39.es/ecma262/#sec-global-environment-records
Bounds: files of 64 KiB with such names, 200 names with four values each, and 200 addresses of an app.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tieback.intake.apps.interface import Artifact, ArtifactBatch, BufferKind, Bytes, Piece
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.chunk_scripts import ChunkScripts
from tieback.recognise.scripts.page_scripts import PageScripts

MAX_FILE = 65_536
MAX_NAMES = 200
MAX_VALUES = 4
MAX_ADDRESSES = 200
MAX_SHOWN = 6
"""Most names that the evidence of an address has."""
_FILES = lazy_pattern(r"(?:.{0,200}/)?(?:assets/(?:www|public)|[^/]{1,100}\.app/(?:www|public))/.{1,400}\.(?:js|html?)")
_VALUE = lazy_pattern(rb"=\s{0,9}(?P<quote>[\"'])(?P<host>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?::\d{1,5})?)(?P=quote)")
_NAME = lazy_pattern(
    rb"(?:^|[\n;{},>])\s{0,40}(?:(?P<declared>var|let|const)\s{1,9}|window\.)?(?P<name>[A-Za-z_$][\w$]{1,60})\s{0,9}\Z"
)
_NAMED = lazy_pattern(
    rb"(?P<declared>var|let|const)\s[^\n;(){}]{0,200},\s{0,40}(?P<name>[A-Za-z_$][\w$]{1,60})\s{0,9}\Z"
)
_REACH = 240
_ADDRESS = lazy_pattern(rf"(?P<scheme>[a-z][a-z0-9+.-]{{1,20}}://){re.escape(HOLE)}(?P<rest>(?:[:/?#].*)?)", re.DOTALL)
_PORT = lazy_pattern(rf":{re.escape(HOLE)}")


class SharedAddress(NamedTuple):
    """An address whose host has a name that its script does not declare."""

    text: str
    names: tuple[str, ...]
    """The names that the script does not declare; one of them is that of the host."""
    place: Evidence


class PageNames:
    """The hosts with a name in the scripts of one app, and the addresses that need one."""

    def __init__(self) -> None:
        """Begin an app."""
        self._hosts: dict[str, dict[str, None]] = {}
        self._addresses: dict[tuple[str, str], SharedAddress] = {}
        self.scripts = PageScripts()
        """The scripts that are read together."""
        self.bundles = ChunkScripts()
        """The bundles that are in several files."""

    def see(self, piece: Piece) -> None:
        """Read the names of hosts in the scripts and pages of a piece."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._file(file, content)
        elif isinstance(piece, Artifact):
            for buffer in piece.buffers:
                if buffer.kind is BufferKind.TEXT:
                    self._file(buffer.file, buffer.data)

    def _file(self, file: str, data: Bytes) -> None:
        self.scripts.add(file, data)
        self.bundles.add(file, data)
        if len(data) > MAX_FILE or not file.endswith((".js", ".html", ".htm")) or _FILES.fullmatch(file) is None:
            return
        depth = read = 0
        for found in _VALUE.finditer(data):
            depth += data.count(b"{", read, found.start()) - data.count(b"}", read, found.start())
            read = found.start()
            before = bytes(data[max(0, found.start() - _REACH) : found.start()])
            named = _NAME.search(before) or _NAMED.search(before)
            if named is None or len(self._hosts) >= MAX_NAMES:
                continue
            if named["declared"] and depth:
                continue  # of a function or block
            hosts = self._hosts.setdefault(named["name"].decode(), {})
            if len(hosts) < MAX_VALUES:
                hosts[found["host"].decode("ascii", "replace")] = None

    def add(self, text: str, names: Sequence[str], place: Evidence) -> None:
        """An address that a script puts together, and the names that the script does not declare."""
        if names and len(self._addresses) < MAX_ADDRESSES and _ADDRESS.fullmatch(text):
            self._addresses.setdefault((place.file, text), SharedAddress(text, tuple(names), place))

    def addresses(self) -> Iterator[tuple[str, Evidence]]:
        """The addresses with a host that another script names, once the whole app is read."""
        for one in self._addresses.values():
            known = [name for name in one.names if name in self._hosts]
            parts = _ADDRESS.fullmatch(one.text)
            if len(known) != 1 or parts is None:
                continue
            for host in self._hosts[known[0]]:
                yield parts["scheme"] + host + _PORT.sub("", parts["rest"], count=1), one.place
