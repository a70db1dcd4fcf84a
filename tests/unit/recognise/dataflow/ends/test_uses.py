"""Constants that no code contacts are no back ends, each with its reason; every doubt leaves a back end."""

import re
import struct
from pathlib import Path
from typing import cast

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise import search as search_module
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dataflow.code import known_code
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.initial_values import element_reason
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.constants import ConstantEnds, DexPart
from tieback.recognise.dataflow.dex import reaching
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError, SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends import direct, uses
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.methods.ends import read_ends
from tieback.recognise.reasons import COMPARED, DESCRIPTION, HEADER, LINK, SHOWN, UNCALLED, UNREAD
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.prose import NOTIFIED, REDIRECT
from tieback.recognise.whole_app.collect import merge_finds

ENDS = (Path(__file__).parents[1] / "dex" / "ends.dex").read_bytes()
ADDRESSES = tuple(re.findall(rb"https://\w+\.shop\.test/a?", ENDS))
CODE = DexFile(ENDS).sections[SectionKind.CODE]
SEARCH = AppSearch(RuleFiles())

REASONS = {
    "unread": UNREAD,
    "stored": UNREAD,
    "unused": UNREAD,
    "shown": SHOWN,
    "logged": SHOWN,
    "thrown": SHOWN,
    "help": SHOWN,
    "told": SHOWN,
    "opened": LINK,
    "openedbydata": LINK,
    "openedbymethod": LINK,
    "openedbyname": LINK,
    "compared": COMPARED,
    "begins": COMPARED,
    "header": HEADER,
    "referer": HEADER,
    "redirect": REDIRECT,
    "userpage": LINK,
    "parcelled": SHOWN,
    "flag": UNREAD,
    "uncalled": UNCALLED,
    "default": SHOWN,
    "dropped": UNREAD,
    "arrayunread": UNREAD,
    "arraysecond": UNREAD,
    "arrayfilled": UNREAD,
    "arraynamed": UNREAD,
    "arraylater": UNREAD,
    "arrayequal": COMPARED,
    "arrayinlist": COMPARED,
    "arrayinset": COMPARED,
    "listed": UNREAD,
    "described": DESCRIPTION,
    "helpurl": DESCRIPTION,
    "icon": DESCRIPTION,
    "built": UNREAD,
    "listcompared": COMPARED,
    "setcompared": COMPARED,
    "guarded": COMPARED,
    "manyunread": UNREAD,
    "manyasked": UNREAD,  # all of its paths but one; the host stays a back end
}
BACK_ENDS = [
    "arrayfromlist", "arraylist", "arraylocal", "arrayread", "arrayrefilled", "arrayrow", "arrayshared", "branched",
    "calledbyname", "describedandasked", "edited", "element", "extra", "given", "guardedasked", "handled",
    "helpurlandelement",
    "initial", "inmap", "joined", "jumpedover", "jumpsback",
    "listgiven", "listshared", "listtried", "loggedandasked", "manyasked", "namedflag", "overridden",
    "ownpage", "ownpagebyname", "permitted", "readflag", "readlater", "sent", "server",
]  # fmt: skip


def artifact(data: bytes) -> Artifact:
    return read_dex("classes.dex", data)[0]


def ends(data: bytes = ENDS) -> tuple[dict[str, str], list[str]]:
    """Reasons by case, and the cases that stay back ends."""
    merged = merge_finds(None, SEARCH.finds([artifact(data)]))
    reasons = {one.value.split("//")[-1].split(".")[0]: one.reason for one in merged.not_backends}
    return reasons, sorted({one.endpoint.host.split(".")[0] for one in merged.sightings})


def test_each_constant_has_its_end() -> None:
    reasons, back_ends = ends()
    assert reasons == REASONS
    assert back_ends == BACK_ENDS


def test_what_code_puts_together_from_such_a_constant_has_the_same_reason() -> None:
    found = [one for one in SEARCH.finds([artifact(ENDS)]) if isinstance(one, NotBackend)]
    assert {one.value: one.reason for one in found}["https://stored.shop.test/more"] == UNREAD


def test_what_code_puts_together_from_a_value_that_is_replaced_is_left_out() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "replaced.dex").read_bytes())
    assert reasons == {"kept": UNREAD, "old": UNREAD}
    assert back_ends == ["askedatonce", "calledabove", "new", "started"]


def test_objects_that_code_never_reads() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "objects.dex").read_bytes())
    assert reasons == {"legacy": UNREAD, "old": UNREAD, "east": UNCALLED}
    # One object is in a list, and a constructor puts others there.
    assert back_ends == ["known", "listed", "live", "mixed", "north", "south", "west"]


def test_methods_that_a_compiler_made_of_appends_are_followed() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "outlined.dex").read_bytes())
    assert reasons == dict.fromkeys(("logged", "loggedback", "loggedfirst"), SHOWN)
    # The builder of one is not the first argument, and one method keeps it.
    assert back_ends == ["asked", "askedbuilder", "kept", "second"]


