"""一窗 Yichuang: the queue and the windows of a government service hall.

`from yichuang import open_hall` gives the hall's Python interface. Importing this package loads nothing
heavy: the names below are fetched when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["__version__", "errors", "open_hall"]

if TYPE_CHECKING:
    from yichuang import errors
    from yichuang.bootstrap import open_hall


def __getattr__(name: str) -> Any:
    """Fetch `open_hall`, `errors` or an error class on first use (PEP 562)."""
    from importlib import import_module

    if name == "open_hall":
        return import_module("yichuang.bootstrap").open_hall
    module = import_module("yichuang.errors")
    if name == "errors":
        return module
    try:
        return getattr(module, name)
    except AttributeError:
        raise AttributeError(f"module 'yichuang' has no attribute {name!r}") from None
