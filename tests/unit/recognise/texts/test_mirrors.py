"""Addresses of GitHub in the path of a mirror: the app contacts the mirror only."""

import pytest

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.mirrors import MIRRORED, is_mirrored

RAW = "https://raw.githubusercontent.com/shop/data/main/a.json"


@each(
    ("before", "expected"),
    [
        ("https://ghp.test/", True),
        ("x = 'http://ghp.test:8080/gh/", True),
        ("https://ghp.test", False),
        ("https://ghp.test/?u=", False),
        ("https://ghp.test/a b/", False),
        ("ghp.test/", False),
        ("/", False),
        ("", False),
    ],
)
def test_only_the_path_of_another_address_is_that_of_a_mirror(before: str, expected: bool) -> None:
    assert is_mirrored(before.encode()) is expected


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize(
    ("text", "shown", "mirrored"),
    [
        (f"'https://ghp.test/{RAW}'", {"ghp.test"}, 1),
        (f"'https://ghp.test/{RAW}','{RAW}'", {"ghp.test", "raw.githubusercontent.com"}, 1),
        (f"'https://ghp.test?url={RAW}'", {"ghp.test", "raw.githubusercontent.com"}, 0),
        ("'https://proxy.test/https://api.shop.test/v1'", {"proxy.test", "api.shop.test"}, 0),
    ],
)
def test_an_address_of_github_behind_a_mirror_is_no_back_end(
    codec: str, text: str, shown: set[str], mirrored: int
) -> None:
    buffer = Buffer("assets/a.js", BufferKind.TEXT, text.encode(codec), utf16=codec != "utf-8")
    finds = list(AppSearch(RuleFiles()).finds([Artifact("assets/a.js", (buffer,))]))
    assert {one.endpoint.host for one in finds if isinstance(one, Sighting)} == shown
    assert sum(isinstance(one, NotBackend) and one.reason == MIRRORED for one in finds) == mirrored
