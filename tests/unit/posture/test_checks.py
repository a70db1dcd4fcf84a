"""What outcomes of other tools' checks say, and what they do not."""

from tests.each import each
from tieback.model.resource import AtRest, TriState
from tieback.posture.checks import CheckStatements, ToolCheckTable
from tieback.posture.describe.interface import DescriptionContext

ARN = "arn:aws:rds:eu-west-1:123456789012:db:orders"
ARM = "/subscriptions/1/resourceGroups/g/providers"
CHECKS = ToolCheckTable()


@each(
    ("tool", "code", "key", "passed", "says"),
    [
        ("prowler", "rds_instance_storage_encrypted", ARN, True, {"at_rest": "encrypted"}),
        ("prowler", "rds_instance_storage_encrypted", ARN, False, {"at_rest": "none"}),
        ("prowler", "rds_instance_no_public_access", ARN, False, {"flag": "yes", "route": "yes", "port": "yes"}),
        # Prowler passes a snapshot whose attributes it could not ask for: it is named, and nothing is known of it.
        ("prowler", "rds_snapshots_public_access", ARN.replace(":db:", ":snapshot:"), True, {}),
        ("prowler", "rds_snapshots_public_access", ARN.replace(":db:", ":snapshot:"), False, {"backups_public": "yes"}),
        ("prowler", "rds_instance_no_public_access", ARN, True, {}),
        ("security-hub", "RDS.3", ARN, False, {"at_rest": "none"}),
        ("security-hub", "S3.8", "arn:aws:s3:::shop", True, {"flag": "no"}),
        ("scc", "PUBLIC_SQL_INSTANCE", "//sqladmin.googleapis.com/projects/p/instances/i", False, {"port": "yes"}),
        ("prowler", "iam_root_mfa_enabled", ARN, False, {}),
        ("prowler", "iam_root_mfa_enabled", "arn:aws:iam::123456789012:root", False, None),
        ("prowler", "rds_instance_storage_encrypted", "", False, None),
    ],
)
def test_check_outcomes_become_statements(
    tool: str, code: str, key: str, passed: bool, says: dict[str, str] | None
) -> None:
    found = CHECKS.statement(tool, code, passed=passed, about=DescriptionContext("x", key=key))
    if says is None:
        assert found is None
        return
    assert found is not None
    assert {name: getattr(found, name) for name in says} == says
    others = set(CheckStatements.__struct_fields__) - set(says)
    assert {getattr(found, name) for name in others} <= {TriState.UNKNOWN, AtRest.UNKNOWN}


def test_an_arn_gives_account_and_region() -> None:
    found = CHECKS.statement(
        "prowler", "rds_instance_storage_encrypted", passed=False, about=DescriptionContext("prowler", key=ARN)
    )
    assert found is not None
    assert (found.account, found.region, found.service) == ("123456789012", "eu-west-1", "rds")


def test_a_database_of_azure_sql_is_a_part_of_its_server() -> None:
    key = f"{ARM}/Microsoft.Sql/servers/shop/databases/Orders"
    code = "transparent data encryption on sql databases should be enabled"
    found = CHECKS.statement("defender", code, passed=False, about=DescriptionContext("defender", key=key))
    assert found is not None
    assert found.key == f"{ARM}/Microsoft.Sql/servers/shop".lower()
    assert (found.part, found.at_rest) == ("orders", AtRest.NONE)


def test_every_check_has_a_known_kind_and_a_statement() -> None:
    for tool, checks in CHECKS.all.items():
        for code, check in checks.items():
            assert CHECKS.kinds.by_name(check.of) is not None, (tool, code)
            assert (check.passed, check.failed) != (CheckStatements(), CheckStatements()), (tool, code)
