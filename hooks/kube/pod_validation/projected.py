"""Projected volumes: files of several sources in one directory."""

from collections.abc import Iterator
from typing import Any, Final

from hooks.kube.objects import Obj, as_object, as_objects
from hooks.kube.pod_validation.affinity import LABEL_SELECTOR
from hooks.kube.pod_validation.checks import (
    NOT_EMPTY,
    NOTHING,
    REQUIRED,
    Check,
    Found,
    at_most_one,
    both,
    each,
    entries,
    fields,
    must_have,
    one_of,
    problem,
    text,
    within,
)
from hooks.kube.pod_validation.names import (
    ANNOTATION_NAME,
    LOCAL,
    MODE,
    NAME,
    SHORT_NAME,
)
from hooks.kube.pod_validation.references import FILE, FILE_OF_POD

SHORTEST_TOKEN: Final = 600
LONGEST_TOKEN: Final = 2**32
SHORTEST_CERTIFICATE: Final = 3600
LONGEST_CERTIFICATE: Final = 91 * 24 * 3600
LONGEST_OF_KUBERNETES: Final = 24 * 3600
OF_KUBERNETES: Final = "kubernetes.io/"
KEY_TYPES: Final = ("RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519")
SOURCES: Final = (
    "secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle",
    "podCertificate",
)  # fmt: skip
WITH_FILES: Final = ("secret", "configMap", "downwardAPI")
PATHS_OF_CERTIFICATES: Final = ("credentialBundlePath", "keyPath", "certificateChainPath")


def _same_paths(sources: list[Any]) -> Found:
    """Find files that would replace other files."""
    seen: set[str] = set()
    found: list[tuple[str, str]] = []
    for place, source in enumerate(sources):
        for path, file in _files(as_object(source)):
            if file in seen:
                found.append(
                    (
                        f"[{place}]{path}",
                        "is the path of another file in the volume: choose another path",
                    )
                )
            seen.add(file)
    return found


def _files(source: Obj) -> Iterator[tuple[str, str]]:
    """Yield where a source names a file, and the file; Kubernetes does not check a token's path."""
    for kind in WITH_FILES:
        for place, item in enumerate(as_objects(as_object(source.get(kind)).get("items"))):
            yield from _named(item, "path", f".{kind}.items[{place}]")
    yield from _named(as_object(source.get("clusterTrustBundle")), "path", ".clusterTrustBundle")
    for name in PATHS_OF_CERTIFICATES:
        yield from _named(as_object(source.get("podCertificate")), name, ".podCertificate")


def _named(part: Obj, name: str, path: str) -> Iterator[tuple[str, str]]:
    file = part.get(name)
    if isinstance(file, str) and file:
        yield f"{path}.{name}", file


def _is_signer(name: str) -> bool:
    domain, slash, path = name.partition("/")
    labels = domain.split(".")
    return (
        bool(slash)
        and "/" not in path
        and len(labels) > 1
        and not any(map(SHORT_NAME.find, labels))
        and not any(map(NAME.find, path.split(".")))
    )


SIGNER: Final = text(_is_signer, "must be a domain and a name, such as example.com/signer")


def _bundle(bundle: Obj) -> Found:
    """Find a trust bundle with no name or with two."""
    name, signer = bundle.get("name"), bundle.get("signerName")
    if name is None and signer is None:
        return problem("must have either a name or a signerName")
    if name is not None and signer is not None:
        return problem("must not be set with signerName: remove one of them", ".name")
    if name is not None and bundle.get("labelSelector") is not None:
        return problem("is allowed only with signerName: remove it", ".labelSelector")
    return NOTHING


def _is_bundle(name: str) -> bool:
    signer, colon, rest = name.rpartition(":")
    of_signer = "/" not in signer and "." in signer if colon else True
    return of_signer and not NAME.find(rest)


def _certificate(certificate: Obj) -> Found:
    longest = certificate.get("maxExpirationSeconds")
    signer = certificate.get("signerName")
    of_kubernetes = isinstance(signer, str) and signer.startswith(OF_KUBERNETES)
    if of_kubernetes and isinstance(longest, int) and longest > LONGEST_OF_KUBERNETES:
        message = f"must be at most {LONGEST_OF_KUBERNETES} for a signer of Kubernetes"
        return problem(message, ".maxExpirationSeconds")
    if any(certificate.get(name) for name in PATHS_OF_CERTIFICATES):
        return NOTHING
    return problem(f"must have at least one of {', '.join(PATHS_OF_CERTIFICATES)}")


_OBJECT: Final = fields(must_have("name"), name=NOT_EMPTY, items=each(FILE))
_PATH: Final = both(NOT_EMPTY, LOCAL)
_SOURCE: Final = fields(
    at_most_one(*SOURCES),
    secret=_OBJECT,
    configMap=_OBJECT,
    downwardAPI=fields(items=each(FILE_OF_POD)),
    serviceAccountToken=fields(path=_PATH, expirationSeconds=within(SHORTEST_TOKEN, LONGEST_TOKEN)),
    clusterTrustBundle=fields(
        _bundle,
        name=text(_is_bundle, "must be the name of a ClusterTrustBundle"),
        signerName=SIGNER,
        labelSelector=LABEL_SELECTOR,
        path=_PATH,
    ),
    podCertificate=fields(
        _certificate,
        signerName=both(text(bool, REQUIRED), SIGNER),
        keyType=one_of(*KEY_TYPES),
        maxExpirationSeconds=within(SHORTEST_CERTIFICATE, LONGEST_CERTIFICATE),
        userAnnotations=entries(ANNOTATION_NAME),
        **dict.fromkeys(PATHS_OF_CERTIFICATES, LOCAL),
    ),
)
PROJECTED: Final[Check] = fields(defaultMode=MODE, sources=each(_SOURCE, _same_paths))
