"""What accounts say, in the lake: whole or not at all, once, and every resource with all that is said of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tieback.model.errors import InputError
from tieback.model.resource import Dependency, DependencyKind, OpenPorts, Resource, ResourceKind, TriState
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables import posture
from tieback.storage.lake.tables.posture import (
    BUCKETS,
    PostureImport,
    bucket_of,
    find_posture,
    part_of,
    posture_imports,
    read_resource_statements,
    save_posture,
)


def resource(key: str, seen: str = "2026-11-01T00:00:00Z", **more: object) -> Resource:
    return Resource(key=key, provider="aws", kind=ResourceKind.DATABASE, seen=seen, source="test", **more)  # type: ignore[arg-type]


def wall(
    id_: str = "sg-1", name: str = "group", seen: str = "2026-11-01T00:00:00Z", *, wide: bool = True
) -> Dependency:
    openings = (OpenPorts(1, 2, "0.0.0.0/0"),) if wide else ()
    return Dependency(id_, DependencyKind.FIREWALL, name, openings=openings, seen=seen)


def export(name: str = "a") -> PostureImport:
    return PostureImport(name * 64, "1", "test", f"{name}.json")


def save(lake: Lake, name: str, *facts: Resource | Dependency) -> PostureImport:
    return save_posture(lake, export(name), facts, lambda: (2, 3, "cut"))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture(params=["at once", "in buckets"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "in buckets":
        monkeypatch.setattr(posture, "ROWS_AT_ONCE", 0)
        monkeypatch.setattr(posture, "BUCKETS", 4)
    return str(request.param)


def test_an_export_is_kept_and_found(lake: Lake) -> None:
    done = save(lake, "a", resource("k"), wall())
    assert (done.resources, done.dependencies, done.left_out, done.missed, done.incomplete) == (1, 1, 2, 3, "cut")
    assert find_posture(lake, "a" * 64, "1") == done
    assert find_posture(lake, "a" * 64, "2") is None
    assert posture_imports(lake) == [done]


def test_nothing_is_kept_of_an_export_that_breaks(lake: Lake) -> None:
    def facts() -> Iterator[Resource]:
        yield resource("k")
        raise InputError("broken", where="a.json:2")

    with pytest.raises(InputError, match="broken"):
        save_posture(lake, export(), facts(), lambda: (0, 0, ""))
    assert lake.parts() == set()


@pytest.mark.usefixtures("reading")
def test_statements_on_a_resource_are_grouped_newest_first(lake: Lake) -> None:
    save(lake, "a", *(resource(f"k{n}", "2026-11-01T00:00:00Z") for n in range(100)))
    save(lake, "b", *(resource(f"k{n}", "2026-11-02T00:00:00Z", flag=TriState.YES) for n in range(0, 100, 2)))
    found = {one.observations[0].key: one.observations for one in read_resource_statements(lake)}
    assert len(found) == 100
    assert [one.flag for one in found["k2"]] == [TriState.YES, TriState.UNKNOWN]
    assert len(found["k3"]) == 1


@pytest.mark.usefixtures("reading")
def test_rules_come_with_what_needs_them_each_in_its_newest_word(lake: Lake) -> None:
    save(lake, "a", resource("k", needs=("sg-1",)), wall(), wall(name="another"), wall("sg-9"))
    save(lake, "b", wall(seen="2026-11-02T00:00:00Z", wide=False))
    (one,) = read_resource_statements(lake)
    assert {rule.name: bool(rule.openings) for rule in one.dependencies["sg-1"]} == {"group": False, "another": True}
    assert "sg-9" not in one.dependencies


@pytest.mark.usefixtures("reading")
def test_statement_on_a_member_applies_to_its_cluster(lake: Lake) -> None:
    member = Dependency("arn:db:one", DependencyKind.MEMBER, "arn:cluster:c")
    save(lake, "a", resource("arn:cluster:c", needs=("sg-1",)), member, wall())
    save(lake, "b", resource("arn:db:one", flag=TriState.YES, name="one"), resource("arn:db:other"))
    found = {one.observations[0].key: one for one in read_resource_statements(lake)}
    assert set(found) == {"arn:cluster:c", "arn:db:other"}
    assert [(one.part, one.flag) for one in found["arn:cluster:c"].observations if one.part] == [("one", TriState.YES)]
    assert "sg-1" in found["arn:cluster:c"].dependencies


def test_newer_readers_replace_what_older_ones_read(lake: Lake) -> None:
    save(lake, "a", resource("k", name="old"))
    newer = PostureImport("a" * 64, "2", "test", "a.json")
    save_posture(lake, newer, [resource("k", name="new")], lambda: (0, 0, ""))
    (one,) = read_resource_statements(lake)
    assert [said.name for said in one.observations] == ["new"]
    assert len(posture_imports(lake)) == 1


def test_texts_that_are_not_utf8_are_escaped(lake: Lake) -> None:
    save(lake, "a", resource("k\ud800", name="\udfff"))
    (one,) = read_resource_statements(lake)
    assert one.observations[0].name == "\\udfff"


def test_row_group_contains_one_bucket(lake: Lake) -> None:
    import pyarrow.parquet as pq

    save(lake, "a", *(resource(f"k{n}") for n in range(500)))
    part = next((lake.directory / "parts" / part_of("a" * 64, "1")).glob("posture_resources.parquet"))
    metadata = pq.ParquetFile(part).metadata
    groups = [metadata.row_group(n).column(2).statistics for n in range(metadata.num_row_groups)]
    assert all(one.min == one.max for one in groups)
    assert {one.min for one in groups} == {bucket_of(f"k{n}") for n in range(500)}
    assert all(0 <= one.min < BUCKETS for one in groups)
