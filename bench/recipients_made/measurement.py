"""Requests to services of measurement, attribution and customer data."""

import uuid
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, base64_json, form_call, get_call, json_call, packed


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        "adjust": (
            form_call(
                "app.adjust.com",
                "/session",
                {
                    "gps_adid": who.gaid,
                    "android_uuid": str(uuid.UUID(int=7 << 90)),
                    "app_token": "abc123def456",
                    "device_name": "Pixel8",
                    "country": "DE",
                    "language": "de",
                    "environment": "production",
                    "created_at": "2026-05-04T10:00:00.000Z",
                },
                "device_id",
            ),
            get_call(
                "app.adjust.com", "/attribution", {"gps_adid": who.gaid, "app_token": "abc123def456"}, "device_id"
            ),
        ),
        "appsflyer": (
            json_call(
                "launches.appsflyersdk.com",
                "/api/v6.12/androidevent",
                {
                    "advertiserId": who.gaid,
                    "advertiserIdEnabled": "true",
                    "uid": "1714800000000-8241907364512873645",
                    "brand": "google",
                    "app_version_name": "4.2.0",
                    "carrier": "Telekom.de",
                    "counter": "1",
                    "af_timestamp": "1714800000000",
                },
                "device_id",
                unsure=("person_id",),
            ),
            json_call(
                "conversions.appsflyersdk.com",
                "/api/v6.12/conversions",
                {"advertiserId": who.gaid, "android_id": who.android_id},
                "device_id",
            ),
        ),
        "facebook": (
            form_call(
                "graph.facebook.com",
                "/v17.0/1234567890/activities",
                {
                    "event": "MOBILE_APP_INSTALL",
                    "advertiser_id": who.gaid,
                    "anon_id": "XZ5f1c7b9e2d444c0b9b5a",
                    "advertiser_tracking_enabled": "true",
                    "extinfo": '["a2","com.example.shop",42,"4.2.0","14","Pixel 8","de_DE","CET","Telekom",1080,2400]',
                },
                "device_id",
            ),
            get_call(
                "graph.facebook.com",
                "/v17.0/1234567890",
                {"fields": "gdpv4_nux_enabled,app_events_config", "sdk": "android"},
            ),
        ),
        "amplitude": (
            json_call(
                "api2.amplitude.com",
                "/2/httpapi",
                {
                    "api_key": "f00dfeedf00dfeedf00dfeedf00dfeed",
                    "events": [
                        {
                            "user_id": who.mail,
                            "device_id": str(uuid.UUID(int=9 << 100)),
                            "event_type": "checkout",
                            "platform": "Android",
                            "carrier": "O2",
                            "adid": who.gaid,
                            "time": 1714800000000,
                            "session_id": 1714799000000,
                        }
                    ],
                },
                "email",
                "device_id",
                "secret_token",
            ),
        ),
        "mixpanel": (
            form_call(
                "api.mixpanel.com",
                "/track",
                {
                    "data": base64_json(
                        [
                            {
                                "event": "Sign Up",
                                "properties": {
                                    "distinct_id": "5f1c7b9e-2d44-4c0b-9b5a-aaaa00000001",
                                    "$email": who.mail,
                                    "$os": "Android",
                                    "$app_version_string": "4.2",
                                    "mp_lib": "android",
                                },
                            }
                        ]
                    )
                },
                "email",
                unsure=("person_id",),
            ),
            form_call(
                "api.mixpanel.com",
                "/engage",
                {
                    "data": base64_json(
                        [
                            {
                                "$set": {
                                    "$first_name": who.first,
                                    "$last_name": who.last,
                                    "$email": who.mail,
                                    "$phone": who.phone,
                                }
                            }
                        ]
                    )
                },
                "person_name",
                "email",
                "phone",
            ),
        ),
        "segment": (
            packed(
                json_call(
                    "api.segment.io",
                    "/v1/batch",
                    {
                        "batch": [
                            {
                                "type": "identify",
                                "userId": "u_49213344",
                                "traits": {"email": who.mail, "phone": who.phone, "plan": "pro"},
                                "context": {
                                    "device": {"advertisingId": who.gaid, "model": "Pixel 8"},
                                    "os": {"name": "Android"},
                                },
                            }
                        ]
                    },
                    "email",
                    "phone",
                    "device_id",
                    "person_id",
                ),
                "gzip",
            ),
            get_call("cdn-settings.segment.com", "/v1/projects/abc/settings", {}),
        ),
        "braze": (
            json_call(
                "sdk.iad-01.braze.com",
                "/api/v3/data",
                {
                    "device_id": str(uuid.UUID(int=11 << 101)),
                    "attributes": [
                        {"email": who.mail, "first_name": who.first, "push_token": who.push, "dob": "1991-07-14"}
                    ],
                    "sdk_version": "29.0.1",
                },
                "device_id",
                "email",
                "person_name",
                "birth",
            ),
        ),
        "onesignal": (
            json_call(
                "api.onesignal.com",
                "/players",
                {
                    "app_id": "11111111-2222-4333-8444-555555555555",
                    "identifier": who.push,
                    "device_model": "Pixel 8",
                    "lat": 52.520008,
                    "long": 13.404954,
                    "timezone": 3600,
                    "language": "de",
                },
                "device_id",
                "geo_location",
            ),
        ),
        "firebase": (
            json_call(
                "firebaseinstallations.googleapis.com",
                "/v1/projects/shop-app/installations",
                {
                    "fid": who.install,
                    "appId": "1:123456789012:android:abcdef0123456789",
                    "authVersion": "FIS_v2",
                    "sdkVersion": "a:17.1.0",
                },
                "device_id",
            ),
            json_call(
                "firebaseremoteconfig.googleapis.com",
                "/v1/projects/shop-app/namespaces/firebase:fetch",
                {
                    "appInstanceId": who.install,
                    "countryCode": "DE",
                    "languageCode": "de-DE",
                    "platformVersion": "34",
                    "packageName": "com.example.shop",
                },
                "device_id",
            ),
        ),
        "crashlytics": (
            json_call(
                "crashlyticsreports-pa.googleapis.com",
                "/v1/firelog/legacy/batchlog",
                {
                    "logRequest": [
                        {
                            "clientInfo": {
                                "androidClientInfo": {"model": "Pixel 8", "hardware": "shiba", "sdkVersion": 34}
                            },
                            "logSourceName": "FIREBASE_CRASHLYTICS_REPORT",
                        }
                    ]
                },
            ),
        ),
    }
