"""Rules on images."""

from collections.abc import Iterator

from hooks.kube.objects import Obj
from hooks.rules.patterns import BLANKS
from hooks.rules.rule import Rule, Severity, distinct, full, matching, one_of, repeated, unless

IMAGES = ("spec.agent.image", "spec.k8s_sensor.image")
PULL_POLICIES = ("", "Always", "IfNotPresent", "Never")
LATEST = "latest"

WITH_TAG = r".*:[^/]*"
BLANK_OR_DIGEST = rf"[^{BLANKS}@]*"
SHA256 = r"sha256:[0-9a-f]{64}"
DIGEST = rf"{SHA256}|sha384:[0-9a-f]{{96}}|sha512:[0-9a-f]{{128}}"
TAG = rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}(@{SHA256})?"
EXAMPLE = "sha256:" + "0123456789abcdef" * 4

_has_tag = full(WITH_TAG)
_is_plain = full(BLANK_OR_DIGEST)
_is_digest = full(DIGEST)
_is_tag = full(TAG)


def _is_image_name(image: Obj) -> bool:
    name = image.get("name") or ""
    return _is_plain(name) and (bool(image.get("digest")) or not _has_tag(name))


def _has_good_tag(image: Obj) -> bool:
    tag = image.get("tag")
    return not tag or bool(image.get("digest")) or _is_tag(tag)


def _is_pinned(image: Obj) -> bool:
    """Tell whether the image is that of one version, or nothing is said of name and version."""
    tag = image.get("tag")
    return bool(image.get("digest") or (tag != LATEST if tag else not image.get("name")))


def _same_secrets(secrets: list[Obj]) -> Iterator[str]:
    names = ((f"[{index}].name", each.get("name")) for index, each in enumerate(secrets))
    yield from repeated(names)


HAS_DIGEST = "has(self.digest) && self.digest != ''"
HAS_NAME = "has(self.name) && self.name != ''"
HAS_TAG = "has(self.tag) && self.tag != ''"

RULES = (
    Rule(
        "image-name",
        IMAGES,
        "must be the name of an image without tag or digest, which have fields of their own",
        bad={"agent": {"image": {"name": "registry.example/agent:1.300"}}},
        good={"agent": {"image": {"name": "registry.example:5000/agent", "tag": "1.300"}}},
        find=unless(_is_image_name, ".name"),
        cel=f"!has(self.name) || ({matching(BLANK_OR_DIGEST, 'self.name')} && "
        f"(({HAS_DIGEST}) || !{matching(WITH_TAG, 'self.name')}))",
        field=".name",
    ),
    Rule(
        "image-tag",
        IMAGES,
        "must be a tag: letters, digits, '_', '.' and '-', at most 128",
        bad={"agent": {"image": {"tag": "1.300 beta"}}},
        good={"agent": {"image": {"tag": "1.300-beta"}}},
        find=unless(_has_good_tag, ".tag"),
        cel=f"!({HAS_TAG}) || ({HAS_DIGEST}) || {matching(TAG, 'self.tag')}",
        field=".tag",
    ),
    Rule(
        "image-digest",
        tuple(f"{image}.digest" for image in IMAGES),
        "must be a digest such as sha256: and 64 digits from 0 to f",
        bad={"agent": {"image": {"digest": EXAMPLE.removeprefix("sha256:")}}},
        good={"agent": {"image": {"digest": EXAMPLE}}},
        find=unless(lambda digest: not digest or _is_digest(digest)),
        cel=f"self == '' || {matching(DIGEST)}",
    ),
    Rule(
        "pull-policy",
        tuple(f"{image}.pullPolicy" for image in IMAGES),
        "must be Always, IfNotPresent or Never",
        bad={"agent": {"image": {"pullPolicy": "always"}}},
        good={"agent": {"image": {"pullPolicy": "IfNotPresent"}}},
        find=unless(lambda policy: policy in PULL_POLICIES),
        cel=one_of(PULL_POLICIES),
    ),
    Rule(
        "pull-secret-repeated",
        tuple(f"{image}.pullSecrets" for image in IMAGES),
        "is there twice: take one out",
        bad={"agent": {"image": {"pullSecrets": [{"name": "mine"}, {"name": "mine"}]}}},
        good={"agent": {"image": {"pullSecrets": [{"name": "mine"}, {"name": "other"}]}}},
        find=_same_secrets,
        cel=distinct("name"),
    ),
    Rule(
        "digest-and-tag",
        IMAGES,
        "has no effect beside a digest, which wins: take it out, or leave it for the reader",
        bad={"agent": {"image": {"digest": EXAMPLE, "tag": "1.300"}}},
        good={"agent": {"image": {"tag": "1.300"}}},
        find=unless(lambda image: not (image.get("digest") and image.get("tag")), ".tag"),
        cel=f"!({HAS_DIGEST}) || !({HAS_TAG})",
        field=".tag",
        severity=Severity.WARNING,
    ),
    Rule(
        "image-latest",
        IMAGES,
        f"is {LATEST}, also where a name stands alone, which changes whenever a pod starts: set a "
        "tag of one version, or a digest",
        bad={"agent": {"image": {"name": "registry.example/agent"}}},
        good={"agent": {"image": {"name": "registry.example/agent", "tag": "1.300"}}},
        find=unless(_is_pinned, ".tag"),
        cel=f"({HAS_DIGEST}) || (({HAS_TAG}) ? self.tag != '{LATEST}' : !({HAS_NAME}))",
        field=".tag",
        severity=Severity.WARNING,
    ),
)
