"""PyTorch's usual loop on the CPU, plain or with the memory layout channels-last and its fused Adam; all else at its default."""

import torch  # pyright: ignore[reportMissingImports] - the extra `bench`

from benchmarks import torch_networks
from benchmarks.ways import CLASSES, SEED, Task, Turns


def train(task: Task, turns: Turns, *, channels_last: bool, fused: bool = False) -> None:
    """Train the task. Nothing is copied or converted within an epoch but the batch that is drawn."""
    torch.set_num_threads(task.threads)
    torch.manual_seed(SEED)
    network = torch_networks.build(task.network, classes=CLASSES)
    images = torch.from_numpy(task.images).float().div_(255).reshape(-1, *torch_networks.input_shape(task.network))
    labels = torch.from_numpy(task.labels).long()
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    if channels_last and images.ndim == 4:  # resnet5 takes rows of 784
        images = images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), lr=task.learning_rate, fused=fused)
    for _ in range(task.epochs):
        with turns.timed():
            _epoch(network, images, labels, optimizer, batch_size=task.batch_size)
    turns.wait()
    outputs = predict(network, images)
    turns.finish(
        accuracy=float((outputs.argmax(dim=1) == labels).float().mean()),
        finite=bool(torch.isfinite(outputs).all()),
        parameters=torch_networks.parameters(network),
    )


def _epoch(network, images, labels, optimizer, *, batch_size: int) -> None:
    network.train()
    for rows in torch.randperm(len(images)).split(batch_size):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(images[rows]), labels[rows])
        loss.backward()
        optimizer.step()


def predict(network, images) -> torch.Tensor:
    """Return the network's outputs, float32 (n, classes)."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network(x) for x in images.split(1000)])
