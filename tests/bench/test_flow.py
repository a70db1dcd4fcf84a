"""The published cases of data flow: how many endpoints are found whole, and that nothing else is reported."""

import csv
import re
from collections import Counter

import pytest

from bench import flow
from tests.examples import few
from tieback.model.sighting import Sighting

OUTCOMES = flow.outcomes()


def test_the_bar_holds_for_all_cases() -> None:
    whole = sum(result == "whole" for result in OUTCOMES.values())
    assert whole / len(OUTCOMES) >= flow.BAR, [case.name for case, result in OUTCOMES.items() if result != "whole"]


def test_the_bar_holds_for_each_class_of_case() -> None:
    count = Counter(case.group for case in OUTCOMES)
    whole = Counter(case.group for case, result in OUTCOMES.items() if result == "whole")
    assert {group for group in count if whole[group] < 0.75 * count[group]} == set()


def test_there_are_enough_cases_and_many_in_the_shape_of_public_code() -> None:
    sources = [case.source for case in OUTCOMES if case.source != "-"]
    assert len(OUTCOMES) >= 120
    assert len(sources) >= 40
    assert all(re.fullmatch(r"[\w.-]+/[\w.-]+", source) for source in sources)
    assert len({case.endpoint for case in OUTCOMES}) == len(OUTCOMES)


def test_parts_of_different_paths_and_objects_are_not_mixed() -> None:
    found = {one.endpoint.value for one in flow.endpoints()}
    assert {"https://prod.f2.flow.test/v1", "https://stage.f2.flow.test/v2"} <= found
    assert not found & {"https://prod.f2.flow.test/v2", "https://stage.f2.flow.test/v1"}
    assert {"https://k4a.flow.test:8001/pair", "https://k4b.flow.test:8002/pair"} <= found
    assert not found & {"https://k4a.flow.test:8002/pair", "https://k4b.flow.test:8001/pair"}
    assert {"https://h6.flow.test/b", "https://h6x.flow.test/c"} <= found
    assert not found & {"https://h6.flow.test/c", "https://h6x.flow.test/b"}
    assert {"https://a2a.flow.test:8101/do", "https://a2b.flow.test:8102/do"} <= found
    assert not found & {"https://a2a.flow.test:8102/do", "https://a2b.flow.test:8101/do"}
    assert {"https://s4d.flow.test/dev", "https://s4p.flow.test/prod"} <= found
    assert not found & {"https://s4d.flow.test/prod", "https://s4p.flow.test/dev"}
    assert {"https://n6a.flow.test/one", "https://n6b.flow.test/two"} <= found
    assert not found & {"https://n6a.flow.test/two", "https://n6b.flow.test/one"}
    assert "https://n1.flow.test/extra" not in found, "an extra of the same name as a preference"
    assert not found & {f"https://{host}.flow.test" for host in ("o1", "o3", "o7")}, "part of a builder"


def test_the_evidence_has_the_way_from_the_caller_to_the_constants() -> None:
    (one,) = [one for one in flow.endpoints() if one.endpoint.value == "https://p2.flow.test/v2/items"]
    assert one.evidence.chain == (
        "Lflow/parameter2;->items",
        "Lflow/parameter2;->outer",
        "Lflow/parameter2;->open",
    )
    (field,) = [one for one in flow.endpoints() if one.endpoint.value == "https://x1.flow.test/two"]
    assert field.evidence.chain == ("Lflow/multidex1;->main", "Lflow/multidex1Const;->HOST")


def test_the_evidence_names_the_key_under_which_a_value_was_kept() -> None:
    (one,) = [one for one in flow.endpoints() if one.endpoint.value == "https://n4.flow.test/b"]
    assert one.evidence.chain == ("Lflow/kept4Screen;->u", "extra->kept4_host")


HALF_FORMS = {
    "socketio_path", "ng_resource_rel", "bb_sync", "ember", "matomo", "url_format", "vuex", "innerhtml",
}  # fmt: skip
"""Forms of which the host is found, and not the path."""
MISSED_FORMS = {"redis_node", "pg_pool", "kuzzle"}


def test_all_cases_in_scripts_but_the_named_ones_are_whole() -> None:
    done = {case.name.rpartition("/")[2].removesuffix(".js"): result for case, result in flow.script_outcomes().items()}
    assert len(done) >= 320
    assert {name for name, result in done.items() if result == "half"} == HALF_FORMS
    assert {name for name, result in done.items() if result == "nothing"} == MISSED_FORMS


@pytest.mark.parametrize("bundle", few(flow.hermes_bundles(), 4))
def test_all_cases_in_hermes_bytecode_are_whole(bundle: str) -> None:
    done = flow.hermes_outcomes(bundle)
    assert len(done) >= 57
    assert [case.name for case, result in done.items() if result != "whole"] == []


def test_the_strings_of_hermes_bytecode_alone_give_less_than_a_third() -> None:
    done = flow.hermes_outcomes(flow.HERMES, dataflow=False)
    assert sum(result == "whole" for result in done.values()) < len(done) / 3


@pytest.mark.parametrize("bundle", few(flow.hermes_bundles(), 4))
def test_what_hermes_bytecode_puts_together_is_nothing_else(bundle: str) -> None:
    """Beside the expected endpoints, only the addresses that cases pass to a client or join with a path."""
    with (flow.FOLDER / "hermes.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    expected = {one for row in rows for one in (row["expected"], *(row["more"] or "").split())}
    finds = [one for one in flow.hermes_finds(bundle) if isinstance(one, Sighting)]
    others = {one.endpoint.value for one in finds if one.evidence.how.startswith("hermes-flow")} - expected
    assert others <= {
        "https://axios-create.hermes.test/rest",
        "https://axios-options.hermes.test",
        "firebase-hosting:hermes-flow-7001",
        # Merged with the whole addresses of these hosts.
        "merged.hermes.test:443",
        "object.hermes.test:443",
    }


def test_the_evidence_in_hermes_bytecode_names_functions_and_members() -> None:
    finds = [one for one in flow.hermes_finds("v96-O") if isinstance(one, Sighting)]
    (one,) = [one for one in finds if one.endpoint.value == "https://class.hermes.test/v3/orders"]
    assert one.evidence.how == "hermes-flow/fetch"
    assert one.evidence.chain == ("orders", "url")
    assert one.evidence.offset is not None
    assert one.evidence.offset > 0
    (two,) = [one for one in finds if one.endpoint.value == "https://default.hermes.test/api/me"]
    assert two.evidence.chain == ("load", "host", "prefix")
