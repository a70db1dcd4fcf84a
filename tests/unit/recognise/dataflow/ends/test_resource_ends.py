"""Resources with a web address that nothing reads are no back ends, each with its reason; every doubt leaves one."""

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.recognise.bundle_files import bundle_layout, bundle_table
from tests.unit.recognise.resource_files import Entry, Types, layout, table
from tieback.intake.apps import proto_resources
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.intake.apps.proto_xml import search_proto_xml
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.small_files import read_small_file
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.recognise import search as search_module
from tieback.recognise.dataflow.code import known_code, package_resources
from tieback.recognise.dataflow.dex import reaching
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends import lookups, resource_ends, uses
from tieback.recognise.dataflow.ends.resource_ends import UNREAD_RESOURCE
from tieback.recognise.reasons import LINK, SHOWN
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DEX = Path(__file__).parents[1] / "dex"
SEARCH = AppSearch(RuleFiles())
STRINGS = [
    "high", "asked", "shown", "shownbytext", "opened", "inlayout", "inedit", "inmanifest", "aliased", "alias",
    "aliasunused", "intable", "otheralias", "instyle", "named", "passedname", "field", "fieldunused", "passed",
    "added", "inmenu", "returned", "subclass", "kept", "preflink", "unused", "inhint", "incustom", "intext",
]  # fmt: skip
ALIASES = {"alias": 0x7F010008, "otheralias": 0x7F01000A}
REASONS = {
    "shown": SHOWN,
    "shownbytext": SHOWN,
    "opened": LINK,
    "inlayout": SHOWN,
    "aliasunused": UNREAD_RESOURCE,
    "fieldunused": UNREAD_RESOURCE,
    "inmenu": SHOWN,
    "preflink": LINK,
    "subclass": SHOWN,
    "kept": UNREAD_RESOURCE,
    "unused": UNREAD_RESOURCE,
    "inhint": SHOWN,
    "unusedarray": UNREAD_RESOURCE,
    "unusedfile": UNREAD_RESOURCE,
    "unusedlayout": UNREAD_RESOURCE,
    "literal": SHOWN,
}
BACK_ENDS = sorted({*STRINGS, "inarray", "rawfile", "literaledit"} - {*REASONS, *ALIASES})
MANIFEST = """<manifest package="test.shop"><application android:name=".Main">
<activity-alias android:name=".Start" android:targetActivity=".Main"/><activity android:name="Label"/>
<meta-data android:name="server"
 android:value="@7F010007"/></application></manifest>"""


def address(case: str) -> str:
    return f"https://{case}.shop.test/a"


TABLE: Types = {
    "string": {name: ALIASES.get(name, address(name)) for name in STRINGS},
    "array": {"servers": [address("inarray")], "others": [address("unusedarray")]},
    "style": {"Theme": [0x7F01000D]},
    "raw": {"config": "res/raw/config.json", "old": "res/raw/old.json"},
    "layout": {"main": "res/layout/main.xml", "old": "res/layout/old.xml"},
}
LAYOUTS = {
    "res/layout/main.xml": (
        ("TextView", {"text": 0x7F010005}),
        ("EditText", {"text": 0x7F010006, "hint": 0x7F01001A}),
        ("item", {"title": 0x7F010014}),
        ("com.shop.View", {"endpoint": 0x7F01001B}),
        ("Button", {"text": address("literal")}),
        ("AutoCompleteTextView", {"text": address("literaledit")}),
    ),
    "res/layout/old.xml": (("EditText", {"text": address("unusedlayout")}),),
    "res/xml/settings.xml": (("intent", {"data": 0x7F010018}),),
}
TEXTS = {"res/layout/main.xml": 0x7F01001C}
RAW = {
    "res/raw/config.json": b'{"server": "https://rawfile.shop.test/a"}',
    "res/raw/old.json": b'{"server": "https://unusedfile.shop.test/a"}',
}
FILES = {**{name: layout(*one, text=TEXTS.get(name, "")) for name, one in LAYOUTS.items()}, **RAW}


