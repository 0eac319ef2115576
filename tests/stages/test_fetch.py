"""What the fetch stage promises, run as DVC runs it, on a catalogue of small files: same code, other checksums."""

import functools
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from digits import arrays, datasets
from digits.errors import UserError
from stages import fetch
from tests import worlds

pytestmark = worlds.NEEDS_LOOPBACK  # a server of our own stands for the mirrors

SHARED = worlds.ROOT.parent / "shared/datasets"
NAMES = {role: file.name for role, file in datasets.MNIST.files.items()}
IMAGES = NAMES["train_images"]

# Python runs a sitecustomize.py that lies on its path before anything else: here it swaps the catalogue's files and mirrors.
SWAP = """
import dataclasses, json, pathlib
from digits import datasets, download
for name, (files, mirrors) in json.loads(pathlib.Path(__file__).with_name("catalogue.json").read_text()).items():
    files = {role: datasets.File(*file) for role, file in files.items()}
    datasets.CATALOGUE[name] = dataclasses.replace(datasets.CATALOGUE[name], files=files, mirrors=tuple(mirrors))
download.PATIENCE = dataclasses.replace(download.PATIENCE, tries=1)
"""


class World:
    """A project folder, a shelf with small files of both data sets beside it, and mirrors of the shelf that can be down."""

    def __init__(self, folder: Path):
        self.project, self.shelf, self.site = folder / "project", folder / "shelf", folder / "site"
        self.raw = self.project / "data/raw.npz"
        self.catalogue = {"mnist": (put_idx(self.shelf / "mnist", seed=1), ["http://127.0.0.1:9/mnist/"])}
        self.catalogue["fashion_mnist"] = (put_idx(self.shelf / "fashion_mnist", seed=2), [])
        for made in (self.project, self.site):
            made.mkdir()
        (self.site / "sitecustomize.py").write_text(SWAP)
        self.params()

    def params(self, **changed: object) -> None:
        """Write params.yaml with some keys of its fetch section changed."""
        few = {"strokes_train": 30, "strokes_test": 10, "folders": ["../shelf"], "offline": "stop"}
        worlds.params(self.project, fetch=few | changed)

    def fetch(self, *, most_bytes: int | None = None, **environment: str) -> subprocess.CompletedProcess:
        words, code = ("data/download", "data/raw.npz", "data/dataset.txt"), self._environment()
        return worlds.stage("fetch", *words, folder=self.project, most_bytes=most_bytes, **code | environment)

    def fetch_in_shell(self, script: str) -> subprocess.CompletedProcess:
        """Run a shell script in the project, in which "$@" is the stage's command."""
        command = ["sh", "-c", script, "sh", *worlds.command("fetch", "data/download", "data/raw.npz", "data/dataset.txt")]
        environment = worlds.ENVIRONMENT | self._environment() | {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"}
        return subprocess.run(command, cwd=self.project, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def _environment(self) -> dict[str, str]:
        (self.site / "catalogue.json").write_text(json.dumps(self.catalogue))
        # On a full disk Python would leave half a .pyc file, and trip over it for ever after.
        return {"PYTHONPATH": f"{self.site}{os.pathsep}{worlds.ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}

    def files(self) -> list[str]:
        """Return what lies in the project, besides params.yaml."""
        found = (str(path.relative_to(self.project)) for path in self.project.rglob("*") if not path.is_dir())
        return sorted(set(found) - {"params.yaml"})


def put_idx(folder: Path, *, seed: int) -> dict[str, tuple[str, int, str]]:
    """Write four small files of random images, and return their part of the catalogue."""
    folder.mkdir(parents=True)
    random, files = np.random.default_rng(seed), {}
    for role, name in NAMES.items():
        shape = ((6 if "train" in role else 3), 28, 28)[: 3 if "images" in role else 1]
        head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
        data = gzip.compress(head + random.integers(0, 10, shape, np.uint8).tobytes(), mtime=0)
        (folder / name).write_bytes(data)
        files[role] = (name, len(data), hashlib.sha256(data).hexdigest())
    return files


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def mirror(world: World) -> Iterator[list[str]]:
    """Put a mirror of the shelf's MNIST on line; the list fills with the names of the files it is asked for."""
    asked: list[str] = []
    public = world.shelf.with_name("public")
    shutil.copytree(world.shelf, public)

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(Path(self.path).name)

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=public))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    world.catalogue["mnist"][1][:] = [f"http://127.0.0.1:{server.server_port}/mnist/"]
    yield asked
    server.shutdown()
    server.server_close()


def dataset(world: World) -> str:
    return str(arrays.load(world.raw, arrays.Dataset).dataset)


# Sources -----------------------------------------------------------------------------------------------------------


def test_the_data_set_holds_what_the_files_hold(world):
    run = world.fetch()
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "mnist: 6 training and 3 test images, from ../shelf/mnist -> data/raw.npz\n"
    data = arrays.load(world.raw, arrays.Dataset)
    for role, name in NAMES.items():
        held = np.frombuffer(
            gzip.decompress((world.shelf / "mnist" / name).read_bytes())[16 if "images" in role else 8 :], np.uint8
        )
        np.testing.assert_array_equal(getattr(data, role).ravel(), held, strict=True)
    assert data.source_sha256.tolist() == [sha256 for _, _, sha256 in world.catalogue["mnist"][0].values()]
    assert data.class_names.tolist() == list("0123456789")


def test_raw_npz_has_the_same_bytes_whichever_source_delivers(world, mirror):
    outputs = {}
    for source, folders, environment in (
        ("folder", ["../shelf"], {}),
        ("environment", [], {"DIGITS_DATASETS": f"/nowhere{os.pathsep}{world.shelf}"}),
        ("mirror", [], {}),
        ("earlier download", [], {}),
    ):
        world.params(folders=folders)
        assert world.fetch(**environment).returncode == 0
        outputs[source] = world.raw.read_bytes()
        world.raw.unlink()
    assert len(set(outputs.values())) == 1
    assert sorted(mirror) == sorted(NAMES.values())  # once each: the last run asked for nothing


def test_folders_of_the_environment_come_first_and_nothing_is_copied(world):
    shutil.copytree(world.shelf, world.shelf.with_name("mine"))
    assert "from ../mine/mnist ->" in world.fetch(DIGITS_DATASETS="../mine").stdout
    assert world.files() == ["data/dataset.txt", "data/raw.npz"]


def test_downloads_are_kept_by_data_set(world, mirror):
    world.params(folders=[])
    run = world.fetch()
    assert f"from {world.catalogue['mnist'][1][0]} -> " in run.stdout
    downloads = sorted(f"data/download/mnist/{name}" for name in NAMES.values())
    assert world.files() == ["data/dataset.txt", *downloads, "data/raw.npz"]


def test_a_damaged_download_is_repaired_by_the_next_run(world, mirror):
    world.params(folders=[])
    world.fetch()
    kept = world.project / "data/download/mnist" / IMAGES
    kept.write_bytes(kept.read_bytes()[:-5])
    run = world.fetch()
    assert (run.returncode, run.stderr.count("\n")) == (0, 1)
    assert f"fetch: warning: data/download/mnist/{IMAGES}: expected" in run.stderr
    assert kept.read_bytes() == (world.shelf / "mnist" / IMAGES).read_bytes()
    assert world.fetch().stderr == ""


# Damage ------------------------------------------------------------------------------------------------------------


def flip_a_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def save_an_html_page(file: Path) -> None:
    file.write_text("<!doctype html>\n<title>404</title>")


def take_fashions(file: Path) -> None:
    shutil.copy(file.parent.with_name("fashion_mnist") / file.name, file)


def make_a_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def make_a_link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file)


