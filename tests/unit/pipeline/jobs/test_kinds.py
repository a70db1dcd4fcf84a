"""The arguments of a job as text: read back, or one error."""

import pytest

from tieback.model.errors import UsageError
from tieback.pipeline.jobs.kinds import ScanJob, decode_arguments, encode_arguments


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"kind":"other"}', '{"kind":"\ud800"}', '{"x":' + "[" * 60_000],
    ids=lambda text: ascii(text[:30]),
)
def test_arguments_of_another_release_are_one_error(text: str) -> None:
    with pytest.raises(UsageError, match="not a job of this release"):
        decode_arguments(text)


def test_arguments_are_read_back() -> None:
    job = ScanJob(inputs=("ab",), grant="cd", retry=True)
    assert decode_arguments(encode_arguments(job)) == job
