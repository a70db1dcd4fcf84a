"""Evidence archives: whole, and any change of any byte is found."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.cases.evidence import AUDIT, MANIFEST, SEAL, TIMESTAMP, make_manifest, seal_bundle, verify_bundle
from tieback.scope.audit import open_audit_log

FILES = {"case.json": b'{"id":"case-1"}\n', "path.json": b"[]\n"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("audit") / "audit.jsonl"
    with open_audit_log(path) as log:
        log.append("grant", {"authorised_by": "t"})
        log.append("connect", {"target": "es.fieldhand.test:9200"})
    files = {**FILES, AUDIT: path.read_bytes()}
    return seal_bundle(files, make_manifest(files, "case-1", "1", "2026-03-01T12:00:00+00:00"), b"time stamp")


def test_a_bundle_is_verified_without_a_workspace(bundle: bytes) -> None:
    found = verify_bundle(bundle)
    assert (found.manifest.case, found.files["case.json"], found.timestamp) == (
        "case-1",
        FILES["case.json"],
        b"time stamp",
    )
    assert found.key.startswith("SHA256:")
    assert (found.audit.lines, found.audit.keys) == (3, (found.key,))
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert archive.testzip() is None
        assert {SEAL, MANIFEST, TIMESTAMP, AUDIT, *FILES} == set(archive.namelist())


@given(st.data())
def test_a_change_of_any_byte_is_found(bundle: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(bundle) - 1))
    value = data.draw(st.integers(1, 255))
    altered = bytearray(bundle)
    altered[at] ^= value
    with pytest.raises(ValueError, match=r"\w"):
        verify_bundle(bytes(altered))


@given(st.data())
def test_a_cut_or_longer_bundle_is_found(bundle: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(bundle) - 1))
    with pytest.raises(ValueError, match=r"\w"):
        verify_bundle(bundle[:at])
    with pytest.raises(ValueError, match=r"\w"):
        verify_bundle(bundle + data.draw(st.binary(min_size=1, max_size=40)))


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not an evidence archive|form of the archive"):
        verify_bundle(data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"case.json": b"{}"}, "case.json was altered"),
        ({"more.json": b"{}"}, "more.json is not in the manifest"),
        ({TIMESTAMP: b"another"}, "the time stamp was altered"),
        ({MANIFEST: b"{}"}, "the manifest was altered"),
        ({SEAL: b"{}"}, "the seal is damaged"),
        ({AUDIT: b""}, "audit.jsonl was altered"),
    ],
)
def test_a_repacked_bundle_is_found(bundle: bytes, change: dict[str, bytes], says: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive, zipfile.ZipFile(out, "w") as again:
        names = sorted({*archive.namelist(), *change})
        for name in names:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            again.writestr(entry, change[name] if name in change else archive.read(name))
    with pytest.raises(ValueError, match=says):
        verify_bundle(out.getvalue())


def test_a_part_of_the_log_that_is_not_whole_is_found(bundle: bytes, tmp_path: Path) -> None:
    lines = verify_bundle(bundle).files[AUDIT].splitlines(keepends=True)
    for part in (lines[1:], lines[:2], [lines[0], lines[2]]):
        files = {**FILES, AUDIT: b"".join(part)}
        sealed = seal_bundle(files, make_manifest(files, "case-1", "1", "now"))
        if part == lines[1:]:
            # The start of a block may be left out: what is there is signed.
            assert verify_bundle(sealed).audit.lines == 2
            continue
        with pytest.raises(ValueError, match=r"line"):
            verify_bundle(sealed)