def make_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


DAMAGES = {
    flip_a_byte: "expected SHA-256 ",
    truncate: "expected ",
    save_an_html_page: "this is an HTML page of 34 bytes",
    take_fashions: f"this is Fashion-MNIST's {IMAGES}",
    make_a_directory: "is a directory",
    make_a_link_to_itself: "cannot be read (Too many levels of symbolic links)",
    make_a_pipe: "is a device or a pipe",
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.items(), ids=[damage.__name__ for damage in DAMAGES])
def test_a_damaged_file_and_no_other_source_ends_in_one_line_and_writes_nothing_until_mended(world, damage, reason):
    world.params(offline="strokes")  # which is for sources out of reach, not for damaged ones
    file = world.shelf / "mnist" / IMAGES
    good = file.read_bytes()
    damage(file)
    run = world.fetch()
    assert worlds.says_one_line(run, f"../shelf/mnist/{IMAGES}: {reason}", "Connection refused", "delete or replace ../shelf/mnist")
    assert (run.stdout, world.files()) == ("", [])
    shutil.rmtree(file) if file.is_dir() else file.unlink()
    file.write_bytes(good)
    assert world.fetch().returncode == 0
    assert dataset(world) == "mnist"


def test_a_damaged_file_gives_way_to_a_mirror_with_a_warning(world, mirror):
    take_fashions(world.shelf / "mnist" / IMAGES)
    run = world.fetch()
    assert (run.returncode, run.stderr.count("\n")) == (0, 1)
    assert run.stderr.startswith(f"fetch: warning: ../shelf/mnist/{IMAGES}: this is Fashion-MNIST's {IMAGES}; taken from http")
    assert mirror == [IMAGES]


