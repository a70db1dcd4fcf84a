import gzip
from pathlib import Path

from tests.unit.intake.traffic import wire
from tieback.intake.traffic.discover import find_captures
from tieback.model.errors import InputError


def test_directories_give_what_is_or_claims_to_be_traffic(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    files = {
        "a.pcap": b"no capture",
        "deep/no-name": wire.pcap([]),
        "b.bin": wire.section(),
        "c.txt": b"text",
        "d.pcap.gz": gzip.compress(b""),
        "e.har": b"{}",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = [item.relative_to(tmp_path).as_posix() for item in find_captures([tmp_path]) if isinstance(item, Path)]
    assert found == ["a.pcap", "b.bin", "d.pcap.gz", "deep/no-name", "e.har"]


def test_errors_are_in_the_stream(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_bytes(b"text")
    found = list(find_captures([tmp_path / "none", tmp_path, tmp_path / "c.txt"]))
    assert [item.what for item in found if isinstance(item, InputError)] == [
        "no such file or directory",
        "no capture in this directory",
    ]
    assert found[2] == tmp_path / "c.txt", "a file is given on as it is"
