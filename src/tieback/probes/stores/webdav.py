"""WebDAV: files and bytes in folders that are listed without authentication. No file is read.

Sends ``PROPFIND /`` with ``Depth: 0`` (identify), then ``PROPFIND`` with ``Depth: 1`` of the root and of the folders
below it, level by level, at most 50 requests and three levels (enumerate). If the root is refused: the folders that the
app names. Extensions of names come with the listing (describe). ``Depth: infinity`` is never sent.

Many servers show WebDAV only in answers to its own methods. The finder therefore sends ``PROPFIND`` only to a server
whose page names WebDAV or lists files; a URL of the app with a usual path of WebDAV leads here directly.

Nextcloud and ownCloud are recognised by the names in their answers and refuse everything without a login. Their shared
links have a token in the path: it is a credential, and is not used. Verified against Apache HTTP Server 2.4.71, nginx
1.26.3 (with its module dav-ext), lighttpd 1.4.79, rclone 1.60.1 and WsgiDAV 4.4.0; Nextcloud, ownCloud and IIS are not
yet verified.
"""

import re
from collections import deque
from collections.abc import Sequence

import msgspec

from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_PROBED, Identification, Inquiry, NamedContainers, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response, segment
from tieback.probes.wire.multistatus import DavResource, FolderPath, is_multistatus, members
from tieback.probes.wire.requests import FOLDER, FOLDER_LEVELS, propfind_request
from tieback.probes.wire.xmltext import extension_patterns
from tieback.scope.conversation import Conversation, SendCost

_ROOT = propfind_request(
    "/",
    "whether this is WebDAV; properties of the root folder only, and RFC 4918 defines that it changes nothing",
    members=False,
    depth=Depth.IDENTIFY,
    label="PROPFIND / (Depth: 0)",
)
_TOP = propfind_request(
    "/",
    "names and sizes of the files in the root folder, which are only counted; no file is read",
    members=True,
    label="PROPFIND / (Depth: 1)",
).costing(SendCost.BOUNDED)
_FOLDER = propfind_request(
    "/{folder}/",
    "the same for one folder; one level of it",
    members=True,
    names=FOLDER,
    label="PROPFIND /<folder>/ (Depth: 1)",
).costing(SendCost.BOUNDED)
_LEVELS = 3
"""Maximum number of levels below the root, or below a folder that the app names."""
_MAX_PATTERNS = 200
_ROOT_FILES = "/"
"""Name of the container of the files that are in no folder."""

# Server names: Apache HTTP Server, nginx, lighttpd, WsgiDAV, IIS.
_SERVERS = (
    ("apache-httpd", re.compile(r"Apache(?:/([0-9.]{1,20}))?")),
    ("nginx", re.compile(r"nginx(?:/([0-9.]{1,20}))?")),
    ("lighttpd", re.compile(r"lighttpd(?:/([0-9.]{1,20}))?")),
    ("wsgidav", re.compile(r"WsgiDAV(?:/([0-9.]{1,20}))?")),
    ("iis-webdav", re.compile(r"Microsoft-IIS(?:/([0-9.]{1,20}))?")),
)
# sabre/dav puts the namespaces of its plug-ins into every multi-status, and its own into every error.
_CLOUDS = (("nextcloud", b"http://nextcloud.org/ns"), ("owncloud", b"http://owncloud.org/ns"))
_SABRE = b"http://sabredav.org/ns"
_REALMS = (("nextcloud", 'realm="nextcloud'), ("owncloud", 'realm="owncloud'))
_LISTING_PAGE = re.compile(rb"<title>Index of /|<tr class=\"file\">|WsgiDAV/")


