"""`python -m hooks`: the command line, as `instana-hooks` of the installed package."""

from hooks.cli.program.start import run

if __name__ == "__main__":
    run()
