"""ResNet50's first weights: drawn, downloaded, or from a file that is the one meant."""

import hashlib
import re

import keras
import numpy as np
import pytest

from digits import models
from digits.errors import UserError


def build(**sizes):
    return models.build("resnet50", classes=5, seed=1, **sizes)


def sha256(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_with_its_sha_256_gives_the_body_its_weights_and_leaves_the_last_layer_drawn(tmp_path):
    drawn, file = build(), tmp_path / "body.weights.h5"
    body = keras.applications.ResNet50(include_top=False, weights=None, pooling="avg")
    body.save_weights(file)
    network = build(weights=str(file), weights_sha256=sha256(file).upper())
    assert [layer.name for layer in network.get_layer("resnet50").layers][1:] == [layer.name for layer in body.layers][1:]
    assert all(np.array_equal(a, b) for a, b in zip(network.get_layer("resnet50").get_weights(), body.get_weights(), strict=True))
    assert not np.array_equal(network.get_weights()[0], drawn.get_weights()[0])
    assert network.get_layer("dense_8").get_weights()[0].std() > 0


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("0" * 64, "weights_sha256: expected 0{64}, that of .*; received a file with [0-9a-f]{64}"),
        ("", "weights_sha256: expected the SHA-256 of"),
    ],
)
def test_a_file_with_another_sha_256_or_none_is_not_opened_by_keras(tmp_path, monkeypatch, given, line):
    monkeypatch.setattr(keras.Model, "load_weights", None)
    file = tmp_path / "body.weights.h5"
    file.write_bytes(b"something else")
    with pytest.raises(UserError, match=rf"^params\.yaml: networks\.resnet50\.{line}.*nothing was loaded$"):
        build(weights=str(file), weights_sha256=given)


@pytest.mark.parametrize("name", ["body.keras", "body.npz", "body.pkl", "imagnet", ""])
def test_a_file_that_is_no_h5_is_refused_by_its_name(tmp_path, name):
    with pytest.raises(
        UserError, match=r"resnet50\.weights: expected none, imagenet, or the path of an \.h5 file; received the text"
    ):
        build(weights=str(tmp_path / name) if "." in name else name)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=re.escape(f"{tmp_path}/body.h5, which cannot be read (No such file or directory)")):
        build(weights=f"{tmp_path}/body.h5", weights_sha256="0" * 64)


@pytest.mark.parametrize("name", ["body.h5", "body.weights.h5"])
def test_a_file_with_the_right_sha_256_that_holds_no_weights_is_named(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"<html>")
    with pytest.raises(UserError, match=rf"resnet50\.weights: expected weights of a ResNet50 .*{name}, which holds others \(.*\)$"):
        build(weights=str(file), weights_sha256=sha256(file))


def test_another_network_s_weights_are_refused(tmp_path):
    file = tmp_path / "lenet.weights.h5"
    models.build("mlp", classes=5, seed=0).save_weights(file)
    with pytest.raises(UserError, match=r"lenet\.weights\.h5, which holds others"):
        build(weights=str(file), weights_sha256=sha256(file))


def test_a_download_that_fails_ends_in_one_line(monkeypatch):
    def fail(**_):
        raise Exception("URL fetch failure on https://storage.googleapis.com:\nName or service not known")

    monkeypatch.setattr(keras.applications, "ResNet50", fail)
    with pytest.raises(UserError) as error:
        build(weights="imagenet")
    assert str(error.value) == (
        "params.yaml: networks.resnet50.weights: expected imagenet, as Keras downloads it, or the path of an .h5 file; "
        "received URL fetch failure on https://storage.googleapis.com: Name or service not known"
    )


def test_imagenet_asks_keras_for_the_weights_by_that_name(monkeypatch):
    asked = []
    original = keras.applications.ResNet50
    monkeypatch.setattr(keras.applications, "ResNet50", lambda **wish: asked.append(wish) or original(**wish | {"weights": None}))
    build(weights="imagenet")
    assert asked == [{"include_top": False, "weights": "imagenet", "pooling": "avg"}]


def test_three_channels_repeat_the_one():
    network = build()
    picture = np.random.default_rng(1).random((1, 28, 28, 1), np.float32)
    channels = keras.Model(network.input, network.get_layer("three_channels").output)(picture)
    assert np.array_equal(channels, np.repeat(picture, 3, axis=-1))


def test_imagenet_pixels_mend_the_range_to_that_of_keras_own_preprocessing():
    network = build(imagenet_pixels=True)
    grey = np.random.default_rng(1).random((1, 28, 28, 1), np.float32)
    ours = keras.Model(network.input, network.get_layer("imagenet_pixels").output)(grey)
    theirs = keras.applications.resnet50.preprocess_input(np.repeat(grey * 255, 3, axis=-1))
    assert np.allclose(ours, theirs, atol=1e-4)
    assert network.count_params() == build().count_params()
