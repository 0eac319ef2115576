"""What a download promises, against a server of this machine's own that misbehaves as told."""

import dataclasses
import gzip
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digits import datasets, download
from digits.datasets import Entry, File
from digits.download import Patience, Unreachable
from digits.errors import UserError
from tests.worlds import NEEDS_LOOPBACK

pytestmark = NEEDS_LOOPBACK  # a server of our own stands for the mirrors

QUICK = Patience(tries=3, pause=0.001, connect=10, read=10, altogether=20)
ONCE = dataclasses.replace(QUICK, tries=1)
HURRIED = dataclasses.replace(ONCE, read=0.3)  # of a mirror that hangs
NOWHERE = "http://127.0.0.1:9/"  # the discard port; nothing listens there

PUBLISHED = gzip.compress(b"the published file" * 500, mtime=0) + bytes(4000)
PAGE = b"<!DOCTYPE html><html><body>Please log in to this network</body></html>"


def file_of(data: bytes, name: str = "images.gz") -> File:
    return File(name, len(data), hashlib.sha256(data).hexdigest())


def entry_of(*mirrors: str, files: dict[str, bytes] | None = None) -> Entry:
    files = files or {"images.gz": PUBLISHED}
    return Entry("tiny", "Tiny", "none", ("a", "b"), mirrors, {name: file_of(data, name) for name, data in files.items()})


def fetch(entry: Entry, store: Path, *folders: Path, patience: Patience = QUICK) -> download.Delivery:
    return download.fetch(entry, folders=folders, store=store, patience=patience)["images.gz"]


def refusal(kind: type[UserError], entry: Entry, store: Path, *folders: Path, patience: Patience = QUICK) -> str:
    with pytest.raises(kind) as error:
        fetch(entry, store, *folders, patience=patience)
    assert type(error.value) is kind
    assert "\n" not in str(error.value)
    return str(error.value)


