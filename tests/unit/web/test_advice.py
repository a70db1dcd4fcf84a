"""What pages advise: something that a page can do, and no option of the command line."""

import ast
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tests.unit.web.clients import client
from tieback.model.device import InventoryRow
from tieback.pipeline.accounts.roles import Role
from tieback.storage.workspace import Workspace

SOURCE = Path(__file__).parents[3] / "src/tieback"
REACHED = (
    "cases/parties.py", "cases/states.py", "pipeline/disclosure/cases.py", "pipeline/disclosure/letter_sent.py",
    "pipeline/disclosure/letters.py", "pipeline/disclosure/vendors.py", "pipeline/fleet/block_list.py",
    "pipeline/fleet/coverage.py", "pipeline/report.py", "pipeline/runs.py", "report/audience.py", "report/public.py",
    "report/vendor.py", "storage/ledger/cases.py",
)  # fmt: skip
"""Modules whose errors a page shows to a user who can do it there."""
ROW = InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0")


def without_page(path: Path) -> list[str]:
    """Errors with advice about the command line, and with no other advice for pages."""
    found = []
    for call in ast.walk(ast.parse(path.read_text())):
        if not isinstance(call, ast.Call):
            continue
        words = {one.arg: ast.unparse(one.value) for one in call.keywords}
        advice = words.get("advice", "")
        if ("--" in advice or "tieback " in advice) and not ({"page"} & set(words)):
            found.append(f"{path.name}:{call.lineno}: {advice}")
    return found


@pytest.mark.parametrize("module", REACHED)
def test_errors_have_advice_for_pages(module: str) -> None:
    assert without_page(SOURCE / module) == []


@pytest.mark.parametrize(
    ("made_with", "query", "advice"),
    [("nothing", "csv", "Upload an export of your EMM"), ("no grant", "csv", "Start a run of these apps under a grant"),
     ("a store", "csv?app=none", "See the review"), ("a store", "intune?action=remove", "Choose the format csv"),
     ("a store", "csv?action=burn", "Choose block or remove")],
)  # fmt: skip
def test_errors_of_block_lists_advise_what_a_page_can_do(
    tmp_path: Path, made_with: str, query: str, advice: str
) -> None:
    if made_with == "nothing":
        Workspace.open(tmp_path / "ws").close()
    else:
        make(tmp_path, ROW, stores=(exposure(),) if made_with == "a store" else ())
    with client(tmp_path / "ws", Role.ANALYST) as pages:
        problem = pages.get(f"/api/v1/inventory/blocklists/{query}").json()
    assert problem["status"] in (400, 409)
    assert advice in problem["advice"]
    assert "--" not in str(problem)
    assert "tieback inventory" not in str(problem)
