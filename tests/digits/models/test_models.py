"""The one door to the networks, and what each network's source printed of it."""

import importlib
import inspect
import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

import keras
import numpy as np
import pytest
import yaml

from digits import inference, models
from digits.errors import UserError
from tests.worlds import ROOT

# classes, parameters, and how many of them are not trained
PRINTED_PARAMETERS = {
    "resnet5": (10, 25_756, 0),
    "softmax": (10, 7_850, 0),
    "mlp": (10, 407_050, 0),
    "lenet": (10, 3_274_634, 0),
    "fashion1": (5, 256_837, 0),
    "fashion2": (5, 256_837, 0),
    "fashion3": (5, 886_021, 0),
    "fashion4": (5, 886_533, 256),
    "fashion_resnet": (5, 100_293, 0),
    "resnet50": (5, 23_597_957, 53_120),
    # Their sources print none, or there is none: our count.
    "recognition": (10, 600_810, 0),
    "dnn": (10, 217_866, 0),
    "convnet": (10, 93_322, 0),
    "resnet_d": (10, 151_946, 2_176),
    "strided": (10, 61_762, 336),
    "vgg": (10, 299_306, 896),
}
ALL_ZERO = ["softmax"]  # starts at zeros by design, whatever the seed
DRAWN = [name for name in models.names() if name not in ALL_ZERO]


@cache  # ResNet50 takes a second
def built(name: str, *, classes: int = 5, seed: int = 3) -> keras.Model:
    """Return a network that no test may change."""
    return models.build(name, classes=classes, seed=seed)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def dropouts(network: keras.Model) -> list[keras.layers.Dropout]:
    return [layer for layer in network.layers if isinstance(layer, keras.layers.Dropout)]


@pytest.mark.parametrize("name", models.names())
def test_the_parameters_are_those_the_source_prints(name):
    classes, total, not_trained = PRINTED_PARAMETERS[name]
    network = built(name, classes=classes)
    assert network.count_params() == total
    assert sum(int(np.prod(weight.shape)) for weight in network.non_trainable_weights) == not_trained


@pytest.mark.parametrize("name", models.names())
def test_the_docstring_s_table_adds_up_to_the_total_below_it(name):
    header, *lines = importlib.import_module(f"digits.models.{name}").__doc__.split("\n\n")[1].splitlines()
    cells = [line[header.index("parameters") :] for line in lines]  # "148", "2 x 148", or "512, 256 of them not trained"
    *rows, total = [cell for cell in map(re.compile(r"(?:(\d+) x )?([\d,]*\d)").search, cells) if cell]
    assert sum(number(times or "1") * number(each) for times, each in (row.groups() for row in rows)) == number(total[2])
    assert number(total[2]) == PRINTED_PARAMETERS[name][1]


@pytest.mark.parametrize("name", models.names())
def test_pictures_become_probabilities_one_row_a_picture(name):
    images = np.random.default_rng(1).integers(0, 256, (4, 28, 28), dtype=np.uint8)
    network = built(name)
    probabilities = inference.predict(network, images)
    assert probabilities.shape == (4, network.output_shape[-1])
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all()
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", [name for name in models.names() if name != "resnet5"])
def test_there_are_as_many_outputs_as_classes(name):
    assert built(name, classes=5).output_shape == (None, 5)


@pytest.mark.parametrize("name", models.names())
def test_the_network_has_the_name_of_its_file(name):
    assert built(name).name == name


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_seed_draws_the_same_weights_and_another_seed_others(name):
    first, again, other = (
        network.get_weights() for network in (built(name), models.build(name, classes=5, seed=3), built(name, seed=4))
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    kernels = [(a, b) for a, b in zip(first, other, strict=True) if a.ndim > 1]
    assert not any(np.array_equal(a, b) for a, b in kernels)


@pytest.mark.parametrize("name", ALL_ZERO)
def test_softmax_starts_at_zeros_whatever_the_seed(name):
    assert not any(weight.any() for seed in (3, 4) for weight in built(name, seed=seed).get_weights())


@pytest.mark.parametrize("name", DRAWN)
def test_no_two_layers_start_alike(name):
    kernels = [weight for weight in built(name).get_weights() if weight.ndim > 1]
    assert not any(a.shape == b.shape and np.array_equal(a, b) for i, a in enumerate(kernels) for b in kernels[:i])


@pytest.mark.parametrize("name", models.names())
def test_each_dropout_has_a_seed_of_its_own_that_follows_the_network_s(name):
    seeds = [[layer.seed for layer in dropouts(built(name, seed=seed))] for seed in (3, 4)]
    assert seeds == [list(range(seed, seed + len(seeds[0]))) for seed in (3, 4)]


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_course_c_s_networks_start_from_a_normal_of_0_1_and_biases_of_0_1(name):
    weights = built(name).get_weights()
    assert np.concatenate([weight.ravel() for weight in weights if weight.ndim > 1]).std() == pytest.approx(0.1, rel=0.01)
    assert {float(value) for weight in weights if weight.ndim == 1 for value in weight} == {float(np.float32(0.1))}


def test_an_unknown_network_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"model\.name: expected resnet5; received the unknown network resnet55"):
        models.build("resnet55", classes=10, seed=0)


def test_an_unknown_size_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"networks\.resnet5\.ouputs: expected outputs; received the unknown size ouputs"):
        models.build("resnet5", classes=10, seed=0, ouputs=10)


def test_a_size_of_a_network_without_any_is_refused():
    with pytest.raises(UserError, match=r"networks\.softmax\.hidden: expected no size, this network has none; received"):
        models.build("softmax", classes=10, seed=0, hidden=10)


