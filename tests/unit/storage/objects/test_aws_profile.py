"""The files of the AWS command line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.storage.objects.aws_profile import profile

CREDENTIALS = """\
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = s=cret%with/odd
[lab]
aws_access_key_id=AKIALAB
aws_secret_access_key=lab
aws_session_token=token
"""
CONFIG = """\
[default]
region = eu-west-1
[profile lab]
region = eu-central-2
endpoint_url = https://s3.lab.example
s3 =
  max_concurrent_requests = 20
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(CREDENTIALS)
    (tmp_path / ".aws" / "config").write_text(CONFIG)
    return tmp_path


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {},
            {"aws_access_key_id": "AKIADEFAULT", "aws_secret_access_key": "s=cret%with/odd", "region": "eu-west-1"},
        ),
        (
            {"AWS_PROFILE": "lab"},
            {
                "aws_access_key_id": "AKIALAB",
                "aws_secret_access_key": "lab",
                "aws_session_token": "token",
                "region": "eu-central-2",
                "endpoint_url": "https://s3.lab.example",
            },
        ),
        ({"AWS_PROFILE": "none"}, {}),
        ({"AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}, {"region": "eu-west-1"}),
        ({"HOME": "/nonexistent"}, {}),
    ],
)
def test_profiles(home: Path, environ: dict[str, str], expected: dict[str, str]) -> None:
    assert profile({"HOME": str(home), **environ}) == expected


@given(st.binary(max_size=300))
def test_any_file(home: Path, content: bytes) -> None:
    (home / ".aws" / "credentials").write_bytes(content)
    assert set(profile({"HOME": str(home)})) <= {
        *("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "region", "endpoint_url")
    }
