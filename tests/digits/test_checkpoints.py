from dataclasses import replace

import numpy as np
import pytest

from digits import checkpoints
from digits.training import State
from tests.worlds import bars


def state() -> State:
    return State(
        epochs=2,
        history=[{"epoch": 1, "train_loss": 0.1 + 0.2}, {"epoch": 2, "train_loss": float("nan")}],
        best_epoch=1,
        variables=[np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7, np.int64), np.array([1, 2], np.uint32)],
        best_weights=[np.full(3, 0.1, np.float32)],
    )


def is_the_one_saved(read: State) -> bool:
    saved = state()
    arrays = [
        pair for kind in ("variables", "best_weights") for pair in zip(getattr(read, kind), getattr(saved, kind), strict=True)
    ]
    return (read.epochs, read.best_epoch, str(read.history)) == (saved.epochs, saved.best_epoch, str(saved.history)) and all(
        np.array_equal(a, b) and a.dtype == b.dtype for a, b in arrays
    )


def test_a_state_is_read_back_to_the_bit(tmp_path):
    checkpoints.save(tmp_path / "state.npz", state(), fingerprint="run")
    assert is_the_one_saved(checkpoints.load(tmp_path / "state.npz", fingerprint="run"))


def test_another_run_s_state_is_not_taken(tmp_path):
    checkpoints.save(tmp_path / "state.npz", state(), fingerprint="run")
    assert checkpoints.load(tmp_path / "state.npz", fingerprint="other") == State()


@pytest.mark.parametrize(
    "header", ["", "[]", '{"fingerprint": "run"}', '{"fingerprint": "run", "counts": {}, "numbers": {"epoch": 1}}', "null"]
)
def test_what_another_version_wrote_gives_a_fresh_state(tmp_path, header):
    np.savez(tmp_path / "state.npz", header=np.array(header))
    assert checkpoints.load(tmp_path / "state.npz", fingerprint="run") == State()


@pytest.mark.parametrize("keep", [0, 1, 100, 700, -1])
def test_a_cut_off_file_gives_a_fresh_state(tmp_path, keep):
    file = tmp_path / "state.npz"
    checkpoints.save(file, state(), fingerprint="run")
    file.write_bytes(file.read_bytes()[:keep])
    assert checkpoints.load(file, fingerprint="run") == State()


def test_a_flipped_byte_anywhere_gives_a_fresh_state_or_the_right_one(tmp_path):
    file = tmp_path / "state.npz"
    checkpoints.save(file, state(), fingerprint="run")
    good = file.read_bytes()
    for place in range(0, len(good), 7):
        file.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        read = checkpoints.load(file, fingerprint="run")
        assert read == State() or is_the_one_saved(read)


def test_no_file_gives_a_fresh_state(tmp_path):
    assert checkpoints.load(tmp_path / "state.npz", fingerprint="run") == State()


def test_the_fingerprint_tells_parameters_images_and_classes_apart():
    split, other = bars(5, seed=0), bars(5, seed=1)
    fewer = replace(split, class_names=split.class_names[:-1])
    runs = ("a", 1, split), ("a", 2, split), ("a", 1, other), ("a", 1, fewer), ("a", 1, split)
    prints = [checkpoints.fingerprint(*parts) for parts in runs]
    assert len(set(prints[:4])) == 4
    assert prints[0] == prints[4]