def code(*names: str) -> list[Artifact]:
    return [read_dex(f"classes{n}.dex", (DEX / f"{name}.dex").read_bytes())[0] for n, name in enumerate(names)]


def pieces(*names: str, arsc: bytes | None = None, manifest: str = MANIFEST, more: Iterable[Piece] = ()) -> list[Piece]:
    found: list[Piece] = [*code("references", *names)]
    if manifest:
        buffer = Buffer("AndroidManifest.xml", BufferKind.MANIFEST, manifest.encode())
        found.append(Artifact("AndroidManifest.xml", (buffer,)))
    found.append(Resources("resources.arsc", arsc if arsc is not None else table(TABLE)).artifact())
    return [*found, ArtifactBatch(tuple(FILES), tuple(FILES.values()), read_small_file), *more]


def bundled(*, more: Iterable[Piece] = (), xml: Mapping[str, bytes] | None = None) -> list[Piece]:
    """The same app as an app bundle, whose XML has no references as texts."""
    layouts = xml or {name: bundle_layout(*one) for name, one in LAYOUTS.items()}
    manifest = Buffer("base/manifest/AndroidManifest.xml", BufferKind.MANIFEST, MANIFEST.encode())
    return [
        *(read_dex(f"base/dex/{one.file}", bytes(one.buffers[0].data))[0] for one in code("references")),
        Artifact(manifest.file, (manifest,)),
        ProtoResources("base/resources.pb", bundle_table(TABLE)).artifact(),
        *(search_proto_xml(f"base/{name}", content) for name, content in layouts.items()),
        ArtifactBatch(tuple(f"base/{name}" for name in RAW), tuple(RAW.values()), read_small_file),
        *more,
    ]


def ends(every: Iterable[Piece]) -> tuple[dict[str, str], list[str]]:
    """Reasons by case, and the cases that stay back ends."""
    merged = merge_finds(None, SEARCH.finds(every))
    reasons = {one.value.split("//")[1].split(".")[0]: one.reason for one in merged.not_backends}
    return reasons, sorted({one.endpoint.host.split(".")[0] for one in merged.sightings})


def test_each_resource_has_its_end() -> None:
    reasons, back_ends = ends(pieces())
    assert reasons == REASONS
    assert back_ends == BACK_ENDS


def test_a_hint_that_code_reads_and_contacts_is_a_back_end() -> None:
    reasons, back_ends = ends(pieces("hintagain"))
    assert reasons == {name: reason for name, reason in REASONS.items() if name != "inhint"}
    assert back_ends == sorted([*BACK_ENDS, "hint", "inhint"])


def test_a_listener_contacts_the_text_of_any_view() -> None:
    reasons, back_ends = ends(pieces("anyview"))
    read = {"inlayout", "literal", "shown", "shownbytext"}
    assert reasons == {name: reason for name, reason in REASONS.items() if name not in read}
    assert back_ends == sorted({*BACK_ENDS, *read})


@pytest.mark.parametrize(("reader", "read"), [("titleread", "inmenu"), ("rawaddress", "unusedfile")])
def test_a_title_that_code_reads_and_a_raw_file_that_an_address_names_are_back_ends(reader: str, read: str) -> None:
    reasons, back_ends = ends(pieces(reader))
    assert reasons == {name: reason for name, reason in REASONS.items() if name != read}
    assert back_ends == sorted([*BACK_ENDS, read])


def test_code_can_open_the_links_of_a_text_itself() -> None:
    arsc = table({**TABLE, "string": {**TABLE["string"], "style": "a;href=" + address("instyledtext")}})
    reasons, _ = ends(pieces("spanread", arsc=arsc))
    assert reasons.get("instyledtext") != LINK


def test_each_resource_of_a_bundle_has_the_same_end() -> None:
    reasons, back_ends = ends(bundled())
    assert reasons == {**REASONS, "intext": UNREAD_RESOURCE}
    assert back_ends == sorted(set(BACK_ENDS) - {"intext"})