def test_a_failed_run_leaves_the_last_ones_output_alone(world):
    world.fetch()
    before = world.raw.read_bytes()
    flip_a_byte(world.shelf / "mnist" / IMAGES)
    assert world.fetch().returncode == 2
    assert world.raw.read_bytes() == before


def test_a_file_one_may_not_read_is_named(world):
    file = world.shelf / "mnist" / IMAGES
    file.chmod(0)
    script = '"$@"'
    if os.access(file, os.R_OK):  # root may read anything, unless it gives that up
        script = 'exec setpriv --bounding-set=-dac_override,-dac_read_search -- "$@"'
        if world.fetch_in_shell("setpriv --bounding-set=-dac_override,-dac_read_search -- true").returncode:
            pytest.skip("this user can read every file")
    run = world.fetch_in_shell(script)
    assert worlds.says_one_line(run, f"../shelf/mnist/{IMAGES}: cannot be read (Permission denied)")
    file.chmod(0o644)
    assert world.fetch().returncode == 0


def test_a_mirror_that_sends_a_page_is_an_error_and_no_reason_for_strokes(world, mirror):
    save_an_html_page(world.shelf.with_name("public") / "mnist" / IMAGES)
    world.params(folders=[], offline="strokes")
    run = world.fetch()
    assert worlds.says_one_line(run, "this is an HTML page", "put the published file into a folder of fetch.folders")
    assert world.files() == []


def test_a_full_disk_ends_in_one_line_and_the_next_run_repairs_it(world):
    """On a disk of 16 kB, which a namespace of its own makes without the rights to mount anything elsewhere."""
    (world.project / "data").mkdir()
    disk = "mount -t tmpfs -o size=16k tmpfs data"
    if world.fetch_in_shell(f"unshare -rm sh -c '{disk}'").returncode:
        pytest.skip("no tmpfs can be mounted here")
    world.params(dataset="strokes")
    run = world.fetch_in_shell(f"""unshare -rm sh -c '{disk}; "$@"; status=$?; find data -type f; exit $status' sh "$@" """)
    assert worlds.says_one_line(run, "fetch: data/raw.npz: No space left on device")
    assert run.stdout == ""  # find: no file
    assert world.fetch().returncode == 0


def test_a_full_disk_while_downloading_ends_in_one_line_and_the_next_run_repairs_it(world, mirror):
    world.params(folders=[])
    run = world.fetch(most_bytes=500)
    assert worlds.says_one_line(run, f"fetch: data/download/mnist/{IMAGES}: File too large")
    assert world.files() == []
    assert world.fetch().returncode == 0


# No source in reach ------------------------------------------------------------------------------------------------


def test_out_of_reach_strokes_take_its_place_with_one_warning(world):
    world.params(folders=["../empty"], offline="strokes")
    run = world.fetch()
    assert (run.returncode, run.stderr.count("\n")) == (0, 1)
    assert run.stderr.startswith(f"fetch: warning: no source of MNIST's {IMAGES} is in reach: ../empty/mnist/{IMAGES}: not there; ")
    assert "took the built-in strokes instead; to try again: `dvc repro -f fetch`, then `dvc repro`" in run.stderr
    note = (world.project / "data/dataset.txt").read_text()
    assert note == "strokes, in place of mnist, no source of which was in reach\n"
    assert run.stdout == "strokes: 30 training and 10 test images, drawn -> data/raw.npz\n"
    assert dataset(world) == "strokes"


