from typing import Any

import pytest

from tieback.model.figure import Quality
from tieback.model.probe import Access

LIST = "GET /people?list-type=2&max-keys=1000"
DENIED = "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
BUCKETS = "<ListAllMyBucketsResult><Buckets><Bucket><Name>people</Name></Bucket></Buckets></ListAllMyBucketsResult>"


@pytest.mark.parametrize(
    ("change", "names", "access"),
    [
        # An empty list of buckets proves nothing.
        ({}, (), Access.UNKNOWN),
        ({"GET /": BUCKETS}, (), Access.OPEN),
        ({LIST: 403}, ("people",), Access.AUTH_REQUIRED),
        ({LIST: 404}, ("people",), Access.NOT_FOUND),
        ({"HEAD /people": 403}, ("people",), Access.PARTIAL),
        ({LIST: "<ListBucketResult><Name>people</Name></ListBucketResult>"}, ("people",), Access.SCHEMA_ONLY),
    ],
)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], names: tuple[str, ...], access: Access
) -> None:
    assert web.ask("s3", change, names=names).result.access is access


def page(web: Any, body: str, status: int) -> Any:
    return type(web.pages("s3").page["GET /"])(body, status, {"x-amz-request-id": "1", "Server": "AmazonS3"})


def test_a_refusal_names_the_store(web: Any) -> None:
    report = web.ask("s3", {"GET /": page(web, DENIED, 403)}, port=7).result
    assert (report.product, report.access) == ("s3", Access.AUTH_REQUIRED)


def test_no_such_bucket(web: Any) -> None:
    gone = page(web, "<Error><Code>NoSuchBucket</Code></Error>", 404)
    assert web.ask("s3", {"GET /": gone}).result.access is Access.NOT_FOUND


def test_a_bucket_of_another_region_is_not_followed(web: Any) -> None:
    moved = type(web.pages("s3").page["GET /"])(
        "<Error><Code>PermanentRedirect</Code><Endpoint>people.s3-eu-west-1.amazonaws.com</Endpoint></Error>",
        301,
        {"x-amz-request-id": "1", "Server": "AmazonS3", "x-amz-bucket-region": "eu-west-1"},
    )
    played = web.ask("s3", {"GET /": moved}, names=("people",))
    assert played.result.access is Access.UNKNOWN
    assert played.result.problems == ("the bucket is in another region: eu-west-1, which was not probed",)
    assert len(played.sent) == 1


def test_a_bucket_at_its_own_host_and_a_page_of_more(web: Any) -> None:
    listing = (
        "<ListBucketResult><Name>people</Name><IsTruncated>true</IsTruncated>"
        "<Contents><Key>a.jpg</Key><Size>9</Size></Contents></ListBucketResult>"
    )
    report = web.ask("s3", {"GET /": listing, "GET /?list-type=2&max-keys=1000": listing}).result
    (bucket,) = report.containers
    assert (report.access, bucket.name) == (Access.OPEN, "people")
    assert (bucket.records.value, bucket.records.quality) == (1, Quality.LOWER_BOUND)
    assert report.identity.key == "s3:bucket:people"


def test_invalid_bucket_names_are_skipped(web: Any) -> None:
    assert len(web.ask("s3", names=("../x", "a/b", "a?acl", "-a", "a")).sent) == 1


MINIO = {"Server": "MinIO", "X-Amz-Request-Id": "1"}
NO_NAME = "buckets are not listed to us, and no name of one is known"


@pytest.mark.parametrize(
    ("names", "change", "access", "untested", "problems"),
    [
        ((), {}, Access.UNKNOWN, "names of buckets", (NO_NAME,)),
        (("people",), {}, Access.PARTIAL, "names of buckets other than people", ()),
        (("people", "private"), {}, Access.PARTIAL, "names of buckets other than people, private", ()),
        (("private",), {}, Access.AUTH_REQUIRED, "names of buckets other than private", ()),
        (("gone",), {}, Access.NOT_FOUND, "names of buckets other than gone", ()),
    ],
)
def test_a_refused_list_of_buckets_does_not_close_them(
    web: Any, names: tuple[str, ...], change: Any, access: Access, untested: str, problems: tuple[str, ...]
) -> None:
    pages = {"GET /": type(web.pages("s3").page["GET /"])(DENIED, 403, MINIO)}
    pages |= {"GET /private?list-type=2&max-keys=1000": 403, "GET /gone?list-type=2&max-keys=1000": 404, **change}
    report = web.ask("s3", pages, names=names).result
    assert (report.product, report.access) == ("minio", access)
    assert (report.untested, report.problems) == ((untested,), problems)


