"""Advertising networks, and services that messages and campaigns come from."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, json_call, packed


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        # https://github.com/prebid/prebid-server adapters/inmobi/inmobitest/exemplary/simple-app-banner.json
        "inmobi": (
            json_call(
                "api.w.inmobi.com",
                "/showad/openrtb/bidder/prebid",
                {
                    "id": "req-91",
                    "app": {"bundle": "com.example.quiz", "ver": "4.1.0"},
                    "device": {
                        "ifa": who.gaid,
                        "ip": "198.51.100.23",
                        "ua": "Mozilla/5.0 (Linux; Android 14; Pixel 8)",
                        "w": 412,
                        "h": 915,
                    },
                    "imp": [
                        {"id": "imp-1", "banner": {"w": 320, "h": 50}, "ext": {"bidder": {"plc": "1596825400965"}}}
                    ],
                },
                "device_id",
                "ip_address",
            ),
        ),
        # https://github.com/prebid/prebid-server adapters/smaato/smaatotest/exemplary/simple-banner-app.json
        "smaato": (
            json_call(
                "prebid.ad.smaato.net",
                "/oapi/prebid",
                {
                    "id": "1C86242D-9535-47D6-9576-7B1FE87F282C",
                    "app": {"id": "app-1", "bundle": "com.example.quiz", "publisher": {"id": "1100042525"}},
                    "device": {"ip": "198.51.100.24", "language": "de", "dnt": 0},
                    "user": {"gender": "M", "yob": 1984, "keywords": "a,b", "geo": {"country": "ca"}},
                    "imp": [{"id": "1C86242D-9535-47D6-9576-7B1FE87F282D", "tagid": "130563103"}],
                },
                "ip_address",
                "demographic",
                "birth",
            ),
        ),
        # https://github.com/prebid/prebid-mobile-android .../models/openrtb/bidRequests/Device.java, User.java
        "prebid-mobile": (
            json_call(
                "prebid-server.ad-stack.test",
                "/openrtb2/auction",
                {
                    "id": "3f9b1c77-66aa-4f3a-9a61-0f27a4f5c001",
                    "source": {"tid": "3f9b1c77-66aa-4f3a-9a61-0f27a4f5c002"},
                    "device": {
                        "make": "Google",
                        "model": "Pixel 8",
                        "osv": "14",
                        "pxratio": 2.625,
                        "mccmnc": "262-02",
                        "ifa": who.gaid,
                        "lmt": 0,
                        "geo": {"lat": 53.550341, "lon": 10.000654, "type": 1, "accuracy": 20, "utcoffset": 120},
                    },
                    "user": {
                        "buyeruid": "ABC-9182",
                        "ext": {"eids": [{"source": "adserver.org", "uids": [{"id": "111111111111", "atype": 1}]}]},
                    },
                    "regs": {"coppa": 0, "ext": {"gdpr": 1}},
                },
                "device_id",
                "geo_location",
                unsure=("person_id",),
            ),
        ),
        # https://github.com/prebid/prebid-server usersync/cookie.go (a cookie with base64 of JSON)
        "prebid-cookie": (
            Call(
                "prebid-server.ad-sync.test",
                "/cookie_sync",
                frozenset({"device_id"}),
                headers=(
                    (
                        "Cookie",
                        (
                            "uids=eyJ0ZW1wVUlEcyI6eyJhZG54cyI6eyJ1aWQiOiI0MTI1MTE3NzMxOTAyMzQ1Njc4IiwiZXhwaXJlcyI6"
                            "IjIwMjYtMDYtMDRUMTA6MDA6MDBaIn19fQ==; euconsent-v2=CPxAAAAPxAAAAAGABCENAeEgAAAA"
                        ),
                    ),
                ),
                unsure=("person_id",),
            ),
        ),
        # https://github.com/Iterable/iterable-android-sdk .../IterableConstants.java
        "iterable": (
            json_call(
                "api.iterable.com",
                "/api/users/registerDeviceToken",
                {
                    "email": who.mail,
                    "device": {
                        "token": who.push,
                        "platform": "GCM",
                        "applicationName": "com.example.pharmacy",
                        "dataFields": {
                            "deviceId": "5e6f7a81-92b3-44c5-96d7-e8f90a1b2c3d",
                            "brand": "google",
                            "manufacturer": "Google",
                            "systemVersion": "14",
                            "notificationsEnabled": True,
                        },
                    },
                },
                "email",
                "device_id",
                headers=(("Api-Key", "f4a1d2c3b4a5968778695a4b3c2d1e0f"), ("Authorization", f"Bearer {who.token}")),
                unsure=("secret_token",),
            ),
            json_call(
                "api.iterable.com",
                "/api/users/updateEmail",
                {"currentEmail": who.mail, "newEmail": f"new-{who.mail}"},
                "email",
            ),
        ),
        # https://github.com/klaviyo/klaviyo-android-sdk sdk/analytics/.../ProfileKey.kt
        "klaviyo": (
            json_call(
                "a.klaviyo.com",
                "/client/push-tokens/?company_id=Xy12Zz",
                {
                    "data": {
                        "type": "push-token",
                        "attributes": {
                            "token": who.push,
                            "platform": "android",
                            "vendor": "FCM",
                            "background": "AVAILABLE",
                            "enablement_status": "AUTHORIZED",
                            "device_metadata": {
                                "device_id": "f0e1d2c3-b4a5-4968-8778-695a4b3c2d1e",
                                "os_name": "Android",
                            },
                            "profile": {
                                "data": {
                                    "type": "profile",
                                    "attributes": {
                                        "email": who.mail,
                                        "phone_number": who.phone,
                                        "external_id": "K-7781",
                                        "anonymous_id": "0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9",
                                        "first_name": who.first,
                                        "location": {"city": "Bremen", "zip": "28195", "latitude": 53.0793},
                                    },
                                }
                            },
                        },
                    }
                },
                "device_id",
                "email",
                "phone",
                "person_name",
                unsure=("person_id", "postal_address", "geo_location", "secret_token"),
            ),
        ),
        # https://github.com/customerio/customerio-android datapipelines/.../ContextPlugin.kt
        "customerio": (
            json_call(
                "cdp.customer.io",
                "/v1/b",
                {
                    "batch": [
                        {
                            "type": "identify",
                            "userId": who.mail,
                            "anonymousId": "7d0f4b8e-1a2b-4c3d-9e4f-5a6b7c8d9e0f",
                            "traits": {"plan": "trial", "birthdate": "1988-02-11"},
                            "context": {"device": {"token": who.push, "type": "android"}, "timezone": "Europe/Berlin"},
                        }
                    ],
                    "writeKey": "d2a1b0c9e8f7a6b5c4d3",
                },
                "email",
                "device_id",
                "birth",
                unsure=("secret_token",),
            ),
        ),
        # https://help.airbridge.io/en/references/s2s-event/send-in-app-events
        "airbridge": (
            packed(
                json_call(
                    "api.airbridge.io",
                    "/events/v1/s2s/app",
                    {
                        "user": {
                            "externalUserID": "member-3391",
                            "externalUserEmail": who.mail,
                            "externalUserPhone": who.phone,
                        },
                        "device": {
                            "deviceUUID": "542177F1-5C23-4388-A7C0-0C6D5B1E8A91",
                            "ifv": who.idfv,
                            "deviceModel": "iPhone15,2",
                            "osName": "iOS",
                        },
                        "app": {"packageName": "com.example.fashion", "version": "9.1.0"},
                    },
                    "device_id",
                    "email",
                    "phone",
                    "person_id",
                    headers=(("Authorization", "AIRBRIDGE-API-TOKEN 1f2e3d4c5b6a79881726354433221100"),),
                    unsure=("secret_token",),
                ),
                "zstd",
            ),
        ),
        # https://github.com/Iterable/iterable-android-sdk .../IterableConstants.java, recipientEmail, in a form
        "campaign-form": (
            form_call(
                "in.campaign-mail.test",
                "/collect",
                {
                    "payload": json.dumps({"recipientEmail": who.mail, "templateId": 48113, "campaignId": 20260504}),
                    "ts": 1777888800,
                },
                "email",
            ),
            get_call("in.campaign-mail.test", "/pixel.gif", {"cb": "1777888800123", "w": 1080, "h": 2400}),
        ),
    }
