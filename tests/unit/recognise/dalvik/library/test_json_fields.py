"""Objects that readers of JSON make of a text and a class of the app."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bench.hostile_made.kind import coded, smali
from tests.each import each
from tests.unit.recognise.dalvik.test_run import DEX
from tieback.recognise.dalvik.library.json_fields import CALLS, reader
from tieback.recognise.dalvik.library.json_objects import MAX_JSON
from tieback.recognise.dalvik.library.streams import Reader
from tieback.recognise.dalvik.machine import Machine
from tieback.recognise.dalvik.objects import STRING, UNKNOWN, ClassRef, JavaObject
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

CONFIG = ClassRef("Ltest/entries/Config;")


def runs() -> Machine:
    machine = Runner([DexFile((DEX / "entries.dex").read_bytes())]).machine
    machine.begin(("", ""))
    return machine


def read(source: Any, kind: Any = CONFIG) -> Any:
    return reader(None)(runs(), (JavaObject("Lx/a;"), source, kind))


@each(
    ("text", "fields"),
    [
        ('{"api_host": "a.test", "port": 8443}', {"a": "a.test", "other": 0, "port": 8443}),
        ('{"a": "b.test"}', {"a": "b.test", "other": 0, "port": 0}),
        ('{"api_host": 7, "port": "80"}', {"a": "7", "other": 0, "port": 80}),
        ('{"api_host": ["x"], "port": "none"}', {"a": UNKNOWN, "other": 0, "port": UNKNOWN}),
        ('{"other": null, "more": 1}', {"a": 0, "other": 0, "port": 0}),
    ],
)
def test_fields_by_their_annotation_or_name(text: str, fields: dict[str, Any]) -> None:
    made = read(text)
    assert made.kind == CONFIG.kind
    assert made.fields == fields


def test_a_stream_is_read_to_its_end() -> None:
    stream = JavaObject("Ljava/io/InputStream;", Reader(b'{"api_host": "a.test"}'))
    assert read(stream).fields["a"] == "a.test"


@each(
    ("source", "kind"),
    [
        ("not JSON", CONFIG),
        ("[1]", CONFIG),
        ("{", CONFIG),
        ('{"a": "' + "x" * MAX_JSON + '"}', CONFIG),
        (UNKNOWN, CONFIG),
        ('{"a": "b.test"}', ClassRef("Lmissing/Config;")),
        ('{"a": "b.test"}', UNKNOWN),
    ],
)
def test_anything_else_gives_nothing(source: Any, kind: Any) -> None:
    assert read(source, kind) is UNKNOWN


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(("api_host", "port", "other", "x")), inner),
)


@given(text=st.one_of(JSON.map(json.dumps), st.text()))
def test_any_text_gives_an_object_of_the_class_or_nothing(text: str) -> None:
    made = read(text)
    assert made is UNKNOWN or (made.kind == CONFIG.kind and made.fields.keys() == {"a", "other", "port"})


def test_an_adapter_of_moshi_reads_its_class() -> None:
    machine = runs()
    adapter = CALLS["Lcom/squareup/moshi/Moshi;->adapter(Ljava/lang/Class;)"](machine, (UNKNOWN, CONFIG))
    found = CALLS[f"Lcom/squareup/moshi/JsonAdapter;->fromJson({STRING})"](machine, (adapter, '{"a": "b.test"}'))
    assert found.fields["a"] == "b.test"


@each(("inside", "found"), [(7, True), (8, False)])
def test_objects_are_read_seven_levels_below_the_first(*, inside: int, found: bool) -> None:
    fields = f".field public n:Lshop/N;\n.field public s:{STRING}\n"
    it = Runner([DexFile(coded(smali("shop/N", fields))[0][1])]).machine
    it.begin(("", ""))
    text = '{"n":' * inside + '{"s":"a.test"}' + "}" * inside
    made = reader(None)(it, (JavaObject("Lx/a;"), text, ClassRef("Lshop/N;")))
    for _ in range(inside):
        made = made.fields["n"]
    assert made.fields.get("s") == ("a.test" if found else None)