def put(data: bytes, *parts: str | Path) -> Path:
    path = Path(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# A server ----------------------------------------------------------------------------------------------------------

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Gives each request for a mirror's file the next of its answers, the last one for ever."""

    def __init__(self):
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self.closing = threading.Event()

        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror = self.path.split("/")[1]
                server.asked.append(mirror)
                answers = server.answers[mirror]
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def mirror(self, name: str, *answers: Answer) -> str:
        self.answers[name] = list(answers)
        return f"http://127.0.0.1:{self.http.server_port}/{name}/"

    def close(self) -> None:
        self.closing.set()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.close()


def sends(data: bytes, **headers: str) -> Answer:
    headers = {"Content-Length": str(len(data))} | {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def says(status: int) -> Answer:
    return lambda handler: handler.send_error(status)


def breaks_off(handler: BaseHTTPRequestHandler) -> None:
    sends(PUBLISHED[: len(PUBLISHED) // 2], Content_Length=str(len(PUBLISHED)))(handler)


def hangs(server: Server, *, after: bytes = b"") -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if after:
            sends(after, Content_Length=str(len(PUBLISHED)))(handler)
        server.closing.wait(5)

    return answer


GOOD = sends(PUBLISHED)
FLIPPED = bytes([PUBLISHED[0] ^ 1]) + PUBLISHED[1:]


# Mirrors -----------------------------------------------------------------------------------------------------------


def test_a_mirrors_file_is_kept_under_the_data_sets_name(server, tmp_path):
    delivery = fetch(entry_of(address := server.mirror("a", GOOD)), tmp_path / "store")
    assert delivery == download.Delivery(PUBLISHED, address, ())
    assert (tmp_path / "store/tiny/images.gz").read_bytes() == PUBLISHED


def test_a_second_run_does_not_ask_the_mirror_again(server, tmp_path):
    entry = entry_of(server.mirror("a", GOOD))
    fetch(entry, tmp_path)
    assert fetch(entry, tmp_path) == download.Delivery(PUBLISHED, str(tmp_path / "tiny"), ())
    assert server.asked == ["a"]


def test_a_damaged_earlier_download_is_replaced(server, tmp_path):
    path = put(PUBLISHED[:-1], tmp_path, "tiny/images.gz")
    delivery = fetch(entry_of(server.mirror("a", GOOD)), tmp_path)
    assert path.read_bytes() == delivery.data == PUBLISHED
    assert delivery.troubles == (f"{path}: expected {len(PUBLISHED)} bytes, received {len(PUBLISHED) - 1}",)


@pytest.mark.parametrize("failure", [says(500), says(503), says(429), breaks_off, sends(FLIPPED), sends(PAGE), sends(b"")])
def test_a_mirror_is_tried_three_times(server, tmp_path, failure):
    assert fetch(entry_of(server.mirror("a", failure, failure, GOOD)), tmp_path).data == PUBLISHED
    assert server.asked == ["a", "a", "a"]


@pytest.mark.parametrize(
    "failure", [says(500), says(404), breaks_off, sends(FLIPPED), sends(PAGE), sends(b"", Content_Length="many")]
)
def test_the_next_mirror_is_tried_on_any_failure(server, tmp_path, failure):
    entry = entry_of(server.mirror("a", failure), server.mirror("b", GOOD))
    assert fetch(entry, tmp_path).origin == entry.mirrors[1]


def test_the_next_mirror_is_tried_when_nothing_listens_or_no_such_host_exists(server, tmp_path):
    entry = entry_of(NOWHERE, "https://no-such-host.invalid/", "no address at all/", server.mirror("a", GOOD))
    assert fetch(entry, tmp_path, patience=ONCE).origin == entry.mirrors[3]


def test_no_certificates_are_told_as_what_keeps_the_mirror_out_of_reach(tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    line = refusal(Unreachable, entry_of("https://127.0.0.1:9/"), tmp_path, patience=ONCE)
    assert "https://127.0.0.1:9/images.gz: Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere.pem" in line


@pytest.mark.parametrize("sent", [b"", PUBLISHED[:100]], ids=["silent at once", "silent midway"])
def test_a_mirror_that_falls_silent_is_left_after_the_time_out(server, tmp_path, sent):
    entry = entry_of(server.mirror("a", hangs(server, after=sent)), server.mirror("b", GOOD))
    began = time.monotonic()
    assert fetch(entry, tmp_path, patience=HURRIED).origin == entry.mirrors[1]
    assert time.monotonic() - began < 3


def test_a_mirror_out_of_reach_for_long_is_not_tried_again(server, tmp_path):
    entry = entry_of(server.mirror("a", hangs(server)), server.mirror("b", GOOD))
    fetch(entry, tmp_path, patience=dataclasses.replace(QUICK, read=0.3, altogether=0.1))
    assert server.asked == ["a", "b"]


def test_a_mirror_that_does_not_have_the_file_is_not_asked_again(server, tmp_path):
    refusal(Unreachable, entry_of(server.mirror("a", says(404))), tmp_path)
    assert server.asked == ["a"]


def test_pauses_between_tries_double(server, tmp_path, monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(download.time, "sleep", pauses.append)
    refusal(Unreachable, entry_of(server.mirror("a", says(500))), tmp_path, patience=dataclasses.replace(QUICK, tries=4, pause=0.5))
    assert pauses == [0.5, 1, 2]


def test_the_mirror_that_delivered_is_asked_first_for_the_next_file(server, tmp_path):
    files = {name: PUBLISHED for name in ("images.gz", "labels.gz", "more.gz")}
    entry = entry_of(server.mirror("a", says(404)), server.mirror("b", GOOD), files=files)
    download.fetch(entry, folders=[], store=tmp_path, patience=QUICK)
    assert server.asked == ["a", "b", "b", "b"]


def test_no_other_file_is_tried_once_one_is_out_of_reach(server, tmp_path):
    entry = entry_of(server.mirror("a", says(404), GOOD), files={"images.gz": PUBLISHED, "labels.gz": PUBLISHED})
    refusal(Unreachable, entry, tmp_path)
    assert server.asked == ["a"]


def test_a_partial_download_never_has_the_final_name(server, tmp_path):
    names: list[list[str]] = []

    def looks_midway(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(PUBLISHED)))
        handler.end_headers()
        handler.wfile.write(PUBLISHED[:1000])
        time.sleep(0.05)
        names.append([path.name for path in (tmp_path / "tiny").iterdir()])
        handler.wfile.write(PUBLISHED[1000:])

    fetch(entry_of(server.mirror("a", looks_midway)), tmp_path)
    assert len(names[0]) == 1
    assert names[0][0].startswith(".part-")


@pytest.mark.parametrize("failure", [breaks_off, sends(FLIPPED), sends(PAGE), says(500)])
def test_a_failed_download_leaves_no_file_behind(server, tmp_path, failure):
    with pytest.raises(UserError):
        fetch(entry_of(server.mirror("a", failure)), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_stored_gz_file_that_the_server_calls_an_encoding_is_taken_as_stored(server, tmp_path):
    data = gzip.compress(b"stored")
    entry = entry_of(server.mirror("a", sends(data, Content_Encoding="gzip")), files={"images.gz": data})
    assert fetch(entry, tmp_path).data == data


def test_an_endless_answer_is_cut_off(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MOST_BYTES", 100_000)
    line = refusal(UserError, entry_of(server.mirror("a", sends(bytes(300_000)))), tmp_path, patience=ONCE)
    assert f"expected {len(PUBLISHED)} bytes, received more than 100000" in line


def test_a_bar_is_drawn_when_asked_for_and_only_then(server, tmp_path, capsys):
    download.fetch(entry_of(server.mirror("a", GOOD)), folders=[], store=tmp_path / "quiet", patience=QUICK)
    assert capsys.readouterr().err == ""
    download.fetch(entry_of(server.mirror("a", GOOD)), folders=[], store=tmp_path / "loud", patience=QUICK, progress=True)
    assert "images.gz: " in capsys.readouterr().err


def test_a_store_that_cannot_be_written_is_no_failure_of_the_mirrors(server, tmp_path):
    store = put(b"a file", tmp_path, "store")
    with pytest.raises(OSError, match=re.escape(str(store))):
        download.fetch(entry_of(server.mirror("a", GOOD)), folders=[tmp_path], store=store / "deeper", patience=QUICK)


# Folders -----------------------------------------------------------------------------------------------------------


def test_folders_come_before_earlier_downloads_and_mirrors_in_the_order_given(server, tmp_path):
    entry = entry_of(server.mirror("a", GOOD))
    for name in ("two", "three", "store"):
        put(PUBLISHED, tmp_path, name, "tiny/images.gz")
    delivery = fetch(entry, tmp_path / "store", tmp_path / "one", tmp_path / "two", tmp_path / "three")
    assert delivery.origin == str(tmp_path / "two/tiny")
    assert server.asked == []


def test_files_in_folders_are_read_in_place(tmp_path):
    put(PUBLISHED, tmp_path, "folder/tiny/images.gz")
    fetch(entry_of(), tmp_path / "store", tmp_path / "folder")
    assert not (tmp_path / "store").exists()


def test_a_damaged_file_in_a_folder_gives_way_to_the_mirror_and_stays(server, tmp_path):
    path = put(FLIPPED, tmp_path, "folder/tiny/images.gz")
    delivery = fetch(entry_of(server.mirror("a", GOOD)), tmp_path / "store", tmp_path / "folder")
    assert delivery.data == PUBLISHED
    assert delivery.troubles[0].startswith(f"{path}: expected SHA-256 ")
    assert path.read_bytes() == FLIPPED


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=50) | st.integers(0, len(PUBLISHED) - 1).map(lambda at: PUBLISHED[:at]))
def test_other_bytes_under_the_right_name_are_refused_whatever_they_are(tmp_path, data):
    path = put(data, tmp_path, "folder/tiny/images.gz")
    assert f"{path}: " in refusal(UserError, entry_of(), tmp_path / "store", tmp_path / "folder")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([says(500), says(403), breaks_off, sends(FLIPPED), sends(PAGE)]), max_size=4), st.integers(0, 1))
def test_the_bytes_are_the_published_ones_whatever_fails_before_a_source_has_them(server, tmp_path_factory, failures, folders):
    store, folder = tmp_path_factory.mktemp("store"), tmp_path_factory.mktemp("folder")
    if folders:
        put(FLIPPED, folder, "tiny/images.gz")
    bad = [server.mirror(f"bad{number}", failure) for number, failure in enumerate(failures)]
    assert fetch(entry_of(*bad, server.mirror("good", GOOD)), store, folder, patience=ONCE).data == PUBLISHED


# What the user is told ---------------------------------------------------------------------------------------------


def test_out_of_reach_is_told_with_every_source_and_why(server, tmp_path):
    entry = entry_of(server.mirror("a", says(503)), server.mirror("b", hangs(server)), NOWHERE)
    assert refusal(Unreachable, entry, tmp_path / "store", tmp_path / "folder", patience=HURRIED) == (
        f"no source of Tiny's images.gz is in reach: {tmp_path}/folder/tiny/images.gz: not there; "
        f"{tmp_path}/store/tiny/images.gz: not there; {entry.mirrors[0]}images.gz: HTTP 503; "
        f"{entry.mirrors[1]}images.gz: no answer within 0.3 s; {NOWHERE}images.gz: no connection (Connection refused); "
        "go online, or name a folder that has it in fetch.folders or DIGITS_DATASETS"
    )


def test_something_wrong_is_told_with_what_to_do_and_why_the_others_failed(tmp_path):
    path = put(PAGE, tmp_path, "folder/tiny/images.gz")
    assert refusal(UserError, entry_of(NOWHERE), tmp_path / "store", tmp_path / "folder", patience=ONCE) == (
        f"Tiny's images.gz was not found as published: {path}: this is an HTML page of {len(PAGE)} bytes; "
        f"expected {len(PUBLISHED)} bytes of gzip; {tmp_path}/store/tiny/images.gz: not there; "
        f"{NOWHERE}images.gz: no connection (Connection refused); delete or replace {path}, then run `dvc repro`"
    )


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sends(PAGE), "this is an HTML page of"),
        (sends(FLIPPED), "expected SHA-256"),
        (breaks_off, "the transfer broke off"),
        (sends(b"", Content_Length="many"), "its answer makes no sense"),
    ],
)
def test_a_mirror_with_something_wrong_is_not_out_of_reach(server, tmp_path, answer, reason):
    line = refusal(UserError, entry_of(server.mirror("a", answer)), tmp_path, patience=ONCE)
    assert reason in line
    assert line.endswith("; put the published file into a folder of fetch.folders, then run `dvc repro`")


