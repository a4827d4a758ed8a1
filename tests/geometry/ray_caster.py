"""An exact caster of 3-D rays, independent of the scan: solids are convex prisms on the ground, sheets rectangles in space.

A ray is clipped by a prism's side planes, its floor and its roof; a sheet is met where its plane is. None of the formulas of
``twin.geometry`` is used: there is no column, no slope and no order of distance here. It is compiled because hundreds of
scenes take minutes otherwise.
"""

from __future__ import annotations

import math

import numpy as np

from twin.compilation import kernel

FIRST_STEPS = 24
"""Rays along each side of the grid over a target's window; doubled until enough of them meet the target."""


def corners(box):
    """Return the outline of a box (x, y, heading, length, width, height), anticlockwise."""
    x, y, heading, length, width, _ = box
    along = np.array([math.cos(heading), math.sin(heading)])
    across = np.array([-along[1], along[0]])
    signs = np.array([(1, -1), (1, 1), (-1, 1), (-1, -1)]) * 0.5
    return np.array([x, y]) + signs[:, :1] * length * along + signs[:, 1:] * width * across


def window(origin, outline, height):
    """Return the azimuths and elevations that bound a prism, and its least and greatest distance; azimuths about its middle."""
    offset = outline - origin[:2]
    middle = math.atan2(*offset.mean(axis=0)[::-1])
    azimuths = (np.arctan2(offset[:, 1], offset[:, 0]) - middle + math.pi) % (2 * math.pi) - math.pi
    away = np.hypot(offset[:, 0], offset[:, 1])
    edge = np.roll(offset, -1, axis=0) - offset
    at = np.clip(-(offset * edge).sum(axis=1) / (edge**2).sum(axis=1), 0.0, 1.0)
    nearest = np.hypot(*(offset + at[:, None] * edge).T).min()
    slopes = [(z - origin[2]) / r for z in (0.0, height) for r in (nearest, away.max())]
    return middle + azimuths.min(), middle + azimuths.max(), math.atan(min(slopes)), math.atan(max(slopes)), nearest, away.max()


def side_planes(outline):
    """Return the planes on the sides of an anticlockwise outline: (n, 3), outward normal x and y, and offset."""
    edge = np.roll(outline, -1, axis=0) - outline
    normals = np.column_stack((edge[:, 1], -edge[:, 0]))
    return np.column_stack((normals, (normals * outline).sum(axis=1)))


@kernel
def entry_distance(ox, oy, oz, dx, dy, dz, planes, begin, end, height):
    """Return where a ray enters the prism between the side planes ``begin`` to ``end``; infinity where it misses it."""
    first, last = 1e-9, np.inf
    for k in range(begin, end + 2):
        if k < end:
            rate = dx * planes[k, 0] + dy * planes[k, 1]
            gap = planes[k, 2] - ox * planes[k, 0] - oy * planes[k, 1]
        elif k == end:
            rate, gap = dz, height - oz
        else:
            rate, gap = -dz, oz
        if rate < 0.0:
            first = max(first, gap / rate)
        elif rate > 0.0:
            last = min(last, gap / rate)
        elif gap < 0.0:
            return np.inf
        if first > last:
            return np.inf
    return first


@kernel
def meets_a_sheet(ox, oy, oz, dx, dy, dz, sheets, up_to):
    """Tell whether a ray meets one of the rectangles (corner and two sides at right angles, x, y, z each) before a distance."""
    for k in range(sheets.shape[0]):
        cx, cy, cz, ax, ay, az, bx, by, bz = sheets[k]
        nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
        rate = dx * nx + dy * ny + dz * nz
        if rate != 0.0:
            t = ((cx - ox) * nx + (cy - oy) * ny + (cz - oz) * nz) / rate
            px, py, pz = ox + t * dx - cx, oy + t * dy - cy, oz + t * dz - cz
            u = (px * ax + py * ay + pz * az) / (ax * ax + ay * ay + az * az)
            v = (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz)
            if 0.0 < t < up_to and 0.0 <= u <= 1.0 and 0.0 <= v <= 1.0:
                return True
    return False