@pytest.mark.parametrize("value", [0, -1, 2.5, "20", True, None, [20]])
def test_a_size_that_is_no_whole_number_above_0_is_refused(value):
    with pytest.raises(UserError, match=r"networks\.resnet5\.outputs: expected a whole number above 0 and below 2\^31; received"):
        models.build("resnet5", classes=10, seed=0, outputs=value)


@pytest.mark.parametrize("value", [1, -0.1, 1.5, "0.5", True, None, float("nan")])
def test_a_dropout_rate_that_is_none_is_refused(value):
    with pytest.raises(UserError, match=r"networks\.lenet\.dropout: expected a number from 0 up to, not including, 1; received"):
        models.build("lenet", classes=10, seed=0, dropout=value)


@pytest.mark.parametrize(("value", "received"), [(1, "1"), ("true", "the text 'true'"), (None, "nothing")])
def test_a_switch_that_is_neither_true_nor_false_is_refused(value, received):
    with pytest.raises(UserError, match=rf"networks\.dnn\.flatten_first: expected true or false; received {received}$"):
        models.build("dnn", classes=10, seed=0, flatten_first=value)


@pytest.mark.parametrize("value", [[], 64, [64, 0], [64, 2.5], [True], ["64"], [[64]], "64", None, {64: 64}])
def test_a_list_of_sizes_that_is_none_is_refused(value):
    with pytest.raises(
        UserError, match=r"networks\.dnn\.layers: expected a list of whole numbers above 0 and below 2\^31; received"
    ):
        models.build("dnn", classes=10, seed=0, layers=value)


@pytest.mark.parametrize(("value", "received"), [("rellu", "the text 'rellu'"), (None, "nothing"), (["relu"], r"\['relu'\]")])
def test_a_word_that_is_none_of_the_few_is_refused_with_all_of_them(value, received):
    with pytest.raises(UserError, match=rf"recognition\.activation: expected one of relu, elu, .*, sigmoid; received {received}$"):
        models.build("recognition", classes=10, seed=0, activation=value)


@pytest.mark.parametrize("value", [7, None, True])
def test_weights_that_are_no_text_are_refused(value):
    with pytest.raises(UserError, match=r"networks\.resnet50\.weights: expected text; received"):
        models.build("resnet50", classes=10, seed=0, weights=value)


@pytest.mark.parametrize("name", models.names())
def test_every_size_is_of_a_kind_the_door_can_check_and_its_default_passes(name):
    make = importlib.import_module(f"digits.models.{name}").build
    for key, size in inspect.signature(make).parameters.items():
        if key not in ("classes", "seed"):
            value = list(size.default) if size.annotation == Sequence[int] else size.default
            assert models.checked_size(size.annotation, value, name=key) == size.default
            with pytest.raises(UserError, match=f"params.yaml: {key}: expected .+; received {{}}"):
                models.checked_size(size.annotation, {}, name=key)


@pytest.mark.parametrize("value", ["c", "", 1, None, ["a"]])
def test_a_size_that_is_none_of_the_words_is_refused(value):
    with pytest.raises(UserError, match=r"params\.yaml: kind: expected one of a, b; received"):
        models.checked_size(Literal["a", "b"], value, name="kind")


def test_fewer_outputs_than_classes_are_refused():
    with pytest.raises(UserError, match=r"networks\.resnet5\.outputs: expected at least 13, .* received 10"):
        models.build("resnet5", classes=13, seed=0, outputs=10)


@pytest.mark.parametrize("content", [b"", b"<html>", None])
def test_weights_that_are_not_the_network_s_are_refused_with_their_file(tmp_path, content):
    file = tmp_path / "best.weights.h5"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match=r"best\.weights\.h5"):
        models.load_weights(models.build("resnet5", classes=10, seed=0), file)


def test_weights_of_another_size_are_refused(tmp_path):
    file = tmp_path / "best.weights.h5"
    models.build("resnet5", classes=10, seed=0, outputs=12).save_weights(file)
    with pytest.raises(UserError, match="holds no weights of resnet5"):
        models.load_weights(models.build("resnet5", classes=10, seed=0), file)


@pytest.mark.parametrize("name", ["fashion4", "recognition", "resnet_d"])
def test_saved_weights_come_back_batch_norm_s_averages_among_them(tmp_path, name):
    file, saved = tmp_path / "best.weights.h5", models.build(name, classes=5, seed=1)
    for weight in saved.non_trainable_weights:
        weight.assign(weight + 0.5)
    saved.save_weights(file)
    loaded = models.build(name, classes=5, seed=2)
    models.load_weights(loaded, file)
    assert all(np.array_equal(a, b) for a, b in zip(saved.get_weights(), loaded.get_weights(), strict=True))


def test_params_yaml_lists_every_size_with_the_source_s_own_value():
    listed = yaml.safe_load((ROOT / "params.yaml").read_text())["networks"]
    for name in models.names():
        build = importlib.import_module(f"digits.models.{name}").build
        sizes = {key: size.default for key, size in inspect.signature(build).parameters.items() if key not in ("classes", "seed")}
        assert listed[name] == {key: list(value) if isinstance(value, tuple) else value for key, value in sizes.items()}


def test_weights_that_may_not_be_read_are_not_called_another_network_s(tmp_path, monkeypatch):
    network = models.build("softmax", classes=10, seed=0)

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(network, "load_weights", refuse)
    with pytest.raises(PermissionError):
        models.load_weights(network, tmp_path / "best.weights.h5")
