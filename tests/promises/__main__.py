"""Prints every sentence that promises something, with the tests that keep it."""

from tests.promises.sentences import table

print(table())
