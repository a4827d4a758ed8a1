"""Mode 4 delivery against the published curves of six configurations.

Source: M. Gonzalez-Martin et al., "Analytical Models of the Performance of C-V2X Mode 4 Vehicular Communications", IEEE Trans.
Veh. Technol. 68(2) 2019: analytical and simulated packet delivery ratio, read from the figures published with it. Nothing is
fitted by configuration.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.v2x.pc5 import packet_delivery_ratio

DISTANCES_M = np.array([50.0, 100.0, 200.0, 300.0, 400.0, 500.0])

PUBLISHED = {
    (0.1, 10.0, 20.0, 2): (
        (0.9751, 0.9613, 0.9329, 0.8400, 0.6143, 0.2835),
        (0.9737, 0.9609, 0.9216, 0.8010, 0.5878, 0.2416),
    ),
    (0.1, 10.0, 20.0, 4): (
        (0.9855, 0.9804, 0.9679, 0.9162, 0.7149, 0.3306),
        (0.9822, 0.9766, 0.9545, 0.8875, 0.6918, 0.2938),
    ),
    (0.1, 20.0, 20.0, 4): (
        (0.9688, 0.9592, 0.9248, 0.7946, 0.5711, 0.2500),
        (0.9695, 0.9618, 0.9156, 0.7804, 0.5660, 0.2308),
    ),
    (0.2, 10.0, 20.0, 4): (
        (0.9624, 0.9445, 0.9059, 0.7842, 0.5583, 0.2470),
        (0.9685, 0.9539, 0.9007, 0.7648, 0.5538, 0.2258),
    ),
    (0.2, 10.0, 23.0, 4): (
        (0.9627, 0.9446, 0.9098, 0.8021, 0.6630, 0.4729),
        (0.9679, 0.9535, 0.9183, 0.8037, 0.6657, 0.4530),
    ),
    (0.3, 10.0, 20.0, 4): (
        (0.9493, 0.9244, 0.8443, 0.6733, 0.4511, 0.1966),
        (0.9560, 0.9329, 0.8439, 0.6534, 0.4402, 0.1724),
    ),
}
"""(vehicles/m, messages/s, dBm, sub-channels): simulated and analytical ratio at ``DISTANCES_M``."""


@pytest.mark.parametrize("configuration", PUBLISHED, ids=str)
def test_published_delivery_ratios(configuration) -> None:
    """Mean absolute difference at most 0.3 percentage points from the analytical, 3 from the simulated values.

    The bars are 1 and 3; 0.23 was found at worst, and 0.57 at a single point (step 3 at 300 m under the highest load). The
    published model itself lies 0.8 to 2 percentage points from its simulation in these configurations.
    """
    simulated, analytical = PUBLISHED[configuration]
    ratio = packet_delivery_ratio(DISTANCES_M, *configuration)
    assert np.abs(ratio - analytical).mean() <= 0.003
    assert np.abs(ratio - analytical).max() <= 0.006
    assert np.abs(ratio - simulated).mean() <= 0.03
