"""The loop: that it learns, that it goes on to the bit, and that it looks where it says it looks."""

import dataclasses

import keras
import numpy as np
import pytest

from digits import calls, evaluation, inference, models, optimizers, schedules, training
from digits.augmentation import AugmentParams, augment
from digits.training import Diverged, State
from tests.worlds import bars, split_of

TRAIN, VALIDATION, TEST = bars(230, seed=1), bars(50, seed=2), bars(40, seed=3)
SPLITS = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
MOVES = AugmentParams(flip=0, shift=1, rotate=0, scale=0, elastic=0, erase=0)


def network(seed: int = 0) -> keras.Model:
    """Return a small network with what makes resuming hard: dropout and batch norm."""
    start = {"kernel_initializer": keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))}
    pixels = keras.Input((784,))
    x = keras.layers.Dense(32, activation="relu", **start)(pixels)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.2, seed=seed)(x)
    return keras.Model(pixels, keras.layers.Dense(10, activation="softmax", **start)(x))


class Watcher:
    """Remembers what it was told, and stops the run after so many epochs or updates."""

    def __init__(self, *, epochs: int = 10**9, updates: int = 10**9):
        self.states, self.updates, self.most_epochs, self.most_updates = [], [], epochs, updates

    def updated(self, images: int) -> None:
        self.updates += [images] if images else []
        if len(self.updates) == self.most_updates:
            raise KeyboardInterrupt

    def epoch_done(self, state: State, *, seconds: float) -> None:
        assert seconds > 0
        self.states.append(state)
        if len(self.states) == self.most_epochs:
            raise KeyboardInterrupt


def cosine(*, epochs: int, steps_per_epoch: int) -> np.ndarray:
    return schedules.rates("cosine", peak=0.02, epochs=epochs, steps_per_epoch=steps_per_epoch, decay=1, warmup_epochs=0)


def train(
    *,
    splits=SPLITS,
    epochs=6,
    state=None,
    watcher=None,
    seed=1,
    shift=1,
    batch_size=50,
    net=None,
    optimizer: str | keras.optimizers.Optimizer = "adam",
    patience=0,
    measured=None,
    smoothing=0.0,
    l2=0.0,
) -> State:
    net = net or network()
    steps = training.steps_per_epoch(len(splits["train"]), batch_size=batch_size)
    if isinstance(optimizer, str):
        optimizer = optimizers.build(optimizer, momentum=0.9, weight_decay=0.01)
    return training.train(
        net,
        splits,
        num_epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        rates=cosine(epochs=epochs, steps_per_epoch=steps),
        moves=dataclasses.replace(MOVES, shift=shift),
        objective=training.Objective(classes=10, smoothing=smoothing, l2=l2),
        patience=patience,
        measured=splits if measured is None else measured,
        seed=seed,
        state=state or State(),
        watcher=watcher or Watcher(),
    )


def same(a: State, b: State) -> bool:
    arrays = zip([*a.variables, *a.best_weights], [*b.variables, *b.best_weights], strict=True)
    return a.history == b.history and a.best_epoch == b.best_epoch and all(np.array_equal(x, y) for x, y in arrays)


def test_it_learns():
    assert train(shift=0, epochs=12).history[-1]["test_accuracy"] > 0.8


def test_an_output_that_belongs_to_no_class_is_no_answer_as_when_the_weights_are_evaluated():
    net = models.build("resnet5", classes=10, seed=3, outputs=200)
    history = train(net=net, epochs=1, optimizer=optimizers.build("sgd", momentum=0, weight_decay=0)).history  # hardly a step
    answers = inference.predict(net, TEST.images)
    assert (answers.argmax(axis=1) >= 10).mean() > 0.5
    wanted = (evaluation.of_classes(answers, classes=10).argmax(axis=1) == TEST.labels).mean()
    assert history[0]["test_accuracy"] == pytest.approx(wanted)
    assert wanted > 0


def test_two_runs_of_one_seed_agree_to_the_bit():
    assert same(train(), train())


def test_another_seed_shuffles_otherwise():
    assert not same(train(shift=0), train(shift=0, seed=2))


