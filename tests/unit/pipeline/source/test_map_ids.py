"""The identifier of a mapping in the code of a package."""

from pathlib import Path
from zipfile import ZipFile

from tests.each import each
from tieback.intake.source.r8_mapping import read_mapping
from tieback.pipeline.source.locate import mapping_problems
from tieback.pipeline.source.map_ids import is_of_another_build, map_ids

DEX = Path(__file__).parent / "renamed" / "first.dex"


def package(folder: Path, *ids: str) -> Path:
    """A package with one DEX file per identifier, behind whose tables is the marker."""
    path = folder / "app.apk"
    data = DEX.read_bytes()
    with ZipFile(path, "w") as out:
        out.writestr("AndroidManifest.xml", b"")
        for number, one in enumerate(ids, start=1):
            marker = b'~~R8{"pg-map-id":"%s"}' % one.encode()
            changed = data + marker
            out.writestr(f"classes{number if number > 1 else ''}.dex", changed)
    return path


def test_the_identifiers_of_a_package(tmp_path: Path) -> None:
    assert map_ids([str(package(tmp_path, "6e2bb9b"))]) == {"6e2bb9b"}
    assert map_ids([str(package(tmp_path, "6e2bb9b", "00aa11b"))]) == {"6e2bb9b", "00aa11b"}
    assert map_ids([str(tmp_path / "gone.apk")]) == frozenset()


@each(
    ("known", "ids", "other"),
    [
        ("6e2bb9b", ["00aa11b"], True),
        ("6e2bb9b", ["00aa11b", "6e2bb9b"], False),
        ("6e2bb9b", ["6e2bb9b4c1d0"], False),
        ("6e2bb9b4c1d0", ["6e2bb9b"], False),
        ("6e2bb9b", [], False),
        ("", ["00aa11b"], False),
    ],
)
def test_a_mapping_of_another_build(known: str, ids: list[str], other: bool) -> None:
    assert is_of_another_build(known, ids) is other


def test_a_mapping_of_another_build_is_a_problem(tmp_path: Path) -> None:
    """Each build renames classes anew, so that a name would be that of another class."""
    mapping = tmp_path / "mapping.txt"
    mapping.write_text("# compiler: R8\n# pg_map_id: 6e2bb9b\norg.example.Api -> a.b:\n")
    names = read_mapping(mapping, {"a.b"})
    assert names.map_id == "6e2bb9b"
    (problem,) = mapping_problems(mapping, names, frozenset({"a.b"}), [str(package(tmp_path, "00aa11b"))])
    assert (problem.where, "is of another build than the app" in problem.what) == (str(mapping), True)
    assert not list(mapping_problems(mapping, names, frozenset({"a.b"}), [str(package(tmp_path, "6e2bb9b"))]))