def test_an_address_in_the_text_of_an_element_of_a_bundle() -> None:
    files = {name: bundle_layout(*one, text=address("betweentags")) for name, one in LAYOUTS.items()}
    reasons, back_ends = ends(bundled(xml=files))
    assert "betweentags" in back_ends
    assert "inlayout" in reasons


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(search_proto_xml("base/res/xml/more.xml", b"\x0a\x7f" + bytes(9)), id="damaged"),
        pytest.param(
            ArtifactBatch(("base/res/xml/more.xml",), (bundle_layout(),), read_small_file), id="beyond the limits"
        ),
    ],
)
def test_xml_of_a_bundle_that_is_not_read_is_a_doubt(more: Piece) -> None:
    reasons, _ = ends(bundled(more=[more]))
    assert reasons.get("inlayout", "") in ("", SHOWN)


@pytest.mark.parametrize("limit", ["MAX_SEARCHED", "MAX_PLACES", "MAX_HOLDERS"])
def test_references_of_a_bundle_that_are_too_many_are_a_doubt(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(proto_resources, limit, 0)
    assert "aliasunused" not in ends(bundled())[0]


def test_too_much_xml_of_a_bundle_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_resources, "MAX_SEARCHED", 0)
    assert not {"unused", "inmenu"} & ends(bundled())[0].keys()


@pytest.mark.parametrize(("missing", "is_known"), [(1, True), (2, False), (12, False)])
def test_a_manifest_can_name_a_few_classes_that_were_deleted(
    monkeypatch: pytest.MonkeyPatch, missing: int, is_known: bool
) -> None:
    monkeypatch.setattr(resource_ends, "STALE", 3)
    names = ["test.shop.R$string", *(f"test.shop.Old{number}" for number in range(missing))]
    more = "".join(f'<activity android:name="{name}"/>' for name in names)
    manifest = MANIFEST.replace("</application>", more + "</application>")
    assert ("unused" in ends(pieces(manifest=manifest))[0]) is is_known


def test_cloud_resources_in_data_for_maps_that_nothing_reads_are_left_out_and_others_stay() -> None:
    files = {
        "res/raw/demo.kml": b"<kml><href>http://map-demo-1.appspot.com/a.png</href></kml>",
        "res/raw/cloud.json": b'{"server": "https://map-conf-1.appspot.com/"}',
    }
    raw = {**TABLE["raw"], "demo": "res/raw/demo.kml", "cloud": "res/raw/cloud.json"}
    more = ArtifactBatch(tuple(files), tuple(files.values()), read_small_file)
    merged = merge_finds(None, SEARCH.finds(pieces(arsc=table({**TABLE, "raw": raw}), more=[more])))
    assert {one.reason for one in merged.not_backends if "map-demo-1" in one.value} == {UNREAD_RESOURCE}
    assert any("map-conf-1" in one.endpoint.value for one in merged.sightings)


def test_data_for_maps_before_the_first_other_address_of_a_package_are_left_out() -> None:
    path, text = "res/raw/demo.kml", b"<kml><href>http://map-demo-1.appspot.com/a.png</href></kml>"
    first = ArtifactBatch((path,), (text,), read_small_file)
    table_of_files = table({**TABLE, "raw": {**TABLE["raw"], "demo": path}})
    merged = merge_finds(None, SEARCH.finds([first, *pieces(arsc=table_of_files)]))
    assert {one.reason for one in merged.not_backends if "map-demo-1" in one.value} == {UNREAD_RESOURCE}
    assert not any("map-demo-1" in one.endpoint.value for one in merged.sightings)


def test_texts_about_libraries_are_links_also_if_code_asks_for_them_by_name() -> None:
    about = [
        "library_bread_authorWebsite", "library_bread_libraryWebsite", "library_bread_repositoryLink",
        "license_mit_licenseWebsite", "license_mit_licenseDescription",
    ]  # fmt: skip
    others = ["library_url", "libraryWebsite", "library_bread_server", "shared"]
    names = {name: address(name.replace("_", "-").lower()) for name in (*about, *others)}
    names["library_milk_authorWebsite"] = names["shared"]
    arsc = table({**TABLE, "string": {**TABLE["string"], **names}})
    reasons, back_ends = ends([*pieces("offeredany", arsc=arsc), *code("references")])
    assert {reasons[name.replace("_", "-").lower()] for name in about} == {LINK}
    assert {name.replace("_", "-").lower() for name in others} <= {*back_ends, *reasons}
    assert not {name.replace("_", "-").lower() for name in others} & {k for k, v in reasons.items() if v == LINK}


