"""Texts about files that were passed over."""

from tests.each import each
from tieback.model.skipped import SkippedFiles


@each(
    ("why", "count", "text"),
    [
        ("not app packages", 18, "18 files were not read, such as README.md: not app packages"),
        ("not app packages", 1, "README.md was not read: not an app package"),
        ("cannot be opened", 1, "README.md was not read: cannot be opened"),
        (
            "a reason of an older release",
            1_200,
            "1,200 files were not read, such as README.md: a reason of an older release",
        ),
    ],
)
def test_the_text_names_the_number_an_example_and_the_reason(why: str, count: int, text: str) -> None:
    assert SkippedFiles("folder", why, count, "README.md").text == text
