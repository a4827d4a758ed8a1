"""The chain once more as a plain SimPy model, one process a message: the oracle that kernels are held against.

It shares with the chain the specs and the random draws, and nothing else: SimPy decides what happens when.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import simpy

from twin.kernel.clock import in_phase
from twin.rng import stream_key
from twin.v2x.queues.compute_spec import ComputeSpec
from twin.v2x.queues.delay import transmission


class Place:
    """A queue with its servers, and the windows in which it is out."""

    def __init__(self, env, *, room, classes=1, servers=1, drop=False, oldest=False, windows=()):
        self.env, self.room, self.servers, self.drop, self.oldest = env, room, servers, drop, oldest
        self.waiting = [deque() for _ in range(classes)]
        self.busy = 0
        self.windows = []
        for from_us, until_us in sorted(windows):
            if self.windows and from_us <= self.windows[-1][1]:
                self.windows[-1][1] = max(self.windows[-1][1], until_us)
            else:
                self.windows.append([from_us, until_us])
        for from_us, until_us in self.windows:
            env.process(self.outage(from_us, until_us))

    def outage(self, from_us, until_us):
        """Lose what waits when it begins, if messages are dropped; begin to serve when it is over."""
        yield self.env.timeout(from_us)
        if self.drop:
            for line in self.waiting:
                while line:
                    line.popleft().succeed("outage")
        yield self.env.timeout(until_us - from_us)
        self.serve_next()

    def out_until(self):
        """Return when the outage of now is over; None when there is none."""
        return next((until for begin, until in self.windows if begin <= self.env.now < until), None)

    def inside(self):
        """Return how many wait and are being served."""
        return self.busy + sum(map(len, self.waiting))

    def serve_next(self):
        """Let messages that wait begin while servers are free."""
        while self.busy < self.servers and self.out_until() is None:
            line = next((line for line in self.waiting if line), None)
            if line is None:
                return
            self.busy += 1
            line.popleft().succeed("served")

    def visit(self, service_us, priority=0):
        """Pass through the place now; a process that returns "served", "overflow" or "outage"."""
        if self.drop and self.out_until() is not None:
            return "outage"
        if self.busy < self.servers and not any(self.waiting) and self.out_until() is None and self.busy < self.room:
            self.busy += 1
        else:
            if self.inside() >= self.room:
                least = next((p for p in reversed(range(len(self.waiting))) if self.waiting[p]), -1)
                if not self.oldest or least < priority:
                    return "overflow"
                self.waiting[least].popleft().succeed("overflow")
            turn = self.env.event()
            self.waiting[priority].append(turn)
            fate = yield turn
            if fate != "served":
                return fate
        through = yield from self.serve(service_us)
        self.busy -= 1
        self.serve_next()
        return "served" if through else "outage"

    def serve(self, service_us):
        """Serve from the beginning until no outage interrupts; return False when an outage costs the message."""
        while True:
            next_us = min((begin for begin, _ in self.windows if begin > self.env.now), default=None)
            if self.out_until() is None:
                if next_us is None or self.env.now + service_us <= next_us:
                    yield self.env.timeout(service_us)
                    return True
                yield self.env.timeout(next_us - self.env.now)
            if self.drop:
                return False
            yield self.env.timeout(self.out_until() - self.env.now)


class Model:
    """A chain of stages, each (name, spec, queue of each device, outages).

    ``redirects`` are (t_us, devices, MEC or None), in order of time: what reaches the first stage of MECs after ``t_us`` goes
    over this MEC, whose queues ``over`` gives by stage.
    """

    def __init__(self, stages, message, names, seed, classes=1, redirects=(), over=None):
        self.redirects, self.over = redirects, over or {}
        self.env = simpy.Environment()
        self.names = names
        objects = np.arange(1000)
        self.sizes, self.fragments = message.size_bytes(objects).tolist(), message.fragments(objects).tolist()
        self.rank = {name: place for place, name in enumerate(sorted(names))}
        self.rows, self.duplicates = [], 0
        self.stages = []
        for name, spec, queue_of_device, outages in stages:
            compute = isinstance(spec, ComputeSpec)
            places = [
                Place(
                    self.env,
                    room=spec.queue_messages,
                    classes=classes,
                    servers=spec.servers if compute else 1,
                    drop=not compute and spec.during_outage == "drop",
                    oldest=spec.discard == "oldest",
                    windows=[(one.from_us, one.until_us) for one in outages if one.queue == number],
                )
                for number in range(int(max([*queue_of_device, *self.over.get(name, ())])) + 1)
            ]
            key = [stream_key(seed, f"v2x/{name}/transmission", device) for device in names]
            law = None if compute else spec.delay_s.law()
            self.stages.append((name, spec, law, np.asarray(queue_of_device).tolist(), key, places))

    def send(self, device, frame, t_us, objects, sent_us, priority=0, size=None):
        """Start the process of one message."""
        self.env.process(self.travel(device, frame, t_us, objects, sent_us, priority, size))

    def run(self):
        """Let everything happen; return one dictionary a message, in the order (phenomenon time, device, frame)."""
        self.env.run()
        return sorted(self.rows, key=lambda row: (row["t_us"], row["device"], row["frame"]))

    def order(self, device, frame, attempt):
        """Return the SimPy priority of an arrival: after all else of the instant, by name, frame and attempt."""
        return 1000 + ((self.rank[self.names[device]] * 1000) + frame) * 128 + attempt

    def via(self, device, arrival_us):
        """Return the MEC that a device's message takes that comes then; None for that of its site."""
        return next((mec for t_us, devices, mec in reversed(self.redirects) if device in devices and arrival_us > t_us), None)

    def travel(self, device, frame, t_us, objects, sent_us, priority, size):
        """One message from its sender to the end."""
        fragments = 1 if size is not None else self.fragments[objects]
        size = self.sizes[objects] if size is None else size
        row = {"t_us": t_us, "device": device, "frame": frame, "objects": objects, "bytes": size, "priority": priority}
        row |= {"transmissions": 0, "sent_age_us": sent_us - t_us, "lost_hop": None, "lost_cause": None}
        wait_us = sent_us
        via, forked = None, False
        for stage in self.stages:
            if stage[0] in self.over and not forked:
                forked = True
                via = self.via(device, int(self.env.now) + wait_us)
            what = (device, frame, objects, size, fragments, priority, via)
            delivered_us, cause = yield from self.cross(stage, what, wait_us, 0, row)
            if cause is not None:
                row |= {"lost_hop": stage[0], "lost_cause": cause}
                break
            row[f"{stage[0]}_age_us"] = delivered_us - t_us
            wait_us = delivered_us - int(self.env.now)
        self.rows.append(row)

    def cross(self, stage, what, wait_us, attempt, row):  # noqa: C901  (in the order in which it happens)
        """Cross a hop, with repetitions from ``attempt`` on; return (delivered, None) or (None, cause); copies have no row."""
        name, spec, law, queue_of_device, key, places = stage
        device, frame, objects, size, fragments, priority, via = what
        place = places[queue_of_device[device] if via is None or name not in self.over else self.over[name][via]]
        compute = isinstance(spec, ComputeSpec)
        while True:
            yield in_phase(self.env, wait_us, self.order(device, frame, attempt))
            if attempt == 0:
                row[f"{name}_found"] = place.inside()
            if compute:
                service_us = max(round(spec.base_s * 1e6 + objects * (spec.per_object_s * 1e6)), 1)
            else:
                service_us = max(round(size * 8 / spec.rate_mbps), 1)
            fate = yield from place.visit(service_us, priority)
            if fate == "overflow":
                return None, fate
            if fate == "served" and row is not None:
                row["transmissions"] += 1
            if compute:
                return int(self.env.now), None
            arrived, heard = False, False
            if fate == "served":
                chance, back, delay_us = transmission(key[device], frame, attempt, law)
                arrived = chance < (1 - spec.loss_probability) ** fragments
                heard = arrived and back < 1 - spec.loss_probability
            repeated = spec.qos == 1 and not heard and attempt < spec.retries
            self.duplicates += arrived and row is None
            if arrived and row is not None:
                if repeated:
                    self.env.process(self.cross(stage, what, round(spec.retry_s * 1e6), attempt + 1, None))
                return int(self.env.now) + delay_us, None
            if not repeated:
                return None, "error" if fate == "served" else fate
            attempt += 1
            wait_us = round(spec.retry_s * 1e6)