def test_out_of_reach_stop_lists_every_source_and_why(world):
    world.params(folders=["../empty", "../shelf/fashion_mnist"])
    run = world.fetch()
    assert worlds.says_one_line(
        run,
        f"no source of MNIST's {IMAGES} is in reach: ../empty/mnist/{IMAGES}: not there; "
        f"../shelf/fashion_mnist/mnist/{IMAGES}: not there; data/download/mnist/{IMAGES}: not there; "
        f"http://127.0.0.1:9/mnist/{IMAGES}: no connection (Connection refused); go online",
    )
    assert world.files() == []


def test_the_run_after_one_out_of_reach_has_the_real_set(world, mirror):
    world.params(folders=[], offline="strokes")
    address = world.catalogue["mnist"][1].pop()
    assert world.fetch().returncode == 0
    assert dataset(world) == "strokes"
    world.catalogue["mnist"][1].append(address)
    assert world.fetch().stderr == ""
    assert dataset(world) == "mnist"


def test_chosen_strokes_try_no_source_and_warn_of_nothing(world, mirror):
    world.params(dataset="strokes", folders=["../shelf", "\0"], strokes_classes="greek")
    run = world.fetch()
    assert (run.returncode, run.stderr, mirror) == (0, "", [])
    data = arrays.load(world.raw, arrays.Dataset)
    assert data.class_names.tolist() == ["alpha", "beta", "gamma"]
    assert (data.train_images.shape, data.test_images.shape) == ((30, 28, 28), (10, 28, 28))
    assert data.source_sha256.tolist() == []
    assert not {image.tobytes() for image in data.train_images} & {image.tobytes() for image in data.test_images}


def test_strokes_drawn_for_want_of_a_source_are_the_chosen_ones_byte_for_byte(world):
    world.params(folders=[], offline="strokes")
    world.fetch()
    instead = world.raw.read_bytes()
    world.params(dataset="strokes")
    world.fetch()
    assert world.raw.read_bytes() == instead


# Tables of one's own -----------------------------------------------------------------------------------------------


def put_table(path: Path, labels: list[str], *, seed: int = 0) -> np.ndarray:
    """Write a table with an id, a label and a random image a row, and return the images."""
    images = np.random.default_rng(seed).integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
    path.parent.mkdir(exist_ok=True)
    names = ["id", "label", *(f"pixel{number}" for number in range(784))]
    rows = ([f"{seed}-{row}", label, *image.ravel()] for row, (image, label) in enumerate(zip(images, labels, strict=True)))
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [names, *rows]))
    return images


def csv_params(world: World, **changed: object) -> None:
    worlds.params(world.project, fetch={"dataset": "csv"}, csv={"test_rows": 2, "id_column": "id"} | changed)


def test_a_table_that_is_not_there_is_named(world):
    csv_params(world)
    assert worlds.says_one_line(world.fetch(), "fetch: own/train.csv is not there", "fetch.own")
    assert world.files() == []


def test_a_bad_cell_leaves_the_old_data_alone(world):
    csv_params(world)
    table = world.project / "own/train.csv"
    put_table(table, ["a", "b", "c"])
    assert world.fetch().returncode == 0
    before = world.raw.read_bytes()
    table.write_text(table.read_text().replace("0-1,b,", "0-1,b,x"))
    assert worlds.says_one_line(world.fetch(), "own/train.csv: row 3, column 3 (pixel0): expected a whole number from 0 to 255")
    assert world.raw.read_bytes() == before


