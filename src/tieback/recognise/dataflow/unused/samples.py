"""Classes of libraries that are tests or examples: the app never runs them, and what they name is not of the app."""

from collections.abc import Callable, Iterable

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_CLASSES, INSTANCE_READS, STATIC_READS

SAMPLE = "only in a test or an example of a library"
_FOLDERS = frozenset(("demo", "example", "examples", "sample", "samples", "test", "testing", "tests"))
_UTILITIES = lazy_pattern(r"/(?:[A-Z]\w{1,40}Test(?:Utils?|Helper|Support|Case)|Test)(?:\$\w+)*;")
"""Classes with the tools of a library's own tests, such as ``ParseTestUtils``, and with all of them, as in
https://github.com/stleary/JSON-java.
"""
_PLACEHOLDERS = frozenset(("Lcom/google/api/client/googleapis/batch/BatchUnparsedResponse;",))
"""Classes of libraries that read an answer through a request that is not sent: its address is a placeholder."""
_TEST_CASES = ("Ljunit/framework/TestCase;", "Landroid/test/AndroidTestCase;")
"""Superclasses of tests, which only a runner of tests calls: https://junit.org/junit4/, android.test of Android."""
_RUNNER = "Runner;"
"""The end of the name of a runner that a manifest names: then the package is one of tests."""
_OWN_PARTS, _MOST_MEMBERS = 3, 96
READS = STATIC_READS | INSTANCE_READS


class SampleClasses:
    """Finds the classes of tests and examples by their package or name, unless other classes use them."""

    def __init__(
        self,
        app: AppCode,
        places: CodePlaces,
        components: Iterable[str],
        named: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """The code of the app, and the classes that the manifest names: their packages are the app's own.

        Args:
            app: the code.
            places: the places of its instructions.
            components: descriptors of these classes.
            named: tells whether ``META-INF/services`` names a class, by its name without the package.
        """
        self._app, self._places = app, places
        kinds = tuple(components)
        self._own = {_start(kind) for kind in kinds}
        self._is_of_tests = any(kind.endswith(_RUNNER) for kind in kinds)
        self._named = named
        self._known: dict[str, bool] = {}

    def has(self, owner: str) -> bool:
        """True for a class in a package such as ``com/google/api/client/testing`` that no other class uses."""
        if owner in _PLACEHOLDERS:
            return True
        if owner not in self._known:
            is_sample = self._is_sample(owner) and _start(owner) not in self._own
            is_service = is_sample and self._named(owner[1:-1].rpartition("/")[2])
            self._known[owner] = is_sample and not is_service and not self._is_called(owner)
        return self._known[owner]

    def _is_sample(self, owner: str) -> bool:
        """True if the name of a class, or the superclass of it or of the class around it, is that of a test."""
        if _is_named(owner):
            return True
        outer = f"{owner.partition('$')[0].removesuffix(';')};"
        return not self._is_of_tests and not set(_TEST_CASES).isdisjoint(self._app.ancestors(outer))

    def _is_called(self, owner: str) -> bool:
        for number, dex in enumerate(self._app.files):
            kind = self._app.type_of(number, owner)
            methods = dex.methods_of(kind) if kind >= 0 else range(0)
            fields = dex.fields_of(kind) if kind >= 0 else range(0)
            if len(methods) + len(fields) > _MOST_MEMBERS:
                return True
            uses = [(CALLS, index) for index in methods] + [(READS, index) for index in fields]
            uses += [(CONST_CLASSES, kind)] if kind >= 0 else []
            name = owner[1:-1].replace("/", ".")
            title = max(self._app.string_of(number, one) for one in (name, f"{name.rpartition('.')[0]}."))
            offsets = [place for opcodes, index in uses for place in self._places.offsets(number, opcodes, index)]
            offsets += self._places.strings(number, title) if title >= 0 else []
            if any(self._is_of_others(number, dex, offset) for offset in offsets):
                return True
        return False

    def _is_of_others(self, number: int, dex: DexFile, offset: int) -> bool:
        """True if an instruction is in a class that is not a test or an example, or if that is not known."""
        code = dex.code_around(offset, every=True)
        caller = dex.method_of(code) if code is not None else -1
        member = dex.method(caller) if caller >= 0 else None
        its_own = member is not None and self._is_sample(dex.descriptor(member.owner))
        return code is None or (not its_own and self._places.begins(number, code, offset))


def _is_named(owner: str) -> bool:
    """True if a package below the name of the maker is one of tests or examples, or the class has tools for tests."""
    return not _FOLDERS.isdisjoint(owner[1:].split("/")[2:-1]) or _UTILITIES.search(owner) is not None


def _start(owner: str) -> str:
    return "/".join(owner.split("/")[:_OWN_PARTS])
