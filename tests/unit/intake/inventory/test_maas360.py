"""IBM MaaS360. Files made up after its API guide; how the members lie is assumed."""

from pathlib import Path

from tests.unit.intake.inventory.reading import read, told

XML = """<deviceSoftwares><maas360DeviceID>m-1</maas360DeviceID><deviceSw><swName>Workhub</swName><swAttrs>
<swAttr><key>Application ID</key><type>string</type><value>com.workhub.mobile</value></swAttr>
<swAttr><key>Full Version</key><value>3.1</value></swAttr></swAttrs></deviceSw></deviceSoftwares>"""


def test_software_of_a_device(tmp_path: Path) -> None:
    attributes = [{"key": "Application ID", "value": "com.workhub.mobile"}, {"key": "Full Version", "value": "3.1"}]
    one = {"swName": "Workhub", "swAttrs": {"swAttr": attributes}}
    for content in (
        XML,
        {"deviceSoftwares": {"maas360DeviceID": "m-1", "deviceSw": [one]}},
        {"deviceSoftwares": {"maas360DeviceID": "m-1", "deviceSw": {**one, "swAttrs": attributes}}},
    ):
        found = read(tmp_path, content)
        assert found.source == "maas360"
        assert list(told(found.rows, "bundle_id", "name", "version", "device")) == [
            ("com.workhub.mobile", "Workhub", "3.1", "m-1")
        ]


def test_installed_apps_are_counted(tmp_path: Path) -> None:
    app = {"appName": "Workhub", "appID": "com.w", "platform": "iOS", "deviceCount": 4}
    found = read(tmp_path, {"installedApps": {"count": 1, "installedApp": [app]}})
    assert list(told(found.rows, "bundle_id", "count")) == [("com.w", 4)]
