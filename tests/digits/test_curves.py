from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorflow import make_ndarray

from digits.curves import Curves

ROWS = [{"epoch": epoch, "learning_rate": 0.1, "train_loss": 1 / epoch, "test_loss": 2 / epoch} for epoch in (1, 2, 3)]


def read(folder) -> dict[str, list[tuple[int, float]]]:
    events = EventAccumulator(str(folder))
    events.Reload()
    tags = events.Tags()["tensors"]
    return {tag: [(event.step, round(float(make_ndarray(event.tensor_proto)), 4)) for event in events.Tensors(tag)] for tag in tags}


def test_the_splits_of_a_quantity_share_a_chart_by_epoch(tmp_path):
    curves = Curves(tmp_path / "run")
    for row in ROWS:
        curves.add(row)
    assert read(tmp_path / "run") == {
        "learning_rate": [(1, 0.1), (2, 0.1), (3, 0.1)],
        "loss/train": [(1, 1.0), (2, 0.5), (3, 0.3333)],
        "loss/test": [(1, 2.0), (2, 1.0), (3, 0.6667)],
    }


def test_rows_given_again_after_a_restart_stand_in_it_once(tmp_path):
    for count in (2, 3):
        curves = Curves(tmp_path / "run")
        for row in ROWS[:count]:
            curves.add(row)
    assert [step for step, _ in read(tmp_path / "run")["loss/train"]] == [1, 2, 3]
