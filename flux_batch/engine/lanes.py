"""Several endpoints or keys, each with its own slots, gate and breaker: work flows to whoever has a free slot.

```python
lanes = Lanes([Slots(..., lane="standard"), Slots(..., lane="premium")], brake=brake)
async with lanes.hold() as slot:
    answer = await post(job, through=slot.lane)
```
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from flux_batch.engine.brake import Brake
from flux_batch.engine.slots import Hold, Slot, Slots
from flux_batch.engine.turnstile import NotYet, Turnstile
from flux_batch.errors import RunStopped


class Lanes:
    """Slots of several endpoints, waited for in one line.

    A lane that closes (out of credit, unreachable) drops out and the run goes on; when the last one closes, its reason
    pulls the brake.

    Args:
        lanes: in order of preference, each with a name of its own.
        brake: the one the lanes were given.
        most: slots that may be taken in all lanes together; None for no such ceiling.

    Raises:
        ValueError: no lane, or two of one name.
    """

    def __init__(self, lanes: Sequence[Slots], *, brake: Brake, most: int | None = None) -> None:
        names = [lane.lane for lane in lanes]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"lanes need one name each, and there must be one at least: {names}")
        self._lanes = tuple(lanes)
        self._brake = brake
        self._most = math.inf if most is None else most
        self._turnstile: Turnstile[Slot] = Turnstile(brake)
        for lane in self._lanes:
            lane.share(self._turnstile, self._lane_closed)

    def __getitem__(self, name: str) -> Slots:
        """Return the lane called *name*."""
        return next(lane for lane in self._lanes if lane.lane == name)

    @property
    def open(self) -> tuple[str, ...]:
        """Names of the lanes that still take work."""
        return tuple(lane.lane for lane in self._lanes if lane.closed is None)

    @property
    def in_flight(self) -> int:
        """Slots taken in all lanes."""
        return sum(lane.in_flight for lane in self._lanes)

    @property
    def limit(self) -> int:
        """Slots that may be taken now in all open lanes."""
        return int(min(self._most, sum(lane.limit for lane in self._lanes if lane.closed is None)))

    @property
    def known(self) -> int:
        """Slots that the services of all open lanes are believed to have for us."""
        return int(min(self._most, sum(lane.known for lane in self._lanes if lane.closed is None)))

    @property
    def pause(self) -> float:
        """Seconds for which no lane posts; 0 while one of them may."""
        return min((lane.pause for lane in self._lanes if lane.closed is None), default=0.0)

    def hold(self) -> Hold:
        """Wait for a slot of any lane and hold it; ``slot.lane`` says whose it is. Otherwise as :meth:`Slots.hold`."""
        return Hold(self._turnstile, self._take)

    def close(self, name: str, reason: RunStopped) -> None:
        """Let no further post through the lane called *name*."""
        self[name].close(reason)

    def _take(self) -> Slot | NotYet:
        seconds = math.inf
        if self.in_flight >= self._most:
            return NotYet(seconds)
        for lane in self._lanes:
            got = lane.take()  # a closed lane has none, and names no time
            if isinstance(got, Slot):
                return got
            seconds = min(seconds, got.seconds)
        return NotYet(seconds)

    def _lane_closed(self, reason: RunStopped) -> None:
        if not self.open:
            self._brake.pull(reason)
