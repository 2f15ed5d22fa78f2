"""Rules on images."""

from hooks.rules.expression import any_of, given, has, if_has
from hooks.rules.patterns import BLANKS
from hooks.rules.rule import Rule, Severity
from hooks.rules.values import equal, matches, one_of, unique

IMAGES = ("spec.agent.image", "spec.k8s_sensor.image")
PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
LATEST = "latest"
WITH_TAG = r".*:[^/]*"
BLANK_OR_DIGEST = rf"[^{BLANKS}@]*"
SHA256 = r"sha256:[0-9a-f]{64}"
DIGEST = rf"{SHA256}|sha384:[0-9a-f]{{96}}|sha512:[0-9a-f]{{128}}"
TAG = rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}(@{SHA256})?"
EXAMPLE = "sha256:" + "0123456789abcdef" * 4

RULES = (
    Rule(
        "image-name",
        IMAGES,
        "must be the name of an image without tag or digest: set these in their own fields",
        bad={"agent": {"image": {"name": "registry.example/agent:1.300"}}},
        good={"agent": {"image": {"name": "registry.example:5000/agent", "tag": "1.300"}}},
        must=if_has("name", matches(BLANK_OR_DIGEST))
        & (given("digest") | if_has("name", ~matches(WITH_TAG))),
    ),
    Rule(
        "image-tag",
        IMAGES,
        "must be a tag: at most 128 letters, digits, '_', '.' and '-'",
        bad={"agent": {"image": {"tag": "1.300 beta"}}},
        good={"agent": {"image": {"tag": "1.300-beta"}}},
        must=any_of(~given("tag"), given("digest"), has("tag", matches(TAG))),
    ),
    Rule(
        "image-digest",
        tuple(f"{image}.digest" for image in IMAGES),
        "must be a digest: sha256: and 64 hexadecimal digits in lower case",
        bad={"agent": {"image": {"digest": EXAMPLE.removeprefix("sha256:")}}},
        good={"agent": {"image": {"digest": EXAMPLE}}},
        must=equal("") | matches(DIGEST),
    ),
    Rule(
        "pull-policy",
        tuple(f"{image}.pullPolicy" for image in IMAGES),
        "must be Always, IfNotPresent or Never",
        bad={"agent": {"image": {"pullPolicy": "always"}}},
        good={"agent": {"image": {"pullPolicy": "IfNotPresent"}}},
        must=one_of(*PULL_POLICIES),
    ),
    Rule(
        "pull-secret-repeated",
        tuple(f"{image}.pullSecrets" for image in IMAGES),
        "is listed twice: remove one of them",
        bad={"agent": {"image": {"pullSecrets": [{"name": "mine"}, {"name": "mine"}]}}},
        good={"agent": {"image": {"pullSecrets": [{"name": "mine"}, {"name": "other"}]}}},
        must=unique("name"),
    ),
    Rule(
        "digest-and-tag",
        IMAGES,
        "has no effect because the digest takes precedence: remove it, or keep it as information",
        bad={"agent": {"image": {"digest": EXAMPLE, "tag": "1.300"}}},
        good={"agent": {"image": {"tag": "1.300"}}},
        must=~given("digest") | ~given("tag"),
        severity=Severity.WARNING,
    ),
    Rule(
        "image-latest",
        IMAGES,
        f"is {LATEST} (the default if no tag is set), so each start of a pod may run "
        "another version: set the tag of a version, or a digest",
        bad={"agent": {"image": {"name": "registry.example/agent"}}},
        good={"agent": {"image": {"name": "registry.example/agent", "tag": "1.300"}}},
        must=any_of(
            given("digest"), has("tag", ~one_of("", LATEST)), ~given("name") & ~given("tag")
        ).at(".tag"),
        severity=Severity.WARNING,
    ),
)
