"""Exact finite queues with priorities, several servers, a choice of what to discard, and outages: event by event.

The Lindley recursion knows when a message is served the moment it comes. With priorities it does not: whoever is more urgent
may still come first. Here each queue goes through its events in order of time - arrivals, ends of service, outages - up to a
horizon by which all arrivals are known, and a message is settled when its service begins, or when it is lost. What waits then
stays in the state, so that the results do not depend on where the batches are cut.

At one instant, services end first, then those that wait begin, then arrivals come in their order. Priorities do not interrupt
a service (head of the line: A. Cobham, "Priority assignment in waiting line problems", Operations Research 2, 1954). Within a
class, and with one class altogether, it is first in, first out; with ``servers`` c > 1 a message goes to the server that is
free first (J. Kiefer, J. Wolfowitz, "On the theory of queues with many servers", Trans. AMS 78, 1955).

A full queue drops the message that comes (``newest``), or the one that has waited longest among the least urgent class that
waits, if that class is not more urgent than the message that comes (``oldest``). What is in service is never dropped, nor what
an outage has broken off: it keeps its server and begins anew when the line is back.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from twin.compilation import borrowed, inline_kernel, kernel
from twin.v2x.queues.queue import CUT, DROPPED, Outage, around_outages, merged

Ints = npt.NDArray[np.int64]
Lines = tuple[Ints, Ints, Ints, Ints, Ints, Ints, Ints]
"""State of the queues: when each server is free (queues, servers); first and last waiting message of each class (queues,
classes), as nodes; how many wait, the latest arrival, the first outage that is not past, the end of the outages (queues,)."""
Nodes = tuple[Ints, Ints, Ints, Ints, Ints]
"""Messages that wait: token, service time, the node behind it; then the free nodes, and how many they are (1,)."""

_LONG_AGO_US = -(2**62)
"""When servers that have never served became free. Choice: earlier than any instant."""


@kernel
def _note(settled: tuple[Ints, Ints, Ints], n: int, token: int, left_us: int, code: int) -> int:
    """Write down what became of a message: ``code`` is 0 when it was served, ``DROPPED`` or ``CUT``; return ``n`` + 1."""
    settled[0][n] = token
    settled[1][n] = left_us
    settled[2][n] = code
    return n + 1


@kernel
def _next_waiting(head: Ints, q: int, node_next: Ints, tail: Ints, last: bool) -> int:  # noqa: FBT001
    """Unlink the first message of the most urgent class, of the least urgent with ``last``; return its node, -1 for none."""
    classes = head.shape[1]
    for place in range(classes):
        p = classes - 1 - place if last else place
        node = head[q, p]
        if node >= 0:
            head[q, p] = node_next[node]
            if node_next[node] < 0:
                tail[q, p] = -1
            return int(node)
    return -1


@inline_kernel
def _take_out(q: int, last: bool, lines: Lines, nodes: Nodes) -> int:  # noqa: FBT001
    """Take the next message out of the waiting ones, or with ``last`` the first of the least urgent; return its node."""
    _, head, tail, waiting, _, _, _ = lines
    _, _, node_next, free, free_count = nodes
    node = _next_waiting(head, q, node_next, tail, last)
    waiting[q] -= 1
    free[free_count[0]] = node
    free_count[0] += 1
    return node


@inline_kernel
def _put_in(q: int, message: tuple[int, int, int], lines: Lines, nodes: Nodes) -> None:
    """Let a message (token, service, class) wait behind those of its class."""
    _, head, tail, waiting, _, _, _ = lines
    node_token, node_service_us, node_next, free, free_count = nodes
    token, service_us, p = message
    free_count[0] -= 1
    node = free[free_count[0]]
    node_token[node] = token
    node_service_us[node] = service_us
    node_next[node] = -1
    if tail[q, p] >= 0:
        node_next[tail[q, p]] = node
    else:
        head[q, p] = node
    tail[q, p] = node
    waiting[q] += 1


@kernel
def _serve(
    q: int,
    limit_us: int,
    lines: Lines,
    nodes: Nodes,
    outages: tuple[Ints, Ints],
    settled: tuple[Ints, Ints, Ints],
    n: int,
    drop: bool,  # noqa: FBT001  (compiled code takes no keywords)
) -> int:
    """Begin every service of queue ``q`` that begins by ``limit_us``; return how many messages are settled by now."""
    server_us, _, _, waiting, clock_us, window, window_end = lines
    node_token, node_service_us, _, _, _ = nodes
    from_us, until_us = outages
    while waiting[q] > 0:
        server = 0
        for s in range(1, server_us.shape[1]):
            if server_us[q, s] < server_us[q, server]:
                server = s
        start_us = max(server_us[q, server], clock_us[q])
        w = window[q]
        while w < window_end[q] and until_us[w] <= start_us:
            w += 1
        out = w < window_end[q] and from_us[w] <= start_us
        if out and not drop:
            start_us = until_us[w]
        if (from_us[w] if out and drop else start_us) > limit_us:
            return n
        window[q] = w
        node = _take_out(q, False, lines, nodes)
        if out and drop:
            n = _note(settled, n, node_token[node], from_us[w], CUT)
            continue
        leaves_us, lost = around_outages(start_us, node_service_us[node], outages, (w, window_end[q]), drop)
        server_us[q, server] = leaves_us
        n = _note(settled, n, node_token[node], leaves_us, CUT if lost else 0)
    return n


@kernel
def _least_urgent(head: Ints, q: int) -> int:
    """Return the least urgent class of which messages wait; -1 when there is none."""
    for place in range(head.shape[1]):
        if head[q, head.shape[1] - 1 - place] >= 0:
            return int(head.shape[1]) - 1 - place
    return -1


@kernel
def _arrive(
    q: int,
    now_us: int,
    message: tuple[int, int, int],
    lines: Lines,
    nodes: Nodes,
    outages: tuple[Ints, Ints],
    settled: tuple[Ints, Ints, Ints],
    n: int,
    rules: tuple[int, bool, bool],
) -> tuple[int, int]:
    """Let a message (token, service, class) come now; return how many it found and how many messages are settled."""
    server_us, head, _, waiting, _, window, window_end = lines
    capacity, drop, oldest = rules
    token, service_us, p = message
    busy, idle = 0, -1
    for s in range(server_us.shape[1]):
        if server_us[q, s] > now_us:
            busy += 1
        else:
            idle = s
    w = window[q]
    while w < window_end[q] and outages[1][w] <= now_us:
        w += 1
    window[q] = w
    out = w < window_end[q] and outages[0][w] <= now_us
    found = busy + waiting[q]
    if out and drop:
        return found, _note(settled, n, token, now_us, CUT)
    if idle >= 0 and waiting[q] == 0 and not out and busy < capacity:
        leaves_us, lost = around_outages(now_us, service_us, outages, (w, window_end[q]), drop)
        server_us[q, idle] = leaves_us
        return found, _note(settled, n, token, leaves_us, CUT if lost else 0)
    if found >= capacity:
        if not oldest or _least_urgent(head, q) < p:
            return found, _note(settled, n, token, now_us, DROPPED)
        n = _note(settled, n, nodes[0][_take_out(q, True, lines, nodes)], now_us, DROPPED)
    _put_in(q, message, lines, nodes)
    return found, n


@kernel
def forward_priorities(
    messages: tuple[Ints, Ints, Ints, Ints, Ints],
    horizon_us: int,
    lines: Lines,
    nodes: Nodes,
    outages: tuple[Ints, Ints],
    rules: tuple[int, bool, bool],
    room: int,
) -> tuple[Ints, Ints, Ints, Ints]:
    """Take ``messages`` (token, queue, arrival, service, class; each (n,)) in; go on to the horizon; see ``PriorityQueues``.

    ``rules`` are the room of a queue, whether outages drop, and whether a full queue drops the oldest. At most ``room``
    messages are settled.
    """
    token, queue, arrival_us, service_us, priority = borrowed(messages)
    lines, nodes, outages = borrowed(lines), borrowed(nodes), borrowed(outages)
    _, _, _, waiting, clock_us, _, _ = lines
    result = (np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64))
    settled = borrowed(result)
    found = np.empty(token.size, np.int64)
    n = 0
    for i in range(token.size):
        q = queue[i]
        now_us = arrival_us[i]
        if now_us < clock_us[q]:
            raise ValueError("messages must be in the order of arrival within each queue")
        n = _serve(q, now_us, lines, nodes, outages, settled, n, rules[1])
        clock_us[q] = now_us
        message = (token[i], service_us[i], priority[i])
        found[i], n = _arrive(q, now_us, message, lines, nodes, outages, settled, n, rules)
    for q in range(waiting.size):
        if waiting[q] > 0:
            n = _serve(q, horizon_us, lines, nodes, outages, settled, n, rules[1])
    return result[0][:n], result[1][:n], result[2][:n], found


class PriorityQueues:
    """``count`` queues with ``servers`` servers each and room for ``capacity`` messages, waiting and in service."""

    def __init__(
        self,
        count: int,
        capacity: int,
        outages: Iterable[Outage] = (),
        *,
        classes: int = 1,
        servers: int = 1,
        drop: bool = False,
        oldest: bool = False,
    ) -> None:
        """Begin with empty queues; ``drop`` and ``oldest`` say what outages and full queues do to messages.

        Raises ValueError when there is no room, server or class, or as ``merged``.
        """
        if min(capacity, servers, classes) < 1:
            raise ValueError(f"a queue needs room, servers and classes, got {capacity}, {servers} and {classes}")
        offset, from_us, until_us = merged(outages, count)
        self._outages = (from_us, until_us)
        self._lines = (
            np.full((count, servers), _LONG_AGO_US, np.int64),
            np.full((count, classes), -1, np.int64),
            np.full((count, classes), -1, np.int64),
            np.zeros(count, np.int64),
            np.full(count, _LONG_AGO_US, np.int64),
            offset[:-1].copy(),
            offset[1:].copy(),
        )
        self._classes, self._rules = classes, (capacity, drop, oldest)
        none = np.empty(0, np.int64)
        self._nodes = (none, none, none, none, np.zeros(1, np.int64))

    @property
    def waiting(self) -> int:
        """Messages whose service has not begun, in all queues."""
        return len(self._nodes[0]) - int(self._nodes[4][0])

    def forward(
        self, token: Ints, queue: Ints, arrival_us: Ints, service_us: Ints, priority: Ints, horizon_us: int
    ) -> tuple[Ints, Ints, Ints, Ints]:
        """Take messages in and go on to ``horizon_us``, by which every message that arrives until then must have been given.

        Messages, int64 (n,), are in the order of arrival within each queue; ``token`` is any number that names them. Return of
        the messages settled by then, of this call and earlier ones, token, instant at which it left, and 0 for served,
        ``DROPPED`` or ``CUT``; and how many each message of this call found, (n,). Raises ValueError for a message that comes
        before one that was already forwarded, or of a class that does not exist.
        """
        if priority.size and not 0 <= priority.min() <= priority.max() < self._classes:
            raise ValueError(f"there are priorities 0 to {self._classes - 1}, got {priority.min()} to {priority.max()}")
        self._make_room(token.size)
        return forward_priorities(
            (token, queue, arrival_us, service_us, priority),
            horizon_us,
            self._lines,
            self._nodes,
            self._outages,
            self._rules,
            self.waiting + token.size,
        )

    def _make_room(self, count: int) -> None:
        token, service_us, following, free, free_count = self._nodes
        have, size = int(free_count[0]), len(token)
        if have >= count:
            return
        more = max(count - have, size, 1024)
        token, service_us, following, free = (np.resize(old, size + more) for old in (token, service_us, following, free))
        free[have : have + more] = np.arange(size + more - 1, size - 1, -1)
        free_count[0] = have + more
        self._nodes = (token, service_us, following, free, free_count)
