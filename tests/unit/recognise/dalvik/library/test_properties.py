"""Properties and resource bundles of files of the app."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.properties import CALLS, MAX_PROPERTIES, read_properties
from tieback.recognise.dalvik.library.streams import Reader
from tieback.recognise.dalvik.machine import NoFiles
from tieback.recognise.dalvik.objects import STRING, JavaObject, NotRunnableError, ThrownError

PROPERTIES, BUNDLE = "Ljava/util/Properties;", "Ljava/util/ResourceBundle;"


@each(
    ("text", "found"),
    [
        ("host=a.test\nport = 80\n", {"host": "a.test", "port": "80"}),
        ("host: a.test", {"host": "a.test"}),
        ("host a.test", {"host": "a.test"}),
        ("  host=a.test\r\npath=/x", {"host": "a.test", "path": "/x"}),
        ("# comment=1\n! other=2\n\nhost=a.test", {"host": "a.test"}),
        ("host=a.\\\n   test", {"host": "a.test"}),
        ("url=https\\://a.test", {"url": "https://a.test"}),
        ("a\\=b=c\\u002ed", {"a=b": "c.d"}),
        ("host=one.test\nhost=two.test", {"host": "two.test"}),
        ("empty=\nlast", {"empty": "", "last": ""}),
        ("tail=\\", {"tail": ""}),
    ],
)
def test_properties_of_a_text(text: str, found: dict[str, str]) -> None:
    assert read_properties(text) == found


@given(st.text(alphabet="a=: \\\r\n#!u0", max_size=60))
def test_any_text_has_properties(text: str) -> None:
    assert all("\n" not in key for key in read_properties(text) if "\\" not in text)


def test_the_number_of_properties_is_bounded() -> None:
    text = "\n".join(f"k{number}=v" for number in range(MAX_PROPERTIES + 1))
    assert len(read_properties(text)) == MAX_PROPERTIES


def test_a_file_is_loaded_from_a_stream() -> None:
    made = JavaObject(PROPERTIES, {})
    stream = JavaObject("Ljava/io/InputStream;", Reader(b"host=a.test"))
    CALLS[f"{PROPERTIES}->load(Ljava/io/InputStream;)"](machine(), (made, stream))
    assert CALLS[f"{PROPERTIES}->getProperty({STRING})"](machine(), (made, "host")) == "a.test"
    assert CALLS[f"{PROPERTIES}->getProperty({STRING})"](machine(), (made, "port")) == 0
    assert CALLS[f"{PROPERTIES}->getProperty({STRING}{STRING})"](machine(), (made, "port", "80")) == "80"


class Files(NoFiles):
    """One file beside the classes."""

    def java_file(self, name: str) -> bytes | None:
        """The file of the bundle."""
        return b"host=a.test" if name == "com/shop/config.properties" else None


def test_a_bundle_is_a_file_beside_the_classes() -> None:
    runs = machine()
    runs.files = Files()
    made = CALLS[f"{BUNDLE}->getBundle({STRING})"](runs, ("com.shop.config",))
    assert CALLS[f"{BUNDLE}->getString({STRING})"](runs, (made, "host")) == "a.test"
    with pytest.raises(ThrownError):
        CALLS[f"{BUNDLE}->getString({STRING})"](runs, (made, "port"))
    with pytest.raises(NotRunnableError):
        CALLS[f"{BUNDLE}->getBundle({STRING})"](runs, ("com.shop.other",))


def test_a_file_has_at_most_2000_properties() -> None:
    lines = [f"k{number}=v" for number in range(2_001)]
    assert list(read_properties("\n".join(lines[:2_000]))) == [f"k{number}" for number in range(2_000)]
    assert "k2000" not in read_properties("\n".join(lines))