@pytest.mark.parametrize("stop", [{"epochs": 1}, {"epochs": 4}, {"updates": 8}, {"updates": 17}])
def test_a_run_interrupted_anywhere_goes_on_to_the_same_bits(stop, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", 2)  # of five batches an epoch: three calls
    watcher = Watcher(**stop)
    with pytest.raises(KeyboardInterrupt):
        train(watcher=watcher)
    assert same(train(state=watcher.states[-1]), train())


@pytest.mark.parametrize("optimizer", optimizers.NAMES)
def test_a_run_of_any_optimizer_goes_on_to_the_same_bits(optimizer):
    watcher = Watcher(epochs=1)
    with pytest.raises(KeyboardInterrupt):
        train(watcher=watcher, optimizer=optimizer, epochs=3)
    assert same(train(state=watcher.states[-1], optimizer=optimizer, epochs=3), train(optimizer=optimizer, epochs=3))


def validation_losses(state: State) -> list[float]:
    return [row["validation_loss"] for row in state.history]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("recognition", {"filters": 2, "dense": 8}),
        ("fashion4", {"dense1": 8, "dense2": 8}),
        *(
            pytest.param(name, {}, marks=pytest.mark.slow)
            for name in ("resnet5", "lenet", "fashion2", "fashion_resnet", "resnet_d")
        ),
    ],
)
def test_a_network_of_the_zoo_with_its_dropout_and_batch_norm_goes_on_to_the_same_bits(name, sizes):
    def run(**how) -> State:
        net = models.build(name, classes=10, seed=1, **sizes)
        return train(net=net, epochs=2, splits={"train": bars(20, seed=1), "validation": VALIDATION}, batch_size=10, **how)

    watcher = Watcher(epochs=1)
    with pytest.raises(KeyboardInterrupt):
        run(watcher=watcher)
    assert same(run(state=watcher.states[-1]), run())


def test_patience_ends_training_that_many_epochs_after_the_best():
    without = train(epochs=60, optimizer="rmsprop", shift=0)
    early = train(epochs=60, optimizer="rmsprop", shift=0, patience=3)
    assert early.epochs == early.best_epoch + 3 < 60
    assert validation_losses(early) == validation_losses(without)[: early.epochs]


def test_a_run_that_ended_early_does_not_go_on_when_given_again():
    early = train(epochs=60, optimizer="rmsprop", shift=0, patience=3)
    assert train(epochs=60, optimizer="rmsprop", shift=0, patience=3, state=early).epochs == early.epochs


def test_l2_makes_kernels_smaller_and_leaves_the_reported_loss_plain():
    plain, shrunk = network(), network()
    train(net=plain, shift=0)
    row = train(net=shrunk, shift=0, l2=0.1).history[-1]

    def size(net):
        return sum(float(np.square(w.numpy()).sum()) for w in net.trainable_weights if w.path.endswith("kernel"))

    assert size(shrunk) < 0.5 * size(plain)
    shrunk.compile(loss="sparse_categorical_crossentropy")
    expected = shrunk.evaluate(TRAIN.images.reshape(-1, 784) / np.float32(255), TRAIN.labels, verbose=0)
    assert row["train_loss"] == pytest.approx(expected, rel=1e-4)


def test_measuring_fewer_splits_changes_no_weight_and_leaves_their_columns_out():
    every, one = train(), train(measured=["validation"])
    assert list(one.history[0]) == ["epoch", "learning_rate", "validation_loss", "validation_accuracy"]
    assert validation_losses(one) == validation_losses(every)
    assert all(np.array_equal(a, b) for a, b in zip(one.variables, every.variables, strict=True))


def test_smoothed_targets_make_less_certain_answers():
    plain, smoothed = network(), network()
    train(net=plain, shift=0, epochs=12)
    train(net=smoothed, shift=0, epochs=12, smoothing=0.3)
    certain, less = (inference.predict(net, TRAIN.images).max(axis=1).mean() for net in (plain, smoothed))
    assert less < certain - 0.05


def test_a_finished_run_given_again_trains_no_more():
    watcher, finished = Watcher(), train()
    assert same(train(state=finished, watcher=watcher), finished)
    assert watcher.updates == []


@pytest.mark.parametrize(("at_once", "an_epoch"), [(1, [50, 50, 50, 50, 30]), (2, [100, 100, 30]), (20, [230])])
def test_every_image_is_seen_once_an_epoch_and_told_of_when_it_has_been(at_once, an_epoch, monkeypatch):
    monkeypatch.setattr(calls, "AT_ONCE", at_once)
    watcher = Watcher()
    train(epochs=2, watcher=watcher)
    assert watcher.updates == an_epoch * 2


@pytest.mark.parametrize(("measured", "what"), [(None, "the loss"), ([], "a weight")])
def test_a_training_whose_numbers_are_no_longer_finite_has_diverged_whatever_is_measured(measured, what):
    net = network()
    net.set_weights([np.full_like(weight, np.nan) for weight in net.get_weights()])
    watcher = Watcher()
    with pytest.raises(Diverged, match=rf"training diverged in epoch 1 of 6: {what} is not finite; lower train.learning_rate"):
        train(net=net, measured=measured, watcher=watcher)
    assert not watcher.states


def test_how_many_steps_a_call_takes_changes_no_bit(monkeypatch):
    together = train()
    monkeypatch.setattr(calls, "AT_ONCE", 2)  # of five batches an epoch, the last of which is smaller
    assert same(train(), together)
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    assert same(train(), together)


