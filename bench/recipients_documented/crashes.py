"""Reports of crashes and logs."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, grpc_message, json_call, packed, text_field


def _attribute(key: str, value: str) -> bytes:
    return text_field(1, key) + text_field(2, text_field(1, value))


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    resource = b"".join(
        text_field(1, _attribute(key, value))
        for key, value in (("service.name", "shop-android"), ("user.email", who.mail), ("os.version", "14.0.0.1"))
    )
    logs = text_field(1, text_field(1, resource))
    return {
        # https://github.com/ACRA/acra acra-core/src/main/java/org/acra/ReportField.kt
        "acra": (
            json_call(
                "crashes.notes-app.test",
                "/report",
                {
                    "REPORT_ID": "6f1e2d3c-4b5a-4968-8776-65544332211f",
                    "APP_VERSION_CODE": 412,
                    "APP_VERSION_NAME": "4.1.2",
                    "PACKAGE_NAME": "test.notes",
                    "PHONE_MODEL": "Pixel 8",
                    "ANDROID_VERSION": "14",
                    "STACK_TRACE": "java.io.IOException: timeout\n\tat a.b.c(Unknown Source:10)",
                    "INSTALLATION_ID": "b7c8d9e0-f1a2-4b3c-8d4e-5f6071829304",
                    "DEVICE_ID": who.android_id,
                    "USER_EMAIL": who.mail,
                    "USER_COMMENT": "It closed when I opened my notes from the hospital stay.",
                    "USER_IP": "192.168.178.40",
                    "USER_CRASH_DATE": "2026-05-04T10:00:00.000+02:00",
                    "TOTAL_MEM_SIZE": 118273875968,
                },
                "device_id",
                "email",
                "ip_address",
                unsure=("message_content",),
            ),
        ),
        # https://github.com/MindscapeHQ/raygun4android .../messages/shared/RaygunUserInfo.java
        "raygun": (
            json_call(
                "api.raygun.io",
                "/entries",
                {
                    "occurredOn": "2026-05-04T10:00:00",
                    "details": {
                        "user": {
                            "isAnonymous": False,
                            "email": who.mail,
                            "fullName": who.name,
                            "firstName": who.first,
                            "identifier": "emp-00412",
                        },
                        "machineName": "Pixel 8",
                        "version": "2.8.1.4",
                        "environment": {"board": "shiba", "processorCount": 9, "windowsBoundWidth": 1080},
                    },
                },
                "email",
                "person_name",
                headers=(("X-ApiKey", "tq0kq1ZyQ3mXv8aBcD4eFg=="),),
                unsure=("person_id", "secret_token"),
            ),
        ),
        # https://github.com/rollbar/rollbar-java rollbar-api/.../Person.java
        "rollbar": (
            json_call(
                "api.rollbar.com",
                "/api/1/item/",
                {
                    "access_token": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                    "data": {
                        "environment": "production",
                        "platform": "android",
                        "code_version": "10.4.2.1",
                        "person": {"id": "33871", "username": "inesk", "email": who.mail},
                        "client": {"android": {"phone_model": "Pixel 8", "version_code": 41}},
                        "uuid": "9c1b2a3d4e5f60718293a4b5c6d7e8f9",
                    },
                },
                "person_id",
                "username",
                "email",
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/DataDog/rum-events-format schemas/rum/_common-schema.json
        "datadog": (
            Call(
                "browser-intake-datadoghq.eu",
                "/api/v2/rum",
                frozenset({"email", "person_name", "person_id"}),
                query={"ddsource": "android", "ddtags": "service:shop,version:4.2.0,env:prod"},
                kind="text/plain;charset=UTF-8",
                body="\n".join(
                    json.dumps(one)
                    for one in (
                        {
                            "type": "view",
                            "application": {"id": "ac8218cf-498b-4d33-bd44-151095959547"},
                            "session": {"id": "cacbf45c-3a05-48ce-b066-d76349460599"},
                            "usr": {"id": "usr-70021", "name": who.name, "email": who.mail},
                            "view": {"id": "623d50e0-5c5c-4cd6-8b3c-1c8e2a0b6d11", "url": "com/example/Main"},
                        },
                        {"type": "resource", "resource": {"status_code": 200, "duration": 1234567890}},
                    )
                ).encode(),
                headers=(("DD-API-KEY", "pub1f2e3d4c5b6a7988172635443322110f"),),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/newrelic/newrelic-android-agent .../harvest/DeviceInformation.java (values without names)
        "newrelic": (
            json_call(
                "mobile-collector.newrelic.com",
                "/mobile/v3/data",
                [
                    [90210, 4471],
                    [
                        "Android",
                        "14",
                        "Pixel 8",
                        "AndroidAgent",
                        "7.6.1",
                        who.gaid,
                        "DE",
                        "HH",
                        "Google",
                        {"size": "normal"},
                    ],
                    60.1,
                    [],
                ],
                headers=(("X-App-License-Key", "AA0f1e2d3c4b5a69788796a5b4c3d2e1f0a1b2c3d4-NRMA"),),
                unsure=("device_id", "secret_token"),
            ),
        ),
        # https://github.com/microsoft/appcenter-sdk-android .../ingestion/AppCenterIngestion.java, models/Device.java
        "appcenter": (
            json_call(
                "in.appcenter.ms",
                "/logs?api-version=1.0.0",
                {
                    "logs": [
                        {
                            "type": "startService",
                            "timestamp": "2026-05-04T10:00:00.000Z",
                            "sid": "8b2e1f3a-44c5-4d6e-97f8-0a1b2c3d4e5f",
                            "userId": "worker-8812",
                            "services": ["Analytics"],
                            "device": {
                                "sdkVersion": "5.0.4",
                                "model": "Pixel 8",
                                "oemName": "Google",
                                "screenSize": "1080x2400",
                                "carrierName": "O2",
                                "appBuild": "412",
                            },
                        }
                    ]
                },
                "device_id",
                "person_id",
                headers=(
                    ("Install-ID", "2c3d4e5f-6071-4829-93a4-b5c6d7e8f901"),
                    ("App-Secret", "7e8f9011-2233-4455-8667-788990011223"),
                ),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/open-telemetry/opentelemetry-proto opentelemetry/proto/logs/v1/logs.proto
        "opentelemetry": (
            packed(
                Call(
                    "otlp.shop-ops.test",
                    "/v1/logs",
                    frozenset({"email"}),
                    kind="application/x-protobuf",
                    body=logs,
                ),
                "gzip",
            ),
            Call(
                "otlp-grpc.shop-ops.test",
                "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                frozenset({"email"}),
                kind="application/grpc",
                body=grpc_message(logs),
            ),
            Call(
                "otlp-quiet.shop-ops.test",
                "/v1/traces",
                kind="application/x-protobuf",
                body=text_field(1, text_field(1, text_field(1, _attribute("service.name", "shop-android")))),
            ),
        ),
        # https://github.com/ACRA/acra ReportField.kt, APPLICATION_LOG: lines of a log
        "log-lines": (
            Call(
                "logs.wallet-app.test",
                "/upload",
                frozenset({"secret_token"}),
                kind="text/plain",
                body=(
                    "05-04 10:00:00.120 D/Http: --> GET https://api.wallet-app.test/v1/me\n"
                    f"05-04 10:00:00.121 D/Http: Authorization: Bearer {who.token}\n"
                    "05-04 10:00:00.330 D/Http: <-- 200 (209ms, 412-byte body)\n"
                ).encode(),
            ),
        ),
    }
