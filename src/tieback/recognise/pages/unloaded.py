"""Pages, scripts and style sheets of a hybrid app that no other file of the app names: nothing loads them.

Apps of Cordova and Capacitor often contain the demo of a library, an old version of a page, or the settings of
another platform. The files are followed from ``index.html``: what a page or script that is loaded names is loaded,
too, and so is what any other file names (the code, the settings, texts in JSON or XML). Where a loaded file puts such
a name together, as in ``name + ".js"``, all files of that kind stay, but not the examples of libraries, if no file
has the name of their folder in a path. Behind a folder, as in ``"pages/" + name``, all files of that folder stay. A
name with a folder means the files in a folder of that name, if there are some; one behind the address of a server is a
file there. A start page that names no file says nothing about the others. Sources:
https://cordova.apache.org/docs/en/latest/, https://capacitorjs.com/docs/basics/workflow
Bounds: the names of 20,000 files, 2,000 names of one file; 32 MiB of other files are read.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

import msgspec

from tieback.intake.apps.interface import Artifact, ArtifactBatch, BufferKind, Bytes, Piece
from tieback.intake.apps.text_places import has_text
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.held_finds import settled
from tieback.recognise.interface import Find
from tieback.recognise.near import matches_near
from tieback.recognise.pages.file_pages import FilePages
from tieback.recognise.pages.import_maps import NOT_IMPORTED, ImportMaps
from tieback.recognise.pages.missing_plugins import LIST, NO_PLUGIN, MissingPlugins
from tieback.recognise.pages.opened_folders import opens_any_page
from tieback.recognise.pages.page_marks import Marks, Places, places_of_marks

UNLOADED = "only in a page or script that no other file of the app names"
REMOTE = "only in pages of the package in place of which the app loads those of a server"
SHEET_SOURCE = "only in the source of a style sheet, which no web view reads"
SOURCE_MAP = "only in the source map of a script of the app"
MAX_FILES = 20_000
MAX_NAMES = 2_000
"""Most different names in one file; a file with more of them is not followed, and everything stays."""
MAX_OTHER = 32 * 1024 * 1024
"""Most bytes of code and other files in which names are looked for; if there are more, everything stays."""
_ROOT = lazy_pattern(
    r"(?P<root>(?:.{0,200}/)?(?:assets/(?:www|public)|[^/]{1,100}\.app/(?:www|public))/)(?P<rest>.{1,400})"
)
_ROUTES = lazy_pattern(r"(?:_next|_nuxt|_app/immutable|_astro)/.*")
"""Files of Next.js, Nuxt, SvelteKit and Astro, which write one page for each route. Links to these have no suffix."""
_PAGES = (".html", ".htm")
_MARKUP = (*_PAGES, ".php")
_LESS = ".less"
_SHEET_SOURCES = (_LESS, ".scss", ".sass")
_LESS_IN_PAGE = (b"stylesheet/less", b"text/less", b"text/x-less")
"""What a page has whose script makes a style sheet from Less: https://lesscss.org/usage/#using-less-in-the-browser"""
_SASS_IN_PAGE = (b"Sass.compile", b"sass.worker.js", b"compileStringAsync")
"""What a page has whose script makes one from Sass: https://github.com/medialize/sass.js, https://sass-lang.com/documentation/js-api/"""
_MAP = ".map"
"""The end of the name of a source map behind that of its script. What is in both is found in the script."""
_MODULE = ".mjs"
"""The end of the name of a script with modules; all of them count as loaded."""
_CODE = (".html", ".htm", ".js", ".php", ".css")
_ENDS = {b"j": (".js",), b"h": (".html", ".htm"), b"p": (".php",), b"c": (".css",)}
_START = "index.html"
_INDEX = frozenset((b"index.html", b"index.htm"))
"""Names that many folders have: ``demo/index.html`` means no other of them."""
_ANY = b"*"
"""The folder before a name if code puts it together."""
_LOADERS = (b"require.config(", b"requirejs.config(", b"data-main=", b"System.import(")
"""Loaders of modules, which name scripts without their suffix: https://requirejs.org/docs/api.html#jsfiles"""
_FRAME = lazy_pattern(r"cordova(?:_plugins)?\.js|phonegap\.js|native-bridge\.js|cordova-js-src/.*|plugins/.*\.js")
"""Files of Cordova and Capacitor, and of plugins, which these load."""
_DOCUMENT = lazy_pattern(
    r"(?:.*/)?(?:[^/]*\.(?:txt|md|map|markdown|s[ac]ss|less)|(?:package|bower|component|composer)(?:-lock)?\.json|licen[cs]e[^/]*|readme[^/]*"
    r"|coderesources|(?:asset|build|precache|prerender|app-build|react-loadable)-?manifest(?:\.[\w-]{1,40})?\.json"
    r"|precache-manifest\.[\w.-]{1,60}\.js|ngsw\.json|stats\.json|sitemap[^/]*\.xml)|(?:.*/)?(?:nbproject|\.idea|\.vscode|\.settings|web-inf)/.*|(?:.*/)?(?:web\.config|\.htaccess)|meta-inf/.*|bundle-metadata/.*",
    re.IGNORECASE,
)
"""Files that load no page or script, whatever they name: documents, settings of editors (the NetBeans folder is
``nbproject``) and of web servers, and what the signature and build tools write, which names every file:
https://angular.dev/ecosystem/service-workers/config, https://github.com/shellscape/webpack-manifest-plugin,
https://developer.chrome.com/docs/workbox/modules/workbox-precaching
"""
_CACHED = lazy_pattern(
    rb"\{\s{0,20}[\"']?(?P<first>url|revision)[\"']?\s{0,4}:\s{0,4}(?:[\"'][^\"'\n]{0,400}[\"']|null)\s{0,20},"
    rb"\s{0,20}[\"']?(?!(?P=first))(?:url|revision)[\"']?\s{0,4}:\s{0,4}(?:[\"'][^\"'\n]{0,400}[\"']|null)\s{0,20}\}"
)
"""An entry of the list of files that a service worker copies, which a build tool writes into it."""
_REVISION = b"revision"
_SETTINGS = lazy_pattern(r"(?P<root>(?:.{0,200}/)?(?:assets|[^/]{1,100}\.app)/)capacitor\.(?:config|plugins)\.json")
"""The settings beside the pages of an app of Capacitor; its ``cordova.js`` is often empty."""
_CONFIG = lazy_pattern(
    r"(?P<android>(?:.{0,200}/)?)res/xml/config\.xml|(?P<ios>(?:.{0,200}/)?[^/]{1,100}\.app/)config\.xml"
)
"""The settings of Cordova in a package."""
_REPLACED = tuple("original-src".encode(form) for form in ("ascii", "utf-16-le"))
"""The attribute in which the command line of Ionic keeps the first page, if it builds an app that loads all pages from
the computer of a developer: https://ionicframework.com/docs/v3/cli/cordova/run/ (``--livereload``)
"""
_COMMENT_LINE = lazy_pattern(
    rb"\n[ \t]{0,200}+(?://[^\n]*+|/?\*(?![\w/])(?:[^*\n]|\*(?!/))*+(?:\*/[ \t\r]*+)?(?=\n|\Z))"
)
"""A line of a script that is only a comment, with the end of the line before, which is found faster than ``^``.

Code can be behind a comment, as in the lines of webpack that begin with ``/******/``.
"""
_HIDDEN_SCRIPT = lazy_pattern(rb"<script\b[^<>]{0,400}>\s{0,100}\Z", re.IGNORECASE)
"""What is before a comment of a page that is a script, hidden from browsers of the last century."""
_SCRIPT_TAG = 512
"""Bytes before a comment in which its tag begins."""
_COMMENT_BLOCK = lazy_pattern(rb"/\*\*?+[ \t]{0,200}+\r?\n")
"""The beginning of a comment behind which its first line has nothing else: documentation, with examples."""
_INDENT = 200
"""Most white space before such a comment."""
_SUFFIX = lazy_pattern(rb"\.(?:js|html?|php|css)(?![\w-])", re.IGNORECASE)
_WIDE_SUFFIX = lazy_pattern(rb"\.\0(?:h\0t\0m\0(?:l\0)?|j\0s\0|p\0h\0p\0|c\0s\0s\0)")
"""The end of a name in UTF-16, as in compiled XML."""
_INLINE = lazy_pattern(rb"<script\b(?![^<>]{0,400}\bsrc\s{0,4}=)", re.IGNORECASE)
"""A script inside a page: it can load others by names that are in no file."""
_SCRIPT = lazy_pattern(rb"<script\b", re.IGNORECASE)
_REDIRECT = lazy_pattern(
    rb"<meta\b[^<>]{0,200}\bhttp-equiv\s{0,4}=\s{0,4}[\"']?refresh\b[^<>]{0,200}?\burl\s{0,4}=\s{0,4}[\"']?https?://",
    re.IGNORECASE,
)
"""The tag of a page by which the web view goes on to a server at once."""
_NO_NAME = lazy_pattern(rb"[^\w.~-]")
_SERVER = lazy_pattern(
    rb"https?://(?!127\.|0\.0\.0\.0|[\w-]{1,40}\.androidplatform\.net/)[\w-]{1,60}(?:\.[\w-]{1,60}){1,8}(?::\d{1,5})?/[\w./~%-]*\Z"
)
"""The address of a server up to the end of a name in it. A web view reads files of the package under names of the
device itself and of ``androidplatform.net``: https://developer.android.com/reference/androidx/webkit/WebViewAssetLoader
"""
_TESTS = lazy_pattern(r"/(?:tests?|specs?|__tests__)/", re.IGNORECASE)
"""A folder with the tests of an app, whose names are often those of what they test."""
_EXAMPLE_FOLDERS = tuple(b"example examples demo demos doc docs documentation sample samples".split())
_SUFFIX_MARKS = (b".js", b".htm", b".php", b".css")
_WIDE_MARKS = (b".\0h\0t\0m\0", b".\0j\0s\0", b".\0p\0h\0p\0", b".\0c\0s\0s\0")
_FOLDER_MARKS = tuple(folder + b"/" for folder in _EXAMPLE_FOLDERS)
_BEHIND_FOLDER = (b'/"+', b"/'+", b'/" +', b"/' +", b"/${")
_MARKS = Marks((*_WIDE_MARKS, *_FOLDER_MARKS, *_BEHIND_FOLDER), caseless=_SUFFIX_MARKS)
"""What begins the end of a name, the folders of examples, and the end of a folder behind which code puts a name."""
_FOLDER = lazy_pattern(rb"[\"'`](?:\.{0,2}/)?(?P<path>(?:[\w.-]{1,60}/){1,4})\Z")
_MAX_FOLDERS = 64
"""Most folders of one file behind which code puts names."""
_EXAMPLES = lazy_pattern(rf"/(?:{b'|'.join(_EXAMPLE_FOLDERS).decode()})/", re.IGNORECASE)
"""A folder with examples of a library, or with pages about it."""
_TOOLS = lazy_pattern(
    r"/(?:(?:grunt|gulp|cake|jake)file|(?:webpack|rollup|karma|protractor|jest|babel|vite|postcss|tailwind|metro|wdio)[\w.-]{0,40}\.conf(?:ig)?)"
    r"[\w.-]{0,20}\.js\Z",
    re.IGNORECASE,
)
"""Settings of tools that build or test a library."""
_OWN_PATH = lazy_pattern(rb"[\"'`](?:\.{0,2}/)?(?P<path>(?:[\w.-]{1,60}/){0,6})\Z")
"""The beginning of a path in the app, up to one of its folders."""
_FOLDERS = lazy_pattern(rb"(?:[\w.-]{1,60}/){1,6}(?P<end>[\"'`$])?")
"""The other folders of the path, and the end of the text if code puts a name behind it."""
_MAX_PLACES = 50
"""Most places of such a folder in one file that are read."""
_REACH = 100
MAX_ENDS = 50_000
"""Most names in one file, also the same ones; a file with more of them is not followed, and everything stays."""
_JOINED = lazy_pattern(
    rb"(?:[\"'`]|\}[\w.-]{0,40}|(?:\+|concat\()\s{0,4}[\"'`][\w.-]{0,40})\.(?P<kind>js|html?|php|css)(?![\w-])",
    re.IGNORECASE,
)
"""A name that code puts together."""
_JOIN_BEFORE, _JOIN_BEHIND = 52, 6
"""Most bytes of one before its dot, and from there on with the byte behind it."""


