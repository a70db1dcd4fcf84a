"""Small exports, made by hand from the vendors' schemas (no vendor's file is copied), one or more for each source."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

ACCOUNT = "123456789012"
OPEN_GROUP = {
    "GroupId": "sg-0a",
    "GroupName": "web",
    "OwnerId": ACCOUNT,
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}
ROUTES = {
    "RouteTableId": "rtb-0a",
    "VpcId": "vpc-0a",
    "Associations": [{"Main": True}],
    "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0a", "State": "active"}],
}
INSTANCE = {
    "DBInstanceIdentifier": "orders",
    "DBInstanceArn": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders",
    "Engine": "postgres",
    "EngineVersion": "15.4",
    "Endpoint": {"Address": "orders.c1.eu-west-1.rds.amazonaws.com", "Port": 5432},
    "PubliclyAccessible": True,
    "StorageEncrypted": False,
    "BackupRetentionPeriod": 7,
    "EnabledCloudwatchLogsExports": ["postgresql"],
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a", "Status": "active"}],
    "DBSubnetGroup": {"VpcId": "vpc-0a", "Subnets": [{"SubnetIdentifier": "subnet-0a"}]},
}
BUCKET_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-data/*"}
    ],
}
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ARM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers"
SQL_SERVER = {
    "id": f"{ARM}/Microsoft.Sql/servers/shop-sql",
    "name": "shop-sql",
    "type": "microsoft.sql/servers",
    "location": "westeurope",
    "subscriptionId": SUBSCRIPTION,
    "properties": {
        "fullyQualifiedDomainName": "shop-sql.database.windows.net",
        "publicNetworkAccess": "Enabled",
        "version": "12.0",
    },
}
FIREWALL_RULE = {
    "id": f"{ARM}/Microsoft.Sql/servers/shop-sql/firewallRules/all",
    "name": "all",
    "type": "microsoft.sql/servers/firewallrules",
    "properties": {"startIpAddress": "0.0.0.0", "endIpAddress": "255.255.255.255"},
}
TDE = {
    "id": f"{ARM}/Microsoft.Sql/servers/shop-sql/databases/orders/transparentDataEncryption/current",
    "name": "current",
    "type": "microsoft.sql/servers/databases/transparentdataencryption",
    "properties": {"state": "Disabled"},
}
CLOUD_SQL = {
    "kind": "sql#instance",
    "name": "orders",
    "project": "shop-1234",
    "region": "europe-west1",
    "selfLink": "https://sqladmin.googleapis.com/sql/v1beta4/projects/shop-1234/instances/orders",
    "databaseVersion": "POSTGRES_15",
    "ipAddresses": [{"type": "PRIMARY", "ipAddress": "203.0.113.7"}],
    "settings": {
        "ipConfiguration": {
            "ipv4Enabled": True,
            "authorizedNetworks": [{"value": "0.0.0.0/0"}],
            "sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        },
        "backupConfiguration": {"enabled": True},
    },
}
ATLAS_CLUSTER = {
    "groupId": "5f0000000000000000000000",
    "name": "orders",
    "mongoDBVersion": "7.0.5",
    "stateName": "IDLE",
    "encryptionAtRestProvider": "NONE",
    "backupEnabled": True,
    "connectionStrings": {
        "standardSrv": "mongodb+srv://orders.ab1cd.mongodb.net",
        "standard": "mongodb://orders-shard-00-00.ab1cd.mongodb.net:27017,orders-shard-00-01.ab1cd.mongodb.net:27017/?ssl=true",
    },
}


def prowler(
    code: str, status: str, uid: str, *, data: Any = None, name: str = "orders", detail: str = ""
) -> dict[str, Any]:
    """A finding of Prowler."""
    return {
        "metadata": {"event_code": code, "product": {"name": "Prowler"}, "version": "1.5.0"},
        "status_code": status,
        "status_detail": detail,
        "time_dt": "2026-11-20T10:00:00",
        "cloud": {"account": {"uid": ACCOUNT}, "provider": "aws", "region": "eu-west-1"},
        "resources": [
            {
                "uid": uid,
                "name": name,
                "type": "",
                "region": "eu-west-1",
                "data": {"metadata": data if data is not None else {}},
            }
        ],
    }


def asff(control: str, status: str, resource: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A finding of Security Hub."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "1",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
        "GeneratorId": f"security-control/{control}",
        "AwsAccountId": ACCOUNT,
        "Region": "eu-west-1",
        "Title": f"control {control}",
        "UpdatedAt": "2026-11-21T10:00:00.000Z",
        "RecordState": "ACTIVE",
        "Compliance": {"Status": status, "SecurityControlId": control},
        "Resources": [resource],
        **more,
    }


RDS_ARN = str(INSTANCE["DBInstanceArn"])
_ASFF_DETAILS = {
    "AwsRdsDbInstance": {
        "DBInstanceIdentifier": "orders",
        "Engine": "postgres",
        "PubliclyAccessible": True,
        "StorageEncrypted": False,
        "Endpoint": {"Address": "orders.c1.eu-west-1.rds.amazonaws.com", "Port": 5432},
    }
}
_CONFIG = {
    "fileVersion": "1.0",
    "configSnapshotId": "1",
    "configurationItems": [
        {
            "resourceType": "AWS::RDS::DBInstance",
            "resourceId": "db-ABC",
            "resourceName": "orders",
            "ARN": RDS_ARN,
            "awsAccountId": ACCOUNT,
            "awsRegion": "eu-west-1",
            "configurationItemCaptureTime": "2026-11-21T10:00:00.000Z",
            "configurationItemStatus": "OK",
            "configuration": {
                "dBInstanceIdentifier": "orders",
                "engine": "postgres",
                "storageEncrypted": False,
                "publiclyAccessible": True,
                "endpoint": {"address": "orders.c1.eu-west-1.rds.amazonaws.com", "port": 5432},
                "vpcSecurityGroups": [{"vpcSecurityGroupId": "sg-0a"}],
            },
        },
        {
            "resourceType": "AWS::S3::Bucket",
            "resourceId": "shop-data",
            "resourceName": "shop-data",
            "ARN": "arn:aws:s3:::shop-data",
            "awsAccountId": ACCOUNT,
            "awsRegion": "eu-west-1",
            "configurationItemCaptureTime": "2026-11-21T10:00:00.000Z",
            "configurationItemStatus": "OK",
            "configuration": {"name": "shop-data"},
            "supplementaryConfiguration": {
                "BucketPolicy": json.dumps({"policyText": json.dumps(BUCKET_POLICY)}),
                "PublicAccessBlockConfiguration": json.dumps(
                    {
                        "blockPublicAcls": False,
                        "ignorePublicAcls": False,
                        "blockPublicPolicy": False,
                        "restrictPublicBuckets": False,
                    }
                ),
            },
        },
    ],
}
_SCOUT = {
    "account_id": ACCOUNT,
    "provider_code": "aws",
    "last_run": {"time": "2026-11-21 10:00:00+0000", "version": "5.14.0"},
    "services": {
        "rds": {
            "regions": {
                "eu-west-1": {
                    "vpcs": {
                        "vpc-0a": {
                            "instances": {
                                "abcdef": {
                                    "name": "orders",
                                    "arn": RDS_ARN,
                                    "Engine": "postgres",
                                    "PubliclyAccessible": True,
                                    "StorageEncrypted": False,
                                    "Endpoint": {"Address": "orders.c1.eu-west-1.rds.amazonaws.com", "Port": 5432},
                                    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a"}],
                                }
                            }
                        }
                    }
                }
            }
        },
        "ec2": {
            "regions": {
                "eu-west-1": {
                    "vpcs": {
                        "vpc-0a": {
                            "security_groups": {
                                "sg-0a": {
                                    "id": "sg-0a",
                                    "name": "web",
                                    "rules": {
                                        "ingress": {
                                            "protocols": {
                                                "TCP": {"ports": {"5432": {"cidrs": [{"CIDR": "0.0.0.0/0"}]}}}
                                            }
                                        }
                                    },
                                }
                            }
                        }
                    }
                }
            }
        },
    },
}
_POWERPIPE = {
    "group_id": "root_result_group",
    "title": "AWS Compliance",
    "groups": [
        {
            "group_id": "aws_compliance.benchmark.rds",
            "controls": [
                {
                    "control_id": "aws_compliance.control.rds_db_instance_encryption_at_rest_enabled",
                    "results": [
                        {
                            "reason": "orders is not encrypted.",
                            "resource": RDS_ARN,
                            "status": "alarm",
                            "dimensions": [
                                {"key": "account_id", "value": ACCOUNT},
                                {"key": "region", "value": "eu-west-1"},
                            ],
                        },
                        {"reason": "could not be asked", "resource": RDS_ARN, "status": "error", "dimensions": []},
                    ],
                }
            ],
        }
    ],
}
_CHECKOV = {
    "check_type": "terraform",
    "results": {
        "passed_checks": [
            {
                "check_id": "CKV_AWS_17",
                "check_name": "no public RDS",
                "resource": "aws_db_instance.orders",
                "file_path": "/main.tf",
            }
        ],
        "failed_checks": [
            {
                "check_id": "CKV_AWS_16",
                "check_name": "RDS encrypted",
                "resource": "aws_db_instance.orders",
                "file_path": "/main.tf",
            },
            {
                "check_id": "CKV_AWS_999",
                "check_name": "another",
                "resource": "aws_db_instance.orders",
                "file_path": "/main.tf",
            },
        ],
        "parsing_errors": ["/broken.tf"],
    },
}
_PROWLER_2 = {
    "Profile": "default",
    "Account Number": ACCOUNT,
    "Control": "[extra735] Check if RDS instances storage is encrypted",
    "Message": "eu-west-1: RDS instance orders is not encrypted!",
    "Status": "FAIL",
    "Control ID": "7.35",
    "Region": "eu-west-1",
    "Resource ID": "orders",
}
_PROWLER_2_CSV = (
    "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,TITLE_TEXT,CHECK_RESULT_EXTENDED,CHECK_RESOURCE_ID\n"
    f"default,{ACCOUNT},eu-west-1,7.35,FAIL,[extra735] Check,eu-west-1: not encrypted,orders\n"
)
_GROUP = {"ingress": [{"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": ["0.0.0.0/0"]}]}
_PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.9.5",
    "planned_values": {"root_module": {}},
    "resource_changes": [
        {
            "address": "aws_db_instance.orders",
            "mode": "managed",
            "type": "aws_db_instance",
            "name": "orders",
            "change": {
                "actions": ["create"],
                "after": {"engine": "postgres", "port": 5432, "publicly_accessible": True},
                "after_unknown": {"arn": True, "vpc_security_group_ids": True},
            },
        },
        {
            "address": "aws_security_group.web",
            "mode": "managed",
            "type": "aws_security_group",
            "name": "web",
            "change": {"actions": ["create"], "after": _GROUP, "after_unknown": {"id": True}},
        },
    ],
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_db_instance.orders",
                    "expressions": {
                        "engine": {"constant_value": "postgres"},
                        "vpc_security_group_ids": {
                            "references": ["aws_security_group.web.id", "aws_security_group.web"]
                        },
                    },
                }
            ]
        }
    },
}
_STATE = {
    "format_version": "1.0",
    "terraform_version": "1.9.5",
    "values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_s3_bucket.data",
                    "mode": "managed",
                    "type": "aws_s3_bucket",
                    "name": "data",
                    "values": {"bucket": "shop-data", "policy": json.dumps(BUCKET_POLICY)},
                }
            ]
        }
    },
}
_SARIF = {
    "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Checkov", "version": "3.2.0"}},
            "results": [
                {
                    "ruleId": "CKV_AWS_16",
                    "level": "error",
                    "message": {"text": "Ensure all data stored in the RDS is securely encrypted at rest"},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "main.tf"}, "region": {"startLine": 3}}}
                    ],
                }
            ],
        }
    ],
}
_ASSESSMENT = {
    "id": f"{ARM}/Microsoft.Sql/servers/shop-sql/databases/orders/providers/Microsoft.Security/assessments/651967bf",
    "name": "651967bf",
    "type": "Microsoft.Security/assessments",
    "properties": {
        "displayName": "Transparent Data Encryption on SQL databases should be enabled",
        "status": {"code": "Unhealthy"},
        "resourceDetails": {"source": "Azure", "id": f"{ARM}/Microsoft.Sql/servers/shop-sql/databases/orders"},
    },
}
_DEFENDER = (
    "subscriptionId,resourceGroup,resourceType,resourceName,resourceId,recommendationDisplayName,state\n"
    f"{SUBSCRIPTION},shop,sql,orders,{ARM}/Microsoft.Sql/servers/shop-sql/databases/orders,"
    "Transparent Data Encryption on SQL databases should be enabled,Unhealthy\n"
    f"{SUBSCRIPTION},shop,storage,shopdata,{ARM}/Microsoft.Storage/storageAccounts/shopdata,"
    "Secure transfer to storage accounts should be enabled,NotApplicable\n"
)
_ASSET = {
    "name": "//sqladmin.googleapis.com/projects/shop-1234/instances/orders",
    "assetType": "sqladmin.googleapis.com/Instance",
    "updateTime": "2026-11-21T10:00:00Z",
    "resource": {"version": "v1beta4", "location": "europe-west1", "data": CLOUD_SQL},
}
_ASSET_POLICY = {
    "name": "//storage.googleapis.com/shop-data",
    "assetType": "storage.googleapis.com/Bucket",
    "updateTime": "2026-11-21T10:00:00Z",
    "iamPolicy": {"bindings": [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]},
}
_SCC = {
    "finding": {
        "category": "PUBLIC_SQL_INSTANCE",
        "state": "ACTIVE",
        "resourceName": "//sqladmin.googleapis.com/projects/shop-1234/instances/orders",
        "eventTime": "2026-11-21T10:00:00Z",
        "description": "the instance admits 0.0.0.0/0",
    },
    "resource": {"projectDisplayName": "shop-1234"},
}
_STEAMPIPE = {
    "columns": [{"name": "arn", "data_type": "text"}],
    "rows": [
        {
            "arn": RDS_ARN,
            "db_instance_identifier": "orders",
            "engine": "postgres",
            "publicly_accessible": True,
            "storage_encrypted": False,
            "endpoint_address": "orders.c1.eu-west-1.rds.amazonaws.com",
            "endpoint_port": 5432,
            "vpc_security_groups": [{"VpcSecurityGroupId": "sg-0a"}],
            "account_id": ACCOUNT,
            "region": "eu-west-1",
            "akas": [RDS_ARN],
        }
    ],
}
_PROWLER_CSV = (
    "AUTH_METHOD;TIMESTAMP;ACCOUNT_UID;CHECK_ID;STATUS;STATUS_EXTENDED;RESOURCE_UID;RESOURCE_NAME;REGION\n"
    f"profile;2026-11-20 10:00:00.123456;{ACCOUNT};rds_instance_storage_encrypted;FAIL;RDS Instance orders is not "
    f"encrypted.;{RDS_ARN};orders;eu-west-1\n"
    f"profile;2026-11-20 10:00:00.123456;{ACCOUNT};rds_instance_backup_enabled;MANUAL;could not be asked;"
    f"{RDS_ARN};orders;eu-west-1\n"
)


def _graph_csv(*resources: Mapping[str, Any]) -> str:
    """As the portal writes it: a byte order mark, every cell in quotes, objects as JSON."""
    columns = ("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "properties")
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for one in resources:
        cells = (one.get(name, "") for name in columns)
        writer.writerow(cell if isinstance(cell, str) else json.dumps(cell) for cell in cells)
    return "\ufeff" + out.getvalue()


EXPORTS: dict[str, tuple[str, str]] = {
    "prowler": (
        "prowler",
        json.dumps(
            [
                prowler(
                    "rds_instance_storage_encrypted",
                    "FAIL",
                    RDS_ARN,
                    data={"arn": RDS_ARN, "id": "orders", "engine": "postgres", "public": True, "encrypted": False},
                ),
                prowler("rds_instance_transport_encrypted", "MANUAL", RDS_ARN),
            ]
        ),
    ),
    "prowler-csv": ("prowler", _PROWLER_CSV),
    "prowler-2-csv": ("prowler", _PROWLER_2_CSV),
    "prowler-2-json": ("prowler", json.dumps(_PROWLER_2)),
    "terraform-plan": ("terraform", json.dumps(_PLAN)),
    "terraform-state": ("terraform", json.dumps(_STATE)),
    "security-hub": (
        "security-hub",
        json.dumps(
            {
                "Findings": [
                    asff("RDS.3", "FAILED", {"Type": "AwsRdsDbInstance", "Id": RDS_ARN, "Details": _ASFF_DETAILS})
                ]
            }
        ),
    ),
    "aws-config": ("aws-config", json.dumps(_CONFIG)),
    "scoutsuite": ("scoutsuite", "scoutsuite_results =\n" + json.dumps(_SCOUT)),
    "powerpipe": ("powerpipe", json.dumps(_POWERPIPE)),
    "checkov": ("checkov", json.dumps(_CHECKOV)),
    "checkov-sarif": ("checkov", json.dumps(_SARIF)),
    "azure-graph": (
        "azure-graph",
        json.dumps({"count": 3, "data": [SQL_SERVER, FIREWALL_RULE, TDE], "skip_token": None}),
    ),
    "azure-graph-csv": ("azure-graph", _graph_csv(SQL_SERVER, FIREWALL_RULE, TDE)),
    "azure-assessments": ("defender", json.dumps({"value": [_ASSESSMENT]})),
    "defender-csv": ("defender", _DEFENDER),
    "gcp-assets": ("gcp-assets", json.dumps(_ASSET) + "\n" + json.dumps(_ASSET_POLICY) + "\n"),
    "gcp-scc": ("gcp-scc", json.dumps([_SCC])),
    "atlas": ("atlas", json.dumps({"results": [ATLAS_CLUSTER], "totalCount": 1})),
    "atlas-access-list": (
        "atlas",
        json.dumps({"results": [{"cidrBlock": "0.0.0.0/0", "groupId": "5f0000000000000000000000"}], "totalCount": 1}),
    ),
    "steampipe": ("steampipe", json.dumps(_STEAMPIPE)),
    "aws-cli": ("cli", json.dumps({"DBInstances": [INSTANCE]}, indent=4)),
    "aws-cli-groups": ("cli", json.dumps({"SecurityGroups": [OPEN_GROUP]})),
    "aws-cli-routes": ("cli", json.dumps({"RouteTables": [ROUTES]})),
    "az-cli": ("cli", json.dumps([{**SQL_SERVER, **SQL_SERVER["properties"], "properties": None}])),  # type: ignore[dict-item]
    "gcloud-cli": ("cli", json.dumps([CLOUD_SQL])),
}
"""Name of the example to the source that reads it, and its text."""
