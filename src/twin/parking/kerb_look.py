"""What drivers see of the kerb as they drive along it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.compilation import kernel

Ints32 = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@kernel
def free_bays_ahead(
    edge: Ints,
    s_m: Floats,
    speed_mps: Floats,
    sent_to: Ints,
    sight_m: float,
    braking_mps2: float,
    bay_offset: Ints32,
    bay_at: Ints32,
    bay_s_m: Floats,
    claimed: Ints32,
) -> Ints:
    """Return the bay (n,) that each driver takes now: the first free one in sight that he can brake for; -1 without one.

    He looks no farther than ``sight_m`` past his front bumper. Whoever is ``sent_to`` a bay ahead on this edge that is still
    free leaves the others alone. Rows come first served: no bay is given to two of them.
    """
    taken = claimed != -1
    found = np.full(edge.size, -1, np.int64)
    for i in range(edge.size):
        nearest_m = s_m[i] + speed_mps[i] * speed_mps[i] / (2.0 * braking_mps2)
        first, end = bay_offset[edge[i]], bay_offset[edge[i] + 1]
        meant = -1
        for k in range(first, end):
            if bay_at[k] == sent_to[i] and not taken[bay_at[k]] and bay_s_m[bay_at[k]] >= nearest_m:
                meant = bay_at[k]
        for k in range(first, end):
            bay = bay_at[k]
            if bay_s_m[bay] > s_m[i] + sight_m:
                break
            if bay_s_m[bay] >= nearest_m and not taken[bay] and (meant < 0 or meant == bay):
                found[i] = bay
                taken[bay] = True
                break
    return found
