"""Rules as a list of resources."""

from tests.each import each
from tieback.posture.rules.interface import PathPermissions, Requester, allow, deny
from tieback.posture.rules.table import ResourceTable, same_access

PATTERNS = ("posts", "posts/title", "files/a/*", "files/a/b/*", "files/{user}/*", "x.y")


def found(path: str) -> str:
    """The resource whose rules apply to a path; empty if none does."""
    table = ResourceTable(
        {name: same_access(PathPermissions(allow(reason=name), deny("no"))) for name in PATTERNS},
        same_access(PathPermissions(deny(""), deny(""))),
    )
    return table.ask(Requester.ANONYMOUS, path).read.reason


@each(
    ("path", "name"),
    [
        ("posts", "posts"),
        ("/posts/", "posts"),
        ("posts/42", "posts"),
        ("posts/title", "posts/title"),
        ("files/a/1.png", "files/a/*"),
        ("files/a/b/1.png", "files/a/b/*"),
        ("files/me/1.png", "files/{user}/*"),
        ("files", ""),
        ("other", ""),
        ("xzy", ""),
        ("", ""),
    ],
)
def test_the_most_specific_resource_applies(path: str, name: str) -> None:
    assert found(path) == name