class _Server(msgspec.Struct, frozen=True, rename="camel"):
    url: str = ""
    error_path: str = ""


class _Settings(msgspec.Struct, frozen=True):
    """What is read of ``capacitor.config.json``: https://capacitorjs.com/docs/config (``server``)."""

    server: _Server = _Server()


class UnloadedFiles:
    """The pages and scripts of one app, and the names in its files."""

    def __init__(self) -> None:
        """Begin an app."""
        self._names: dict[str, frozenset[bytes]] = {}
        self._joins: dict[str, frozenset[bytes]] = {}
        self._folders: dict[str, frozenset[str]] = {}
        """By page or script, the folders behind which it puts names."""
        self._used = set[tuple[bytes, bool]]()
        """Folders of examples that are in paths of pages and scripts; true if code puts names behind them."""
        self._roots: set[str] = set()
        self._routed: set[str] = set()
        self._remote: dict[str, str] = {}
        """Roots whose pages are not loaded, with the one page that is."""
        self._redirected: set[str] = set()
        """Roots whose start page names no file of the app, and goes on to a server."""
        self._other: set[bytes] = set()
        self._inline: set[str] = set()
        self._left = MAX_OTHER
        self._stopped = self._compiles_less = self._compiles_sass = False
        self._opens_any = False
        """True if code can open each page."""
        self._plugins = MissingPlugins()
        self._maps = ImportMaps()
        self._file_pages = FilePages()

    def see(self, piece: Piece) -> None:
        """Read the names in the files of a piece."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._file(file, content)
        elif isinstance(piece, Artifact):
            for buffer in piece.buffers:
                if buffer.kind is BufferKind.DEX:
                    self._opens_any = self._opens_any or opens_any_page(buffer.data)
                if not buffer.file.endswith(".so"):
                    self._file(buffer.file, buffer.data, text=buffer.kind is BufferKind.TEXT)

    def settled(self, finds: Iterable[Find]) -> Iterator[Find]:
        """The finds, once the whole app is read; those in files that nothing loads are no back ends."""
        return settled(finds, _is_in_page, self._judged)

    def _judged(self) -> Callable[[Sighting], str] | None:
        if self._stopped:
            return None
        self._remote.update((root, _START) for root in self._redirected & self._roots if self._is_only(root))
        return partial(self._never_runs, self._unloaded())

    def _is_only(self, root: str) -> bool:
        """True if no code and no setting names another page of a root than the first."""
        named = {_page(one) for one in self._other}
        pages = (file for file in self._names if file.startswith(root) and file.lower().endswith(_PAGES))
        return not self._opens_any and all(
            file == f"{root}{_START}" or file.rpartition("/")[2].encode("utf-8", "replace").lower() not in named
            for file in pages
        )

    def _never_runs(self, unloaded: frozenset[str], find: Sighting) -> str:
        """Why code at the place of a find never runs, or an empty text."""
        file = find.evidence.file
        place = (file, find.evidence.offset)
        root = next((root for root in self._roots if file.startswith(root)), "")
        if in_file := self._file_pages.reason(root, *place, find.endpoint.value):
            return in_file
        if file.lower().endswith(_SHEET_SOURCES):
            compiles = self._compiles_less if file.lower().endswith(_LESS) else self._compiles_sass
            if not compiles:
                return SHEET_SOURCE
        if any(file.startswith(root) and not (kept and file == root + kept) for root, kept in self._remote.items()):
            return REMOTE
        if file in unloaded:
            return UNLOADED
        if file.removesuffix(_MAP) in self._names and file.endswith(_MAP):
            return SOURCE_MAP
        return NO_PLUGIN if self._plugins.applies(*place) else NOT_IMPORTED if self._maps.applies(*place) else ""

    def _file(self, file: str, data: Bytes, *, text: bool = True) -> None:
        if self._stopped or _DOCUMENT.fullmatch(file):
            return
        self._read_settings(file, data)
        found = _ROOT.fullmatch(file) if text else None
        page = found is not None and file.lower().endswith(_CODE)
        if len(self._names) >= MAX_FILES:
            self._stopped = True
            return
        if found is not None and found["rest"] in {"cordova.js", "phonegap.js", "cordova_plugins.js"}:
            self._roots.add(found["root"])
            self._file_pages.see_frame(found["root"], data)
            if found["rest"] == LIST:
                self._plugins.see_list(data)
        elif page:
            self._compiles_less = self._compiles_less or any(has_text(data, one) for one in _LESS_IN_PAGE)
            self._compiles_sass = self._compiles_sass or any(has_text(data, one) for one in _SASS_IN_PAGE)
            self._file_pages.see(file, data)
            self._plugins.see(file, data)
            self._maps.see(file, data)
        elif found is not None and file.lower().endswith(_MODULE):
            self._maps.see(file, data)
        if not page:
            self._left -= len(data)
        if self._left < 0:
            self._stopped = True
            return
        content = _without_comments(bytes(data), is_page=file.lower().endswith(_MARKUP)) if page else data
        marks = places_of_marks(_MARKS, content)
        names = _names(content, marks, of_servers=not page)
        if names is None or len(names) > MAX_NAMES or len(self._other) > MAX_FILES:
            self._stopped = True
            return
        if not page:
            if text and found is not None:  # beside pages of a part of the app
                folder = _folder(file).rpartition("/")[2].encode("utf-8", "replace")
                names = {folder + b"/" + name if name in _INDEX else name for name in names}
            self._other |= names
        if page and found is not None:
            self._page(file, found["rest"], content, marks, frozenset(names))

    def _read_settings(self, file: str, data: Bytes) -> None:
        if settings := _SETTINGS.fullmatch(file):
            self._capacitor(f"{settings['root']}public/", data)
        if config := _CONFIG.fullmatch(file):
            android, ios = config["android"], config["ios"]
            root = f"{ios}www/" if ios is not None else f"{android}assets/www/"
            self._file_pages.see_settings(root, data)
            if any(name in data for name in _REPLACED):
                self._remote[root] = ""

    def _capacitor(self, root: str, data: Bytes) -> None:
        """Read settings of Capacitor: with ``server.url`` it loads only its page for errors from the package."""
        self._roots.add(root)
        try:
            server = msgspec.json.decode(data, type=_Settings).server
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if server.url.startswith(("http://", "https://")):
            self._remote[root] = server.error_path

    def _page(self, file: str, name: str, content: Bytes, marks: Places, names: frozenset[bytes]) -> None:
        """Keep the names in a page, script or style sheet."""
        self._names[file] = names
        if _ROUTES.fullmatch(name):
            self._routed.add(file.removesuffix(name))
        if _EXAMPLES.search(file) is None and len(self._used) <= MAX_NAMES:
            self._used.update(_example_folders(content, marks))
        if _FRAME.fullmatch(name) is None:
            joins = {one["kind"].lower()[:1] for one in islice(_joined(content, marks), 64)}
            if any(has_text(content, one) for one in _LOADERS):
                joins.add(b"j")
            self._joins[file] = frozenset(joins)
            self._folders[file] = frozenset(islice(_open_folders(content, marks), _MAX_FOLDERS))
        if name == _START and _INLINE.search(content) and b"://" not in content:
            self._inline.add(file)
        if name == _START and not names and _SCRIPT.search(content) is None and _REDIRECT.search(content):
            self._redirected.add(file.removesuffix(name))

    def _unloaded(self) -> frozenset[str]:
        """The files that are not loaded; none if it is not known."""
        if self._stopped or not self._roots:
            return frozenset()
        by_name: dict[bytes, list[str]] = {}
        for file in self._names:
            by_name.setdefault(file.rpartition("/")[2].encode("utf-8", "replace").lower(), []).append(file)
        if any(by_name.keys().isdisjoint(map(_page, self._names[file])) for file in self._inline):
            return frozenset()
        forms: dict[bytes, list[bytes]] = {}
        for one in self._other:
            forms.setdefault(_page(one), []).append(one)
        waiting = [
            file
            for name, files in by_name.items()
            for file in files
            if any(file in _meant(files, one, "") for one in forms.get(name, ()))
            or not any(file.startswith(root) for root in self._roots)
            or any(file == f"{root}index.html" or _FRAME.fullmatch(file.removeprefix(root)) for root in self._roots)
            or (file.lower().endswith(_PAGES) and (self._opens_any or file.startswith(tuple(self._routed))))
        ]
        loaded, joined, opened = set(waiting), set[tuple[bytes, str]](), frozenset[str]()
        while waiting:
            file = waiting.pop()
            named = [one for name in self._names[file] for one in _meant(by_name.get(_page(name), ()), name, file)]
            example = f"{_folder(file)}/" if _EXAMPLES.search(file) else ""
            for kind in self._joins.get(file, frozenset()):
                if (kind, example) not in joined:
                    joined.add((kind, example))
                    named += _meant(self._of_kind(kind, example), b"", file)
            named += self._in_folders(self._folders.get(file, frozenset()) - opened, example)
            opened |= self._folders.get(file, frozenset()) if not example else frozenset()
            waiting += [one for one in dict.fromkeys(named) if one not in loaded]
            loaded.update(named)
        return frozenset(self._names.keys() - loaded)

    def _in_folders(self, folders: frozenset[str], example: str) -> list[str]:
        """The files right in folders behind which code puts a name: ``"templates/" + name``."""
        ends = tuple(f"/{one}" for one in folders)
        every = [file for file in self._names if f"{_folder(file)}/".endswith(ends)] if ends else []
        return [one for one in every if example or _EXAMPLES.search(one) is None or self._is_used(one)]

    def _of_kind(self, kind: bytes, example: str) -> list[str]:
        """The files that a name of this kind can mean, which code puts together.

        Args:
            kind: the end of the name, as in ``_ENDS``.
            example: the folder of the code if it is in an example; else empty.
        """
        every = [one for one in self._names if one.lower().endswith(_ENDS[kind]) and _TOOLS.search(one) is None]
        if example:
            return [one for one in every if one.lower().startswith(example)]
        return [one for one in every if _EXAMPLES.search(one) is None or self._is_used(one)]

    def _is_used(self, file: str) -> bool:
        """True if a page or script has the path of the folder of an example in which a file is."""
        folder = f"{_folder(file)}/".encode("utf-8", "replace")
        return any(b"/" + one in folder if deep else folder.endswith(b"/" + one) for one, deep in self._used)


def _page(name: bytes) -> bytes:
    """A name without its folder."""
    return name.rpartition(b"/")[2]


def _meant(files: Sequence[str], name: bytes, by: str) -> Sequence[str]:
    """The files that a name in another file means, of those with this name.

    Tests are not meant, if the file that names them is no test and there are others. Files in a folder that the name
    has are meant before others; an index page without a folder is one beside the file or above it.
    """
    folder, _, page = name.rpartition(b"/")
    where = folder.decode("utf-8", "replace") if folder != _ANY else ""
    if where:
        inside = [file for file in files if _folder(file).endswith(f"/{where}")]
        files = inside if inside or page in _INDEX else files
    elif page in _INDEX and folder != _ANY:
        files = [file for file in files if f"{_folder(by)}/".startswith(f"{_folder(file)}/")]
    others = [] if _TESTS.search(by) else [file for file in files if _TESTS.search(file) is None]
    return others or files


def _example_folders(data: Bytes, marks: Places) -> Iterator[tuple[bytes, bool]]:
    """The paths in a text with a folder of examples, and whether code puts a name behind them."""
    for folder in _FOLDER_MARKS:
        for at in marks.of(folder)[:_MAX_PLACES]:
            before = _OWN_PATH.search(data, max(0, at - 200), at)
            behind = _FOLDERS.match(data, at, at + 400)
            if before is not None and behind is not None:
                yield (before["path"] + behind[0].removesuffix(behind["end"] or b"")).lower(), behind["end"] is not None


def _open_folders(data: Bytes, marks: Places) -> Iterator[str]:
    """The folders in a text behind which code puts a name."""
    for at in marks.of(*_BEHIND_FOLDER):
        if found := _FOLDER.search(data, max(0, at - 250), at + 1):
            yield found["path"].decode("utf-8", "replace").lower()


def _folder(file: str) -> str:
    return file.rpartition("/")[0].lower()


def _without_page_comments(data: bytes) -> bytes:
    """A page without its comments; a script in a comment stays."""
    parts, at, place = list[bytes](), 0, 0
    while (begin := data.find(b"<!--", place)) >= 0 and (end := data.find(b"-->", begin)) >= 0:
        place = end
        if _HIDDEN_SCRIPT.search(data, max(0, begin - _SCRIPT_TAG), begin) is None:
            parts.append(data[at:begin])
            at = end
    return b"".join((*parts, data[at:]))


def _without_comments(data: bytes, *, is_page: bool) -> bytes:
    """A page or script without its comments and its list of copied files; comments behind code stay."""
    text = b"\n" + (_without_page_comments(data) if is_page else data)
    parts, at, place = list[bytes](), 0, 0
    while opened := _COMMENT_BLOCK.search(text, place):
        place = opened.start()
        line = text.rfind(b"\n", max(at, place - _INDENT - 1), place)
        if line < 0 or text[line + 1 : place].strip(b" \t"):
            place += 1
            continue
        end = text.find(b"*/", opened.end())
        if end < 0:
            break
        parts.append(text[at : line + 1])
        at = place = end + 2
    text = _COMMENT_LINE.sub(b"\n", b"".join((*parts, text[at:])))[1:]
    return _CACHED.sub(b"", text) if _REVISION in text else text


def _joined(data: Bytes, marks: Places) -> Iterator[re.Match[bytes]]:
    """The names that code puts together."""
    return matches_near(_JOINED, data, marks.of(*_SUFFIX_MARKS), _JOIN_BEFORE, _JOIN_BEHIND)


def _names(data: Bytes, marks: Places, *, of_servers: bool) -> set[bytes] | None:
    """The names of pages, scripts and style sheets in a file, with the last folder; ``None`` if there are too many.

    Args:
        data: the file.
        marks: where names end in it.
        of_servers: true if the names of files on servers count, too.
    """
    found: set[bytes] = set()
    if not marks.complete:
        return None
    for wide, suffix, texts in ((False, _SUFFIX, _SUFFIX_MARKS), (True, _WIDE_SUFFIX, _WIDE_MARKS)):
        ends = (end for at in marks.of(*texts) if (end := suffix.match(data, at)))
        for number, end in enumerate(ends):
            if number == MAX_ENDS:
                return None
            before = bytes(data[max(0, end.start() - (_REACH << wide)) : end.start()])
            if wide:
                before = before[len(before) % 2 :: 2]
            elif not of_servers and _SERVER.search(before):
                continue
            *folders, stem = _NO_NAME.split(before)
            name = (stem + end[0].replace(b"\0", b"")).lower()
            if len(before) > len(stem) and before[-len(stem) - 1 :][:1] == b"/":
                folder = folders[-1].lower() or _ANY
                name = name if folder in (b".", b"..") else folder + b"/" + name
            found.add(name)
    return found


def _is_in_page(find: Find) -> bool:
    return isinstance(find, Sighting) and _ROOT.fullmatch(find.evidence.file) is not None