def test_one_table_for_training_and_testing_is_refused(world):
    put_table(world.project / "own/train.csv", ["a", "b", "c"])
    csv_params(world, test="train.csv")
    assert worlds.says_one_line(world.fetch(), "own/train.csv: expected other images than those of csv.train, train.csv")
    assert not world.raw.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"test_rows": 3}, "csv.test_rows: expected fewer than the 3 rows of own/train.csv; received 3"),
        (
            {"test": "other.csv"},
            "own/other.csv: row 3, column 2 (label): expected a label that the training table has; received 'd'",
        ),
        (
            {"train_labels": "other.csv"},
            "own/train.csv: row 1, column 2 (label): expected 784 columns of pixels, id (id); received 785 of pixels; "
            "see csv.train_labels and csv.id_column",
        ),
        (
            {"id_column": "label"},
            "row 1, column 1 (id): expected 784 columns of pixels, label (label), label (id); received 785 of pixels",
        ),
        ({"header": "yes"}, "csv.header: expected true or false; received the text 'yes'"),
        ({"label_column": 900}, "row 1, column 900: expected the label; received 786 columns; see csv.label_column"),
        ({"label_column": "class"}, "received id, label, pixel0 and so on; see csv.label_column and csv.header"),
        ({"header": False, "label_column": 2}, "received the name id; see csv.id_column and csv.header"),
        (
            {"train_labels": "other.csv", "id_column": "", "labels_id_column": "id"},
            "params.yaml: csv.id_column: expected a column, as csv.labels_id_column names one; received none",
        ),
        ({"label_column": ""}, "params.yaml: csv.label_column: expected the column of the labels; received none"),
        ({"label_column": 0}, "row 1, column 0: expected the label; received 786 columns; see csv.label_column"),
        ({"id_column": 0}, "row 1, column 0: expected the id; received 786 columns; see csv.id_column"),
    ],
)
def test_a_section_that_does_not_fit_the_tables_is_refused_in_one_line(world, changed, said):
    put_table(world.project / "own/train.csv", ["a", "b", "c"])
    put_table(world.project / "own/other.csv", ["a", "d"], seed=1)
    csv_params(world, **changed)
    assert worlds.says_one_line(world.fetch(), said)
    assert not world.raw.exists()


def test_a_table_without_names_is_told_to_set_the_parameter_of_its_stage(world):
    put_table(world.project / "own/train.csv", ["7", "8", "9"])
    table = world.project / "own/train.csv"
    table.write_text("".join(line + "\n" for line in ["1," * 785 + "1", *table.read_text().splitlines()[2:]]))
    csv_params(world, id_column=1, label_column=2)
    said = "fetch: own/train.csv: row 1, column 3: expected names of columns; received the number 1; if there are none, set "
    assert worlds.says_one_line(world.fetch(), said + "csv.header: false")


def test_of_a_table_of_labels_its_own_parameters_are_named(world):
    table = world.project / "own/train.csv"
    put_table(table, ["no", "no", "no"])
    table.write_text(table.read_text().replace("label,", "").replace("no,", ""))
    (world.project / "own/labels.csv").write_text("id,label\n0-0,a\n")
    csv_params(world, train_labels="labels.csv", labels_id_column="nr")
    said = "own/labels.csv: row 1: expected a column nr, the id; received id, label and so on; "
    assert worlds.says_one_line(world.fetch(), said + "see csv.labels_id_column and csv.labels_header")


def test_repeated_ids_are_refused(world):
    table = world.project / "own/train.csv"
    put_table(table, ["a", "b", "c"])
    table.write_text(table.read_text().replace("0-2", "0-0"))
    csv_params(world)
    said = "row 4, column 1 (id): expected an id of its own; received '0-0', which row 2 has"
    assert worlds.says_one_line(world.fetch(), said)


def test_the_last_rows_of_a_table_are_its_test_images(world):
    images = put_table(world.project / "own/train.csv", ["10", "9", "2", "9", "10"])
    csv_params(world)
    run = world.fetch()
    assert (run.stdout, run.stderr) == ("csv: 3 training and 2 test images, from own -> data/raw.npz\n", "")
    data = arrays.load(world.raw, arrays.Dataset)
    assert np.array_equal(np.concatenate([data.train_images, data.test_images]), images)
    assert data.class_names.tolist() == ["2", "9", "10"]
    assert (data.train_labels.tolist(), data.test_labels.tolist()) == ([2, 1, 0], [1, 2])
    assert data.source_sha256.tolist() == [hashlib.sha256((world.project / "own/train.csv").read_bytes()).hexdigest()]


def test_a_class_that_only_the_last_rows_have_is_warned_of(world):
    put_table(world.project / "own/train.csv", ["a", "a", "b", "c"])
    csv_params(world)
    run = world.fetch()
    assert run.returncode == 0
    said = "own/train.csv: no row before the last 2 has b, c; shuffle it"
    assert run.stderr == f"fetch: warning: {said}\n"