@kernel
def device_sees(dx, dy, dz, heading, device):
    """Tell whether a direction lies in a device's field of view and, in its tilted frame, within its elevation limits."""
    field_of_view, lowest, highest, tilt = device
    bearing = (math.atan2(dy, dx) - heading + math.pi) % (2.0 * math.pi) - math.pi
    forward = math.sqrt(dx * dx + dy * dy) * math.cos(bearing)
    elevation = math.asin(min(1.0, max(-1.0, forward * math.sin(tilt) + dz * math.cos(tilt))))
    return abs(bearing) <= 0.5 * field_of_view + 1e-9 and lowest <= elevation <= highest


@kernel
def share_of_rays(origin, target, planes, start, heights, windows, sheets, heading, device, least):
    """Return the share of the rays that meet the target which the device sends out and nothing else stops before it."""
    low_az, high_az, low_el, high_el, _, farthest = windows[target]
    ox, oy, oz = origin
    blockers = np.empty(heights.size, np.int64)
    count = 0
    for other in range(heights.size):
        # where the other begins, from where the target does
        gap = (windows[other, 0] - low_az + math.pi) % (2.0 * math.pi) - math.pi
        beside = gap < -(windows[other, 1] - windows[other, 0]) - 1e-9 or gap > high_az - low_az + 1e-9
        if other != target and windows[other, 4] <= farthest and not beside:
            blockers[count] = other
            count += 1
    steps, hits, free = FIRST_STEPS, 0, 0
    while True:
        hits = free = 0
        for i in range(steps):
            azimuth = low_az + (i + 0.5) / steps * (high_az - low_az)
            for j in range(steps):
                elevation = low_el + (j + 0.5) / steps * (high_el - low_el)
                dx, dy = math.cos(elevation) * math.cos(azimuth), math.cos(elevation) * math.sin(azimuth)
                dz = math.sin(elevation)
                own = entry_distance(ox, oy, oz, dx, dy, dz, planes, start[target], start[target + 1], heights[target])
                if own == np.inf:
                    continue
                hits += 1
                before = own + 1e-6  # a vehicle's underside lies on its deck
                seen = device_sees(dx, dy, dz, heading, device)
                seen = seen and not meets_a_sheet(ox, oy, oz, dx, dy, dz, sheets, before)
                for k in range(count):
                    b = blockers[k]
                    if not seen:
                        break
                    seen = entry_distance(ox, oy, oz, dx, dy, dz, planes, start[b], start[b + 1], heights[b]) >= own
                free += seen
        if hits >= least:
            return free / hits
        steps *= 2


def exact_fractions(origin, solids, targets, heading, device, sheets=(), least=200):
    """Return the visible share of the silhouettes (azimuth x elevation) of the first ``targets`` of ``solids``.

    A solid is an outline (anticlockwise, convex, (n, 2) m) and a height, m; ``device`` names its field of view, limits and
    tilt in degrees; ``sheets`` (n, 9) m are what ``meets_a_sheet`` takes. At least ``least`` rays meet each target. Also
    return the azimuths that each target spans, rad.
    """
    origin = np.asarray(origin, float)
    planes = [side_planes(outline) for outline, _ in solids]
    start = np.concatenate(([0], np.cumsum([len(one) for one in planes])))
    heights = np.array([height for _, height in solids], float)
    windows = np.array([window(origin, *solid) for solid in solids])
    limits = tuple(math.radians(device[name]) for name in ("field_of_view", "lowest", "highest", "tilt"))
    screens = np.reshape(np.array(sheets, float), (-1, 9))
    given = (np.concatenate(planes), start, heights, windows, screens, float(heading), limits, least)
    shares = np.array([share_of_rays(origin, target, *given) for target in range(targets)])
    return shares, windows[:targets, 1] - windows[:targets, 0]
