import plistlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.intake.apps.archive import Archive
from tieback.intake.apps.entries import make_artifact, walk
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.problems import Problems

type Build = Callable[..., bytes]
URL = "https://api.test/v1"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (f'{{"url": "{URL}"}}'.encode(), BufferKind.TEXT),
        (b"\xff\xfe" + URL.encode("utf-16-le"), BufferKind.TEXT),
        (b"\xfe\xff" + URL.encode("utf-16-be"), BufferKind.TEXT),
        (plistlib.dumps({"url": URL}), BufferKind.MANIFEST),
        (plistlib.dumps({"url": URL}, fmt=plistlib.FMT_BINARY), BufferKind.BINARY),
        (b"\x0a\x13\0" + URL.encode(), BufferKind.BINARY),
        (b"\x7fELF\2\1\1\0" + URL.encode(), BufferKind.NATIVE),
        (b"dex\n035\0" + URL.encode(), BufferKind.BINARY),
        (b"\x02\0\x0c\0" + URL.encode(), BufferKind.BINARY),
        (b"\x03\0\x08\0" + URL.encode(), BufferKind.BINARY),
    ],
)
def test_an_address_can_be_found_in_any_kind_of_content(content: bytes, kind: BufferKind) -> None:
    artifact = make_artifact("a", content, Problems())
    assert artifact is not None
    (buffer,) = artifact.buffers
    assert buffer.kind is kind
    text = buffer.data.decode("utf-16-le") if buffer.utf16 else buffer.data.decode("latin-1")
    assert URL in text
    if not buffer.utf16:
        assert content[buffer.base :].startswith(buffer.data)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"OggS" + b"\0" * 50])
def test_what_holds_no_text_is_left_out(content: bytes) -> None:
    assert make_artifact("a", content, Problems()) is None


def test_an_archive_inside_is_said() -> None:
    problems = Problems()
    assert make_artifact("lib.jar", b"PK\3\4" + b"\0" * 50, problems) is None
    assert (problems[0].what, problems[0].where) == ("an archive inside the package; it is not opened", "lib.jar")


def test_a_damaged_table_is_said_and_searched() -> None:
    problems = Problems()
    artifact = make_artifact("resources.arsc", b"\x02\0\x0c\0" + b"x" * 50, problems)
    assert artifact is not None
    assert [problem.where for problem in problems] == ["resources.arsc"]


def test_the_walk_keeps_the_order_and_skips_folders_and_pictures(build: Build) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
    files = [("z.txt", b"last name, first place"), ("res/", b""), ("p", picture), ("a.json", b"{}")]
    archive = Archive(build("zipped", files, stored=True), Problems())
    assert [artifact.file for artifact in walk(archive, lambda _: None)] == ["z.txt", "a.json"]


def test_a_second_entry_of_a_special_name_does_not_hide(build: Build) -> None:
    archive = Archive(build("zipped", [("m", b"first"), ("m", URL.encode())]), Problems())
    own = Artifact("m", (Buffer("m", BufferKind.MANIFEST, b"own"),))
    found = [artifact.buffers[0].data for artifact in walk(archive, lambda name: own if name == "m" else None)]
    assert found == [b"own", URL.encode()]


@settings(max_examples=100, deadline=None)
@given(
    magic=st.sampled_from([
        b"", b"dex\n035\0", b"\x02\0\x0c\0", b"\x03\0\x08\0", b"\x7fELF\2\1", b"bplist00",
        b"\xca\xfe\xba\xbe\0\0\0\1", b"\xcf\xfa\xed\xfe", b"\xfe\xff",
    ]),
    noise=st.binary(max_size=300),
)  # fmt: skip
def test_noise_never_raises(magic: bytes, noise: bytes) -> None:
    artifact = make_artifact("a", bytearray(magic + noise), Problems())
    if artifact is not None:
        assert sum(len(buffer.data) for buffer in artifact.buffers) <= 2 * len(magic + noise)
