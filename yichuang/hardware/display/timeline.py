"""What a display shows when: new calls flash, pages take turns, the hall's calls go by one at a time (C01).

Pure: times are seconds of whatever clock the caller goes by, such as the event loop's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yichuang.config import DisplaySettings
from yichuang.hardware.display.content import Call, Layout, Page, Shown
from yichuang.queue.announcement import Announcement
from yichuang.queue.face import Face, FaceState

BLINK_SECONDS = 0.5
"""How long each half of a flash lasts where the display cannot flash by itself."""

TEST_SECONDS = 3.0
"""How long a test stays."""

_SHORTEST_TURN = 1.0
"""A call on a display of the hall stays alone at least so long, also where nothing flashes."""
_MOST_CALLS = 100


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is shown until the next change: pages that take turns."""

    state: FaceState
    pages: tuple[Page, ...]
    call: Call | None = None
    unit: str = ""
    item: str = ""
    badge: str = ""


class Timeline:
    """One display's course of time: told what is so, it says what to show at any moment."""

    def __init__(
        self, settings: DisplaySettings, layout: Layout, *, follows_voice: bool, blinks: bool
    ) -> None:
        """`follows_voice`: a display of several windows shows calls as they are announced, and does not go
        through them by itself. `blinks`: the display cannot flash by itself."""
        self._settings = settings
        self._layout = layout
        self._follows_voice = follows_voice
        self._blinks = blinks
        self._own = settings.windows[0] if len(settings.windows) == 1 else None
        self._faces: dict[int, Face] = {}
        self._calls: deque[Call] = deque(maxlen=_MOST_CALLS)
        """Calls of several windows that were shown, the newest first."""
        self._coming: deque[Call] = deque(maxlen=_MOST_CALLS)
        """Calls of several windows whose turn is yet to come."""
        self._turn_ends = 0.0
        self._flashed: dict[Call, float] = {}
        """When each call began to flash."""
        self._flash_ends = 0.0
        self._test_ends = 0.0
        self._scene = self._make_scene()
        self._scene_began = 0.0

    def show(self, faces: Mapping[int, Face], now: float) -> None:
        """What every window says now. What was called before the first word of it does not flash."""
        mine = {
            number: face
            for number, face in faces.items()
            if not self._settings.windows or number in self._settings.windows
        }
        is_first = not self._faces
        before, self._faces = self._faces, mine
        fresh = [face for number, face in sorted(mine.items()) if _is_new(before.get(number), face)]
        for face in sorted(fresh, key=_called):
            call = Call(face.number, face.window)
            if is_first:
                self._calls.appendleft(call)
            elif self._own is not None:
                self._flash(call, now)
        self._advance(now)

    def call(self, made: Announcement, now: float) -> None:
        """This call was made: without a voice to follow, its turn comes by itself."""
        call = Call(made.number, made.window)
        if self._shows(made.window) and not self._follows_voice and call not in self._coming:
            self._coming.append(call)
            self._advance(now)

    def announce(self, announcement: Announcement, now: float) -> None:
        """This call is being said now."""
        if self._shows(announcement.window) and self._follows_voice:
            self._take_turn(Call(announcement.number, announcement.window), now)
            self._advance(now)

    def _shows(self, window: int) -> bool:
        """Whether it is a display of several windows, and this one among them."""
        return self._own is None and (
            not self._settings.windows or window in self._settings.windows
        )

    def test(self, now: float) -> None:
        """Show a test for a moment."""
        self._test_ends = now + TEST_SECONDS

    def at(self, now: float) -> Shown:
        """What to show at that moment."""
        self._advance(now)
        if now < self._test_ends:
            return self._test_shown()
        scene = self._scene
        turn = int(max(0.0, now - self._scene_began) / self._settings.page_seconds)
        left = self._flash_ends - now
        flashing = scene.state is FaceState.CALLING and left > 0
        since = self._settings.flash_seconds - left
        return Shown(
            scene.state,
            scene.pages[turn % len(scene.pages)],
            flashing=flashing,
            dark=flashing and self._blinks and int(since / BLINK_SECONDS) % 2 == 1,
            call=scene.call,
            unit=scene.unit,
            item=scene.item,
            badge=scene.badge,
            label=self._layout.label(scene.state),
        )

    def next_change(self, now: float) -> float | None:
        """In how many seconds what is shown may change by itself; None when it stays."""
        times = []
        if now < self._test_ends:
            times.append(self._test_ends - now)
        if (left := self._flash_ends - now) > 0:
            times.append(left)
            if self._blinks:
                since = self._settings.flash_seconds - left
                times.append(BLINK_SECONDS - since % BLINK_SECONDS)
        if self._coming or (self._own is None and now < self._turn_ends):
            times.append(max(0.0, self._turn_ends - now))
        if len(self._scene.pages) > 1:
            turn = self._settings.page_seconds
            times.append(turn - (now - self._scene_began) % turn)
        return min(times) if times else None

    def _test_shown(self) -> Shown:
        """Shown as a call, as no display leaves calls out."""
        return Shown(
            FaceState.CALLING,
            self._layout.test()[0],
            flashing=True,
            call=Call("8888", self._own or 0),
            label=self._layout.label(FaceState.CALLING),
        )

    def _advance(self, now: float) -> None:
        """Let the next call have its turn, and see to it that the scene is of now."""
        while self._coming and now >= self._turn_ends:
            self._take_turn(self._coming.popleft(), now)
        self._forget_gone(now)
        scene = self._make_scene()
        if scene != self._scene:
            self._scene, self._scene_began = scene, now

    def _take_turn(self, call: Call, now: float) -> None:
        if call in self._calls:
            self._calls.remove(call)
        self._calls.appendleft(call)
        self._turn_ends = now + max(self._settings.flash_seconds, _SHORTEST_TURN)
        self._flash(call, now)

    def _flash(self, call: Call, now: float) -> None:
        """Flash for a call, unless it flashed a moment ago."""
        last = self._flashed.get(call)
        if last is not None and now - last < self._settings.repeat_seconds:
            return
        for old in [each for each, at in self._flashed.items() if now - at > 60.0]:
            del self._flashed[old]
        self._flashed[call] = now
        self._flash_ends = now + self._settings.flash_seconds

    def _forget_gone(self, now: float) -> None:
        """Calls whose ticket is at its window no more leave the display of several windows.

        One that is just being shown stays until its turn is over: a number that was called is shown once
        at least.
        """
        current = self._current()
        shown = self._calls[0] if self._calls and now < self._turn_ends else None
        kept = [call for call in self._calls if call in current or call == shown]
        self._calls = deque(kept, maxlen=_MOST_CALLS)

    def _current(self) -> set[Call]:
        return {Call(face.number, face.window) for face in self._faces.values() if face.number}

    def _make_scene(self) -> _Scene:
        if self._own is None:
            return self._scene_of(self._calls)
        face = self._faces.get(self._own) or Face(self._own, FaceState.CLOSED)
        call = Call(face.number, face.window)
        return _Scene(
            face.state,
            tuple(self._layout.face(face)),
            call,
            face.unit,
            face.item,
            face.badge,
        )

    def _scene_of(self, calls: Sequence[Call]) -> _Scene:
        state = FaceState.CALLING if calls else FaceState.IDLE
        newest = calls[0] if calls else None
        return _Scene(state, tuple(self._layout.calls(list(calls))), newest)


def _is_new(before: Face | None, face: Face) -> bool:
    """Whether a face tells of a call that was not told of before."""
    if face.state is not FaceState.CALLING:
        return False
    if before is None or before.state is not FaceState.CALLING:
        return True
    return (before.number, before.calls) != (face.number, face.calls)


def _called(face: Face) -> float:
    return face.called_at.timestamp() if face.called_at else 0.0
