"""ARNs: parsed, and made where the parts are known."""

import pytest

from tests.each import each
from tieback.posture.describe.aws_names import build_arn, parse_arn
from tieback.posture.describe.interface import DescriptionContext, NotAResourceError


@each(
    ("text", "parts"),
    [
        ("arn:aws:rds:eu-west-1:1:db:orders", ("rds", "eu-west-1", "1", "db:orders")),
        ("arn:aws:s3:::shop-data", ("s3", "", "", "shop-data")),
        ("arn:aws-cn:rds:cn-north-1:1:db:x", ("rds", "cn-north-1", "1", "db:x")),
        ("arn:aws:rds", None),
        ("orders", None),
        ("arn:" + "a" * 3000, None),
    ],
)
def test_arns_are_parsed(text: str, parts: tuple[str, ...] | None) -> None:
    found = parse_arn(text)
    assert (None if found is None else (found.service, found.region, found.account, found.resource)) == parts


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-west-1", "arn:aws:rds:eu-west-1:1:db:x"),
        ("cn-north-1", "arn:aws-cn:rds:cn-north-1:1:db:x"),
        ("us-gov-west-1", "arn:aws-us-gov:rds:us-gov-west-1:1:db:x"),
    ],
)
def test_made_of_parts(region: str, arn: str) -> None:
    assert build_arn(DescriptionContext("t", account="1", region=region), "rds", "db:x", "").text == arn


def test_existing_arn_of_the_same_service_is_used() -> None:
    given = "arn:aws:rds:eu-west-1:2:db:y"
    assert build_arn(DescriptionContext("t"), "rds", "db:x", "nonsense", given).text == given
    assert build_arn(DescriptionContext("t", key=given), "rds", "db:x").text == given


def test_without_account_there_is_none() -> None:
    with pytest.raises(NotAResourceError, match="pass --account and --region"):
        build_arn(DescriptionContext("t", account="1"), "rds", "db:x", "arn:aws:s3:::another-service")
