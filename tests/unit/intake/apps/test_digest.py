import hashlib
import mmap
from pathlib import Path

import pytest

from tieback.intake.apps.digest import content_digest, view_digest


def test_of_a_file_it_is_its_sha256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    assert content_digest(path) == (hashlib.sha256(b"content").hexdigest(), 7)


def test_folder_digest_depends_only_on_names_and_content(tmp_path: Path) -> None:
    for top in ("one", "two", "three"):
        (tmp_path / top / "b").mkdir(parents=True)
        (tmp_path / top / "b" / "a").write_bytes(b"content")
    (tmp_path / "two" / "link").symlink_to(tmp_path / "one")
    (tmp_path / "three" / "b" / "a").rename(tmp_path / "three" / "b" / "c")
    one, two, three = (content_digest(tmp_path / top) for top in ("one", "two", "three"))
    assert one == two
    assert one[1] == 7
    assert one[0] != three[0]


def test_what_is_missing_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        content_digest(tmp_path / "none")


def test_of_a_map_it_is_that_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content" * 1000)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        assert view_digest(view) == content_digest(path)[0]
        assert view[:7] == b"content"
