"""Payments, banks, shops and insurance."""

import json
from collections.abc import Mapping

from bench.recipients_made.calls import Call, Person, form_call, get_call, json_call, packed


def archives(who: Person) -> Mapping[str, tuple[Call, ...]]:
    """The requests of each app, with the identifiers of a person."""
    return {
        # https://docs.stripe.com/api/payment_methods/create
        "stripe": (
            form_call(
                "api.stripe.com",
                "/v1/payment_methods",
                {
                    "type": "card",
                    "card[number]": "4000056655665556",
                    "card[exp_month]": 11,
                    "card[exp_year]": 2029,
                    "card[cvc]": "314",
                    "billing_details[email]": who.mail,
                    "billing_details[name]": who.name,
                    "billing_details[address][line1]": "Hafenstrasse 3",
                    "billing_details[address][postal_code]": "20359",
                    "payment_user_agent": "stripe-android/20.44.1;PaymentSheet",
                    "guid": "0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f0a1b2c",
                    "muid": "1f2e3d4c-5b6a-4798-8980-7b6c5d4e3f2a1b0c9d",
                },
                "payment_card",
                "email",
                "person_name",
                "postal_address",
                "device_id",
                headers=(("Authorization", "Bearer pk_live_51Hx9Qk3Vm7vB2nR5tZ8wLc4dPf6hJs"),),
                unsure=("secret_token",),
            ),
        ),
        # https://github.com/braintree/braintree_android Card/.../Card.kt (variables of GraphQL)
        "braintree": (
            json_call(
                "payments.braintree-api.com",
                "/graphql",
                {
                    "clientSdkMetadata": {
                        "platform": "android",
                        "sessionId": "6f5e4d3c2b1a40998877665544332211",
                        "source": "form",
                    },
                    "operationName": "TokenizeCreditCard",
                    "query": (
                        "mutation TokenizeCreditCard($input: TokenizeCreditCardInput!) { "
                        "tokenizeCreditCard(input: "
                        "$input) { token creditCard { bin last4 brandCode } } }"
                    ),
                    "variables": {
                        "input": {
                            "options": {"validate": False},
                            "creditCard": {
                                "number": "5555341244441115",
                                "expirationMonth": "08",
                                "expirationYear": "2029",
                                "cvv": "737",
                                "cardholderName": who.name,
                                "billingAddress": {"postalCode": "20359"},
                            },
                        }
                    },
                },
                "payment_card",
                headers=(
                    ("Authorization", "Bearer production_x2b9k4m7_q8w7e6r5t4y3u2i1"),
                    ("Braintree-Version", "2018-03-06"),
                ),
                unsure=("person_name", "postal_address", "secret_token"),
            ),
        ),
        # https://github.com/razorpay/razorpay-python documents/customer.md, upi.md
        "razorpay": (
            form_call(
                "lumberjack.razorpay.com",
                "/v1/payments/create/ajax",
                {
                    "contact": "+919123456780",
                    "email": who.mail,
                    "method": "upi",
                    "vpa": "gauravkumar@exampleupi",
                    "amount": 50000,
                    "currency": "INR",
                    "key_id": "rzp_live_k9q8w7e6r5t4y3",
                },
                "phone",
                "email",
                unsure=("bank_account", "financial", "username", "secret_token"),
            ),
        ),
        # https://github.com/safaricom/mpesa-php-sdk src/Mpesa.php
        "mpesa": (
            json_call(
                "api.safaricom.co.ke",
                "/mpesa/stkpush/v1/processrequest",
                {
                    "BusinessShortCode": "174379",
                    "Password": (
                        "MTc0Mzc5YmZiMjc5ZjlhYTliZGJjZjE1OGU5N2RkNzFhNDY3Y2QyZTBjODkzMDU5YjEwZjc4ZTZiNzJhZGExZWQy"
                    ),
                    "Timestamp": "20260504100000",
                    "TransactionType": "CustomerPayBillOnline",
                    "Amount": "1200",
                    "PartyA": "254708374149",
                    "PartyB": "174379",
                    "PhoneNumber": "254708374149",
                    "AccountReference": "order-4412",
                    "TransactionDesc": "Payment",
                },
                "phone",
                "password",
                "secret_token",
                headers=(("Authorization", "Bearer 9v4LrR7wGGAaNXlQxKqZ3ytsJbQd"),),
                unsure=("financial",),
            ),
        ),
        # https://github.com/plaid/plaid-openapi 2020-09-14.yml, IdentityMatchUser
        "plaid": (
            json_call(
                "production.plaid.com",
                "/identity/match",
                {
                    "client_id": "65f0a1b2c3d4e5f607182930",
                    "secret": "7d8e9f0a1b2c3d4e5f60718293a4b5",
                    "access_token": "access-production-7c4a9d1e-3b5f-4a60-8b71-92a3b4c5d6e7",
                    "user": {
                        "legal_name": who.name,
                        "phone_number": "+1 415 555 0123",
                        "email_address": who.mail,
                        "address": {
                            "street": "123 Main St",
                            "city": "San Mateo",
                            "postal_code": "94402",
                            "country": "US",
                        },
                    },
                },
                "person_name",
                "phone",
                "email",
                "postal_address",
                "secret_token",
            ),
        ),
        # https://developer.paypal.com/docs/api/orders/v2/
        "paypal": (
            packed(
                json_call(
                    "api-m.paypal.com",
                    "/v2/checkout/orders",
                    {
                        "intent": "CAPTURE",
                        "payer": {
                            "name": {"given_name": who.first, "surname": who.last},
                            "email_address": who.mail,
                            "birth_date": "1991-07-14",
                            "tax_info": {"tax_id": "12345678903", "tax_id_type": "BR_CPF"},
                        },
                        "purchase_units": [
                            {
                                "amount": {"currency_code": "EUR", "value": "49.90"},
                                "shipping": {
                                    "address": {
                                        "address_line_1": "Hafenstrasse 3",
                                        "admin_area_2": "Hamburg",
                                        "postal_code": "20359",
                                        "country_code": "DE",
                                    }
                                },
                            }
                        ],
                    },
                    "person_name",
                    "email",
                    "birth",
                    "postal_address",
                    "national_id",
                    "secret_token",
                    headers=(
                        ("Authorization", f"Bearer {who.token}"),
                        ("PayPal-Request-Id", "7b92603e-77ed-4896-8e78-5dea2050476a"),
                    ),
                    unsure=("financial",),
                ),
                "br",
            ),
        ),
        # https://developer.gocardless.com/api-reference/#core-endpoints-customer-bank-accounts
        "direct-debit": (
            json_call(
                "api.debit-service.test",
                "/customer_bank_accounts",
                {
                    "customer_bank_accounts": {
                        "account_holder_name": who.name,
                        "account_number": "55779911",
                        "branch_code": "200000",
                        "country_code": "GB",
                        "links": {"customer": "CU0001D9XGZ2K1"},
                    }
                },
                "person_name",
                "bank_account",
                unsure=("person_id",),
            ),
        ),
        # https://shopify.dev/docs/api/storefront/latest/mutations/customerCreate (GraphQL variables)
        "storefront": (
            json_call(
                "shoes.store-front.test",
                "/api/2026-04/graphql.json",
                {
                    "query": (
                        "mutation customerCreate($input: CustomerCreateInput!) { customer"
                        "Create(input: $input) { customer { "
                        "id } } }"
                    ),
                    "variables": {
                        "input": {
                            "firstName": who.first,
                            "lastName": who.last,
                            "email": who.mail,
                            "phone": who.phone,
                            "password": "Meadow-Clock-6",
                            "acceptsMarketing": True,
                        }
                    },
                },
                "person_name",
                "email",
                "phone",
                "password",
                headers=(("X-Shopify-Storefront-Access-Token", "f0e1d2c3b4a5968778695a4b3c2d1e0f"),),
                unsure=("secret_token",),
            ),
        ),
        # https://www.gdv-online.de/vuvm/bestand/ (names of the German data set of insurers): a quote, JSON in a
        "insurance-form": (
            form_call(
                "m.insure-mobil.test",
                "/api.php",
                {
                    "method": "quote",
                    "data": json.dumps(
                        {
                            "kunde": {"nachname": who.last, "vorname": who.first, "geburtsdatum": "14.07.1991"},
                            "kfz": {"kennzeichen": "HH-IK 204", "fin": "WVWZZZ1JZXW000002"},
                            "versichertennummer": "A123456780",
                        }
                    ),
                },
                "person_name",
                "birth",
                "vehicle",
                "national_id",
                unsure=("health", "person_id"),
            ),
        ),
        # https://schema.org/ProgramMembership: a card of a shop, and a basket
        "loyalty": (
            get_call(
                "bonus.grocer-app.test",
                "/v3/coupons",
                {"customerCardNumber": "2908410077341", "store": "0482", "lang": "de"},
                unsure=("retail", "person_id", "payment_card"),
            ),
            json_call(
                "basket.grocer-app.test",
                "/v3/basket",
                {"items": [{"ean": "4006381333931", "qty": 2, "price": 199}], "total": 398, "voucher": "SPRING-26"},
                unsure=("retail",),
            ),
        ),
    }
