"""What surveys found comes back from the lake as it went in."""

from pathlib import Path

from tieback.model.remote import ShardMember
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.objects import object_table, read_objects

SHARD = Unit("b" * 64, "survey-1", "s3://corpus/s.tar", 10)
APP = Unit("a" * 64, "survey-1", "s3://corpus/a.apk", 10)
MEMBERS = (ShardMember("z.apk", 512, 100, "1" * 64, "app"), ShardMember("a.pcap", 2048, 7, "2" * 64, "traffic"))
WHOLE = ShardMember("", 0, 10, "3" * 64, "app")


def test_to_the_lake_and_back(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.publish("one", {"objects": object_table([(SHARD, MEMBERS), (APP, (WHOLE,))])}, [SHARD, APP])
    assert list(read_objects(lake, "survey-1")) == [
        (APP.key, "", 0, 10, "3" * 64, "app"),
        (SHARD.key, "z.apk", 512, 100, "1" * 64, "app"),
        (SHARD.key, "a.pcap", 2048, 7, "2" * 64, "traffic"),
    ]
    assert list(read_objects(lake, "survey-3")) == []
