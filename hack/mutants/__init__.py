"""Mutation testing: which small changes to the product do no tests notice?

A mutant is the product with one small change. Tests that fail have killed it; one that survives
shows behavior that nothing holds. `make mutants` takes a random sample of `hooks.desired`,
`hooks.status` and `hooks.rules`.

Why our own: much of these packages is tables and dicts that are made at import. mutmut 3 changes
functions without decorators only, and takes no sample; pytest-gremlins changes no text, and nothing
of a table or dict; cosmic-ray and mutatest change no text either, and start all tests anew for each
mutant. Here each mutant is a fork of a process that has imported all but the project itself; it
imports the changed module from memory, and runs the tests of the changed lines until one fails.
"""
