"""Calls of hooks as files: numbers stand for secret values, and each can be repeated."""
