"""Directory listing of an HTTP server: files and bytes in folders that anyone may list. No file is read.

Sends, in this order: ``GET /`` (identify); ``GET /<folder>/`` for the folders that the listings name, level by level,
at most 50 and three levels, then ``HEAD`` of one file (enumerate); extensions of names (describe). Files that look like
backups, dumps or keys by their name are counted.

A folder with a script as its index, such as ``index.php``, would run it, as for any crawler. So no folder is requested
once an answer shows a script language: by a header field, or by a listed script. Nor is one whose name may start an
action (``model.refused_words``), or that is made for scripts, such as ``cgi-bin``.

``HEAD`` is the second proof: it shows that a file is readable, and its size, without its content. Only a file with the
extension of static content is used, so that no script runs. A server that gives one page to every path is no listing.

Verified against Apache HTTP Server 2.4.71, nginx 1.26.3, lighttpd 1.4.79, Python 3.13 and rclone 1.60.1.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.model.refused_words import refused_word, secret_words
from tieback.probes.folders import FolderWalk, split_path
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response, segment
from tieback.probes.wire.listing import FolderEntry, FolderListing, FolderPath, listing_server, read_listing
from tieback.probes.wire.requests import FOLDER, get_request, head_request
from tieback.scope.conversation import Conversation, SendCost

_SCRIPTS = rb"php[0-9]?|phtml|phps|cgi|pl|py|rb|asp|aspx|ashx|jsp|jspx|shtml|do|action"
"""Extensions of scripts, as a regular expression in small letters."""
_SCRIPT_NAME = re.compile(rf"(?i)\.(?:{_SCRIPTS.decode()})(?![A-Za-z0-9])")
_INDEX_SCRIPT = re.compile(r"(?i)\.(?:php[0-9]?|phtml|cgi|aspx?|jspx?|cfm|shtml)$")
"""Names of scripts that servers use as the index of a folder."""
_RUN_NOTHING = ("python-http-server", "rclone-http")
"""Servers that run no script, whatever they list."""
_SCRIPT_FOLDER = re.compile(r"(?i)f?cgi(?:-bin|-local|-sys)?|scripts")
_SCRIPT_SERVER = re.compile(
    r"(?i)\b(?:php|mod_(?:perl|python|wsgi|php|jk|passenger)|passenger|tomcat|jetty|werkzeug)\b"
)
_STORAGE_WORDS = secret_words() | {
    "add", "archive", "clone", "commit", "copy", "import", "install", "merge", "migrate", "patch", "publish", "restore",
    "save", "set", "transfer", "update", "upload",
}  # fmt: skip
"""Words that name what is in a folder, such as ``backup`` and ``archive``."""


def _is_data(path: str) -> bool:
    """True if a folder may be requested: neither its name nor that of a folder above it points to a script."""
    parts = [unquote(part) for part in path.split("/") if part]
    scripts = any(_SCRIPT_NAME.search(part) or _SCRIPT_FOLDER.fullmatch(part) for part in parts)
    return not scripts and not any(refused_word(part, but=_STORAGE_WORDS) for part in parts)


_ROOT = get_request("/", "whether the server lists the files of its root folder; names and sizes", depth=Depth.IDENTIFY)
_FOLDER = (
    get_request(
        "/{folder}/",
        "names and sizes of the files in one folder, which are only counted; no file is read",
        names=FOLDER,
        raw=True,
    )
    .permitting(_is_data)
    .costing(SendCost.BOUNDED)
)
_STATIC = (
    rb"7z bak bin bmp bz2 csv db deb dmp doc docx dump eml gif gz iso jar jpeg jpg json key log md mdb mov mp3 mp4 "
    rb"odt old pdf pem pfx png ppt pptx rar rpm sql sqlite svg tar tgz tif tiff tsv txt vhd vmdk wav webp xls xlsx xml "
    rb"xz zip zst"
).split()
"""Extensions of files that servers return as they are."""
# Apache may run a file if any of its extensions is that of a script, such as ``shop.php.txt``.
_NO_SCRIPT = rb"(?![^ ]*\.(?i:" + _SCRIPTS + rb")(?![A-Za-z0-9]))"
_FILE = head_request(
    "/{file}",
    "whether one of the listed files is readable, and its size: the second proof; HEAD returns no content",
    depth=Depth.ENUMERATE,
    names=_NO_SCRIPT + FOLDER + rb"(?<=\.)(?:" + rb"|".join(_STATIC) + rb")",
    raw=True,
)


class DirectoryListingProbe(WebStoreProbe):
    """Probe of a server that lists the files of its folders."""

    meta = ProbeMeta(
        name="directory_listing",
        products=(
            "apache-autoindex",
            "nginx-autoindex",
            "lighttpd-dirlisting",
            "python-http-server",
            "caddy-file-server",
            "rclone-http",
            "iis-directory-browsing",
            "directory-listing",
        ),
        ports=(80, 443, 8000, 8080),
        services=("directory-listing",),
        cpe=("cpe:2.3:a:apache:http_server",),
        cwe="CWE-548",
        sends=(_ROOT.send, _FOLDER.send, _FILE.send),
        references=(
            "https://httpd.apache.org/docs/2.4/mod/mod_autoindex.html",
            "https://nginx.org/en/docs/http/ngx_http_autoindex_module.html",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT
    generic = True

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of a listing."""
        found = listing_server(answer)
        return Identification(found.product, found.version) if found is not None else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Count the files in the root and in the folders below it."""
        draft = inquiry.draft
        draft.access = Access.SCHEMA_ONLY
        draft.prove(_ROOT.label, "lists files without authentication", Access.OPEN)
        if not inquiry.enumerates:
            return
        lister = _Pages(inquiry.draft.target.path, answer)
        readable = False
        try:
            yield from FolderWalk(inquiry, lister).root(answer)
            readable = yield from _is_readable(inquiry, lister)
        finally:
            draft.fingerprint("/".join(container.path) for container in draft.containers)
            inquiry.judge()
            if draft.access is Access.OPEN and not readable:
                draft.access = Access.PARTIAL
            if lister.refused:
                draft.access = Access.SCHEMA_ONLY


class _Pages:
    """Lists folders by their pages, and keeps one file of them in mind."""

    folder = _FOLDER
    sizes = "sizes in the listings"

    def __init__(self, base: str, root: Response) -> None:
        self._base = split_path(base)
        self._root = root
        self.file: tuple[str, FolderEntry] | None = None
        """Path of one file as it is inserted into a request, and its entry."""
        self.refused = False
        """True if the server refused this file."""
        self.halt = ""

    def read(self, answer: Response, path: FolderPath) -> FolderListing | None:
        """The members of a folder."""
        if answer is not self._root and answer.body == self._root.body:
            return None
        found = read_listing(answer, path)
        entries = found.entries if found is not None else []
        self.halt = self.halt or _shows_scripts(answer, entries)
        for one in entries:
            if self.file is None and not one.is_folder and not one.rounded:
                self._keep("/".join(map(segment, (*path[len(self._base) :], one.name))), one)
        return found

    def _keep(self, path: str, entry: FolderEntry) -> None:
        if _FILE.fill(path):
            self.file = path, entry


def _shows_scripts(answer: Response, found: Sequence[FolderEntry]) -> str:
    """What shows that the server runs scripts, so that an index of a folder could be one; empty if nothing does."""
    if "x-powered-by" in answer.headers or _SCRIPT_SERVER.search(answer.headers.get("server", "")):
        return "a header field names a script language, and the index of a folder would run"
    server = listing_server(answer)
    if server is not None and server.product in _RUN_NOTHING:
        return ""
    if any(not one.is_folder and _INDEX_SCRIPT.search(one.name) for one in found):
        return "there are scripts, and the index of a folder would run"
    return ""


def _is_readable(inquiry: Inquiry, lister: _Pages) -> Conversation[bool]:
    """Whether the server would return one of the files."""
    draft = inquiry.draft
    if lister.file is None:
        draft.problem("no listed file has the extension of static content: whether files are readable is not tested")
        return False
    path, entry = lister.file
    answer = yield from inquiry.ask(_FILE, path)
    if answer is None:
        return False
    if answer.status in (401, 403):
        lister.refused = True
        draft.prove(_FILE.label, f"status {answer.status}", Access.AUTH_REQUIRED)
        return False
    length = answer.headers.get("content-length", "")
    page = answer.headers.get("content-type", "").startswith("text/html")
    differs = entry.size is not None and length != str(entry.size)
    if answer.status != 200 or page or differs or not length.isascii() or not length.isdigit():
        draft.problem(f"{_FILE.label}: status {answer.status}, not the listed file")
        return False
    draft.prove(
        _FILE.label,
        f"a file of {length} {'byte' if length == '1' else 'bytes'} is readable; it was not read",
        Access.OPEN,
    )
    return True
