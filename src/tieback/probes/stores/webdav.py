"""WebDAV: files and bytes in folders that are listed without authentication. No file is read.

Sends ``PROPFIND /`` with ``Depth: 0`` (identify), then ``PROPFIND`` with ``Depth: 1`` of the root and of the folders
below it, level by level, at most 50 requests and three levels (enumerate). If the root is refused: the folders that the
app names. Extensions of names come with the listing (describe), and the number of files that look like backups, dumps
or keys by their name. ``Depth: infinity`` is never sent.

Many servers show WebDAV only in answers to its own methods. The finder therefore sends ``PROPFIND`` only to a server
whose page names WebDAV or lists files; a URL of the app with a usual path of WebDAV leads here directly.

Nextcloud and ownCloud are recognised by the names in their answers and refuse everything without a login. Their shared
links have a token in the path: it is a credential, and is not used. Verified against Apache HTTP Server 2.4.71, nginx
1.26.3 (with its module dav-ext), lighttpd 1.4.79, rclone 1.60.1 and WsgiDAV 4.4.0; Nextcloud, ownCloud and IIS are not
yet verified.
"""

import re

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.folders import FolderWalk, fill_folder, split_path
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, NamedContainers, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.listing import FolderEntry, FolderListing, FolderPath
from tieback.probes.wire.multistatus import is_multistatus, members
from tieback.probes.wire.requests import FOLDER, propfind_request
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
        walk = FolderWalk(inquiry, _Multistatus())
        return "folders", [name for name in inquiry.names if fill_folder(_FOLDER, split_path(name))], walk.folder

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
            yield from FolderWalk(inquiry, _Multistatus()).root(listed)
        finally:
            draft.fingerprint("/".join(container.path) for container in draft.containers)
            inquiry.judge()


class _Multistatus:
    """Lists folders by PROPFIND."""

    folder = _FOLDER
    sizes = "getcontentlength"
    halt = ""

    def read(self, answer: Response, path: FolderPath) -> FolderListing | None:
        """The members of a folder."""
        if not _is_listing(answer):
            return None
        found = members(answer.body, path)
        entries = [FolderEntry(one.path[-1], one.is_folder, one.size, refused=one.refused) for one in found.resources]
        return FolderListing(entries, found.unread)


def _is_listing(answer: Response) -> bool:
    return answer.status == 207 and is_multistatus(answer.body)


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
