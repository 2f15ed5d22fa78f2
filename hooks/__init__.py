"""Metacontroller hooks that turn an InstanaAgent into the objects that run Instana's agents."""

__version__ = "0.1.0"