@pytest.mark.parametrize(
    ("before", "is_link"),
    [("a;href=", True), ("a;title=The shop;href=", True), ("b;href=", False), ("data;href=", False), ("a;src=", False)],
)
def test_a_link_in_a_text_with_markup_opens_a_browser(before: str, is_link: bool) -> None:
    arsc = table({**TABLE, "string": {**TABLE["string"], "style": before + address("instyledtext")}})
    reasons, _ = ends([*pieces("offeredany", arsc=arsc), *code("references")])
    assert (reasons.get("instyledtext") == LINK) is is_link


def test_a_number_in_the_head_of_code_is_no_reference() -> None:
    """The offset of the debug information of a method can be the identifier of a resource by chance."""
    dex, unused = bytearray((DEX / "references.dex").read_bytes()), 0x7F040001
    code = DexFile(bytes(dex))
    begin = code.sections[SectionKind.CODE].begin
    assert code.code(begin) is not None
    assert code.is_head_of_code(begin + 8)
    assert not code.is_head_of_code(begin + 16)
    struct.pack_into("<I", dex, begin + 8, unused)
    altered = [read_dex("classes0.dex", bytes(dex))[0], *pieces()[1:]]
    assert ends(altered) == ends(pieces())


def test_a_file_with_many_addresses_has_one_answer() -> None:
    every = [f"case{number}" for number in range(resource_ends.MAX_SIGHTINGS + 20)]
    data = b"[" + b",".join(b'"%b"' % address(case).encode() for case in every) + b"]"
    raw = {**TABLE["raw"], "many": "res/raw/many.json"}
    more = ArtifactBatch(("res/raw/many.json",), (data,), read_small_file)
    reasons, back_ends = ends(pieces(arsc=table({**TABLE, "raw": raw}), more=[more]))
    assert {reasons.get(case) for case in every} == {UNREAD_RESOURCE}
    assert back_ends == BACK_ENDS


def test_the_order_of_the_files_does_not_matter() -> None:
    assert ends(pieces()[::-1]) == ends(pieces())


def test_compact_entries_and_languages_are_read_alike() -> None:
    reasons, back_ends = ends(pieces(arsc=table(TABLE, compact=True)))
    assert reasons == REASONS
    assert back_ends == BACK_ENDS
    assert ends(pieces(arsc=table(TABLE, languages=2)))[0] == REASONS


OTHER = layout(("module", {"name": "feature"}))
DOUBTS: dict[str, list[Piece]] = {
    "a name that code puts together": pieces("unknownname"),
    "all fields by reflection": pieces("reflected"),
    "a class of the manifest is in no file": pieces(manifest=MANIFEST.replace(".Main", ".Hidden")),
    "no manifest": pieces(manifest=""),
    "a part of a package": pieces(manifest=MANIFEST.replace("<manifest ", '<manifest split="feature" ')),
    "another part of the package": pieces(
        more=[ArtifactBatch(("res/xml/splits0.xml",), (OTHER,), read_small_file)]
    ),
    "native code that looks up names": pieces(
        more=[Artifact("lib/a/libx.so", (Buffer("lib/a/libx.so", BufferKind.NATIVE, b"\0getIdentifier\0"),))]
    ),
    **{
        f"code for {name}": pieces(
            more=[Artifact(f"lib/a/{name}.so", (Buffer(f"lib/a/{name}.so", BufferKind.NATIVE, b"\0"),))]
        )
        for name in (
            "libunity", "libluajava", "libNativeScript", "libchaquopy_java", "libpython3.11", "libcocos",
            "libcocos2djs", "libcocos2dlua", "liblayaair", "libcorona",
        )
    },
    "code for .NET": pieces(more=[ArtifactBatch(("assemblies/Shop.dll",), (b"MZ",), read_small_file)]),
}  # fmt: skip


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_leaves_every_string_a_back_end(doubt: str) -> None:
    reasons, back_ends = ends(DOUBTS[doubt])
    assert not {"unused", "shown", "opened", "aliasunused"} & {*reasons}
    assert {"unused", "shown", "opened", "aliasunused"} <= {*back_ends}


