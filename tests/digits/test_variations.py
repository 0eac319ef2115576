"""What a worker keeps from one variation of a study to the next. A worker's threads must be set before TensorFlow starts."""

import subprocess
import sys

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


def test_a_network_is_built_once_a_seed_however_many_variations_share_it():
    ended = subprocess.run(
        [sys.executable, "-c", TWO_SEEDS_THREE_RATES], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
