import errno
import os
import subprocess
import sys

import pytest

from digits.compute import out_of_memory, tf


def test_training_starts_without_matplotlib_and_figures_can_still_be_drawn_afterwards():
    code = "import sys, stages.train; print('matplotlib' in sys.modules); from matplotlib.figure import Figure; print(Figure())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("False\nFigure(")


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_as_it_was_and_leaves_alone_what_was_imported(collects):
    before = "" if collects else "gc.disable(); "
    code = f"import gc; {before}import digits.compute; print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{collects} True\n"


def test_a_user_s_other_settings_of_keras_leave_the_library_as_it_is(tmp_path):
    (tmp_path / "keras.json").write_text('{"floatx": "float16", "backend": "jax", "image_data_format": "channels_first"}')
    code = (
        "from digits.compute import deterministic, keras; deterministic(threads=1); "
        "print(keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format(), keras.layers.Dense(1).dtype)"
    )
    environment = {**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "torch"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "tensorflow float32 channels_last float32\n"


@pytest.mark.parametrize(
    ("asked", "in_parts", "threads", "parts"),
    [(2, True, 1, 2), (2, False, 2, 1), (8, True, 1, 8), (9, True, 9, 1), (1, True, 1, 1)],
)
def test_a_batch_goes_in_a_part_a_thread_unless_they_are_many_and_a_draw_without_seed_is_refused(asked, in_parts, threads, parts):
    code = f"""
from digits.compute import deterministic, parts, tf
deterministic(threads={asked}, in_parts={in_parts})
print(tf.config.threading.get_intra_op_parallelism_threads(), parts())
try:
    tf.random.uniform(())
except RuntimeError as error:
    print("determinism" in str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(threads), str(parts), "True"]


def test_matplotlib_that_is_loaded_already_stays_loaded():
    code = "import matplotlib, sys, stages.train; print(sys.modules['matplotlib'] is matplotlib)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_full_disk_is_no_lack_of_memory():
    with pytest.raises(OSError, match="No space left on device") as error, out_of_memory():
        raise tf.errors.ResourceExhaustedError(None, None, "out/events.v2; No space left on device")
    assert error.value.errno == errno.ENOSPC


def test_what_does_not_fit_into_memory_is_python_s_own_error_which_a_stage_knows():
    with pytest.raises(MemoryError, match="^OOM when allocating"), out_of_memory():
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