def test_a_host_of_one_bucket_is_closed_by_a_refusal(web: Any) -> None:
    body = DENIED.replace("</Error>", "<BucketName>people</BucketName></Error>")
    denied = type(web.pages("s3").page["GET /"])(body, 403, MINIO)
    played = web.ask("s3", {"GET /": denied}, names=("people",))
    assert (played.result.access, played.result.untested) == (Access.AUTH_REQUIRED, ())
    assert len(played.sent) == 1


def test_the_first_label_of_a_host_is_a_bucket_only_if_no_other_one_is_found(web: Any) -> None:
    pages = {"GET /": type(web.pages("s3").page["GET /"])(DENIED, 403, MINIO)}
    pages["GET /media?list-type=2&max-keys=1000"] = 403
    more = {"host": "media.acme.test", "port": 31900}
    found = web.ask("s3", pages, names=("people", "media"), **more)
    assert (found.result.access, found.result.untested) == (Access.PARTIAL, ("names of buckets other than people",))
    assert not any(b"GET /media" in sent for sent in found.sent)
    pages["GET /people?list-type=2&max-keys=1000"] = 403
    refused = web.ask("s3", pages, names=("media", "people"), **more)
    assert refused.result.access is Access.AUTH_REQUIRED
    assert refused.result.untested == ("names of buckets other than people, media",)


def test_what_a_server_no_longer_answers_stays_untested(web: Any) -> None:
    pages = {"GET /": type(web.pages("s3").page["GET /"])(DENIED, 403, MINIO)}
    pages |= {"GET /private?list-type=2&max-keys=1000": 403}
    # A body longer than announced ends the conversation.
    pages["GET /people?list-type=2&max-keys=1000"] = type(pages["GET /"])("", 200, {"Transfer-Encoding": "chunked"})
    report = web.ask("s3", pages, names=("private", "people")).result
    assert (report.access, report.untested) == (Access.AUTH_REQUIRED, ("names of buckets other than private",))
    assert any("people" not in line for line in report.problems)


def test_an_imitation_that_names_itself_amazon_is_not_amazon(web: Any) -> None:
    """As `rclone serve s3` 1.75.2 answers."""
    owner = "<Owner><ID>fe72</ID><DisplayName>GoFakeS3</DisplayName></Owner>"
    listed = page(web, BUCKETS.replace("<Buckets>", f"{owner}<Buckets>"), 200)
    report = web.ask("s3", {"GET /": listed}).result
    assert (report.product, report.access) == ("s3-compatible", Access.OPEN)


def test_a_demand_for_a_signature_is_a_refusal(web: Any) -> None:
    body = "<Error><Code>UnsupportedAlgorithm</Code><Message>Encountered an unsupported algorithm.</Message></Error>"
    played = web.ask("s3", {"GET /": type(web.pages("s3").page["GET /"])(body, 400)}, port=7, names=("people",))
    report = played.result
    assert (report.product, report.access, report.untested) == ("s3-compatible", Access.AUTH_REQUIRED, ())


@pytest.mark.parametrize(
    ("contents", "count", "quality", "size", "access"),
    [
        ("<Contents><Key>a&amp;b.sql</Key><Size>9</Size></Contents>", 1, "exact", "exact", Access.OPEN),
        ("<Contents><Key>" + "&quot;" * 1024 + "</Key><Size>9</Size></Contents>", 1, "exact", "exact", Access.OPEN),
        ("<Contents><Key>a</Key></Contents>", 1, "exact", "lower_bound", Access.OPEN),
        ("<Contents><Key><![CDATA[a]]></Key><Size>9</Size></Contents>", 0, "lower_bound", "lower_bound", "schema_only"),
        ("<IsTruncated>true</IsTruncated>", 0, "lower_bound", "lower_bound", Access.SCHEMA_ONLY),
    ],
    ids=["plain", "long", "no size", "unread", "more"],
)
def test_objects_that_are_not_counted_make_the_figure_a_lower_bound(
    web: Any, contents: str, count: int, quality: str, size: str, access: Access
) -> None:
    body = f"<ListBucketResult><Name>people</Name>{contents}</ListBucketResult>"
    report = web.ask("s3", {"GET /": BUCKETS, LIST: body}).result
    (one,) = report.containers
    assert (one.records.value, one.records.quality, one.bytes.quality) == (count, quality, size)
    assert report.access == access
    assert bool(report.unlisted) is (count == 0)


def test_a_listed_bucket_with_an_unsafe_name_is_named(web: Any) -> None:
    report = web.ask("s3", {"GET /": BUCKETS.replace("people", "a b"), "GET /a b": 404}).result
    assert any("'a b'" in one for one in report.unlisted)
