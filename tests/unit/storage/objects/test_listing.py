"""What inputs name, and what surveys found of it."""

from tieback.model.errors import InputError
from tieback.storage.objects.listing import ListedObject, ObjectListing

APP = ListedObject("s3://b/x/a.apk", "s3://b/x/a.apk", "d1", 10, "etag", named=False)
SHARD = ListedObject("https://h/s.tar?sig=1", "https://h/s.tar", "d2", 99)
TOLD = ListedObject("s3://b/x/told.apk", "s3://b/x/told.apk", "", 5, "", 512, "f" * 64, "app")
ERROR = InputError("it is not there", where="s3://b/none", advice="Check the URL")


def shown(found: ListedObject | InputError) -> str:
    return f"!{found}" if isinstance(found, InputError) else f"{found.source}#{found.member}:{found.kind}"


def test_members_replace_their_shard_in_order() -> None:
    with ObjectListing() as listing:
        listing.add(0, [SHARD, ERROR])
        listing.add(1, [APP])
        listing.add(0, [TOLD])
        listing.found(
            [
                ("d1", "", 0, 10, "1" * 64, "app"),
                ("d2", "b.apk", 512, 20, "2" * 64, "app"),
                ("d2", "a.pcap", 2048, 30, "3" * 64, "traffic"),
                ("d3", "", 0, 10, "4" * 64, "app"),
            ]
        )
        assert list(map(shown, listing.of(0))) == [
            "https://h/s.tar#b.apk:app",
            "https://h/s.tar#a.pcap:traffic",
            f"!{ERROR}",
            "s3://b/x/told.apk#:app",
        ]
        first = next(listing.of(0))
        assert isinstance(first, ListedObject)
        assert (first.place, first.start, first.size, first.sha256) == ("https://h/s.tar?sig=1", 512, 20, "2" * 64)
        assert list(map(shown, listing.of(1))) == ["s3://b/x/a.apk#:app"]
        assert next(listing.of(1)) == ListedObject(
            APP.place, APP.source, "d1", 10, "etag", 0, "1" * 64, "app", named=False
        )
        assert list(listing.of(2)) == []


def test_unknown_objects_are_reported() -> None:
    with ObjectListing() as listing:
        listing.add(0, [APP, SHARD])
        assert sorted(listing.unresolved()) == ["d1", "d2"]
        listing.fail("d2", "it changed", "Run again")
        listing.fail("d2", "something later", "")
        listing.found([("d1", "", 0, 10, "1" * 64, "app")])
        assert list(listing.unresolved()) == []
        assert list(map(shown, listing.of(0))) == ["!https://h/s.tar: it changed. Run again", "s3://b/x/a.apk#:app"]


def test_one_object_that_two_inputs_name() -> None:
    with ObjectListing() as listing:
        listing.add(0, [APP])
        listing.add(1, [APP])
        listing.found([("d1", "", 0, 10, "1" * 64, "app")])
        assert [len(list(listing.of(origin))) for origin in (0, 1)] == [1, 1]


def test_objects_of_one_folder_go_together() -> None:
    names = ["s3://b/x/1.apk", "s3://b/y/1.apk", "s3://b/x/2.apk", "s3://b/y/2.apk"]
    with ObjectListing() as listing:
        listing.add(0, [ListedObject(name, name, sha256="1" * 64, kind="app") for name in names])
        assert [one.source for one in listing.of(0) if isinstance(one, ListedObject)] == sorted(names)


def test_names_that_are_not_text_are_kept() -> None:
    with ObjectListing() as listing:
        listing.add(0, [InputError("odd", where="bad\udcff")])
        assert [str(one) for one in listing.of(0)] == ["bad\\udcff: odd"]
