from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.wire.xmltext import MAX_VALUES, extension_patterns, root, value, values

LISTING = (
    b'<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><Key>a&amp;b</Key><Key></Key><Key>c</Key></ListBucketResult>'
)


def test_element_texts_are_found() -> None:
    assert values(LISTING, "Key") == ["a&b", "", "c"]
    assert value(LISTING, "Key") == "a&b"
    assert value(LISTING, "Size") == ""
    assert len(values(b"<K>x</K>" * (MAX_VALUES + 9), "K")) == MAX_VALUES


@each(
    ("body", "name"),
    [
        (LISTING, "ListBucketResult"),
        (b"<Error>", "Error"),
        (b"{}", ""),
        (b"", ""),
        (b"<!DOCTYPE x>", ""),
        (b"<?xml", ""),
    ],
)
def test_root_element_is_named(body: bytes, name: str) -> None:
    assert root(body) == name


def test_endings_keep_no_name() -> None:
    assert extension_patterns(["anna/1.JPG", "b.jpg", "anna", "x.anna smith", "y.tar.gz"]) == ["*.jpg", "*", "*.gz"]


@given(st.binary(max_size=300))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes(body: bytes) -> None:
    assert isinstance(root(body), str)
    assert isinstance(values(body, "Key"), list)
