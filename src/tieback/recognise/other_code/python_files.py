"""Texts in compiled Python that no code of the app uses: documentation, demonstrations, and unused modules.

Apps of Kivy, BeeWare and Chaquopy contain the library of Python, packages of PyPI with their tools, and often a whole
virtual environment. A module is used if it is the app's own, outside of the folders of libraries, or if used ones have
each part of its name as a text. Tools that build or install packages are never used. Behind the text ``__main__`` in a
module is what runs only if it is started by itself, because constants are in the order of their first use. Modules in
source and in native code name others too. No module is called unused if one cannot be read to its end. Sources:
PEP 257, PEP 299; https://docs.python.org/3/library/__main__.html
Bounds: 20,000 modules, 64 MiB of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Bytes, Piece
from tieback.intake.apps.python_code import CodeText, ModuleTexts, edges, module_texts
from tieback.intake.apps.python_versions import code_offset
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.held_finds import settled
from tieback.recognise.interface import Find
from tieback.recognise.texts.other_code import DOCUMENTED

STARTED = "only in code that runs if its module is started by itself"
UNUSED = "only in a module that no used module of Python names"
MAX_MODULES = 20_000
MAX_BYTES = 64 * 1024 * 1024
_ENDINGS = (".pyc", ".pyo")
_SOURCE, _NATIVE = ".py", ".so"
_LIBRARY = lazy_pattern(
    r"(?:^|[/!])(?:(?:site|dist)-packages|python\d(?:\.\d{1,2})?|stdlib[^/!]*\.(?:zip|imy)|(?:requirements|bootstrap)[^/!]*\.imy)[/!]"
)
"""A folder or archive of libraries: https://chaquo.com/chaquopy/doc/current/python.html"""
_NAME = lazy_pattern(rb"\w+")
_LONGEST = 200
"""Bytes of the longest text with names, such as ``plyer.platforms.{}.{}``."""
_CACHE = lazy_pattern(r"(?:__pycache__/)?([^/!]*?)(?:\.cpython-[\w-]{1,60}(?:\.opt-\d)?)?\.(?:py[co]?|so)\Z")
"""The name of a module: PEP 3147, PEP 3149."""


_MODULES = (*_ENDINGS, _SOURCE, _NATIVE)
_NO_TEXTS = ModuleTexts((), (), (), whole=False)


_TOOLS = frozenset(
    b"pip setuptools wheel distutils _distutils_hack ensurepip venv lib2to3 idlelib pydoc_data turtledemo test".split()
)
"""Packages that build, install, convert or test packages, or that show documentation to a person."""
_SCRIPTS = frozenset(((b"kivy", b"tools"),))
"""Parts of packages with scripts of their developers: https://kivy.org/doc/stable/api-kivy.tools.html"""


class _Module(msgspec.Struct, frozen=True):
    path: tuple[bytes, ...]
    """The parts of its name; of the app's own modules only the last one."""
    is_library: bool
    texts: ModuleTexts
    names: frozenset[bytes]


class PythonFiles:
    """The compiled modules of one app."""

    def __init__(self) -> None:
        """Begin an app."""
        self._modules: dict[str, _Module] = {}
        self._left = MAX_BYTES
        self._stopped = False
        self._all_read = True

    def seen(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, whose modules are read."""
        for piece in pieces:
            if isinstance(piece, ArtifactBatch):
                for file, content in zip(piece.files, piece.contents, strict=True):
                    if file.endswith(_MODULES):
                        self._see(file, content)
            elif piece.file.endswith(_MODULES):
                self._see_buffers(piece)
            yield piece
            del piece  # it can be large

    def _see_buffers(self, artifact: Artifact) -> None:
        """Read a module that is a file of its own. Not within the loop of ``seen``, which would keep its content."""
        for buffer in artifact.buffers:
            texts = self._see(artifact.file, buffer.data)
            if texts is not None:
                buffer.know_starts(partial(edges, texts))

    def settled(self, finds: Iterable[Find]) -> Iterator[Find]:
        """The finds, once the whole app is read; those in texts that no code uses are no back ends."""
        return settled(finds, _is_in_module, self._judged)

    def _judged(self) -> Callable[[Sighting], str] | None:
        return None if self._stopped else partial(self._reason, self._used())

    def _see(self, file: str, data: Bytes) -> ModuleTexts | None:
        """Read a module. Returns its texts if it is compiled."""
        path, is_library = _path(file)
        if file.endswith(_NATIVE) and not is_library:
            return None  # a library of Android
        self._left -= len(data)
        if self._left < 0 or len(self._modules) >= MAX_MODULES:
            self._stopped = True
        if self._stopped:
            return None
        if not file.endswith(_ENDINGS):
            before = self._modules[file].names if file in self._modules else frozenset[bytes]()
            self._modules[file] = _Module(path, is_library, _NO_TEXTS, before.union(_NAME.findall(data)))
            return None
        is_compiled = code_offset(data[:18]) > 0
        texts = module_texts(data) if is_compiled else _NO_TEXTS
        self._all_read &= texts.whole
        short = {bytes(data[one.start : one.end]) for one in texts.texts if one.end - one.start <= _LONGEST}
        parts = frozenset(part for text in short if b" " not in text for part in _NAME.findall(text))
        self._modules[file] = _Module(path, is_library, texts, parts)
        return texts if is_compiled else None

    def _used(self) -> frozenset[str]:
        """The modules that are used; all of them if not all could be read."""
        if not self._all_read:
            return frozenset(self._modules)
        by_name: dict[bytes, list[str]] = {}
        missing: dict[str, int] = {}
        for file, module in self._modules.items():
            if module.is_library and module.path[0] not in _TOOLS and module.path[:2] not in _SCRIPTS:
                missing[file] = len(set(module.path))
                for name in set(module.path):
                    by_name.setdefault(name, []).append(file)
        waiting = [file for file, module in self._modules.items() if not module.is_library]
        if not waiting:
            return frozenset(missing)  # code of another language imports them
        used, named = set(waiting), set[bytes]()
        while waiting:
            for name in self._modules[waiting.pop()].names - named:
                named.add(name)
                for file in by_name.get(name, ()):
                    missing[file] -= 1
                    if not missing[file]:
                        used.add(file)
                        waiting.append(file)
        return frozenset(used)

    def _reason(self, used: frozenset[str], find: Sighting) -> str:
        """Why no code of the app uses the text of a find, or an empty text."""
        module, at = self._modules.get(find.evidence.file), find.evidence.offset
        if module is None or at is None:
            return ""
        if _holds(module.texts.documentation, at):
            return DOCUMENTED
        if find.evidence.file not in used:
            return UNUSED
        return STARTED if module.is_library and _holds(module.texts.started, at) else ""


def _is_in_module(find: Find) -> bool:
    return isinstance(find, Sighting) and find.evidence.file.endswith(_ENDINGS)


def _holds(texts: Sequence[CodeText], at: int) -> bool:
    return any(one.start <= at < one.end for one in texts)


def _path(file: str) -> tuple[tuple[bytes, ...], bool]:
    """The parts of the name of a module, and whether it is in a folder of libraries."""
    libraries = list(_LIBRARY.finditer(file))
    place = file[libraries[-1].end() :] if libraries else re.split(r"[/!]", file)[-1]
    stem = _CACHE.sub(lambda found: found[1], place)
    parts = [part for part in re.split(r"[/!]", stem) if part not in ("__init__", "__main__")]
    return tuple(part.encode("utf-8", "replace") for part in parts or [stem]), bool(libraries)
