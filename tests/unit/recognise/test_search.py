"""Gathered files give what they give one by one."""

import weakref
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tieback.intake.apps.binary_xml import read_binary_xml
from tieback.intake.apps.content import sniff
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.small_files import SmallFiles
from tieback.model.sighting import NotBackend, Problem, Sighting, UnreadKind
from tieback.recognise import search as search_module
from tieback.recognise.interface import Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

RULES = RuleFiles()
NAMESPACE = "http://schemas.android.com/apk/res/android"


def layout(*texts: str) -> bytes:
    """A compiled XML file that is nothing but its pool of strings, in UTF-16 as aapt writes it."""
    items = [len(text).to_bytes(2, "little") + text.encode("utf-16-le") + b"\0\0" for text in texts]
    offsets = [sum(map(len, items[:index])) for index in range(len(items))]
    table = b"".join(offset.to_bytes(4, "little") for offset in offsets)
    body = b"".join(items)
    pool = b"\x01\x00\x1c\x00" + b"".join(
        number.to_bytes(4, "little") for number in (28 + len(table) + len(body), len(texts), 0, 0, 28 + len(table), 0)
    )
    return b"\x03\x00\x08\x00" + bytes(4) + pool + table + body


def told(finds: list[Find]) -> list[tuple[str, str, str]]:
    """Sightings with their files, and each of what is no back end once; what was seen before is told earlier."""
    said: dict[tuple[str, str, str], None] = {}
    for find in finds:
        if isinstance(find, Sighting):
            said["sighting", find.evidence.file, f"{find.endpoint.value} at {find.evidence.offset}"] = None
        elif isinstance(find, NotBackend):
            said["none", "", find.value] = None
    return sorted(said)


def gathered(*contents: bytes) -> ArtifactBatch:
    return ArtifactBatch(tuple(f"{n}.xml" for n in range(len(contents))), contents, read_binary_xml)


def both(one: ArtifactBatch) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    return told(list(SEARCH.finds([one]))), told(list(SEARCH.finds(one.artifacts())))


SEARCH = AppSearch(RULES)


def test_only_files_that_name_something_are_opened() -> None:
    opened: list[str] = []

    def noting(file: str, content: bytes) -> Artifact:
        opened.append(file)
        return read_binary_xml(file, content)

    search = AppSearch(RULES)
    plain, naming = layout("button", NAMESPACE), layout(NAMESPACE, "https://api.workhub.dev/v1")
    first = gathered(plain)
    assert told(list(search.finds([first]))) == [("none", "", NAMESPACE)]
    files = ArtifactBatch(("a.xml", "b.xml", "c.xml"), (plain, naming, plain), noting)
    found = told(list(search.finds([files])))
    assert [(kind, file) for kind, file, _ in found] == [("none", ""), ("sighting", "b.xml")]
    assert opened == ["b.xml"]


TEXTS = st.sampled_from(
    [NAMESPACE, "http://schemas.android.com/apk/res-auto", "https://a.workhub.dev", "button", "", "db.workhub.dev:9200",
     "https://", "x" * 40, "redis://cache.workhub.dev:6379/0"]
)  # fmt: skip


@given(st.lists(st.lists(TEXTS, max_size=4), min_size=1, max_size=6))
@settings(max_examples=examples(80), deadline=None)
def test_gathering_changes_nothing(files: list[list[str]]) -> None:
    once, apart = both(gathered(*(layout(*texts) for texts in files)))
    assert once == apart


@each(
    ("file", "content", "value"),
    [
        ("a.txt", b"see https://a.workhub.dev", "https://a.workhub.dev"),
        ("raw/a", b'{"mobilesdk_app_id": "1:1:android:1", "project_id": "workhub-1234"}', "firestore:workhub-1234"),
        ("conf/a.properties", b"backend.host=db.workhub.dev\n", "db.workhub.dev"),
        (".env", b"API_HOST=db.workhub.dev\n", "db.workhub.dev"),
        ("www/a.js", b'supabase.from("orders")', "supabase:"),
        ("Api.class", b"\xca\xfe\xba\xbe\0\0\0\x34\x01\0\x15https://a.workhub.dev\x01\0\x01a", "https://a.workhub.dev"),
    ],
)  # fmt: skip
def test_small_files_give_the_same_finds_in_a_batch_and_separately(file: str, content: bytes, value: str) -> None:
    files = (("a.bin", b"\0" * 40), (file, content), ("b.version", b"1.0\n"))
    heap = SmallFiles()
    assert all(heap.add(name, data, sniff(data)) for name, data in files)
    (one,) = heap.drain()
    once, apart = both(one)
    assert once == apart
    assert [text.rpartition(" at ")[0] for kind, _, text in once if kind == "sighting"] == [value]