def test_a_renamed_field_of_a_renamed_class_that_no_code_reads() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "renamed.dex").read_bytes())
    assert reasons == {"unread": UNREAD}
    assert back_ends == ["model", "named", "read"]


def test_a_text_that_two_methods_decrypt_stays() -> None:
    data = (Path(__file__).parents[1] / "dex" / "objects.dex").read_bytes()
    texts = Decryption([DexFile(data)]).texts
    assert {one.text: one.once for one in texts} == {
        "https://mixed.shop.test/log": True, "https://legacy.shop.test/log": True,
    }  # fmt: skip
    made = next(one for one in texts if "legacy" in one.text)
    app = [DexPart(buffer, DexFile(data)) for buffer in artifact(data).buffers]
    endpoint = Endpoint(EndpointKind.URL, made.text, "https", "legacy.shop.test", 443, "/log")
    find = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("", None, "dex-flow/decrypted"))
    assert isinstance(ConstantEnds(app).settle_decrypted(find, made), NotBackend)
    assert ConstantEnds(app).settle_decrypted(find, made._replace(once=False)) is find
    assert ConstantEnds(app).settle_decrypted(find, made._replace(fields=frozenset())) is find


def test_addresses_that_other_apps_share_or_other_servers_call() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "shares.dex").read_bytes())
    assert reasons == {
        "sharedpage": LINK, "sharedweb": LINK, "notified": NOTIFIED, "paid": NOTIFIED, "namespace": COMPARED,
        "label": SHOWN, "browser": LINK, "texted": LINK, "textedparts": LINK,
    }  # fmt: skip
    # The address of a message center, to which the system sends, is none for people.
    assert back_ends == ["multimedia", "paying", "sharedandasked", "sharedfile", "textedandasked", "webview"]


def test_an_address_that_code_takes_apart_is_followed() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "parsed.dex").read_bytes())
    assert reasons == {
        "hostshown": SHOWN, "spanned": LINK, "uricompared": COMPARED, "arraycompared": COMPARED,
        "iteratedone": COMPARED, "iteratedtwo": COMPARED,
    }  # fmt: skip
    assert back_ends == ["arrayasked", "hostasked", "iteratedasked", "urlasked"]


def test_a_class_of_build_settings_is_read_by_name_only_if_code_has_its_name_or_its_object() -> None:
    data = (Path(__file__).parents[1] / "dex" / "buildconfig.dex").read_bytes()
    reasons, back_ends = ends(data)
    assert reasons == {"builtunread": UNREAD}
    assert back_ends == ["builtasked", "builtreflected"]
    reasons, back_ends = ends(data.replace(b"test.shop.BuildConfih", b"test.shop.BuildConfig"))
    assert reasons == {}
    assert back_ends == ["builtasked", "builtreflected", "builtunread"]


def test_namespaces_of_xml_and_soap_in_annotations_and_calls() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "namespaces.dex").read_bytes())
    assert reasons == {
        "annotated": COMPARED, "qualified": COMPARED, "written": COMPARED, "soapspace": COMPARED, "soapaction": HEADER,
        "barcode": LINK,
    }  # fmt: skip
    assert back_ends == ["element", "soapserver", "writtenandasked"]


def test_a_stub_of_the_platform_hides_nothing() -> None:
    reasons, back_ends = ends((Path(__file__).parents[1] / "dex" / "stubs.dex").read_bytes())
    assert reasons == {"dropped": UNREAD}
    assert back_ends == ["stubasked"]


def test_without_the_other_files_of_the_app_every_constant_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "MAX_CODE", 100)
    assert ends()[0] == {}


def test_without_data_flow_every_constant_stays() -> None:
    found = AppSearch(RuleFiles(), dataflow=False).finds([artifact(ENDS)])
    assert {one.endpoint.host for one in found if isinstance(one, Sighting)} >= {"unread.shop.test", "shown.shop.test"}


@pytest.mark.parametrize(("module", "limit"), [(known_code, "MAX_UNITS"), (uses, "MAX_STEPS"), (uses, "MAX_CONSTANTS")])
def test_without_a_budget_constants_that_code_loads_stay(
    monkeypatch: pytest.MonkeyPatch, module: object, limit: str
) -> None:
    monkeypatch.setattr(module, limit, 0)
    assert set(ends()[0]) <= {"unread", "described", "helpurl", "icon", "built"}  # no code loads these


@pytest.mark.parametrize("limit", ["MAX_UNITS", "MAX_ORIGINS", "MAX_REGISTERS", "_VISITS"])
def test_a_method_that_is_too_large_leaves_back_ends(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(reaching, limit, 0)
    reasons, back_ends = ends()
    assert reasons.items() <= REASONS.items()
    assert set(back_ends) >= set(BACK_ENDS)


def test_an_array_of_a_field_that_native_code_can_read_stays() -> None:
    names = NativeNames()
    names.see(b"\0Ljava/lang/String;\0NAMED\0")
    address = b"https://arraynamed.shop.test/a"
    assert ConstantUses([DexFile(ENDS)]).reason(address) == UNREAD
    assert ConstantUses([DexFile(ENDS)], names=names).reason(address) == ""


def test_a_constant_in_too_many_annotations_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "MAX_SITES", 1)
    assert DESCRIPTION not in ends()[0].values()


