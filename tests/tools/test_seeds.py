from tools import seeds

TIMING = {
    "train": {"seconds": 80.0, "gradient_seconds_per_epoch": 0.5, "date": "2026-01-02"},
    "machine": {"processor": "P", "cores": 2},
    "software": {"tensorflow": "2"},
}


def row(seed: int, accuracy: float) -> dict:
    figures = {"accuracy": accuracy, "log_loss": 0.2, "macro_f1": 0.9, "calibration_error": 0.01}
    return {"seed": seed, "timing": TIMING, "dataset": "mnist", "network": "net", "parameters": 9, "test_images": 100, **figures}


def test_the_table_has_each_seed_their_mean_and_their_standard_deviation():
    lines = seeds.table("recipe", [row(1, 0.94), row(2, 0.96)]).splitlines()
    assert "| 1 | 0.9400 | 0.2000 | 0.9000 | 0.0100 | 80.0 | 0.5 |" in lines
    assert "| **mean** | 0.9500 | 0.2000 | 0.9000 | 0.0100 | 80.0 | 0.5 |" in lines
    assert "| standard deviation | 0.0141 | 0.0000 | 0.0000 | 0.0000 | 0.0 | 0.0 |" in lines


def test_one_seed_has_no_standard_deviation():
    assert "deviation" not in seeds.table("recipe", [row(1, 0.94)])


def test_the_summary_carries_its_conditions():
    last = seeds.summary([row(1, 0.94), row(2, 0.96)]).splitlines()[-1]
    for part in ("mnist, 100 test images", "0.9500 ± 0.0141", "80 s", "P, 2 cores, TensorFlow 2"):
        assert part in last
