import io

from digits.progress import Progress

ROW = {"epoch": 3, "learning_rate": 0.01, "train_loss": 0.25, "train_accuracy": 0.9, "test_loss": 0.5, "test_accuracy": 1.0}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    progress = Progress(epochs=12, images=200, stream=stream)
    for _ in range(2):
        progress.updated(100)
    progress.epoch_done(ROW, seconds=0.1)
    return stream.getvalue()


def test_a_log_gets_one_plain_line():
    assert shown(io.StringIO()) == ("epoch  3/12  train 0.2500  90.00 %  test 0.5000 100.00 %  rate 0.010000   2,000 images/s\n")


def test_a_terminal_gets_a_bar_with_images_per_second_that_vanishes_before_the_line():
    bars, line = shown(Terminal()).split("epoch  3/12")
    *drawn, wiped, start = bars.split("\r")
    assert "0/200" in drawn[1]
    assert "images/s" in drawn[1]
    assert (wiped.strip(" "), start) == ("", "")
    assert line.endswith("images/s\n")
