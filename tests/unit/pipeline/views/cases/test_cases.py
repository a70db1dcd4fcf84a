"""The views of cases over one workspace: what the list, one case and the log have in common."""

from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import make
from tieback.cases.policy import default_policy
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.views.cases.detail import show_case, vendor_of_case
from tieback.pipeline.views.cases.listing import MOST_PLACES, list_cases
from tieback.pipeline.views.cases.log import show_case_log
from tieback.storage.workspace import Workspace

STORE = exposure(targets=tuple(f"h{n}.test:9200" for n in range(MOST_PLACES + 2)))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make(tmp_path_factory.mktemp("views"), stores=(STORE,))
    with Workspace.open(made) as workspace:
        case_service(workspace).open(default_policy(), STORE.id)
    return made


def test_the_list_counts_the_places_that_it_does_not_show(directory: Path) -> None:
    with Workspace.open(directory) as workspace:
        (row,) = list_cases(workspace).items
    assert (len(row.targets), row.targets_total) == (MOST_PLACES, len(STORE.targets))


def test_one_case_has_the_row_of_the_list_and_its_lines_of_the_log(directory: Path) -> None:
    with Workspace.open(directory) as workspace:
        (row,) = list_cases(workspace).items
        found = show_case(workspace, row.id)
        log = show_case_log(workspace)
        assert vendor_of_case(workspace, row.id) == row.vendor
        assert show_case(workspace, "case-none") is None
    assert found is not None
    assert found.case == row
    assert found.log_complete
    assert log.ok
    assert {line.seq for line in found.log} <= {line.seq for line in log.items}
