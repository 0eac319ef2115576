"""What a worker keeps from one variation of a study to the next. A worker's threads must be set before TensorFlow starts."""

import subprocess
import sys

import pytest

from tests.worlds import ROOT

TWO_SEEDS_THREE_RATES = """\
import copy
from digits import models, variations
from tests.worlds import labelled_images, sections_of
from tools import settings

built, build = [], models.build
models.build = lambda name, **words: built.append(words["seed"]) or build(name, **words)
bench = variations.Bench({"made": labelled_images(train=60, test=20)}, threads=1, read=settings.of_a_run)
sections = sections_of(
    split={"train": 40, "validation": 20, "test": 20}, model={"name": "softmax"}, train={"epochs": 1}, compute={"threads": 1}
)
histories = {}
for seed in (1, 2):
    for rate in (0.001, 0.01, 0.001):
        order = copy.deepcopy(sections)
        order["train"]["learning_rate"] = rate
        outcome = bench.run(variations.Order(order, seed, "made", 1, None))
        assert outcome.status == "finished", outcome.reason
        assert histories.setdefault((seed, rate), outcome.history) == outcome.history  # the first run left nothing behind
assert built == [1, 2], built
assert len({str(history) for history in histories.values()}) == 4
"""
OTHER_THREADS = """\
from digits import variations
from digits.errors import UserError
from tests.worlds import labelled_images, sections_of
from tools import settings

data = {"made": labelled_images(train=60, test=20)}
sections = sections_of(split={"train": 40, "validation": 20, "test": 20}, model={"name": "softmax"}, train={"epochs": 1})
variations.Bench(data, threads=1, read=settings.of_a_run).run(variations.Order(sections, 1, "made", 1, None))
variations.Bench(data, threads=1, read=settings.of_a_run)
try:
    variations.Bench(data, threads=2, in_parts=True, read=settings.of_a_run)
except UserError as error:
    assert "workers new, or of studies with compute.threads 2 whose batches go through in parts; received others" in str(error)
else:
    raise AssertionError("TensorFlow's threads cannot be changed")
"""


@pytest.mark.parametrize(
    "program", [TWO_SEEDS_THREE_RATES, OTHER_THREADS], ids=["network built once a seed", "other threads refused"]
)
def test_a_worker_keeps_its_networks_and_its_threads(program):
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
