"""What an outage did, against the same run without it and against the row of every message."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.simulation.town import run_town

from twin.metrics.outages import outage_account
from twin.units import US_PER_S

OUTAGE = {"links.outages": "[{hop: mec_to_cloud, from_s: 2, until_s: 5}]"}
SLOW = {"links.mec_to_cloud.rate_mbps": 2.0, "links.mec_to_cloud.loss_probability": 0.0}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"links.mec_to_cloud.queue_messages": 20},
        {"links.mec_to_cloud.queue_messages": 20, "links.mec_to_cloud.discard": "oldest"},
        {"links.mec_to_cloud.during_outage": "drop"},
    ],
)
def test_the_sum_closes_and_agrees_with_the_run_without_the_outage(tmp_path, keys):
    """Recovered + behind + lost = offered; whoever fares otherwise than without the outage is among them, to the message."""
    usual = run_town(tmp_path, **SLOW, **{key: value for key, value in keys.items() if "discard" not in key})
    out = run_town(tmp_path, **SLOW, **keys, **OUTAGE)
    account = outage_account(out, "mec_to_cloud", 2 * US_PER_S, 5 * US_PER_S)
    assert (
        account.offered
        == account.recovered + account.behind + sum(account.lost.values())
        == account.delayed + sum(account.lost.values())
    )
    before = {(row["device"], row["frame"]): row["cloud_age_us"] for row in usual.table("message").to_pylist()}
    rows = out.table("message").to_pylist()
    other = [row for row in rows if row["cloud_age_us"] != before[row["device"], row["frame"]]]
    assert len(other) > 50
    lost = Counter(row["lost_cause"] for row in other if row["cloud_age_us"] is None)
    assert account.lost == dict(lost)
    later = [row for row in other if row["cloud_age_us"] is not None]
    assert 0 <= account.delayed - len(later) <= 0.02 * account.offered
    if "links.mec_to_cloud.during_outage" in keys:
        assert (account.recovered, set(account.lost)) == (0, {"outage"})
    else:
        assert account.recovered > 0
        assert account.delay_max_ms > (1000 if "links.mec_to_cloud.discard" in keys else 2500)
        assert ("overflow" in account.lost) == ("links.mec_to_cloud.queue_messages" in keys)


def test_an_unknown_hop_is_refused(tmp_path):
    """A KeyError, not an empty account."""
    with pytest.raises(KeyError):
        outage_account(run_town(tmp_path, duration_s=1), "air", 0, 1)
