"""Completion: what a shell or kubectl asks, and the scripts by which they ask.

click knows the shells. For what follows `kubectl instana`, kubectl runs the program
`kubectl_complete-instana` of its PATH with the words, the last one as far as it is typed. It prints
a candidate per line, and a directive in the last line.
"""

import sys
from typing import Final

import click
from click.shell_completion import (
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    shell_complete,
)

ONLY_THESE: Final = 4
LEFT_TO_THE_SHELL: Final = {"file": 0, "dir": 16}
"""Directives for what click lets the shell complete, by its type."""


@add_completion_class
class KubectlComplete(ShellComplete):
    """What kubectl asks. The script is the program it runs, where only the plugin is installed."""

    name = "kubectl"
    source_template = """\
#!/bin/sh
# kubectl_complete-instana: kubectl runs it to complete what follows `kubectl instana`.
%(complete_var)s=kubectl_complete exec %(prog_name)s "$@"
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one."""
        *before, typed = sys.argv[1:] or [""]
        return before, typed

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Return the line about a candidate."""
        return f"{item.value}\t{item.help}" if item.help else item.value

    def complete(self) -> str:
        """Return the candidates and the directive."""
        items = self.get_completions(*self.get_completion_args())
        offered = [item for item in items if item.type not in LEFT_TO_THE_SHELL]
        left = [LEFT_TO_THE_SHELL[item.type] for item in items if item.type in LEFT_TO_THE_SHELL]
        lines = map(self.format_completion, offered)
        return "\n".join((*lines, f":{left[0] if left else ONLY_THESE}"))


def completed(main: click.Command, name: str, variable: str, instruction: str) -> int:
    """Print what a shell or kubectl asks for by the variable; return how the process ends."""
    return shell_complete(main, {}, name, variable, instruction)


def script(main: click.Command, name: str, variable: str, shell: str) -> str:
    """Return the script with which a shell or kubectl completes the program of that name."""
    kind = get_completion_class(shell)
    return kind(main, {}, name, variable).source() if kind else ""
