"""The sample apps are what labs/README.md says: identity, signer, and no back end but the declared one."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from apk_info import APK, Signature

LABS = Path(__file__).parents[3] / "labs"
SDK = "https://telemetry.vendor-sdk.test/v1/events"
TOOLS = ("apktool", "aapt", "zipalign", "apksigner", "zip", "unzip", "keytool")

NOISE = {
    "developer.android.com",
    "json-schema.org",
    "opensource.org",
    "schemas.android.com",
    "www.apache.org",
    "www.w3.org",
}
"""Hosts of namespaces, licences and documentation."""


class Sample(msgspec.Struct, frozen=True):
    """What a sample app declares."""

    name: str
    bundle_id: str
    version_name: str
    version_code: str
    label: str
    organisation: str
    backend: str
    entry: str
    """Where the back end stands."""
    hosts: frozenset[str]
    """Every ``.test`` name in the package, the SDK's left out."""


SAMPLES = (
    Sample(
        "fieldhand", "org.fieldhand.app", "4.0.7", "407", "Fieldhand", "Fieldhand Machinery",
        "http://es.fieldhand.test:9200/machines/_search", "classes.dex", frozenset({"es.fieldhand.test"}),
    ),
    Sample(
        "workhub", "com.workhub.mobile", "2.10.4", "2104", "Workhub", "Workhub Access GmbH",
        "https://api.workhub.test", "resources.arsc", frozenset({"api.workhub.test"}),
    ),
    Sample(
        "tillroll", "com.tillroll.pos", "1.8.8", "88", "Tillroll", "Tillroll Retail",
        "postgresql://app@db.tillroll.test:5432/tillroll", "assets/config.json", frozenset({"db.tillroll.test"}),
    ),
)  # fmt: skip

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def package(sample: Sample) -> Path:
    return LABS / "apps" / f"{sample.name}.apk"


def texts(sample: Sample) -> dict[str, str]:
    """Every entry, decompressed, read as bytes and as UTF-16 at even and odd offsets."""
    apk = APK(package(sample))
    return {
        name: "\n".join([data.decode("latin-1"), *(data[at:].decode("utf-16-le", errors="replace") for at in (0, 1))])
        for name in apk.namelist()
        for data in [apk.read(name)[0]]
    }


@each_sample
def test_identity(sample: Sample) -> None:
    apk = APK(package(sample))
    assert package(sample).stat().st_size < 60_000
    assert apk.get_package_name() == sample.bundle_id
    assert apk.get_version_name() == sample.version_name
    assert apk.get_version_code() == sample.version_code
    assert apk.get_application_label() == sample.label
    assert apk.get_min_sdk_version() == "24"
    assert apk.get_target_sdk_version() == 34
    assert apk.get_permissions() == {"android.permission.INTERNET"}
    assert apk.get_main_activity() is not None


@each_sample
def test_signer(sample: Sample) -> None:
    schemes = APK(package(sample)).get_signatures()
    assert [type(scheme) for scheme in schemes] == [Signature.V2, Signature.V3]
    for scheme in schemes:
        assert isinstance(scheme, Signature.V2 | Signature.V3)
        (certificate,) = scheme.certificates
        assert f"O={sample.organisation}" in certificate.subject.split(",")


@each_sample
def test_no_back_end_but_the_declared_one(sample: Sample) -> None:
    entries = texts(sample)
    assert sample.backend in entries[sample.entry]
    everything = "\n".join(entries.values())
    urls = set(re.findall(r"[a-z]{4,10}://[!-~]*?\.test(?![a-z0-9.-])[!#-;=?-~]*", everything))
    assert urls == {sample.backend, SDK}
    names = set(re.findall(r"[a-z][a-z.-]*\.test(?![a-z/])", everything))
    assert names <= sample.hosts | {"telemetry.vendor-sdk.test"}
    hosts = set(re.findall(r"://(?:[a-z]+@)?([a-z0-9.-]+)", everything))
    assert hosts == sample.hosts | {"telemetry.vendor-sdk.test"} | (hosts & NOISE)
    assert hosts & NOISE, "a sample without noise proves little"


def test_workhub_never_names_the_store_behind_its_api() -> None:
    (workhub,) = (sample for sample in SAMPLES if sample.name == "workhub")
    for name, text in texts(workhub).items():
        assert "27017" not in text, name
        assert "mongo" not in text.lower(), name


def test_tillroll_contains_no_password() -> None:
    (tillroll,) = (sample for sample in SAMPLES if sample.name == "tillroll")
    assert all("app:" not in text and "password" not in text.lower() for text in texts(tillroll).values())


@each_sample
def test_resources_are_stored_as_android_11_requires(sample: Sample) -> None:
    assert APK(package(sample)).read("resources.arsc")[1] == "stored"


FRAMEWORKS = (
    ("clubhouse", "org.clubhouse.members", "assets/www/js/app.js"),
    ("parcelrun", "com.parcelrun.driver", "assets/index.android.bundle"),
    ("parcelrun-hermes", "com.parcelrun.driver", "assets/index.android.bundle"),
)


@pytest.mark.parametrize(("name", "bundle_id", "entry"), FRAMEWORKS)
def test_samples_of_frameworks_name_hosts_of_no_one(name: str, bundle_id: str, entry: str) -> None:
    path = LABS / "frameworks" / "apps" / f"{name}.apk"
    apk = APK(path)
    assert path.stat().st_size < 60_000
    assert apk.get_package_name() == bundle_id
    assert "classes.dex" not in apk.namelist(), "a package without code, as labs/README.md says"
    text = apk.read(entry)[0].decode("latin-1")
    hosts = set(re.findall(r"[a-z]+://(?:[a-z]+@)?([a-z0-9.-]+)", text))
    assert {host for host in hosts if not host.endswith(".test")} <= NOISE | {"localhost"}


def test_the_hermes_bundle_is_bytecode_of_the_plain_one() -> None:
    plain, bytecode = (LABS / "frameworks/parcelrun/bundle" / f"{kind}.bundle" for kind in ("plain", "hermes"))
    assert bytecode.read_bytes()[:8] == bytes.fromhex("c61fbc03c103191f")
    # Hermes notes the SHA-1 of its source behind magic and version.
    assert bytecode.read_bytes()[12:32] == hashlib.sha1(plain.read_bytes(), usedforsecurity=False).digest()


@pytest.mark.parametrize("script", ["build.sh", "frameworks/build.sh"])
def test_the_sources_give_the_committed_packages(script: str) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; see labs/README.md")
    done = subprocess.run(
        [LABS / script, "--check"],
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    differ = [line.split(":")[0] for line in done.stderr.splitlines() if "differs from" in line]
    if differ:
        pytest.skip(f"other releases of the tools pack otherwise: {', '.join(differ)}")
    assert done.returncode == 0, done.stderr


def test_build_reports_missing_tools(tmp_path: Path) -> None:
    for tool in ("bash", "dirname", "cat"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    done = subprocess.run(
        [shutil.which("bash") or "bash", LABS / "build.sh"],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "labs/build.sh: apktool is missing. Install it: apt-get install apktool\n"