def test_without_the_data_flow_constants_are_found_all_the_same() -> None:
    search = AppSearch(RULES, dataflow=False)
    assert told(list(search.finds([gathered(layout("https://a.workhub.dev"))])))


def lines(count: int, line: str) -> Artifact:
    text = "".join(line.format(number) for number in range(count))
    return Artifact("a.properties", (Buffer("a.properties", BufferKind.TEXT, text.encode()),))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("see https://h{0}.workhub.dev\n", "too many texts that look like endpoints; the rest was not read"),
        ("mongodb://u:p@h{0}.workhub.dev/x\n", "too many texts that look like endpoints; the rest was not read"),
        ("base_url=h{0}.workhub.dev\n", "too many key-value pairs; the rest was not read"),
    ],
)
def test_one_app_costs_so_much_over_all_its_files(monkeypatch: pytest.MonkeyPatch, line: str, problem: str) -> None:
    monkeypatch.setattr(search_module, "MAX_TEXTS", 30)
    monkeypatch.setattr(search_module, "MAX_PAIRS", 30)
    pieces = [lines(20, line), lines(20, line), lines(20, line)]
    found = list(SEARCH.finds(pieces))
    assert sum(isinstance(find, Sighting) for find in found) == 30
    assert [find.what for find in found if isinstance(find, Problem)] == [problem] * 2
    again = list(SEARCH.finds([lines(20, line)]))
    assert sum(isinstance(find, Sighting) for find in again) == 20


def test_finds_of_any_sort_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "MAX_FINDS", 10)
    *found, last = SEARCH.finds([lines(20, "see https://h{0}.workhub.dev\n")])
    assert len(found) == 10
    assert last == Problem("more than 10 finds; the rest of the app was not searched", "", UnreadKind.LIMIT)


@samples.needs("apps")
def test_a_real_app_gives_the_same_either_way() -> None:
    with open_app(samples.directory("apps") / "insecureShop.apk") as opened:
        once = told(list(SEARCH.finds(opened.pieces())))
    with open_app(samples.directory("apps") / "insecureShop.apk") as opened:
        apart = told(list(SEARCH.finds(opened.artifacts())))
    assert once == apart
    assert len(once) > 5


class Content(bytearray):
    """Content of a file, of which a test can see whether it was released."""


def large(file: str, kind: BufferKind, kept: list[weakref.ref[Content]]) -> Artifact:
    content = Content(b"\x7fELF https://api.shop.test/v1\0")
    kept.append(weakref.ref(content))
    return Artifact(file, (Buffer(file, kind, content),))


@each("hybrid", [False, True])
def test_a_file_is_released_before_the_next_one_is_read(*, hybrid: bool) -> None:
    alive: list[int] = []

    def pieces() -> Iterator[Artifact]:
        kept: list[weakref.ref[Content]] = []
        for file in ("lib/a.so", "lib/b.so", "lib/c.so"):
            alive.append(sum(one() is not None for one in kept))
            yield large(file, BufferKind.NATIVE, kept)
        alive.append(sum(one() is not None for one in kept))

    assert list(SEARCH.finds(pieces(), hybrid=hybrid))
    assert alive == [0, 0, 0, 0]


@each(("most", "keep", "calls"), [(1 << 30, 1 << 30, 0), (1 << 30, 1, 1), (1, 1, 2)])
def test_memory_of_much_code_is_given_back(monkeypatch: pytest.MonkeyPatch, most: int, keep: int, calls: int) -> None:
    released: list[int] = []
    monkeypatch.setattr(search_module, "MAX_CODE", most)
    monkeypatch.setattr(search_module, "KEEP_CODE", keep)
    monkeypatch.setattr(search_module, "release_free", lambda: released.append(1))
    code = [Artifact(file, (Buffer(file, BufferKind.DEX, b"dex"),)) for file in ("classes.dex", "classes2.dex")]
    assert not list(SEARCH.finds(iter(code)))
    assert len(released) == calls
