"""Requests to services of crash reports, advertising and messages."""

import json
import uuid
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, base64_json, get_call, json_call, packed


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        "sentry": (
            packed(
                json_call(
                    "o4501.ingest.sentry.io",
                    "/api/4505/envelope/",
                    {
                        "event_id": "9ec79c33ec9942ab8353589fcb2e04dc",
                        "platform": "java",
                        "user": {"id": "49213344", "email": who.mail, "ip_address": "203.0.113.77"},
                        "release": "4.2.0",
                    },
                    "email",
                    "ip_address",
                    "person_id",
                ),
                "gzip",
            ),
        ),
        "sentry-anonymous": (
            json_call(
                "o4502.ingest.sentry.io",
                "/api/4506/envelope/",
                {
                    "event_id": "1ec79c33ec9942ab8353589fcb2e04dd",
                    "level": "error",
                    "exception": {"values": [{"type": "IOException", "value": "timeout"}]},
                    "release": "1.0",
                },
            ),
        ),
        "bugsnag": (
            json_call(
                "sessions.bugsnag.com",
                "/",
                {
                    "notifier": {"name": "Android", "version": "6.1"},
                    "device": {"id": str(uuid.UUID(int=13 << 102)), "manufacturer": "Google", "model": "Pixel 8"},
                    "app": {"id": "com.example.shop"},
                },
                "device_id",
            ),
        ),
        "applovin": (
            json_call(
                "d.applovin.com",
                "/1.0/device",
                {
                    "device_info": {
                        "idfa": who.gaid,
                        "idfv": who.idfv,
                        "brand": "google",
                        "country_code": "DE",
                        "dnt": False,
                        "wvvc": 124,
                    },
                    "app_info": {"package_name": "com.example.game"},
                },
                "device_id",
            ),
            json_call(
                "d.applovin.com",
                "/1.0/device",
                {"device_info": {"idfa": "00000000-0000-0000-0000-000000000000", "dnt": True}},
            ),
        ),
        "unity": (
            get_call(
                "publisher-config.unityads.unity3d.com",
                "/games/1234567/configuration",
                {
                    "advertisingTrackingId": who.gaid,
                    "limitAdTracking": "false",
                    "deviceModel": "Pixel 8",
                    "bundleId": "com.example.game",
                    "sdkVersion": "4900",
                },
                "device_id",
            ),
        ),
        "ironsource": (
            get_call(
                "logs.ironsrc.mobi",
                "/logs",
                {
                    "data": base64_json(
                        {
                            "data": {
                                "deviceid": who.gaid,
                                "deviceidtype": "GAID",
                                "bundleid": "com.example.game",
                                "devicemodel": "Pixel 8",
                                "connectiontype": "wifi",
                            },
                            "table": "super.dwh",
                        }
                    )
                },
                "device_id",
            ),
        ),
        "branch": (
            json_call(
                "api2.branch.io",
                "/v1/install",
                {
                    "hardware_id": who.android_id,
                    "google_advertising_id": who.gaid,
                    "brand": "Google",
                    "local_ip": "192.168.178.23",
                    "metadata": {},
                    "os": "Android",
                },
                "device_id",
                "ip_address",
            ),
        ),
        "openrtb": (
            json_call(
                "bidder.criteo.com",
                "/inapp/v2",
                {
                    "id": "8f3a",
                    "imp": [{"id": "1", "banner": {"w": 320, "h": 50}}],
                    "device": {
                        "ifa": who.gaid,
                        "ip": "203.0.113.9",
                        "geo": {"lat": 48.137154, "lon": 11.576124, "country": "DEU"},
                        "ua": "Mozilla/5.0",
                        "model": "Pixel 8",
                    },
                    "user": {"gender": "F", "yob": 1991},
                },
                "device_id",
                "ip_address",
                "geo_location",
                "demographic",
                "birth",
            ),
        ),
        "clevertap": (
            json_call(
                "eu1.clevertap-prod.com",
                "/a1",
                [
                    {"g": "__a3f19c84b27d60e5a3f19c84b27d60e5", "type": "meta"},
                    {
                        "type": "profile",
                        "profile": {"Name": who.name, "Email": who.mail, "Phone": who.phone, "Gender": "F"},
                    },
                ],
                "person_name",
                "email",
                "phone",
                "demographic",
            ),
        ),
        "tiktok": (
            json_call(
                "analytics.us.tiktok.com",
                "/api/v1/app_sdk/batch",
                {
                    "tiktok_app_id": "7101234567890123456",
                    "batch": [
                        {
                            "context": {
                                "device": {"gaid": who.gaid, "platform": "Android"},
                                "user": {"anonymous_id": str(uuid.UUID(int=17 << 99))},
                                "locale": "de",
                            }
                        }
                    ],
                },
                "device_id",
            ),
        ),
        "singular": (
            get_call(
                "sdk-api-v1.singular.net",
                "/api/v1/start",
                {
                    "aifa": who.gaid,
                    "andi": who.android_id,
                    "a": "key_1",
                    "i": "com.example.game",
                    "p": "Android",
                    "ma": "Google",
                    "mo": "Pixel 8",
                },
                "device_id",
            ),
        ),
        "moengage": (
            json_call(
                "sdk-03.moengage.com",
                "/v2/sdk/report/ABC",
                {
                    "viewsInfo": [
                        {
                            "EVENT_ACTION": "EVENT_ACTION_USER_ATTRIBUTE",
                            "EVENT_ATTRS": json.dumps(
                                {"USER_ATTRIBUTE_USER_EMAIL": who.mail, "USER_ATTRIBUTE_USER_MOBILE": who.phone}
                            ),
                        }
                    ],
                    "meta": {"bid": "b-1"},
                },
                "email",
                "phone",
            ),
        ),
        "intercom": (
            json_call(
                "api-iam.intercom.io",
                "/messenger/mobile/users",
                {
                    "app_id": "abcd1234",
                    "user": {"user_id": "u_88120377", "email": who.mail, "name": who.name, "phone": who.phone},
                    "device": {"os": "android"},
                },
                "email",
                "person_name",
                "phone",
                "person_id",
            ),
        ),
    }