def test_a_table_of_test_images_and_tables_of_labels_are_read_and_their_checksums_kept(world):
    own = world.project / "own"
    images = put_table(own / "train.csv", ["no", "no"]), put_table(own / "test.csv", ["no"], seed=1)
    for name, rows in (("train", "0-0,beta,\n0-1,alpha,\n"), ("test", "1-0,beta,\n")):
        (own / f"{name}.csv").write_text((own / f"{name}.csv").read_text().replace("label,", "").replace("no,", ""))
        (own / f"{name}_labels.csv").write_text(rows)
    files = {"test": "test.csv", "train_labels": "train_labels.csv", "test_labels": "test_labels.csv"}
    csv_params(world, **files, labels_header=False, label_column=2, labels_id_column=1)
    assert world.fetch().stderr == ""
    data = arrays.load(world.raw, arrays.Dataset)
    assert np.array_equal(data.train_images, images[0])
    assert np.array_equal(data.test_images, images[1])
    assert data.class_names.tolist() == ["alpha", "beta"]
    assert (data.train_labels.tolist(), data.test_labels.tolist()) == ([1, 0], [1])
    assert len(set(data.source_sha256.tolist())) == 4


# Pictures of one's own ---------------------------------------------------------------------------------------------


def put_picture(path: Path, *, length: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = np.full((60, 50), 230, np.uint8)
    grey[10 : 10 + length, 20:24] = 20
    path.write_bytes(cv2.imencode(".png", grey)[1].tobytes())


def picture_params(world: World, **changed: object) -> None:
    worlds.params(world.project, fetch={"dataset": "pictures"}, pictures=changed)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a/empty.png", "fetch: own/train/a/empty.png: expected a picture; received an empty file"),
        ("stray.png", "fetch: own/train/stray.png: expected the class as folder; received none; see pictures.classes"),
    ],
)
def test_what_is_no_picture_of_a_class_is_named(world, name, said):
    put_picture(world.project / "own/train/a/1.png", length=30)
    (world.project / "own/train" / name).write_bytes(b"")
    picture_params(world)
    assert worlds.says_one_line(world.fetch(), said)
    assert not world.raw.exists()


def test_a_file_name_that_is_no_utf_8_and_a_file_too_large_for_a_picture_are_named(world):
    train = world.project / "own/train/a"
    put_picture(train / "1.png", length=30)
    picture_params(world)
    foreign = Path(os.fsdecode(bytes(train) + b"/caf\xe9.png"))
    put_picture(foreign, length=30)
    assert worlds.says_one_line(world.fetch(), "caf\\xe9.png': expected a file name in UTF-8; rename it")
    foreign.unlink()
    with (train / "film.mkv").open("wb") as file:
        file.truncate(1 << 30)  # takes no room
    assert worlds.says_one_line(world.fetch(), "own/train/a/film.mkv: expected at most 512 MB; received 1024")


def test_a_folder_without_pictures_and_a_new_class_in_test_are_named(world):
    picture_params(world, test="test")
    assert worlds.says_one_line(world.fetch(), "fetch: own/train: expected a folder of pictures; received none")
    put_picture(world.project / "own/train/a/1.png", length=30)
    assert worlds.says_one_line(world.fetch(), "received none; put it there, or change fetch.own or pictures.test")
    put_picture(world.project / "own/test/b/1.png", length=30)
    assert worlds.says_one_line(world.fetch(), "own/test: expected classes of own/train; received the new class b")
    picture_params(world)
    assert worlds.says_one_line(world.fetch(), "own/train: expected two pictures of a class; received one of each")


def test_pictures_in_folders_come_in_turn_and_the_last_of_each_class_are_for_testing(world):
    for label in ("10", "9"):
        for number in range(4):
            put_picture(world.project / f"own/train/{label}/{number}.png", length=10 + 8 * number)
    (world.project / "own/train/.DS_Store").write_bytes(b"")
    picture_params(world, test_share=0.25)
    run = world.fetch()
    assert (run.stdout, run.stderr) == ("pictures: 6 training and 2 test images, from own -> data/raw.npz\n", "")
    data = arrays.load(world.raw, arrays.Dataset)
    assert data.class_names.tolist() == ["9", "10"]
    assert (data.train_labels.tolist(), data.test_labels.tolist()) == ([1, 0, 1, 0, 1, 0], [1, 0])
    assert len(data.source_sha256) == 1
    before = world.raw.read_bytes()
    assert world.fetch().returncode == 0
    assert world.raw.read_bytes() == before


