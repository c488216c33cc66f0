"""Teaching a pad its keys from a screen: what a screen needs of whoever reads pads and writes hall.toml."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Lesson(Protocol):
    """One pad that is asked for one key after the other. Its texts are in the user's language."""

    @property
    def question(self) -> str:
        """Which key is asked for now; empty when all were."""
        ...

    @property
    def learned(self) -> Sequence[tuple[str, str]]:
        """Meaning and key, of every meaning in order; a key that is not known yet is empty."""
        ...

    @property
    def line(self) -> str:
        """The line that will stand in hall.toml."""
        ...

    async def listen(self) -> Sequence[str]:
        """Wait for keys; what became of each. Raises DeviceTrouble when the pad is gone."""
        ...

    def skip(self) -> None:
        """The pad has no such key."""
        ...

    def back(self) -> None:
        """Ask for the key before once more."""
        ...

    def save(self) -> int:
        """Write the keys into hall.toml; how many they are. Raises a ConfigError; then nothing is written."""
        ...


class Teacher(Protocol):
    """Gives lessons."""

    def can_teach(self, device: str) -> bool:
        """Whether the device is a pad with keys to be learned."""
        ...

    def lesson(self, device: str) -> AbstractAsyncContextManager[Lesson]:
        """Open the pad for a lesson. Raises UnknownDevice, DeviceInUse or DeviceTrouble.

        A program that works the pad itself leaves it alone until the lesson ends.
        """
        ...
