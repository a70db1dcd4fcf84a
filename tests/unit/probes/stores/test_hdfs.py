from typing import Any

import pytest

from tieback.model.probe import Access

STATES = [
    # what differs, access
    ({"GET /webhdfs/v1/?op=LISTSTATUS": 401}, Access.AUTH_REQUIRED),
    ({"GET /webhdfs/v1/?op=LISTSTATUS": '{"FileStatuses":{"FileStatus":[]}}'}, Access.OPEN_EMPTY),
    ({"GET /webhdfs/v1/hr?op=GETCONTENTSUMMARY": 403}, Access.SCHEMA_ONLY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("hdfs", change).result.access is access


JMX = "GET /jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo"
BEAN = '{"beans":[{"ClusterId":"CID-1","SoftwareVersion":"3.3.4"%s}]}'
LARGE = [
    # blocks in the bean, containers with their bytes
    (',"TotalBlocks":1000001,"Used":12288', {"hr": None, "tmp": None, "/": 12288}),
    ("", {"hr": None, "tmp": None}),
]


@pytest.mark.parametrize(("blocks", "containers"), LARGE)
def test_directories_of_a_large_or_unknown_number_of_names_are_not_counted(
    web: Any, blocks: str, containers: dict[str, int | None]
) -> None:
    played = web.ask("hdfs", {JMX: BEAN % blocks})
    assert {one.name: one.bytes and one.bytes.value for one in played.result.containers} == containers
    assert played.result.access is Access.SCHEMA_ONLY
    assert not any(b"GETCONTENTSUMMARY" in sent for sent in played.sent)
    assert any("directories were not counted" in problem for problem in played.result.problems)


def test_a_named_directory_of_a_large_file_system_is_not_counted_either(web: Any) -> None:
    change = {JMX: BEAN % ',"TotalBlocks":1000001', "GET /webhdfs/v1/?op=LISTSTATUS": 403}
    played = web.ask("hdfs", change, names=("hr",))
    assert not any(b"GETCONTENTSUMMARY" in sent for sent in played.sent)
    assert played.result.untested
