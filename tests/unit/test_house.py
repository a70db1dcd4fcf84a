"""The contracts of the house name every store, renderer and way of intake that there is."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


@pytest.mark.parametrize(
    ("contract", "room", "shared"),
    [
        ("Probes do not know each other", "probes", {"interface", "wire", "choose", "playback", "web", "finder"}),
        ("Readers of posture exports do not know each other", "posture/readers", {"interface"}),
        (
            "Renderers do not know each other",
            "report",
            # What they share, and what is cut before any of them sees it.
            {
                "interface",
                "document",
                "figures",
                "detail",
                "encoding",
                "audience",
                "breakdown",
                "public",
                "vendor",
                "suppress",
                "explain",
                "explanation",
                "diff",
                "personal",
                "tables",
                "sampling",
                "schema",
                "posture",
                "seen",
            },
        ),
    ],
)
def test_independence_contracts_are_complete(contract: str, room: str, shared: set[str]) -> None:
    there = {
        path.stem
        for path in (ROOT / "src" / "tieback" / room).iterdir()
        if (path.suffix == ".py" or path.is_dir()) and not path.name.startswith("__")
    }
    named = {module.rpartition(".")[2] for module in CONTRACTS[contract]["modules"]}
    assert there - shared == named
