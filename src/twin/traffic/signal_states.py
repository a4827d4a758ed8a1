"""What a traffic signal can show to one connector.

The states are the int8 codes of the array ``signal`` of (connectors,) that the traffic kernels read: no light at all, the
three colours, and the state of a movement that may go while giving way to everybody (a right turn on red). A permissive left
turn is simply GREEN: which of two crossing green connectors gives way is told by ``LaneGraph.conflict_green``.
"""

from __future__ import annotations

from typing import Final

NO_SIGNAL: Final = 0
"""No light: the rules of priority hold (``LaneGraph.conflict_*``)."""
GREEN: Final = 1
"""May go; crossing green movements follow ``LaneGraph.conflict_green``."""
YELLOW: Final = 2
"""May go only when stopping before the stop line is no longer possible without danger."""
RED: Final = 3
"""May not go."""
GIVE_WAY: Final = 4
"""May go, but gives way to every other movement: a right turn on a red round light."""

SIGNAL_STATE_NAMES: Final = ("none", "green", "yellow", "red", "give_way")
"""The name of each state in tables and messages, by its code."""
