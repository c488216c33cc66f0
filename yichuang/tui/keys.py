"""Keys as bindings name them."""

from __future__ import annotations


def digit_keys(digit: int | str) -> str:
    """A digit, and the same digit in full width, as an input method may send it."""
    return f"{digit},{chr(ord(str(digit)) + 0xFEE0)}"
