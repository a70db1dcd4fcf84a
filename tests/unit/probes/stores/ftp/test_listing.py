from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.stores.ftp.listing import DirectoryListing, ListingEntry, read_entries

LINES = [
    # line, entry; forms of vsftpd, ProFTPD, Pure-FTPd and IIS
    ("drwxr-xr-x    2 65534    65534          80 Nov 25 03:46 pub", ListingEntry("pub", directory=True)),
    ("-rw-r--r--    1 0        0              10 Nov 25 03:46 f0.csv", ListingEntry("f0.csv", 10)),
    (" -rw-r--r--   1 ftp      ftp          1024 Jan  3  2019 a file.txt", ListingEntry("a file.txt", 1024)),
    ("213-drwxr-xr-x   2 ftp  ftp  4096 Jan  3  2019 deep", ListingEntry("deep", directory=True)),
    ("-rw-r--r--. 1 ftp 5 Jan  3  2019 no-group.bin", ListingEntry("no-group.bin", 5)),
    ("11-25-26  03:46PM       <DIR>          images", ListingEntry("images", directory=True)),
    ("11-25-2026  03:46AM              2048 list.xlsx", ListingEntry("list.xlsx", 2048)),
    ("drwxr-xr-x    2 0        0              80 Nov 25 03:46 ..", None),
    ("213-Status follows:", None),
    ("total 12", None),
    ("", None),
]


@each(("line", "entry"), LINES)
def test_listing_lines_are_parsed(line: str, entry: ListingEntry | None) -> None:
    assert read_entries([line]) == DirectoryListing([entry] if entry is not None else [])


@each(
    ("line", "found"),
    [
        ("lrwxrwxrwx    1 0        0              10 Nov 25 03:46 link -> /etc", DirectoryListing(links=1)),
        ("-rw-r--r--    1 0        0              10 2026-11-25 03:46 iso.csv", DirectoryListing(unread=1)),
        ("-rw-r--r--    1 0        0              10 Nov 25 03:46 " + "a" * 600, DirectoryListing(unread=1)),
        ("+i8388621.48594,m825718503,r,s280,\tdjb.html", DirectoryListing(unread=1)),
        ("dump.sql", DirectoryListing(unread=1)),
        ("prw-r--r--    1 0        0               0 Nov 25 03:46 pipe", DirectoryListing()),
    ],
)
def test_lines_that_are_no_file_are_counted(line: str, found: DirectoryListing) -> None:
    assert read_entries([line]) == found


@given(st.lists(st.text(max_size=200), max_size=20))
@settings(max_examples=examples(60), deadline=None)
def test_noise_gives_no_negative_sizes(lines: list[str]) -> None:
    assert all(0 <= entry.size < 10**18 for entry in read_entries(lines).entries)
