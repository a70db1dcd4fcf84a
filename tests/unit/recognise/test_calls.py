"""Containers that scripts name by a call."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.calls import MAX_CONTAINERS, CallRule, containers, read_calls
from tieback.recognise.endpoints import firebase
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.whole_app.collect import merge_finds

CALLS = read_calls()
RULES = RuleFiles()


def found(text: str, calls: tuple[CallRule, ...] = CALLS) -> list[tuple[str, str]]:
    buffer = Buffer("a.js", BufferKind.TEXT, text.encode())
    return [(one.endpoint.value, one.endpoint.path) for one in containers(buffer, calls)]


@each(("call", "text", "name"), [(call, *pair) for call in CALLS for pair in call.match])
def test_examples_match(call: CallRule, text: str, name: str) -> None:
    assert found(text, (call,)) == [(f"{call.kind}:", name)]


@each(("call", "text"), [(call, text) for call in CALLS for text in call.avoid])
def test_examples_to_avoid_do_not(call: CallRule, text: str) -> None:
    assert found(text, (call,)) == []


def test_each_rule_has_a_source_and_is_of_a_kind_that_clouds_have() -> None:
    kinds = {rule.kind for rule in RULES.cloud.hosts} | {rule.kind for rule in RULES.cloud.parts}
    kinds.add(firebase.SERVICE)
    assert all(call.source and call.match and call.avoid and call.kind in kinds for call in CALLS)


SCRIPT = """
const supabase = createClient("https://abcdefghijklmnopqrst.supabase.co", key);
supabase.from("orders").select(); supabase.from('orders').insert(x); supabase.from("customers").select("email");
"""


@pytest.mark.parametrize("project", ["", "uvwxyzabcdefghijklmn"])
def test_tables_are_of_the_only_project_that_the_app_names(project: str) -> None:
    other = f'"https://{project}.supabase.co"' if project else ""
    artifact = Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, (SCRIPT + other).encode()),))
    finds = [find for reader in (EndpointExtractor(RULES), ConfigExtractor(RULES)) for find in reader.extract(artifact)]
    sightings = merge_finds(None, finds, RULES).sightings
    assert {one.endpoint.value: one.names for one in sightings} == (
        {"supabase:abcdefghijklmnopqrst": (), f"supabase:{project}": ()}
        if project
        else {"supabase:abcdefghijklmnopqrst": ("customers", "orders")}
    )


PARTS = """
const supabase = createClient("https://abcdefghijklmnopqrst.supabase.co", key);
supabase.from("orders"); supabase.storage
  .from("avatars").list(); supabase.storage.from("invoices");
supabase.functions.invoke("send-mail"); supabase.rpc("total");
"""


@pytest.mark.parametrize("project", ["", "uvwxyzabcdefghijklmn"])
def test_buckets_and_functions_are_parts_of_the_only_project(project: str) -> None:
    other = f'"https://{project}.supabase.co"' if project else ""
    artifact = Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, (PARTS + other).encode()),))
    finds = [find for reader in (EndpointExtractor(RULES), ConfigExtractor(RULES)) for find in reader.extract(artifact)]
    sightings = merge_finds(None, finds, RULES).sightings
    ref = "abcdefghijklmnopqrst"
    assert {one.endpoint.value: one.names for one in sightings} == (
        {f"supabase:{ref}": (), f"supabase:{project}": ()}
        if project
        else {
            f"supabase:{ref}": ("orders",),
            f"supabase-storage:{ref}": ("avatars", "invoices"),
            f"supabase-functions:{ref}": ("send-mail",),
            f"supabase-rpc:{ref}": ("total",),
        }
    )
    assert {one.endpoint.host for one in sightings} == {f"{one}.supabase.co" for one in (ref, project) if one}
    assert {one.endpoint.service for one in sightings} == {one.endpoint.value.partition(":")[0] for one in sightings}


def test_the_call_is_the_evidence() -> None:
    buffer = Buffer("a.js", BufferKind.TEXT, b'supabase.from("orders")', base=7)
    (one,) = containers(buffer, CALLS)
    assert isinstance(one, Sighting)
    assert (one.evidence.offset, one.evidence.how, one.evidence.context) == (
        15, "text/container-call", '.from("orders")',
    )  # fmt: skip


def test_only_scripts_are_read() -> None:
    assert list(containers(Buffer("README.txt", BufferKind.TEXT, b'supabase.from("orders")'), CALLS)) == []


def test_a_script_is_bounded() -> None:
    assert len(found("supabase" + '.from("a1")' * (2 * MAX_CONTAINERS))) == MAX_CONTAINERS


@given(st.text(st.sampled_from('supabase.fromcl("`( ,)_x{'), max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_script_gives_plain_names(text: str) -> None:
    for _, name in found("supabase firestore Parse algolia " + text):
        assert name.isascii()
        assert 0 < len(name) <= 121


@pytest.mark.parametrize("piece", ["collection(", 'collection("', ".from( ", "a.", ' "'])
def test_the_cost_of_hostile_scripts_is_linear(piece: str) -> None:
    assert_linear(lambda size: "supabase firestore algolia Parse" + piece * size, found, 10_000)