@pytest.mark.parametrize(
    ("before", "expected"),
    [(b"\x02", True), (b"\x82\x01", True), (b"\x82\x81\x01", True), (b"\x03", False), (b"\x82", False), (b"", False),
     (b"\xff\xff\x7f", False)],
)  # fmt: skip
def test_the_name_of_an_element_is_before_its_value(before: bytes, expected: bool) -> None:
    class Names:
        data = before + b"\x17\x05"
        strings = range(1 << 20)

        def raw(self, index: int) -> bytes:
            return b"helpUrl" if index in (2, 0x82, 0x4082) else b"server"

    assert (element_reason(cast(DexFile, Names()), len(before)) == DESCRIPTION) is expected


def test_a_call_has_one_end() -> None:
    found = read_ends()
    assert found["Landroid/util/Log;", "d"] == "shown"
    assert ("Landroid/widget/EditText;", "setText") not in found
    assert ("Landroid/webkit/WebView;", "loadUrl") not in found


def constants(data: bytes) -> dict[bytes, str]:
    """The reason for each constant of the file that is an address."""
    try:
        dex = DexFile(data)
    except MalformedDexError:
        return {}
    return reasons_of(ConstantUses([dex]))


def reasons_of(found: ConstantUses) -> dict[bytes, str]:
    """The reason for each address."""
    return {address: found.reason(address) for address in ADDRESSES}


def test_a_constant_that_is_passed_on_at_once_needs_no_look_at_the_whole_method(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_code, "method_flow", lambda *_: pytest.fail("a method was read"))
    assert ConstantUses([DexFile(ENDS)]).reason(b"https://edited.shop.test/") == ""


@pytest.mark.more
@settings(max_examples=examples(150))
@given(
    st.lists(
        st.tuples(
            st.integers(CODE.begin, CODE.end - 4) | st.integers(112, len(ENDS) - 4), st.binary(min_size=1, max_size=4)
        ),
        max_size=10,
    )
)
def test_one_path_shows_a_contact_only_if_all_paths_do(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(ENDS)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    try:
        dex = DexFile(bytes(hurt))
    except MalformedDexError:
        return
    one, every = ConstantUses([dex]), ConstantUses([dex])
    found = reasons_of(one)
    with pytest.MonkeyPatch.context() as patch_:
        patch_.setattr(uses, "contacts_at", lambda *_: False)
        expected = reasons_of(every)
    # A damaged method can claim to be larger than the budget. What comes after it then depends on the order.
    assume(not one.is_spent and not every.is_spent)
    assert found == expected


def test_a_method_larger_than_the_budget_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    dex, hurt = DexFile(ENDS), bytearray(ENDS)
    constant = CodePlaces(AppCode([dex])).strings(0, dex.string_of(b"https://manyunread.shop.test/"))[0]
    method = dex.code_around(constant, every=True)
    assert method is not None
    hurt[method.offset : method.offset + 2] = b'\x00"'  # 8,704 registers
    monkeypatch.setattr(uses, "contacts_at", lambda *_: False)
    found = ConstantUses([DexFile(bytes(hurt))])
    assert found.reason(b"https://manyunread.shop.test/") == ""
    assert found.is_spent
    assert set(reasons_of(found).values()) == {"", UNREAD, DESCRIPTION}, "these need no code"


def test_without_a_budget_no_path_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = constants(ENDS)
    monkeypatch.setattr(direct, "MAX_STEPS", 0)
    assert constants(ENDS) == expected


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(112, len(ENDS) - 4), st.binary(min_size=1, max_size=4)), max_size=10))
def test_a_damaged_file_gives_reasons_or_none(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(ENDS)
    for place, patch in patches:
        hurt[place : place + len(patch)] = patch
    for find in SEARCH.finds([artifact(bytes(hurt))]):
        assert not isinstance(find, NotBackend) or find.reason


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.integers(32, len(ENDS) - 4), st.integers(0, 2**32 - 1)), max_size=6))
def test_numbers_that_lie_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(ENDS)
    for place, number in patches:
        struct.pack_into("<I", hurt, place & ~3, number)
    try:
        found = ConstantUses([DexFile(bytes(hurt))])
    except MalformedDexError:
        return
    for case in REASONS:
        found.reason(f"https://{case}.shop.test/".encode())


def test_a_number_that_looks_like_a_read_of_a_field_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a method that is not followed; there a real read counts as contact."""
    files = [DexFile((Path(__file__).parents[1] / "dex" / "lookalike.dex").read_bytes())]
    for units in (known_code.MAX_UNITS, 0):
        monkeypatch.setattr(known_code, "MAX_UNITS", units)
        assert ConstantUses(files).reason(b"https://unread.shop.test/") == UNREAD
        assert ConstantUses(files).reason(b"https://read.shop.test/") == ""
