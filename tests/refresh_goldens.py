"""`make golden`: write what the hooks answer to the recorded requests now; read the diff."""

import orjson

from tests.recorded import recorded_requests
from tests.support import former_values, messages, rejected
from tests.support.helm import binary
from tests.told import FOLDER, stories, told


def main() -> None:
    """Rewrite every expected answer, and, where there is Helm, what comes of former values."""
    for recorded in recorded_requests():
        text = orjson.dumps(recorded.answer(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (recorded.folder / "response.json").write_bytes(text + b"\n")
    for story, steps in stories().items():
        (FOLDER / f"{story}.txt").write_text(told(steps))
    rejected.PAGE.write_text(rejected.page())
    messages.PAGE.write_text(messages.refreshed(messages.PAGE.read_text()))
    if binary():
        former_values.refresh()


if __name__ == "__main__":
    main()
