"""What an outage of the links did, message by message: delayed, lost, recovered, from the table ``message``."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from twin.eventlog.reader import Run
from twin.metrics.links import HOPS, US_PER_MS
from twin.metrics.selection import percentile

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OutageAccount:
    """Messages that an outage of lines of one hop touched; recovered + behind + lost = offered, always."""

    hop: str
    offered: int
    """Messages that came to the lines from the beginning of the outage until the backlog was gone, line by line: until the
    first that found its line's queue empty afterwards. With them those that it found waiting or in transmission, but for
    those that came before it and were dropped from a full queue."""
    recovered: int
    """Came before its end and were delivered once it was over."""
    behind: int
    """Came after its end and were delivered, having waited behind those."""
    lost: dict[str, int] = field(default_factory=dict)
    """Lost on this hop by cause, in alphabetical order."""
    backlog_s: float | None = None
    """From the end of the outage until the last line had worked off its backlog; None where nothing was recovered or behind."""
    delay_p50_ms: float | None = None
    """Delay over the hop of the recovered and those behind."""
    delay_max_ms: float | None = None

    @property
    def delayed(self) -> int:
        """Delivered, but no earlier than without the outage."""
        return self.recovered + self.behind


def outage_account(run: Run, hop: str, from_us: int, until_us: int, line: int | None = None) -> OutageAccount:
    """Return what happened to the messages of ``hop`` whose ``line`` (all of them where None) was out in [from, until).

    A line is a site's on the first hop, a MEC's on the next two and that of all messages on the last. Raises KeyError for an
    unknown hop. A message that had left the line before the outage is not of it, unless its delay on the way was longer than
    the whole outage.
    """
    before, after, queue = HOPS[hop]
    names = ("t_us", "device", "lost_hop", "lost_cause", "mec_age_us", *before, after, queue)
    table = run.table("message").select(list(dict.fromkeys(names)))
    columns = {name: table.column(name) for name in (*before, after, queue)}
    plain = {name: _plain(column.to_numpy(zero_copy_only=False)) for name, column in columns.items()}
    reached = _plain(table.column("mec_age_us").to_numpy(zero_copy_only=False))
    t_us, device = table.column("t_us").to_numpy(), table.column("device").to_numpy()
    since = plain[before[-1]]
    for name in reversed(before[:-1]):
        since = np.where(plain[name] >= 0, plain[name], since)
    arrival_us = t_us + since
    delivered_us = np.where(plain[after] >= 0, t_us + plain[after], -1)
    came = plain[queue] >= 0
    of_line = _line_of_message(run, hop, device, t_us + reached)
    cause = np.array([why if at == hop else "" for at, why in zip(*_losses(table), strict=True)], dtype=np.str_)
    offered = recovered = behind = 0
    lost: dict[str, int] = {}
    cleared_us, delays_us = until_us, [np.empty(0, np.int64)]
    for number in np.unique(of_line[came]) if line is None else (line,):
        mine = came & (of_line == number)
        emptied = arrival_us[mine & (arrival_us >= until_us) & (plain[queue] == 0)]
        own_us = int(emptied.min()) if emptied.size else int(arrival_us[mine].max(initial=until_us)) + 1
        touched = mine & (arrival_us >= from_us) & (arrival_us < own_us)
        touched |= mine & (arrival_us < from_us) & (delivered_us >= until_us)
        began_us = arrival_us[mine & (arrival_us < from_us) & (plain[queue] == 0)].max(initial=0)
        touched |= mine & (arrival_us >= began_us) & (arrival_us < from_us) & (cause == "outage")
        there = touched & (delivered_us >= 0)
        offered += int(np.count_nonzero(touched))
        recovered += int(np.count_nonzero(there & (arrival_us < until_us)))
        behind += int(np.count_nonzero(there & (arrival_us >= until_us)))
        for why in np.unique(cause[touched & (delivered_us < 0)]).tolist():
            lost[why] = lost.get(why, 0) + int(np.count_nonzero(touched & (delivered_us < 0) & (cause == why)))
        if there.any():
            cleared_us = max(cleared_us, own_us)
            delays_us.append((delivered_us - arrival_us)[there])
    delay_us = np.concatenate(delays_us)
    p50_us, most_us = percentile(delay_us, 50), percentile(delay_us, 100)
    return OutageAccount(
        hop,
        offered,
        recovered,
        behind,
        dict(sorted(lost.items())),
        (cleared_us - until_us) / 1e6 if delay_us.size else None,
        None if p50_us is None else p50_us / US_PER_MS,
        None if most_us is None else most_us / US_PER_MS,
    )


def _plain(values: npt.NDArray[np.generic]) -> Ints:
    """Return whole numbers with -1 for null, which arrives as NaN."""
    if values.dtype.kind == "f":
        return np.where(np.isnan(values), -1.0, values).astype(np.int64)
    return values.astype(np.int64)


def _losses(table: object) -> tuple[list[str | None], list[str | None]]:
    """Return hop and cause of the loss of each message."""
    at, why = (table.column(name).to_pylist() for name in ("lost_hop", "lost_cause"))  # type: ignore[attr-defined]
    return at, why


def _line_of_message(run: Run, hop: str, device: Ints, at_mec_us: Ints) -> Ints:
    """Return the line that each message takes on a hop, by its device's number and the instant at which it came to a MEC."""
    devices = run.table("device_spec").select(["device", "site"]).to_pydict()
    sites = dict(zip(*run.table("site").select(["site", "mec"]).to_pydict().values(), strict=True))
    site_of_device = np.zeros(max(devices["device"], default=-1) + 1, np.int64)
    mec_of_device = np.zeros_like(site_of_device)
    for number, at in zip(devices["device"], devices["site"], strict=True):
        site_of_device[number], mec_of_device[number] = at, sites[at]
    site = site_of_device[device]
    if hop == "site_to_mec":
        return site
    if hop == "cloud_to_central":
        return np.zeros_like(site)
    mec: Ints = mec_of_device[device]
    for event in run.table("link_event").to_pylist():
        if event["event"] == "redirected":
            mec[(site == event["line"]) & (at_mec_us > event["t_us"])] = event["to_line"]
    return mec