def test_the_best_epoch_is_that_of_the_lowest_validation_loss_and_its_weights_are_kept():
    net = network()
    state = train(net=net)
    losses = [row["validation_loss"] for row in state.history]
    assert state.best_epoch == int(np.argmin(losses)) + 1
    net.set_weights(state.best_weights)
    probabilities = inference.predict(net, VALIDATION.images)
    accuracy = (probabilities.argmax(axis=1) == VALIDATION.labels).mean()
    assert accuracy == state.history[state.best_epoch - 1]["validation_accuracy"]


def test_the_test_split_chooses_nothing():
    upside_down = split_of(TEST.images[:, ::-1].copy(), TEST.labels)
    first, other = train(), train(splits=SPLITS | {"test": upside_down})
    assert first.best_epoch == other.best_epoch
    assert all(np.array_equal(a, b) for a, b in zip(first.variables, other.variables, strict=True))


def test_without_validation_images_the_history_has_no_such_column_and_the_last_epoch_counts():
    state = train(splits=SPLITS | {"validation": split_of(TEST.images[:0], TEST.labels[:0])})
    assert not any(name.startswith("validation") for name in state.history[0])
    assert state.best_epoch == 6


def test_the_history_agrees_with_keras_own_evaluation():
    net = network()
    row = train(net=net, epochs=2).history[-1]
    net.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for name, split in SPLITS.items():
        loss, accuracy = net.evaluate(split.images.reshape(-1, 784) / np.float32(255), split.labels, verbose=0)
        assert row[f"{name}_loss"] == pytest.approx(loss, rel=1e-4)
        assert row[f"{name}_accuracy"] == pytest.approx(accuracy)


def test_two_epochs_are_plain_gradient_steps_on_smoothed_targets_and_small_kernels():
    """The compiled loop against the gradient of softmax regression, with outputs that belong to no class, in NumPy."""
    net = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(15, "softmax", kernel_initializer="ones", bias_initializer="ones")]
    )
    train(net=net, epochs=2, batch_size=100, optimizer="sgd", smoothing=0.2, l2=0.1)
    rates = cosine(epochs=2, steps_per_epoch=3).reshape(2, 3)
    targets = 0.8 * np.eye(15)[TRAIN.labels] + 0.2 * (np.arange(15) < 10) / 10
    kernel, bias = np.ones((784, 15)), np.ones(15)
    for epoch in range(2):
        pixels = augment(TRAIN.images, MOVES, seed=1, epoch=epoch).reshape(-1, 784) / 255
        order = np.random.default_rng((1, epoch, training.SHUFFLE)).permutation(230)
        for rate, rows in zip(rates[epoch], np.split(order, [100, 200]), strict=True):
            odds = np.exp(pixels[rows] @ kernel + bias)
            slope = (odds / odds.sum(axis=1, keepdims=True) - targets[rows]) / len(rows)  # of the loss by what goes into softmax
            bias -= rate * slope.sum(axis=0)
            kernel -= rate * (pixels[rows].T @ slope + 0.1 * 2 * kernel)
    for wanted, found in zip((kernel, bias), net.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_the_history_has_the_rate_of_each_epoch_s_last_step():
    rates = cosine(epochs=2, steps_per_epoch=5)
    assert [row["learning_rate"] for row in train(epochs=2).history] == [rates[4], rates[9]]


def test_a_network_trained_again_with_its_optimizer_is_not_compiled_again_and_gives_the_same_bits(monkeypatch):
    """As a study's worker does. What prepares the images runs in Python only while a step or the measure is compiled."""
    compiled = []
    monkeypatch.setattr(training, "forward", lambda *words, **how: compiled.append(words) or inference.forward(*words, **how))
    net, adam = network(), optimizers.build("adam", momentum=0.9, weight_decay=0.01)
    adam.build(net.trainable_variables)
    fresh = State(variables=[variable.numpy() for variable in [*net.variables, *adam.variables]])
    first = train(net=net, optimizer=adam, epochs=2, state=fresh)
    before = len(compiled)
    assert before
    assert same(train(net=net, optimizer=adam, epochs=2, state=fresh), first)
    assert len(compiled) == before
    train(net=net, optimizer=adam, epochs=1, state=fresh, l2=0.1)
    assert len(compiled) > before  # another objective is another step


def test_a_network_is_traced_once_whatever_the_number_of_images_it_answers_for(monkeypatch):
    traced, forward = [], inference.forward
    monkeypatch.setattr(inference, "forward", lambda *given, **named: (traced.append(1), forward(*given, **named))[1])
    net = network()
    answers = [inference.predict(net, TEST.images[:count]) for count in (1, 7, 7, len(TEST))]
    assert len(traced) == 1
    assert np.allclose(answers[1], answers[3][:7])
