import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits import schedules


def rates(name: str, *, decay: float = 1, warmup_epochs: float = 0, **numbers) -> np.ndarray:
    return schedules.rates(name, decay=decay, warmup_epochs=warmup_epochs, **numbers)


@given(name=st.sampled_from(schedules.NAMES), epochs=st.integers(1, 50), steps=st.integers(1, 50), peak=st.floats(1e-6, 10))
def test_there_is_a_rate_for_every_step_above_zero_and_up_to_the_peak(name, epochs, steps, peak):
    found = rates(name, peak=peak, epochs=epochs, steps_per_epoch=steps)
    assert found.shape == (epochs * steps,)
    assert found.dtype == np.float32
    assert (found > 0).all()
    assert (found <= np.float32(peak)).all()


def test_exponential_falls_by_its_decay_from_epoch_to_epoch_as_course_e_has_it():
    found = rates("exponential", peak=0.001, epochs=4, steps_per_epoch=3, decay=0.9)
    assert found == pytest.approx(np.repeat([0.001, 0.0009, 0.00081, 0.000729], 3))


def test_a_warm_up_rises_in_a_straight_line_to_the_schedule_s_own_rate():
    found = rates("constant", peak=1.0, epochs=4, steps_per_epoch=10, warmup_epochs=2)
    assert found[:20] == pytest.approx((np.arange(20) + 0.5) / 20)
    assert (found[20:] == 1).all()


def test_the_shortest_warm_up_is_none():
    assert (rates("constant", peak=1.0, epochs=1, steps_per_epoch=10, warmup_epochs=5e-324) == 1).all()


def test_constant_stays_at_its_peak():
    assert rates("constant", peak=0.5, epochs=2, steps_per_epoch=3).tolist() == [0.5] * 6


def test_cosine_falls_from_its_peak_through_half_of_it_to_nearly_zero():
    found = rates("cosine", peak=1.0, epochs=1, steps_per_epoch=1001)
    assert (np.diff(found) < 0).all()
    assert found[[0, 500, 1000]] == pytest.approx([1, 0.5, 0], abs=1e-3)


def test_one_cycle_rises_for_three_tenths_of_the_steps_and_falls_for_the_rest():
    found = rates("one_cycle", peak=1.0, epochs=10, steps_per_epoch=100)
    assert abs(int(found.argmax()) - 300) <= 1
    assert found[[0, 150, 650, 999]] == pytest.approx([0, 0.5, 0.5, 0], abs=5e-3)
