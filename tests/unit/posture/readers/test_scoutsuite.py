"""ScoutSuite: a script that assigns one object of nested collections."""

import json

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT, EXPORTS, RDS_ARN

SCRIPT = EXPORTS["scoutsuite"][1]


def test_resources_and_groups(read: Read, settle: Settle) -> None:
    facts, _ = read(SCRIPT)
    one = settle(facts)[RDS_ARN]
    assert (one.name, one.account, one.at_rest, one.flag, one.port) == ("orders", ACCOUNT, "none", "yes", "yes")
    assert one.path == ("security group sg-0a (web) allows 0.0.0.0/0 on port 5432",)
    assert one.seen == "2026-11-21T10:00:00Z"


def test_results_as_a_bare_object(read: Read) -> None:
    assert read(SCRIPT.partition("=\n")[2])[0]


def test_ports_and_nets_of_its_tree(read: Read) -> None:
    value = json.loads(SCRIPT.partition("=\n")[2])
    group = value["services"]["ec2"]["regions"]["eu-west-1"]["vpcs"]["vpc-0a"]["security_groups"]["sg-0a"]
    group["rules"]["ingress"]["protocols"] = {
        "TCP": {"ports": {"1000-2000": {"cidrs": [{"CIDR": "::/0"}]}, "22": {"cidrs": [{"CIDR": "10.0.0.0/8"}]}}},
        "UDP": {"ports": {"53": {"cidrs": [{"CIDR": "0.0.0.0/0"}]}}},
    }
    facts, _ = read(json.dumps(value))
    (wall,) = [fact for fact in facts if getattr(fact, "kind", "") == "firewall"]
    assert [(one.low, one.high, one.source) for one in wall.openings] == [(1000, 2000, "::/0")]  # type: ignore[union-attr]


def test_results_without_services_are_a_problem(read: Read) -> None:
    _, source = read('scoutsuite_results =\n{"account_id": "1"}')
    assert "no services found" in source.first_skipped
