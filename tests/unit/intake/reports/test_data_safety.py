"""Exports of the Data Safety form. Synthetic rows with the columns and identifiers of exports of Play Console."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.reports.data_safety import MAX_ROWS, MAX_TYPES, DataSafety
from tieback.intake.reports.source import ReportSource
from tieback.model.declaration import DeclaredType, PrivacyDeclaration
from tieback.model.errors import InputError

HEADER = (
    "Question ID (machine readable),Response ID (machine readable),Response value,Answer requirement,"
    "Human-friendly question label"
)
COLLECTS = "PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA,,true,REQUIRED,Does your app collect data?"
EMAIL = "PSL_DATA_TYPES_PERSONAL,PSL_EMAIL,true,MULTIPLE_CHOICE,Personal info / Email address"
NAME = "PSL_DATA_TYPES_PERSONAL,PSL_NAME,,MULTIPLE_CHOICE,Personal info / Name"


def usage(question: str, response: str, value: str = "true") -> str:
    return f'PSL_DATA_USAGE_RESPONSES:PSL_EMAIL:{question},{response},{value},MULTIPLE_CHOICE,"a, b"'


FULL = (
    COLLECTS,
    "PSL_DATA_COLLECTION_ENCRYPTED_IN_TRANSIT,,TRUE,MAYBE_REQUIRED,Encrypted?",
    EMAIL,
    NAME,
    usage("PSL_DATA_USAGE_COLLECTION_AND_SHARING", "PSL_DATA_USAGE_ONLY_COLLECTED"),
    usage("PSL_DATA_USAGE_COLLECTION_AND_SHARING", "PSL_DATA_USAGE_ONLY_SHARED", ""),
    usage("PSL_DATA_USAGE_EPHEMERAL", "", "false"),
    usage("DATA_USAGE_COLLECTION_PURPOSE", "PSL_ANALYTICS"),
    usage("DATA_USAGE_SHARING_PURPOSE", "PSL_ADVERTISING", ""),
)


def read(folder: Path, content: bytes) -> tuple[PrivacyDeclaration, ReportSource]:
    path = folder / "data_safety_export.csv"
    path.write_bytes(content)
    source = ReportSource(path)
    (found,) = DataSafety().facts(source)
    assert isinstance(found, PrivacyDeclaration)
    return found, source


def text(rows: Sequence[str], end: str = "\n") -> bytes:
    return (end.join((HEADER, *rows)) + end).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_a_form(tmp_path: Path, end: str, mark: bytes) -> None:
    found, source = read(tmp_path, mark + text(FULL, end))
    assert found.types == (DeclaredType("PSL_EMAIL", collected=True, shared=False, purposes=("PSL_ANALYTICS",)),)
    assert found.encrypted_in_transit is True
    assert (found.source, found.label, found.of_app) == ("data_safety_export.csv", "Play Data Safety", True)
    assert source.skipped == 0


@pytest.mark.parametrize(
    ("rows", "types"),
    [
        ([COLLECTS.replace("true", "false")], ()),
        ([COLLECTS], None),
        ([COLLECTS, NAME], None),
        ([EMAIL], ("PSL_EMAIL",)),
        ([COLLECTS.replace("true", "FALSE"), EMAIL], ("PSL_EMAIL",)),
    ],
    ids=["nothing", "no-types", "none-chosen", "type-alone", "contradiction"],
)
def test_nothing_collected_is_not_no_list(tmp_path: Path, rows: list[str], types: tuple[str, ...] | None) -> None:
    found, _ = read(tmp_path, text(rows))
    assert (None if found.types is None else tuple(one.name for one in found.types)) == types


@pytest.mark.parametrize("rows", [[], [COLLECTS.replace("true", ""), NAME]], ids=["header", "template"])
def test_an_empty_form_is_refused(tmp_path: Path, rows: list[str]) -> None:
    with pytest.raises(InputError, match="an empty form declares nothing"):
        read(tmp_path, text(rows))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b\n", "not the header line"),
        (HEADER.replace("Response value", "Response ID (machine readable)").encode(), "not the header line"),
        (text([f'{COLLECTS}"']) + b'"open', "not valid CSV"),
        (text([COLLECTS]) + b'x,y,"' + b"z" * 200_000 + b'"\n', "not valid CSV"),
        (text([COLLECTS]) + b"x" * (2 << 20), "longer than 1 MiB"),
        (text([COLLECTS]) + b"PSL_X,PSL_Y,\n" * (MAX_ROWS + 1), "more than 20,000 rows"),
    ],
    ids=["header", "same-name", "quote", "cell", "line", "rows"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read(tmp_path, content)


def test_odd_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = [COLLECTS, EMAIL, "PSL_DATA_TYPES_PERSONAL,PSL_NAME,maybe,,", "short,row", ""]
    found, source = read(tmp_path, text(rows))
    assert [one.name for one in found.types or ()] == ["PSL_EMAIL"]
    assert source.skipped == 2
    assert source.first_skipped == "line 4: the value is neither true nor false"


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "PSL_\x00", "psl_email", "PSL_" + "X" * 200, "\u202ePSL_EMAIL", "@SUM(A1)", "PSL_É"]
)
def test_only_identifiers_are_types(tmp_path: Path, name: str) -> None:
    found, _ = read(tmp_path, text([COLLECTS, EMAIL, f"PSL_DATA_TYPES_PERSONAL,{name},true,,=1+1"]))
    assert [one.name for one in found.types or ()] == ["PSL_EMAIL"]


def test_many_types_are_cut(tmp_path: Path) -> None:
    found, _ = read(tmp_path, text([f"PSL_DATA_TYPES_PERSONAL,PSL_T{n},true,," for n in range(MAX_TYPES + 50)]))
    assert len(found.types or ()) == MAX_TYPES


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp037"])
def test_another_encoding_is_not_recognised(encoding: str) -> None:
    assert not DataSafety().recognises(text(FULL).decode().encode(encoding))


def test_labels_in_any_language_and_encoding_are_not_read(tmp_path: Path) -> None:
    found, _ = read(tmp_path, text([COLLECTS, EMAIL]).replace(b"Personal info", "Persönlich".encode("latin-1")))
    assert [one.name for one in found.types or ()] == ["PSL_EMAIL"]


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=400) | st.lists(st.sampled_from([*FULL, "", '"', "a,b,c,d,e"])).map(text))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    for content in (data, HEADER.encode() + b"\n" + data):
        DataSafety().recognises(content)
        try:
            found, _ = read(folder, content)
        except InputError:
            continue
        assert all(one.name.startswith("PSL_") for one in found.types or ())