def test_a_reference_in_another_package_of_a_set_counts() -> None:
    split = table({"string": {"zero": "x", "asked": 0x7F010019}})
    reasons, back_ends = ends(pieces(more=[Resources("config.en.apk!resources.arsc", split).artifact()]))
    assert "unused" in back_ends
    assert reasons == {case: reason for case, reason in REASONS.items() if case != "unused"}


def test_without_the_other_files_of_the_app_every_resource_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "MAX_CODE", 100)
    assert ends(pieces())[0] == {}


def test_without_code_every_resource_stays() -> None:
    assert ends(pieces()[1:])[0] == {}


@pytest.mark.parametrize(
    ("module", "limit", "value"),
    [
        (package_resources, "MAX_XML", 10),
        (package_resources, "MAX_TABLES", 0),
        (resource_ends, "MAX_SIGHTINGS", 0),
        (resource_ends, "MAX_IDENTIFIERS", 0),
        (lookups, "MAX_CALLS", 0),
    ],
)
def test_without_a_budget_every_string_stays(
    monkeypatch: pytest.MonkeyPatch, module: object, limit: str, value: int
) -> None:
    monkeypatch.setattr(module, limit, value)
    assert not set(STRINGS) & {*ends(pieces())[0]}


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        (known_code, "MAX_UNITS"),
        (uses, "MAX_STEPS"),
        (reaching, "MAX_UNITS"),
        (reaching, "_VISITS"),
        (uses, "MAX_DEPTH"),
    ],
)
def test_code_that_is_not_read_leaves_back_ends(monkeypatch: pytest.MonkeyPatch, module: object, limit: str) -> None:
    monkeypatch.setattr(module, limit, 0)
    reasons, back_ends = ends(pieces())
    assert reasons.items() <= REASONS.items()
    assert set(back_ends) >= set(BACK_ENDS)


def test_two_hundred_references_in_a_circle_end() -> None:
    names = {f"s{number}": 0x7F010000 + (number + 1) % 200 for number in range(200)}
    strings: dict[str, Entry] = {**names, "circle": address("circle")}
    reasons, back_ends = ends(pieces(arsc=table({"string": strings})))
    assert "circle" in (*reasons, *back_ends)


def test_a_string_with_very_many_references_stays() -> None:
    names: dict[str, Entry] = {"many": address("many"), **{f"s{number}": 0x7F010000 for number in range(5000)}}
    assert "many" in ends(pieces(arsc=table({"string": names})))[1]


HURT = table(TABLE)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(12, len(HURT) - 4), st.integers(0, 2**32 - 1)), max_size=8))
def test_a_number_that_lies_in_a_table_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(HURT)
    for place, number in patches:
        struct.pack_into("<I", hurt, place & ~3, number)
    try:
        every = pieces(arsc=bytes(hurt))
    except MalformedPoolError:
        return
    ends(every)


XML = FILES["res/layout/main.xml"]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(8, len(XML) - 4), st.integers(0, 2**32 - 1)), max_size=6))
def test_a_number_that_lies_in_compiled_xml_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(XML)
    for place, number in patches:
        struct.pack_into("<I", hurt, place & ~3, number)
    found = package_resources.PackageResources()
    found.see(ArtifactBatch(("res/layout/main.xml",), (bytes(hurt),), read_small_file))
    for identifier in range(0x7F010000, 0x7F01001D):
        list(found.uses(identifier))
    list(found.texts("res/layout/main.xml", 100))
