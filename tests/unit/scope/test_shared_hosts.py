"""A target that covers cloud resources of many customers is named, and a target of one customer is not."""

import re
from datetime import date

from tests.each import each
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.recognise.rules import RuleFiles
from tieback.scope.grant_words import grant_sentences
from tieback.scope.shared_hosts import shared_sentences, shared_services


def grant(match: str) -> Grant:
    return Grant("Jo", "jo@example.org", date(2027, 1, 1), target=(TargetRule(match, "any", Depth.IDENTIFY),))


def sentences(match: str) -> list[str]:
    return list(shared_sentences(grant(match)))


@each(
    ("match", "words"),
    [
        ("firestore.googleapis.com", "Cloud Firestore. A scan under this grant probes each project"),
        ("firebasestorage.googleapis.com", "Cloud Storage for Firebase. A scan under this grant probes each bucket"),
        ("s3.eu-west-1.amazonaws.com", "Amazon S3"),
        ("*.s3.eu-west-1.amazonaws.com", "Amazon S3"),
        ("*.amazonaws.com", "Amazon S3"),
        ("*.firebaseio.com", "Firebase Realtime Database"),
        ("*.europe-west1.firebasedatabase.app", "Firebase Realtime Database"),
        ("*.supabase.co", "Supabase"),
        ("*.googleapis.com", "Cloud Firestore, Cloud Storage for Firebase, Google Cloud Storage"),
    ],
)
def test_a_target_of_many_customers_is_named(match: str, words: str) -> None:
    (sentence,) = sentences(match)
    assert sentence.startswith(f"{match} serves all customers of ")
    assert words in sentence


@each(
    "match",
    [
        "shop-1234.firebaseio.com",
        "shop-uploads.s3.eu-west-1.amazonaws.com",
        "*.shop-uploads.s3.eu-west-1.amazonaws.com",
        "shopdata.blob.core.windows.net",
        "abcdefghijklmnopqrst.supabase.co",
        "*.example.org",
        "db.eu-west-1.amazonaws.com",
        "127.0.0.0/8",
    ],
)
def test_a_target_of_one_customer_is_not(match: str) -> None:
    assert sentences(match) == []


def test_whoever_reads_the_grant_sees_it() -> None:
    assert sentences("firestore.googleapis.com")[0] in list(grant_sentences(grant("firestore.googleapis.com")))


def test_the_hosts_of_buckets_and_projects_that_a_probe_reads_are_listed() -> None:
    """The hosts that all customers of a service share, as the rules of recognition name them."""
    listed = {host for one in shared_services() for host in one.hosts}
    probed = {"firestore", "firebase-storage", "gcs"}
    named = {
        rule.ask or re.sub(r"\\", "", rule.host)
        for rule in RuleFiles().cloud.hosts
        if rule.kind in probed and "{" not in rule.ask and (rule.ask or re.fullmatch(r"[a-z\\.-]+", rule.host))
    }
    assert named
    assert named <= listed
