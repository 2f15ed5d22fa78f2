"""The cases in tests/fixtures/helm: values, and what becomes of them."""

import re
from pathlib import Path

from hooks.generate.policies import policies
from hooks.kube.plain_yaml import as_yaml
from tests.support.helm import Obj, Refused, rendered

CASES = Path("tests/fixtures/helm")
MADE = re.compile(r"[?&]credentials=\d+|(?<=instana.io/made: )'\d+'|(?<=credentials: )'\d+'")
POLICY = "ValidatingAdmissionPolicy"
OF_RULES = {each["metadata"]["name"] for each in policies() if each["kind"] == POLICY}
DAY = re.compile(r"(?<=instana.io/ends: )'[\d-]+'")


def cases() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/values.yaml"))


def golden(case: str) -> Path:
    """Return the file with what is expected; it is committed."""
    name = "refused.txt" if case.startswith("wrong") else "rendered.yaml"
    return CASES / case / name


def outcome(case: str) -> str:
    """Return what Helm makes of the case's values now, without what is made anew each time."""
    text = (CASES / case / "values.yaml").read_text()
    try:
        objects = [_without_policy(_without_credentials(each)) for each in rendered(text)]
    except Refused as refused:
        return "".join(f"{line}\n" for line in _in_order(str(refused)))
    objects.sort(key=lambda each: (each["kind"], each["metadata"]["name"]))
    return DAY.sub("DAY", MADE.sub("MADE", as_yaml(objects)))


def _in_order(text: str) -> list[str]:
    """Return the lines of an error; Helm tells mistakes in any order."""
    return sorted(line.strip() for line in text.splitlines() if line.strip())


def _without_credentials(obj: Obj) -> Obj:
    if obj["kind"] == "Secret":
        obj["data"] = dict.fromkeys(obj["data"], "MADE")
    for webhook in obj.get("webhooks") or []:
        webhook["clientConfig"]["caBundle"] = "MADE"
    if obj["metadata"]["name"] == "instana-agent-hooks-dashboard":
        obj["data"] = dict.fromkeys(obj["data"], "the dashboard")
    return obj


def _without_policy(obj: Obj) -> Obj:
    """Return the object; a policy that is made of the rules without them, as they are many."""
    if obj["kind"] == POLICY and obj["metadata"]["name"] in OF_RULES:
        obj["spec"] = "that of deploy/admission"
    return obj


def main() -> None:
    """Rewrite every golden file; read the diff."""
    for case in cases():
        golden(case).write_text(outcome(case))


if __name__ == "__main__":
    main()
