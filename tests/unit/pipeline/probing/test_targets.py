"""Targets on the command line mean what they say, or are one clear error."""

from datetime import date
from pathlib import Path

from tieback.model.grant import Grant
from tieback.model.probe import Outcome
from tieback.pipeline.probing.service import store_ports
from tieback.pipeline.probing.targets import ProbeRunSettings, RunStart, TargetList, probe_targets
from tieback.scope.conversation import Target


def test_each_target_once_in_the_order_of_the_question(tmp_path: Path) -> None:
    listed = tmp_path / "targets.txt"
    listed.write_text("# the second batch\nb.test:2\na.test:1 # again\n[::1]:6379\n")
    targets = TargetList(["a.test:1", f"@{listed}", "b.test:2", "10.0.0.1"])
    usual = sorted({port for ports in store_ports().values() for port in ports})
    labels = [Target(one.host, one.port).label for one in targets]
    assert labels == list(targets.places)
    assert labels[:3] == ["a.test:1", "b.test:2", "[::1]:6379"]
    assert sorted(one.port for one in targets if one.host == "10.0.0.1") == usual
    assert len(targets) == 3 + len(usual)
    assert [place for place in targets.places if not targets.is_derived(place)] == labels[:3]
    assert all(one in targets for one in targets)


async def test_duplicate_target_is_probed_once(tmp_path: Path) -> None:
    (one,) = TargetList(["127.0.0.1:1"])
    grant = Grant("Office", "sec@example.test", date(2999, 1, 1))
    begun: list[RunStart] = []
    asking = ProbeRunSettings(tmp_path / "audit.jsonl")
    found = [report async for report in probe_targets([one, one], grant, asking, begun=begun.append)]
    assert [(report.target, report.outcome) for report in found] == [("127.0.0.1:1", Outcome.OUT_OF_SCOPE)]
    assert begun == [RunStart(1, 0)]
