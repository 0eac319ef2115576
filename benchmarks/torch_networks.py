"""The networks of digits/models in PyTorch: the same layers under the same names, from pixels to logits.

PyTorch has the channels first: pixels are (batch, channels, rows, columns), and a flatten runs through them in that order. The
weights are drawn with the mean and the variance that ours have. tests/benchmarks/test_torch_networks.py gives each network our
weights and expects our answers.
"""

from collections import OrderedDict
from collections.abc import Sequence

import torch  # pyright: ignore[reportMissingImports] - the extra `bench`
from torch import nn  # pyright: ignore[reportMissingImports]


def build(name: str, *, classes: int) -> nn.Module:
    """Return the network `name`, as digits/models builds it without sizes of one's own."""
    network = BUILD[name](classes)
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            if module.bias is not None:
                nn.init.zeros_(module.bias)
            _start(name, module)
    return network


def _start(name: str, module: nn.Module) -> None:
    if name == "softmax":
        nn.init.zeros_(module.weight)
    elif name in ("mlp", "lenet"):
        nn.init.normal_(module.weight, std=0.1)
        nn.init.constant_(module.bias, 0.1)
    elif name in ("resnet5", "vgg"):  # resnet5's two channels die in most runs if drawn as PyTorch itself does
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    else:
        nn.init.xavier_uniform_(module.weight)


def input_shape(name: str) -> tuple[int, ...]:
    """Return the shape in which the network `name` takes an image."""
    return {"resnet5": (784,), "dnn": (28, 28)}.get(name, (1, 28, 28))