class WebdavProbe(WebStoreProbe):
    """Probe of a WebDAV server: files that are listed without authentication."""

    meta = ProbeMeta(
        name="webdav",
        products=("webdav", *(name for name, _ in _SERVERS), "nextcloud", "owncloud", "sabredav"),
        ports=(80, 443),
        services=("webdav",),
        cpe=("cpe:2.3:a:apache:http_server",),
        cwe="CWE-306",
        sends=(_ROOT.send, _TOP.send, _FOLDER.send),
        references=("https://www.rfc-editor.org/rfc/rfc4918",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by a multi-status document, or by a refusal that names WebDAV."""
        if _is_listing(answer):
            return _product(answer)
        challenge = answer.headers.get("www-authenticate", "").lower()
        clouds = [name for name, realm in _REALMS if realm in challenge]
        if answer.status in (401, 403) and (clouds or _names_dav(answer) or _SABRE in answer.body[:4096]):
            return Identification(clouds[0]) if clouds else _product(answer)
        return None

    def is_likely(self, root: Response) -> bool:
        """True if the page names WebDAV or lists files: most servers get no PROPFIND from us."""
        return _names_dav(root) or _LISTING_PAGE.search(root.body) is not None

    def by_name(self, inquiry: Inquiry) -> NamedContainers | None:
        """Folders that the app names: each may have its own rules."""
        walk = _Walk(inquiry)
        return "folders", [name for name in inquiry.names if _fill(_split(name))], walk.folder

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the root and the folders below it."""
        if not inquiry.enumerates:
            return
        draft = inquiry.draft
        draft.prove(_ROOT.label, "returns properties without authentication", Access.OPEN)
        listed = yield from inquiry.ask(_TOP, cap=MAX_BODY)
        if listed is None:
            return
        if inquiry.is_refused(_TOP, listed):
            inquiry.listing_refused = listed.status
            return
        if not _is_listing(listed):
            draft.problem(f"{_TOP.label}: status {listed.status}, no listing")
            return
        draft.prove(_TOP.label, "lists the root folder without authentication", Access.OPEN)
        try:
            yield from _Walk(inquiry).root(listed)
        finally:
            draft.fingerprint("/".join(container.path) for container in draft.containers)
            inquiry.judge()


class _Tally(msgspec.Struct):
    """Files in a container so far."""

    files: int = 0
    bytes: int = 0
    patterns: dict[str, None] = msgspec.field(default_factory=dict)
    """Extensions of names, at most ``_MAX_PATTERNS``; no name is kept."""
    listed: bool = False
    whole: bool = True
    """False if a part was not listed."""
    sized: bool = True
    """False if a file has no size."""

    def take(self, listing: Response, found: Sequence[DavResource]) -> None:
        """Count the files of one listing."""
        self.listed = True
        files = [one for one in found if not one.is_folder and not one.refused]
        self.whole &= not listing.truncated and not any(one.refused for one in found)
        self.files += len(files)
        self.bytes += sum(one.size or 0 for one in files)
        self.sized &= all(one.size is not None for one in files)
        patterns = extension_patterns([one.path[-1] for one in files])
        self.patterns |= dict.fromkeys(patterns[: _MAX_PATTERNS - len(self.patterns)])

    def container(self, name: str, *, describes: bool) -> Container:
        """The container; without figures if nothing of it was listed."""
        if not self.listed:
            return Container((name,), "folder")
        method = "the listings" if self.whole else "the folders that were listed"
        records = (exact if self.whole else lower_bound)(self.files, method)
        size = (exact if self.whole and self.sized else lower_bound)(self.bytes, "getcontentlength")
        fields = tuple(Field(pattern, "extension") for pattern in self.patterns) if describes else ()
        return Container((name,), "folder", False, records, size, fields)


class _Walk:
    """Lists folders, those near the root first."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._base = _split(inquiry.draft.target.path)
        self._left = MAX_PROBED
        """Number of listings that may still be planned."""
        self._tallies: dict[str, _Tally] = {}
        """By name of the container: a folder below the root, or one that the app names."""
        self._waiting: deque[tuple[str, FolderPath, int]] = deque()
        """Container, path and level of each folder that will be listed."""
        self._skipped = 0
        """Number of folders that will not."""

    def root(self, listed: Response) -> Conversation[None]:
        """Count below the root, whose listing was already received."""
        found = members(listed.body, self._base)
        tally = _Tally()
        tally.take(listed, found)
        if tally.files or not tally.whole:
            self._tallies[_ROOT_FILES] = tally
        for one in found:
            if one.is_folder:
                self._add(one.path[-1], (one.path[-1],))
        yield from self._go()

    def folder(self, name: str) -> Conversation[None]:
        """Count below a folder that the app names; adds nothing if it does not exist."""
        self._add(name, _split(name))
        yield from self._go()

    def _add(self, name: str, path: FolderPath) -> None:
        self._tallies.setdefault(name, _Tally())
        self._plan(name, path, 1)

    def _plan(self, name: str, path: FolderPath, level: int) -> None:
        if level <= _LEVELS and len(path) <= FOLDER_LEVELS and self._left:
            self._left -= 1
            self._waiting.append((name, path, level))
        else:
            self._skipped += 1
            self._tallies[name].whole = False

    def _go(self) -> Conversation[None]:
        try:
            while self._waiting:
                yield from self._list(*self._waiting[0])
                self._waiting.popleft()
        finally:
            for name, *_ in self._waiting:
                if name in self._tallies:
                    self._tallies[name].whole = False
            skipped = self._skipped + len(self._waiting)
            if skipped:
                self._inquiry.draft.problem(
                    f"{skipped} folders were not listed: at most {MAX_PROBED}, and {_LEVELS} levels"
                )
            describes = self._inquiry.describes
            self._inquiry.add_containers(
                [tally.container(name, describes=describes) for name, tally in self._tallies.items()]
            )
            self._tallies.clear()
            self._waiting.clear()
            self._skipped = 0

    def _list(self, name: str, path: FolderPath, level: int) -> Conversation[None]:
        tally, draft = self._tallies[name], self._inquiry.draft
        answer = yield from self._inquiry.ask(_FOLDER, _fill(path), cap=MAX_BODY)
        if answer is not None and answer.status == 404 and level == 1:
            del self._tallies[name]
            return
        if answer is None or not _is_listing(answer):
            tally.whole = False
            if answer is not None and answer.status in (401, 403):
                self._inquiry.refused += 1
                draft.prove(_FOLDER.label, f"{name}: status {answer.status}", Access.AUTH_REQUIRED)
            elif answer is not None:
                draft.problem(f"{_FOLDER.label} ({name[:60]!r}): status {answer.status}, no listing")
            return
        if level == 1:
            draft.prove(_FOLDER.label, f"lists the folder {name}", Access.OPEN)
        found = members(answer.body, (*self._base, *path))
        tally.take(answer, found)
        for one in found:
            if one.is_folder:
                self._plan(name, (*path, one.path[-1]), level + 1)


def _is_listing(answer: Response) -> bool:
    return answer.status == 207 and is_multistatus(answer.body)


def _split(path: str) -> FolderPath:
    return tuple(part for part in path.split("/") if part)


def _fill(path: FolderPath) -> str:
    """A folder's path as it is inserted into a request; empty if it must not be sent."""
    text = "/".join(map(segment, path))
    return text if _FOLDER.fill(text) else ""


def _names_dav(answer: Response) -> bool:
    server = answer.headers.get("server", "")
    return "dav" in answer.headers or "ms-author-via" in answer.headers or server.startswith("WsgiDAV")


def _product(answer: Response) -> Identification:
    head = answer.body[:4096]
    for name, namespace in _CLOUDS:
        if namespace in head:
            return Identification(name)
    if _SABRE in head:
        return Identification("sabredav")
    server = answer.headers.get("server", "")
    for name, pattern in _SERVERS:
        found = pattern.match(server)
        if found is not None:
            return Identification(name, found[1] or "")
    return Identification("webdav")