def test_another_data_sets_file_is_recognised(tmp_path, monkeypatch):
    other = b"the other set's images"
    monkeypatch.setitem(datasets.CATALOGUE, "other", Entry("other", "Other", "", (), (), {"images": file_of(other)}))
    path = put(other, tmp_path, "tiny/images.gz")
    assert f"{path}: this is Other's images.gz; delete or replace {path}" in refusal(UserError, entry_of(), tmp_path)


def test_a_directory_in_the_files_place_is_named(tmp_path):
    (tmp_path / "tiny/images.gz").mkdir(parents=True)
    assert "tiny/images.gz: is a directory; delete or replace" in refusal(UserError, entry_of(), tmp_path)


def test_a_folder_that_is_a_file_or_no_path_at_all_is_named(tmp_path):
    not_a_folder = put(b"", tmp_path, "folder")
    assert "cannot be read (Not a directory)" in refusal(UserError, entry_of(), tmp_path / "store", not_a_folder)
    with pytest.raises(ValueError, match="embedded null") as error:  # one Python or another says it otherwise
        Path("a\0b").stat()
    assert f"cannot be read ({error.value})" in refusal(UserError, entry_of(), tmp_path / "store", Path("a\0b"))


def test_every_file_of_the_catalogue_is_within_what_is_read():
    assert all(2 * f.bytes < download.MOST_BYTES for entry in datasets.CATALOGUE.values() for f in entry.files.values())