def test_pictures_can_have_their_class_in_their_names(world):
    for name in ("alpha_001", "beta_001", "alpha_002"):
        put_picture(world.project / f"own/train/{name}.png", length=20)
    picture_params(world, classes="name")
    assert world.fetch().stderr == ""
    data = arrays.load(world.raw, arrays.Dataset)
    assert (data.class_names.tolist(), data.train_labels.tolist(), data.test_labels.tolist()) == (["alpha", "beta"], [0, 1], [0])


@pytest.fixture
def fetch_here(tmp_path):
    """Return what fetches eight pictures of two classes within this process, with some keys of `pictures` changed."""
    for number in range(4):
        for label in "ab":
            put_picture(tmp_path / f"own/train/{label}/{number}.png", length=10 + 8 * number)

    def fetch_here(**changed: object) -> arrays.Dataset:
        given = {"fetch": {"dataset": "pictures", "own": str(tmp_path / "own")}, "pictures": changed}
        worlds.call(fetch.main, *(tmp_path / name for name in ("download", "raw.npz", "note.txt")), **given)
        return arrays.load(tmp_path / "raw.npz", arrays.Dataset)

    return fetch_here


@pytest.mark.parametrize(("share", "tests"), [(0.01, 2), (0.5, 4), (0.75, 6)])
def test_of_each_class_s_pictures_the_share_asked_for_is_for_testing(fetch_here, share, tests):
    data = fetch_here(test_share=share)
    assert (len(data.train_images), len(data.test_images)) == (8 - tests, tests)


def test_one_folder_for_training_and_testing_is_refused(fetch_here):
    with pytest.raises(UserError, match=r"expected other pictures than those of pictures\.train, train; received the same"):
        fetch_here(test="train")


def test_pictures_are_read_by_the_ink_asked_for(fetch_here):
    found, dark, light = (fetch_here(ink=ink, normalise="none").train_images for ink in ("auto", "dark", "light"))
    assert np.array_equal(found, dark)
    assert not np.array_equal(dark, light)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared/datasets")
def test_scans_and_photos_of_greek_letters_make_a_data_set(world):
    worlds.params(
        world.project,
        fetch={"dataset": "pictures", "own": str(SHARED)},
        pictures={"train": "greek", "test": "greek_own", "classes": "name"},
    )
    assert "pictures: 27 training and 12 test images" in world.fetch().stdout


# Parameters and start ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("dataset", "minst", "one of mnist, fashion_mnist, strokes, csv, pictures; received the text 'minst'"),
        ("folders", "../shelf", "a list of texts; received the text '../shelf'"),
        ("offline", "maybe", "one of strokes, stop; received the text 'maybe'"),
        ("strokes_classes", "latin", "one of digits, greek, all; received the text 'latin'"),
        ("strokes_train", 0, "a whole number from 1 to 10000000; received 0"),
        ("strokes_seed", -1, "a whole number from 0 to 2147483647; received -1"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_was_expected(world, key, value, expected):
    world.params(**{key: value})
    assert worlds.says_one_line(world.fetch(), f"params.yaml: fetch.{key}: expected {expected}")
    assert world.files() == []


def test_what_only_a_download_needs_is_not_imported_at_the_start():
    script = (
        "import sys, stages.fetch; print([name for name in ('pooch', 'requests', 'tqdm', 'matplotlib') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=worlds.ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[]\n", "")


# Real files --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared/datasets")
def test_the_real_files_are_fetched_and_fashions_under_mnists_names_are_told(tmp_path):
    def fetch(**changed: object) -> subprocess.CompletedProcess:
        worlds.params(tmp_path, fetch={"folders": [str(SHARED)]} | changed)
        return worlds.stage("fetch", "download", "raw.npz", "note.txt", folder=tmp_path, https_proxy="http://127.0.0.1:9")

    for name, mean in (("mnist", 33.32), ("fashion_mnist", 72.94)):  # grey levels of the training images, as published
        assert "60000 training and 10000 test images" in fetch(dataset=name).stdout
        data = arrays.load(tmp_path / "raw.npz", arrays.Dataset)
        assert (str(data.dataset), round(float(data.train_images.mean()), 2)) == (name, mean)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/mnist").symlink_to(SHARED / "fashion_mnist")
    assert worlds.says_one_line(fetch(folders=["folder"]), f"folder/mnist/{IMAGES}: this is Fashion-MNIST's {IMAGES}")
