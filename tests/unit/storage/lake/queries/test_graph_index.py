"""The index of who leads where answers what the edges say, from either end."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.errors import WorkspaceError
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.graph_index import GraphIndex, Level
from tieback.storage.lake.schemas import SCHEMAS

RUN = "run-1"


def table(name: str, **columns: list[object]) -> pa.Table:
    return pa.table({key: pa.array(values, SCHEMAS[name].field(key).type) for key, values in columns.items()})


def texts(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def index(
    folder: Path,
    sightings: list[tuple[str, str]],
    backends: list[tuple[str, str]],
    ways: list[tuple[str, str]] = (),  # type: ignore[assignment] # read only
    seen: list[tuple[str, str]] = (),  # type: ignore[assignment]
) -> GraphIndex:
    lake = Lake(folder / "lake")
    apps = sorted({app for app, _ in sightings})
    lake.publish(
        "one",
        {
            "inputs": table(
                "inputs", run=[RUN] * len(apps), unit=[*apps], version=["1"] * len(apps), problem=[""] * len(apps)
            ),
            "sightings": table(
                "sightings",
                unit=[app for app, _ in sightings],
                version=["1"] * len(sightings),
                app_sha256=[app for app, _ in sightings],
                value=[value for _, value in sightings],
            ),
            "backends": table(
                "backends",
                run=[RUN] * len(backends),
                value=[value for value, _ in backends],
                host=[host for _, host in backends],
            ),
        },
    )
    return GraphIndex.of_run(
        lake,
        RUN,
        folder / "graph",
        texts(value=[value for value, _ in ways], store=[store for _, store in ways]),
        texts(app=[app for app, _ in seen], value=[value for _, value in seen]),
    )


def asked(found: GraphIndex, level: Level, name: str, wanted: Level) -> list[str]:
    return list(found.names(found.reach(level, name, wanted)))


def test_both_ways(tmp_path: Path) -> None:
    found = index(
        tmp_path,
        [("a", "https://x.test/1"), ("a", "s3:shop"), ("b", "https://x.test/2"), ("b", "https://x.test/2")],
        [
            ("https://x.test/1", "x.test"),
            ("https://x.test/2", "x.test"),
            ("s3:shop", "s3.amazonaws.com"),
            ("[::1]:1", "::1"),
        ],
        [("https://x.test/1", "store-x"), ("s3:shop", "store-s")],
        [("c", "https://x.test/1")],
    )
    assert asked(found, Level.STORE, "store-x", Level.APP) == ["a", "b", "c"]
    assert asked(found, Level.STORE, "store-s", Level.APP) == ["a"]
    assert asked(found, Level.APP, "a", Level.STORE) == ["store-s", "store-x"]
    assert asked(found, Level.BACKEND, "x.test", Level.ENDPOINT) == ["https://x.test/1", "https://x.test/2"]
    assert asked(found, Level.APP, "nobody", Level.STORE) == []
    assert list(found.names(found.all(Level.BACKEND))) == ["::1", "s3:shop", "x.test"]
    assert (len(found), found.count(Level.APP)) == (10, 3)


def test_it_is_built_once_and_opened_again(tmp_path: Path) -> None:
    first = index(tmp_path, [("a", "v")], [("v", "v")])
    again = GraphIndex.of_run(Lake(tmp_path / "none"), RUN, tmp_path / "graph", texts(value=[], store=[]), texts())
    assert len(first) == len(again) == 2
    assert [path.name for path in (tmp_path / "graph").iterdir()] == [f"{RUN}.1"]


def test_an_empty_run(tmp_path: Path) -> None:
    found = index(tmp_path, [], [])
    assert (len(found), found.count(Level.APP), asked(found, Level.APP, "a", Level.STORE)) == (0, 0, [])


def test_a_missing_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        GraphIndex(tmp_path / "missing")


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdé"), st.sampled_from("uvwxyz")), min_size=1, max_size=20),
    st.dictionaries(st.sampled_from("uvwxyz"), st.sampled_from("ST"), max_size=6),
)
def test_index_agrees_with_the_edges(
    tmp_path_factory: pytest.TempPathFactory, sightings: list[tuple[str, str]], ways: dict[str, str]
) -> None:
    values = sorted({value for _, value in sightings})
    found = index(tmp_path_factory.mktemp("g"), sightings, [(v, "") for v in values], list(ways.items()))
    for store in "ST":
        expected = {app for app, value in sightings if ways.get(value) == store}
        assert set(asked(found, Level.STORE, store, Level.APP)) == expected
    assert np.all(np.diff(found.reach(Level.APP, "a", Level.ENDPOINT)) > 0)
