"""The files of a data set from wherever they can be had: folders on disk, earlier downloads, mirrors.

Each source either delivers exactly the published bytes, or fails in one of two ways: it is out of reach, or something
is there and wrong. The next source is tried either way; what the caller is told when none is left depends on it.
"""

import hashlib
import stat
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from digits import datasets
from digits.datasets import Entry, File
from digits.errors import UserError
from digits.writing import replacing

MOST_BYTES = 64 * 2**20  # taken of any file or mirror: twice the largest file of the catalogue


class Unreachable(UserError):
    """Every source of a file is out of reach; none had anything wrong."""


class OutOfReach(Exception):
    """There is nothing at a source: no such file, no connection, an HTTP error, a time-out."""


class Refused(OutOfReach):
    """A mirror said no in a way that asking again will not change."""


class Wrong(Exception):
    """There is something at a source, but not the file."""


@dataclass(frozen=True)
class Patience:
    """How long to bear with a mirror."""

    tries: int  # of each file
    pause: float  # seconds before the second try, twice that before the third
    connect: float  # seconds until a connection stands; a host with many addresses takes it for each
    read: float  # seconds between two packets
    altogether: float  # seconds; a mirror out of reach for so long is not tried again, however few the tries


PATIENCE = Patience(tries=3, pause=0.5, connect=5, read=30, altogether=20)


@dataclass(frozen=True)
class Delivery:
    """A file that came: its bytes, checked, whence, and the sources before that had something wrong."""

    data: bytes
    origin: str
    troubles: tuple[str, ...]


def fetch(
    entry: Entry, *, folders: Sequence[Path], store: Path, patience: Patience = PATIENCE, progress: bool = False
) -> dict[str, Delivery]:
    """Return the data set's files by role, from the first source of each that has it as published.

    folders   looked into for NAME/FILE first, in this order; only read
    store     the folder of earlier downloads, looked into next; what a mirror delivers is kept in store/NAME/FILE
    progress  whether to draw a bar on stderr

    Raises Unreachable at the first file that no source has; UserError if a source had something wrong and the others
    could not help; OSError if `store` cannot be written.
    """
    shelves = [Folder(folder / entry.name) for folder in (*folders, store)]
    mirrors = [Mirror(address, store / entry.name, patience, progress) for address in entry.mirrors]
    deliveries = {}
    for role, file in entry.files.items():
        deliveries[role] = delivery = _deliver(entry, file, [*shelves, *mirrors])
        mirrors.sort(key=lambda mirror, served=delivery.origin: mirror.origin != served)  # the others may cost time-outs
    return deliveries


class Folder:
    """A folder on disk, only read."""

    def __init__(self, folder: Path):
        self.folder, self.origin = folder, str(folder)

    def place(self, file: File) -> str:
        """Return the file's path."""
        return str(self.folder / file.name)

    def read(self, file: File) -> bytes:
        """Return the file's bytes as published. Raises OutOfReach if it is not there, Wrong if it is anything else."""
        path = self.folder / file.name
        try:
            about = path.stat()
            if stat.S_ISDIR(about.st_mode):
                raise Wrong("is a directory")
            if not stat.S_ISREG(about.st_mode):
                raise Wrong("is a device or a pipe")  # which might never end
            if about.st_size > MOST_BYTES:
                raise Wrong(f"expected {file.bytes} bytes, received {about.st_size}")
            data = path.read_bytes()
        except FileNotFoundError:
            raise OutOfReach("not there") from None
        except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
            raise Wrong(f"cannot be read ({_words(error)})") from error
        _check(data, file)
        return data


class Mirror:
    """An address that files are downloaded from, into the folder `store`."""

    def __init__(self, address: str, store: Path, patience: Patience, progress: bool):
        self.origin, self.store, self.patience, self.progress = address, store, patience, progress

    def place(self, file: File) -> str:
        """Return the file's address."""
        return self.origin + file.name

    def read(self, file: File) -> bytes:
        """Download the file and return its bytes as published. Raises OutOfReach or Wrong after the last try."""
        began, tried = time.monotonic(), 0
        while True:
            tried += 1
            try:
                return self._download(file)
            except Refused:
                raise
            except (OutOfReach, Wrong) as failure:
                waited = isinstance(failure, OutOfReach) and time.monotonic() - began > self.patience.altogether
                if waited or tried == self.patience.tries:
                    raise
            time.sleep(self.patience.pause * 2 ** (tried - 1))

    def _download(self, file: File) -> bytes:
        from requests import RequestException  # here: 0.3 s that a run without mirrors need not pay

        path = self.store / file.name
        try:
            with replacing(path) as part:
                self._write(file, part)
                data = part.read_bytes()
                _check(data, file)
            return data
        except RequestException as error:
            raise _failure(error, self.patience) from error
        except OSError as error:
            if error.errno is None:  # not the disk: requests says so when REQUESTS_CA_BUNDLE names no file
                raise OutOfReach(_words(error)) from error
            raise OSError(error.errno, error.strerror, str(path)) from error
        except ValueError as error:
            raise Wrong(f"its answer makes no sense ({error})") from error

    def _write(self, file: File, part: Path) -> None:
        import pooch
        from tqdm import tqdm

        def answered(response, **_: object) -> None:
            answers.callback(response.close)  # pooch leaves it open when it fails
            # A bucket may call its stored .gz file an encoding of something else; requests would unpack it.
            response.raw.headers.pop("Content-Encoding", None)

        shown = {"desc": file.name, "unit": "B", "unit_scale": True, "leave": False, "disable": not self.progress}
        with ExitStack() as answers, tqdm(total=file.bytes, **shown) as bar, part.open("wb") as opened:
            get = pooch.HTTPDownloader(
                progressbar=bar,  # pyright: ignore[reportArgumentType] - pooch takes any such bar
                chunk_size=2**16,
                timeout=(self.patience.connect, self.patience.read),
                headers={"Accept-Encoding": "identity"},
                hooks={"response": answered},
            )
            get(self.place(file), _Limited(opened, file), None)


