"""`python -m hooks`: the command line."""

from hooks.cli.command_line import main

if __name__ == "__main__":
    main()
