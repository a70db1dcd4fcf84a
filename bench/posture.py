"""Posture of a cloud account with a million resources: import and join, each in a process of its own, at two sizes.

The export is synthetic, in the format of ``aws ... --output json``: databases of five engines in good and bad states,
with the security groups, route tables and keys that they refer to, and a run in which some of them are open stores.
``python -m bench.posture import|join WORKSPACE [FILE...]`` is the child process.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.measure import peak_mib, table

SIZES = (100_000, 1_000_000)
STORES = 2_000
"""Open stores of the run; half of them are resources of the account."""
_ENGINES = ("postgres", "mysql", "mariadb", "sqlserver-ex", "oracle-se2")
_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "sqlserver-ex": 1433, "oracle-se2": 1521}


def run() -> str:
    """Measure, and return the report section."""
    rows = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
            exports = make_exports(Path(folder), size)
            megabytes = sum(path.stat().st_size for path in exports) / 1e6
            workspace = Path(folder) / "workspace"
            make_run(workspace)
            read = _child("import", workspace, *exports)
            joined = _child("join", workspace)
            assert joined["resources"] == size
            assert joined["owned"] == STORES // 2
            rows.append(
                [
                    f"{size:,}",
                    f"{megabytes:,.0f}",
                    *(f"{read[key]:.0f}" for key in ("wall", "cpu", "peak")),
                    *(f"{joined[key]:.0f}" for key in ("wall", "cpu", "peak")),
                    f"{read['wall'] + joined['wall']:.0f}",
                    f"{joined['unseen']:,}",
                ]
            )
    return (
        "## Posture\n\n`python -m bench posture`: synthetic exports of an AWS account (`describe-db-instances`, "
        f"security groups, route tables, key aliases). They are imported, then joined with a run of {STORES:,} open "
        f"stores, of which {STORES // 2:,} are instances of the account. One process each; wall and CPU in seconds, "
        "peaks in MiB. Goal: a million resources in less than 180 s together, no memory growth.\n\n"
        + table(
            [
                "resources",
                "MB of JSON",
                "import wall",
                "import CPU",
                "import peak",
                "join wall",
                "join CPU",
                "join peak",
                "both, wall",
                "public, not seen in the scan",
            ],
            rows,
        )
    )


def make_exports(folder: Path, size: int) -> list[Path]:
    """Write the files that a user would import."""
    instances = folder / "instances.json"
    with instances.open("w") as file:
        file.write('{"DBInstances": [\n')
        for number in range(size):
            file.write((",\n" if number else "") + json.dumps(_instance(number), indent=1))
        file.write("\n]}\n")
    groups = folder / "groups.json"
    groups.write_text(json.dumps({"SecurityGroups": list(_groups(size // 20))}))
    routes = folder / "routes.json"
    routes.write_text(json.dumps({"RouteTables": list(_routes(size // 1000))}))
    keys = folder / "keys.json"
    keys.write_text(
        json.dumps(
            {
                "Aliases": [
                    {
                        "AliasName": "alias/aws/rds",
                        "AliasArn": "arn:aws:kms:eu-west-1:123456789012:alias/aws/rds",
                        "TargetKeyId": "provider",
                    }
                ]
            }
        )
    )
    return [instances, groups, routes, keys]


def _instance(number: int) -> dict[str, object]:
    engine = _ENGINES[number % 5]
    account = f"{100000000000 + number % 50}"
    name = f"db-{number:07}"
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.m6g.large",
        "Engine": engine,
        "EngineVersion": "15.4",
        "DBInstanceStatus": "available",
        "MasterUsername": "administrator",
        "Endpoint": {"Address": f"{name}.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", "Port": _PORTS[engine]},
        "AllocatedStorage": 100,
        "PreferredBackupWindow": "03:00-04:00",
        "BackupRetentionPeriod": number % 8,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": f"sg-{number // 20:012x}", "Status": "active"}],
        "DBParameterGroups": [{"DBParameterGroupName": "default.postgres15", "ParameterApplyStatus": "in-sync"}],
        "DBSubnetGroup": {
            "DBSubnetGroupName": "default",
            "VpcId": f"vpc-{number // 1000:08x}",
            "SubnetGroupStatus": "Complete",
            "Subnets": [
                {"SubnetIdentifier": f"subnet-{number // 1000:06x}a", "SubnetStatus": "Active"},
                {"SubnetIdentifier": f"subnet-{number // 1000:06x}b", "SubnetStatus": "Active"},
            ],
        },
        "MultiAZ": False,
        "PubliclyAccessible": number % 3 == 0,
        "StorageType": "gp3",
        "StorageEncrypted": number % 4 != 0,
        **({"KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/provider"} if number % 4 else {}),
        "DbiResourceId": f"db-{number:026}",
        "DBInstanceArn": f"arn:aws:rds:eu-west-1:{account}:db:{name}",
        "IAMDatabaseAuthenticationEnabled": False,
        "EnabledCloudwatchLogsExports": ["postgresql"] if number % 2 else [],
        "TagList": [{"Key": "team", "Value": f"team-{number % 17}"}, {"Key": "stage", "Value": "production"}],
    }


def _groups(count: int) -> Iterator[dict[str, object]]:
    for number in range(count + 1):
        port = 5432 if number % 2 else 3306
        yield {
            "GroupId": f"sg-{number:012x}",
            "GroupName": f"group-{number}",
            "OwnerId": "123456789012",
            "IpPermissions": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": port,
                    "ToPort": port,
                    "IpRanges": [{"CidrIp": "0.0.0.0/0" if number % 5 == 0 else "10.0.0.0/8"}],
                }
            ],
        }


def _routes(count: int) -> Iterator[dict[str, object]]:
    for number in range(count + 1):
        yield {
            "RouteTableId": f"rtb-{number:08x}",
            "VpcId": f"vpc-{number:08x}",
            "Associations": [{"Main": True}],
            "Routes": [
                {
                    "DestinationCidrBlock": "0.0.0.0/0",
                    "GatewayId": "igw-1" if number % 2 == 0 else "nat-1",
                    "State": "active",
                }
            ],
        }


def make_run(workspace: Path) -> None:
    """Create a finished run with open stores."""
    from tieback.model.exposure import Exposure, Severity
    from tieback.model.figure import exact
    from tieback.model.probe import Access, Identity, Ransom
    from tieback.storage.workspace import Workspace

    def stores() -> Iterator[Exposure]:
        for number in range(STORES):
            host = (
                f"db-{number:07}.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"
                if number % 2
                else f"store-{number}.shop.example"
            )
            yield Exposure(
                id=f"exp-{number:06}",
                identity=Identity(f"postgresql:{number}", "vendor_id"),
                product="postgresql",
                version="15.4",
                access=Access.OPEN,
                addresses=(),
                targets=(f"{host}:5432",),
                routes=(),
                containers=(),
                records=exact(1000, "count"),
                bytes=exact(1 << 20, "sum"),
                pii=(),
                fields=(),
                ransom=Ransom(),
                severity=Severity.HIGH,
                score=70,
                factors=(),
                bytes_sent=100,
                bytes_read=1000,
                cleartext=False,
            )

    with Workspace.open(workspace) as opened:
        run = opened.ledger.start_run(["bench"])
        opened.ledger.conclusions.save(run, stores(), ())
        opened.ledger.end_run(run)


def _child(*arguments: object) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.posture", *(str(one) for one in arguments)]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def main() -> None:
    """Run one stage as a process of its own, and print its cost."""
    start = time.perf_counter()
    workspace = Path(sys.argv[2])
    said: dict[str, float] = {}
    if sys.argv[1] == "import":
        from tieback.model.errors import TiebackError
        from tieback.pipeline.posture.exports import import_posture
        from tieback.posture.source import Origin

        for end in import_posture(workspace, [Path(one) for one in sys.argv[3:]], Origin()):
            if isinstance(end, TiebackError):
                raise end
            said["statements"] = said.get("statements", 0) + end.statements
    else:
        from tieback.pipeline.posture.join import JoinSummary, join_accounts
        from tieback.storage.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened:
            for one in join_accounts(opened):
                if isinstance(one, JoinSummary):
                    said |= {"resources": one.resources, "owned": one.owned, "unseen": one.unseen}
    used = resource.getrusage(resource.RUSAGE_SELF)
    said |= {"wall": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "peak": peak_mib()}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
