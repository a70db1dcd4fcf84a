"""Lists of apps: text or CSV, and what is wrong with a line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.capture.batch_list import MAX_BYTES, read_app_list

LISTS = [
    # text, app, package, seconds, command
    ("com.example.app", "com.example.app", "com.example.app", 60.0, ("go",)),
    ("\ufeff# apps\n\ncom.example.app , 300", "com.example.app", "com.example.app", 300.0, ("go",)),
    ("App,Seconds,Command\ncom.x.y,,droidbot -a x", "com.x.y", "com.x.y", 60.0, ("droidbot", "-a", "x")),
    ('com.x.y,7.5,"python3 a.py --mode a,b"\r\n', "com.x.y", "com.x.y", 7.5, ("python3", "a.py", "--mode", "a,b")),
    ("org.example.my-app", "org.example.my-app", "org.example.my-app", 60.0, ("go",)),
    ("apps/Shop.APK,5", "apps/Shop.APK", "", 5.0, ("go",)),
]


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "apps.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(("text", "app", "package", "seconds", "command"), LISTS)
def test_lines(tmp_path: Path, text: str, app: str, package: str, seconds: float, command: tuple[str, ...]) -> None:
    (entry,) = read_app_list(written(tmp_path, text), 60.0, ("go",))
    assert (entry.app, entry.package, entry.seconds, entry.explore) == (app, package, seconds, command)
    assert entry.apk == (None if package else tmp_path / app)


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        ("", "no app in this list", ""),
        ("app\n", "no app in this list", ""),
        ("com.x.y\nno package\n", "neither a package name nor an APK path", ":2"),
        ("com.x.y,soon\n", "'soon' is not a number of seconds", ":1"),
        ("com.x.y,nan\n", "not a number of seconds", ":1"),
        ("com.x.y,1e9\n", "not a number of seconds", ":1"),
        ("com.x.y,5,'open\n", "No closing quotation", "--explore"),
        ('com.x.y,5,"open\n', "not CSV", ":1"),
        ("com.x.y,5,a,b\n", "more than three columns", ":1"),
        (",5\n", "no app in the first column", ":1"),
        ("com.x.y\ncom.x.y,9\n", "com.x.y is listed twice", ":2"),
        ("../x\x1b[2J.apk\n", "no app in the first column", ":1"),
        (f"com.{'x' * 300}\n", "neither a package name", ":1"),
        ("com.x.y,5,sh -c 'a\0b'\n", "a NUL character", "--explore"),
    ],
)
def test_wrong_lines_are_one_error_with_their_place(tmp_path: Path, text: str, says: str, line: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_app_list(written(tmp_path, text), None, ())
    assert says in caught.value.what
    assert str(caught.value.where).endswith(line)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"PK\x03\x04\xff\xfe", "not UTF-8"), (b"\n" * (MAX_BYTES + 1), "larger than 4 MiB")],
    ids=["an app", "huge"],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_app_list(written(tmp_path, content), None, ())
    with pytest.raises(InputError, match="No such file"):
        read_app_list(tmp_path / "none", None, ())


def test_more_apps_than_a_batch_has_are_refused(tmp_path: Path) -> None:
    text = "\n".join(f"com.x.a{number}" for number in range(10_001))
    with pytest.raises(UsageError, match="more than 10,000 apps"):
        read_app_list(written(tmp_path, text), None, ())


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(st.sampled_from("com.x,5\"\n\\'#\r "), max_size=80).map(str.encode)))
def test_any_bytes_are_entries_or_one_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.mktemp("l"), content)
    with suppress(InputError, UsageError):
        assert all(entry.package or entry.apk for entry in read_app_list(path, 1.0, ("go",)))


@pytest.mark.parametrize("end", "\v\f\x1c\x1d\x1e\x85\u2028\u2029")
def test_no_command_hides_behind_a_comment(tmp_path: Path, end: str) -> None:
    text = f"com.x.y\n# a comment {end}com.x.z,5,touch hidden\n"
    assert [entry.app for entry in read_app_list(written(tmp_path, text), 1.0, ("go",))] == ["com.x.y"]


def test_an_open_quote_is_a_short_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_app_list(written(tmp_path, f"com.x.y,5,'{'x' * 100_000}\n"), None, ())
    assert len(caught.value.what) < 300
