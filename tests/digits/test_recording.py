import errno
import shutil

import pytest

from digits import models
from digits.recording import save_weights


def test_a_disk_too_full_for_the_weights_is_refused_before_hdf5_sees_it(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**9, 10**9 - 9999, 9999))
    with pytest.raises(OSError, match=r"best\.weights\.h5") as error:
        save_weights(tmp_path / "train/best.weights.h5", models.build("resnet5", classes=10, seed=0))
    assert error.value.errno == errno.ENOSPC
    assert list((tmp_path / "train").iterdir()) == []


def test_the_same_weights_give_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_weights(tmp_path / f"{name}.weights.h5", models.build("resnet5", classes=10, seed=0))
    assert (tmp_path / "one.weights.h5").read_bytes() == (tmp_path / "two.weights.h5").read_bytes()