def parameters(network: nn.Module) -> int:
    """Return how many numbers a network learns or keeps, the batch norms' means and variances included, as Keras counts."""
    kept = [value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")]
    return sum(value.numel() for value in kept)


def _chain(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def _norm(channels: int, *, eps: float = 0.001, momentum: float = 0.01) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=eps, momentum=momentum)  # Keras' momentum, 0.99, from the other side


def softmax(classes: int) -> nn.Module:
    return _chain(flatten_14=nn.Flatten(), dense_19=nn.Linear(784, classes))


def mlp(classes: int) -> nn.Module:
    return _chain(flatten_16=nn.Flatten(), dense_22=nn.Linear(784, 512), relu=nn.ReLU(), dense_23=nn.Linear(512, classes))


def lenet(classes: int) -> nn.Module:
    return _chain(
        conv2d_7=nn.Conv2d(1, 32, 5, padding="same"),
        activation_7=nn.ReLU(),
        max_pooling2d_7=nn.MaxPool2d(2),
        conv2d_8=nn.Conv2d(32, 64, 5, padding="same"),
        activation_8=nn.ReLU(),
        max_pooling2d_8=nn.MaxPool2d(2),
        flatten_18=nn.Flatten(),
        dense_26=nn.Linear(3136, 1024),
        relu=nn.ReLU(),
        dropout_4=nn.Dropout(0.5),
        dense_27=nn.Linear(1024, classes),
    )


def recognition(classes: int) -> nn.Module:
    return _chain(
        conv1=nn.Conv2d(1, 32, 3),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(32, 32, 3),
        relu2=nn.ReLU(),
        pool=nn.MaxPool2d(2),
        dropout1=nn.Dropout(0.25),
        flatten=nn.Flatten(),
        dense=nn.Linear(4608, 128),
        relu3=nn.ReLU(),
        dropout2=nn.Dropout(0.5),
        output=nn.Linear(128, classes),
    )


def dnn(classes: int) -> nn.Module:
    return _chain(
        dense1=nn.Linear(28, 512),  # over each row of pixels
        relu1=nn.ReLU(),
        dense2=nn.Linear(512, 256),
        relu2=nn.ReLU(),
        flatten=nn.Flatten(),
        output=nn.Linear(7168, classes),
    )


def convnet(classes: int) -> nn.Module:
    return _chain(
        conv1=nn.Conv2d(1, 32, 3),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(32, 64, 3),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        conv3=nn.Conv2d(64, 64, 3),
        relu3=nn.ReLU(),
        flatten=nn.Flatten(),
        dense=nn.Linear(576, 64),
        relu4=nn.ReLU(),
        output=nn.Linear(64, classes),
    )


def fashion1(classes: int) -> nn.Module:
    return _three_convolutions(classes, convolutions=(22, 23, 24), dense=(7, 8), dropout=0)


def fashion2(classes: int) -> nn.Module:
    return _three_convolutions(classes, convolutions=(19, 20, 21), dense=(10, 11), dropout=0.25)


def _three_convolutions(classes: int, *, convolutions: Sequence[int], dense: Sequence[int], dropout: float) -> nn.Module:
    first, second, third = (f"conv2d_{number}" for number in convolutions)
    layers = {
        first: nn.Conv2d(1, 32, 3, padding="same"),
        "relu1": nn.ReLU(),
        "pool1": nn.MaxPool2d(2),
        second: nn.Conv2d(32, 64, 3, padding="same"),
        "relu2": nn.ReLU(),
        "pool2": nn.MaxPool2d(2),
        "dropout1": nn.Dropout(dropout),
        third: nn.Conv2d(64, 64, 3, padding="same"),
        "relu3": nn.ReLU(),
        "dropout2": nn.Dropout(dropout),
        "flatten": nn.Flatten(),
        f"dense_{dense[0]}": nn.Linear(3136, 64),
        "relu4": nn.ReLU(),
        f"dense_{dense[1]}": nn.Linear(64, classes),
    }
    return _chain(**(layers if dropout else {name: layer for name, layer in layers.items() if not name.startswith("dropout")}))


def fashion3(classes: int) -> nn.Module:
    return _wide(classes, convolutions=("conv2d_22", "conv2d_23"), dense=(12, 13, 14))


def fashion4(classes: int) -> nn.Module:
    return _wide(classes, convolutions=("conv2d_28", "conv2d_29"), dense=(21, 22, 23), norm="batch_normalization_24")


def _wide(classes: int, *, convolutions: Sequence[str], dense: Sequence[int], norm: str = "") -> nn.Module:
    return _chain(
        **{convolutions[0]: nn.Conv2d(1, 64, 3, padding="same")},
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        dropout1=nn.Dropout(0.25),
        **{convolutions[1]: nn.Conv2d(64, 128, 3, padding="same")},
        relu2=nn.ReLU(),
        **({norm: _norm(128)} if norm else {}),
        pool2=nn.MaxPool2d(2),
        dropout2=nn.Dropout(0.25),
        flatten=nn.Flatten(),
        **{f"dense_{dense[0]}": nn.Linear(6272, 128)},
        relu3=nn.ReLU(),
        **{f"dense_{dense[1]}": nn.Linear(128, 64)},
        relu4=nn.ReLU(),
        **{f"dense_{dense[2]}": nn.Linear(64, classes)},
    )


class FashionResNet(nn.Module):
    """Course E's residual block, its slip kept: the second convolution sees the block's input."""

    def __init__(self, classes: int):
        super().__init__()
        self.conv2d_10 = nn.Conv2d(1, 64, 3, padding="same")
        self.conv2d_12 = nn.Conv2d(64, 64, 3, padding="same")
        self.head = _chain(pool=nn.MaxPool2d(2), flatten=nn.Flatten(), dropout_2=nn.Dropout(0.2))
        self.dense_2 = nn.Linear(12_544, classes)

    def forward(self, pixels):
        x = torch.relu(self.conv2d_10(pixels))
        return self.dense_2(self.head(torch.relu(x + self.conv2d_12(torch.relu(x)))))


class ResNet5(nn.Module):
    """Course A's blocks of two convolutions, each block's input concatenated to its output; twenty outputs and the slip kept."""

    def __init__(self):
        super().__init__()
        for number, channels in enumerate([2, 2, 4, 4, 8, 8, 16, 16, 32, 32]):
            setattr(self, f"conv2d_{number}" if number else "conv2d", nn.Conv2d(channels, channels, 3, padding="same"))
        self.dense, self.dense_1 = nn.Linear(32, 20), nn.Linear(20, 20)

    def forward(self, pixels):
        # RepeatVector, then Reshape: of (28, 28, 2) as Keras fills it, the channels last.
        x = pixels.repeat(1, 2).reshape(-1, 28, 28, 2).permute(0, 3, 1, 2)
        if self.conv2d_8.weight.is_contiguous():  # else the network is to run channels-last, as x lies already
            x = x.contiguous()
        for first in range(0, 8, 2):
            x = nn.functional.max_pool2d(torch.cat([x, self._pair(x, first)], dim=1), 2)
        x = self._pair(x, 8).flatten(1)
        return self.dense_1(torch.relu(self.dense(x)))

    def _pair(self, x, first: int):
        convolutions = [getattr(self, f"conv2d_{number}" if number else "conv2d") for number in (first, first + 1)]
        return torch.relu(convolutions[1](torch.relu(convolutions[0](x))))


class Bottleneck(nn.Module):
    """Convolutions of 1x1, 3x3 and 1x1, batch norm after each, plus the input, which a convolution fits if the shape changes."""

    def __init__(self, entering: int, filters: Sequence[int], *, stride: int, shortcut: bool, eps: float):
        super().__init__()
        self.reduce, self.reduce_norm = nn.Conv2d(entering, filters[0], 1, stride), _norm(filters[0], eps=eps)
        self.conv, self.conv_norm = nn.Conv2d(filters[0], filters[1], 3, padding="same"), _norm(filters[1], eps=eps)
        self.expand, self.expand_norm = nn.Conv2d(filters[1], filters[2], 1), _norm(filters[2], eps=eps)
        if shortcut:
            self.shortcut, self.shortcut_norm = nn.Conv2d(entering, filters[2], 1, stride), _norm(filters[2], eps=eps)

    def forward(self, x):
        y = torch.relu(self.reduce_norm(self.reduce(x)))
        y = torch.relu(self.conv_norm(self.conv(y)))
        y = self.expand_norm(self.expand(y))
        x = self.shortcut_norm(self.shortcut(x)) if hasattr(self, "shortcut") else x
        return torch.relu(x + y)


def resnet_d(classes: int) -> nn.Module:
    filters = (64, 64, 256)
    return _chain(
        stem=nn.Conv2d(1, 64, 3),
        stem_norm=_norm(64),
        stem_relu=nn.ReLU(),
        stem_pool=nn.MaxPool2d(3, 2),
        block1a=Bottleneck(64, filters, stride=1, shortcut=True, eps=0.001),
        block1b=Bottleneck(256, filters, stride=1, shortcut=False, eps=0.001),
        average=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        output=nn.Linear(256, classes),
    )


class ThreeChannels(nn.Module):
    """The one channel of a picture, three times."""

    def forward(self, pixels):
        return pixels.expand(-1, 3, -1, -1)


def resnet50(classes: int) -> nn.Module:
    layers: dict[str, nn.Module] = {
        "three_channels": ThreeChannels(),
        "conv1_conv": nn.Conv2d(3, 64, 7, stride=2, padding=3),
        "conv1_bn": _norm(64, eps=1.001e-5),
        "conv1_relu": nn.ReLU(),
        "pool1": nn.MaxPool2d(3, 2, padding=1),
    }
    entering = 64
    for stage, blocks in enumerate((3, 4, 6, 3), start=2):
        filters = [64 * 2 ** (stage - 2) * times for times in (1, 1, 4)]
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            made = Bottleneck(entering, filters, stride=stride, shortcut=block == 1, eps=1.001e-5)
            layers[f"conv{stage}_block{block}"], entering = made, filters[-1]
    return _chain(**layers, average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten(), dense_8=nn.Linear(2048, classes))


def strided(classes: int) -> nn.Module:
    return _chain(
        conv1=nn.Conv2d(1, 24, 5, stride=2, bias=False),
        norm1=_norm(24, momentum=0.1),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(24, 48, 3, stride=2, bias=False),
        norm2=_norm(48, momentum=0.1),
        relu2=nn.ReLU(),
        conv3=nn.Conv2d(48, 96, 3, bias=False),
        norm3=_norm(96, momentum=0.1),
        relu3=nn.ReLU(),
        flatten=nn.Flatten(),
        output=nn.Linear(864, classes),
    )


def vgg(classes: int) -> nn.Module:
    layers: dict[str, nn.Module] = {}
    before = 1
    for block, count in enumerate((32, 64, 128), start=1):
        for number in (1, 2):
            layers[f"conv{block}_{number}"] = nn.Conv2d(before, count, 3, padding=1, bias=False)
            layers[f"norm{block}_{number}"] = _norm(count)
            layers[f"relu{block}_{number}"] = nn.ReLU()
            before = count
        layers[f"pool{block}"] = nn.MaxPool2d(2)
        layers[f"dropout{block}"] = nn.Dropout(0.3)
    return _chain(**layers, flatten=nn.Flatten(), output=nn.Linear(1152, classes))


BUILD = {
    "softmax": softmax,
    "mlp": mlp,
    "lenet": lenet,
    "recognition": recognition,
    "dnn": dnn,
    "convnet": convnet,
    "fashion1": fashion1,
    "fashion2": fashion2,
    "fashion3": fashion3,
    "fashion4": fashion4,
    "fashion_resnet": FashionResNet,
    "resnet5": lambda classes: ResNet5(),
    "resnet_d": resnet_d,
    "resnet50": resnet50,
    "strided": strided,
    "vgg": vgg,
}