class _Limited:
    """A file to write to that refuses an endless answer before the disk is full."""

    def __init__(self, opened: BinaryIO, file: File):
        self._opened, self._file = opened, file
        self.flush = opened.flush

    def write(self, chunk: bytes) -> None:
        if self._opened.tell() + len(chunk) > MOST_BYTES:
            raise Wrong(f"expected {self._file.bytes} bytes, received more than {MOST_BYTES}")
        self._opened.write(chunk)


Source = Folder | Mirror


def _deliver(entry: Entry, file: File, sources: Sequence[Source]) -> Delivery:
    failures: list[tuple[Source, Exception]] = []
    for source in sources:
        try:
            data = source.read(file)
        except (OutOfReach, Wrong) as failure:
            failures.append((source, failure))
        else:
            wrong = [f"{s.place(file)}: {failure}" for s, failure in failures if isinstance(failure, Wrong)]
            return Delivery(data, source.origin, tuple(wrong))
    raise _refusal(entry, file, failures)


def _refusal(entry: Entry, file: File, failures: Sequence[tuple[Source, Exception]]) -> UserError:
    reasons = "; ".join(f"{source.place(file)}: {failure}" for source, failure in failures)
    wrong = [source for source, failure in failures if isinstance(failure, Wrong)]
    if not wrong:
        mend = "go online, or name a folder that has it in fetch.folders or DIGITS_DATASETS"
        return Unreachable(f"no source of {entry.title}'s {file.name} is in reach: {reasons}; {mend}")
    folders = [source.place(file) for source in wrong if isinstance(source, Folder)]
    mend = f"delete or replace {' and '.join(folders)}" if folders else "put the published file into a folder of fetch.folders"
    return UserError(f"{entry.title}'s {file.name} was not found as published: {reasons}; {mend}, then run `dvc repro`")


def _check(data: bytes, file: File) -> None:
    received = hashlib.sha256(data).hexdigest()
    if received == file.sha256:
        return
    if other := datasets.published_as(received):
        raise Wrong(f"this is {other}")
    if data[:512].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Wrong(f"this is an HTML page of {len(data)} bytes; expected {file.bytes} bytes of gzip")
    if len(data) != file.bytes:
        raise Wrong(f"expected {file.bytes} bytes, received {len(data)}")
    raise Wrong(f"expected SHA-256 {file.sha256[:8]}..., received {received[:8]}...")


def _failure(error: OSError, patience: Patience) -> Exception:
    """Return what an exception of requests means for the file: OutOfReach, or Wrong."""
    from requests import ConnectTimeout, HTTPError, Timeout
    from requests.exceptions import ChunkedEncodingError
    from urllib3.exceptions import ReadTimeoutError

    chain = _chain(error)
    if isinstance(error, HTTPError) and error.response is not None:
        status = error.response.status_code
        final = 400 <= status < 500 and status not in (408, 429)  # those two mean: later
        return (Refused if final else OutOfReach)(f"HTTP {status}")
    if isinstance(error, ConnectTimeout):
        return OutOfReach(f"no connection within {patience.connect:g} s")
    if isinstance(error, Timeout) or any(isinstance(link, ReadTimeoutError) for link in chain):
        return OutOfReach(f"no answer within {patience.read:g} s")
    if isinstance(error, ChunkedEncodingError):
        return Wrong("the transfer broke off")
    return OutOfReach(f"no connection ({_words(chain[-1])})")


def _chain(error: BaseException) -> list[BaseException]:
    """Return the error, what it came from, and so on: requests wraps urllib3's, which wrap the system's."""
    chain = [error]
    while chain[-1].__context__ is not None:
        chain.append(chain[-1].__context__)
    return chain


def _words(error: BaseException) -> str:
    """Return the system's words for an error, or else the error's own, without the file name that OSError adds."""
    own = error.args[0] if error.args else type(error).__name__
    return str(getattr(error, "strerror", None) or own)[:100]
