"""How long vehicles stay, and what is left of the stays of those found parked."""

from __future__ import annotations

import numpy as np
import pytest

from twin.parking.behaviour_spec import PurposeSpec
from twin.parking.facility_spec import TariffSpec
from twin.parking.stays import Stays, resident_bays

WORK = PurposeSpec(name="work", share=0.25, mean_h=8.0, variation=0.3)
ERRAND = PurposeSpec(name="errand", share=0.75, mean_h=0.5, variation=1.5)
MANY = np.arange(40_000)


def test_stays_have_mean_and_spread_of_their_purpose() -> None:
    """Means within 2 %, the coefficient of variation within 10 %, shares within one in a hundred."""
    purpose, stay_us = Stays((WORK, ERRAND), 1).arriving(MANY)
    for number, spec in enumerate((WORK, ERRAND)):
        hours = stay_us[purpose == number] / 3.6e9
        assert hours.size / MANY.size == pytest.approx(spec.share, abs=0.01)
        assert hours.mean() == pytest.approx(spec.mean_h, rel=0.02)
        assert hours.std() / hours.mean() == pytest.approx(spec.variation, rel=0.1)


def test_who_is_found_parked_stays_long_and_is_on_average_half_way() -> None:
    """Found by share x mean; what is left has the mean (1 + cv^2) / 2 x mean stay (inspection paradox)."""
    purpose, left_us = Stays((WORK, ERRAND), 1).resident("garage", MANY, ())
    assert (purpose == 0).mean() == pytest.approx(0.25 * 8.0 / (0.25 * 8.0 + 0.75 * 0.5), abs=0.01)
    for number, spec in enumerate((WORK, ERRAND)):
        expected_h = 0.5 * (1.0 + spec.variation**2) * spec.mean_h
        assert (left_us[purpose == number] / 3.6e9).mean() == pytest.approx(expected_h, rel=0.06)


def test_departures_of_residents_are_as_many_as_arrivals_keep_it_full() -> None:
    """The rate at the start is that of a stationary car park: vehicles / mean stay."""
    spec = PurposeSpec(name="visit", share=1.0, mean_h=2.0, variation=1.0)
    _, left_us = Stays((spec,), 1).resident("garage", MANY, ())
    leave_first_tenth = (left_us < 0.1 * 3.6e9).mean()
    assert leave_first_tenth == pytest.approx(0.1 / 2.0, rel=0.05)


def test_an_office_garage_has_office_workers() -> None:
    """Of purposes that a facility is not open to nobody is found there."""
    purpose, _ = Stays((WORK, ERRAND), 1).resident("garage", MANY[:200], ("work",))
    assert (purpose == 0).all()


def test_more_are_parked_at_a_higher_occupancy_and_the_same_stay() -> None:
    """Draws are nested over occupancy, and each facility has its own."""
    few, many = (resident_bays("garage", 500, occupancy, 1) for occupancy in (0.6, 0.9))
    assert (few & ~many).sum() == 0
    assert few.mean() == pytest.approx(0.6, abs=0.06)
    assert many.mean() == pytest.approx(0.9, abs=0.06)
    assert (resident_bays("other", 500, 0.6, 1) != few).any()


def test_a_stay_is_paid_by_begun_units_up_to_the_most_of_a_day() -> None:
    """10 CNY an hour by half hours, the first quarter free, 60 CNY a day."""
    tariff = TariffSpec(cny_per_hour=10.0, unit_min=30.0, free_min=15.0, most_cny_per_day=60.0)
    paid = {minutes: tariff.price_cny(60.0 * minutes) for minutes in (15, 16, 30, 31, 600, 1440, 1500)}
    assert paid == {15: 0.0, 16: 5.0, 30: 5.0, 31: 10.0, 600: 60.0, 1440: 60.0, 1500: 70.0}
