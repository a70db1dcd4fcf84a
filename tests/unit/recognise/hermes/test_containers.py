"""Containers that Hermes bytecode names in calls, with the rules for scripts."""

import lzma
from contextlib import suppress
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.recognise.hermes import assemble
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.sighting import Sighting
from tieback.recognise.calls import MAX_CONTAINERS, CallRule, containers, read_calls
from tieback.recognise.hermes.bytecode import Bytecode, UnreadableError
from tieback.recognise.hermes.containers import MAX_STEPS, ContainerCalls
from tieback.recognise.hermes.search import Search
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

HERE = Path(__file__).parent
CALLS = read_calls()
SCRIPT = (HERE / "containers.js").read_bytes()
BUNDLES = [lzma.decompress((HERE / f"containers-v99-{option}.hbc.xz").read_bytes()) for option in ("O", "O0")]
"""The script, compiled by ``hermesc`` of the package ``hermes-compiler`` 260318099.0.8."""
NAMED = {
    "supabase": {"orders", "customers"},
    "supabase-storage": {"avatars"},
    "supabase-functions": {"send-mail"},
    "supabase-rpc": {"nearby"},
    "firestore": {"places", "reviews", "posts", "unread"},
    "back4app": {"Invoice"},
    "algolia": {"products"},
    "pocketbase": {"posts"},
}
"""Firestore and PocketBase have calls of one name; a file with both is not that of an app."""


def calls(data: bytes, rules: tuple[CallRule, ...] = CALLS) -> ContainerCalls:
    code = Bytecode(data)
    return ContainerCalls(code, Search(code), rules)


def named(data: bytes) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in calls(data):
        found.setdefault(one.kind, set()).add(one.name)
    return found


@each("data", BUNDLES)
def test_bytecode_names_the_containers_of_its_script(data: bytes) -> None:
    found = named(data)
    for kind, names in NAMED.items():
        # A name that depends on a condition can be there; without -O a variable has no name.
        if kind != "back4app" or kind in found:
            assert names <= found[kind] <= names | {"odd", "even"}
    assert set(NAMED) - {"back4app"} <= set(found) <= set(NAMED)


def test_the_script_itself_has_the_same() -> None:
    found: dict[str, set[str]] = {}
    for one in containers(Buffer("a.js", BufferKind.TEXT, SCRIPT), CALLS):
        found.setdefault(one.endpoint.value[:-1], set()).add(one.endpoint.path)
    assert found == NAMED


@each("data", BUNDLES)
def test_they_are_of_the_only_project_of_the_app(data: bytes) -> None:
    artifact, _ = read_hermes("assets/index.android.bundle", data)
    sightings = merge_finds(None, AppSearch(RuleFiles()).finds([artifact]), RuleFiles()).sightings
    names = {one.endpoint.value: set(one.names) for one in sightings}
    project = "abcdefghijklmnopqrst"
    assert names[f"supabase:{project}"] >= NAMED["supabase"]
    for kind in ("supabase-storage", "supabase-functions", "supabase-rpc"):
        assert names[f"{kind}:{project}"] == NAMED[kind]


def test_the_call_is_the_evidence() -> None:
    artifact, _ = read_hermes("assets/index.android.bundle", BUNDLES[0])
    found = [one for one in AppSearch(RuleFiles()).finds([artifact]) if isinstance(one, Sighting)]
    (evidence,) = [one.evidence for one in found if one.endpoint.path == "avatars"]
    assert evidence.how == "hermes-flow/container-call"
    assert evidence.context == '.storage.from("avatars")'
    assert evidence.chain == ("bucket",)
    assert evidence.offset is not None
    assert 0 < evidence.offset < len(BUNDLES[0])


def call(number: int, count: int = 2) -> list[assemble.Line]:
    """A call of ``from`` with a string, in an instruction for any number of arguments."""
    first = assemble.REGISTERS - 7
    return [
        ("GetGlobalObject", 0),
        ("TryGetById", 1, 0, 0, 1),
        ("GetById", 2, 1, 0, 2),
        ("LoadConstString", 3, number),
        ("Mov", first - 1, 3),
        ("Call", 4, 2, count),
    ]


STRINGS = ("f", "supabase", "from", "orders", "not a name")


@each(("number", "count", "names"), [(3, 2, {"orders"}), (3, 3, set()), (4, 2, set())])
def test_calls_with_arguments_at_the_end_of_the_frame(number: int, count: int, names: set[str]) -> None:
    data = assemble.assemble([[*call(number, count), ("Ret", 4)]], STRINGS)
    assert named(data).get("supabase", set()) == names


def test_a_file_without_the_library_is_not_searched() -> None:
    data = assemble.assemble([[*call(3), ("Ret", 4)]], ("f", "observable", "from", "orders"))
    assert list(calls(data)) == []


@pytest.mark.parametrize("count", [1, MAX_CONTAINERS + 1])
def test_the_containers_of_a_file_are_bounded(count: int) -> None:
    names = [f"t{number}" for number in range(count)]
    functions = [[*call(3 + number), ("Ret", 4)] for number in range(count)]
    data = assemble.assemble(functions, ("f", "supabase", "from", *names))
    assert len(list(calls(data))) == min(count, MAX_CONTAINERS)


def test_a_long_function_is_not_read_and_that_is_said() -> None:
    data = assemble.assemble([[*call(3), *[("Mov", 5, 6)] * MAX_STEPS, ("Ret", 4)]], STRINGS)
    found = calls(data)
    assert list(found) == []
    assert found.stopped


@each("data", BUNDLES)
def test_damaged_bytecode_never_raises(data: bytes) -> None:
    for place in range(128, len(data), 61):
        hurt = bytearray(data)
        hurt[place] ^= 0x55
        with suppress(UnreadableError, MalformedPoolError):
            list(calls(bytes(hurt)))
