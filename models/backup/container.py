"""The file of a backup: a first line, then a gzip stream of frames (length, MessagePack), encrypted if wanted.

Encrypted: a key by scrypt from the passphrase, the stream in chunks of AES-256-GCM, whose nonce counts them and marks the
last one, so that no chunk can be cut off, left out or moved.
"""

import gzip
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from models.errors import N_, Mistake

PLAIN, ENCRYPTED = b"openweek backup 1\n", b"openweek backup 1 encrypted\n"
CHUNK = 1 << 20  # bytes of the stream in one encrypted chunk
_TAG = 16
_LENGTH = struct.Struct(">I")
_LARGEST_FRAME = 1 << 30

NOT_A_BACKUP = N_("%(path)s is not a backup of Openweek.")
DAMAGED = N_("The backup is damaged, or cut off: nothing was restored.")
WRONG_PASSPHRASE = N_("The passphrase does not open this backup, or the file is damaged.")


class _Stream(Protocol):
    def write(self, data: bytes) -> Any: ...


def _key(passphrase: str, salt: bytes) -> AESGCM:
    derived = Scrypt(salt=salt, length=32, n=2**16, r=8, p=2).derive(passphrase.encode())
    return AESGCM(derived)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class _EncryptedWriter:
    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt = secrets.token_bytes(16)
        file.write(ENCRYPTED + salt)
        self._file, self._cipher = file, _key(passphrase, salt)
        self._waiting, self._number = bytearray(), 0

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """The gzip stream asks for it; a chunk is written when it is full."""

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), chunk, None))
        self._number += 1


class _EncryptedReader:
    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file, self._cipher = file, _key(passphrase, file.read(16))
        self._chunks, self._opened = self._read_chunks(), b""

    def _read_chunks(self) -> Iterator[bytes]:
        sealed, number = self._file.read(CHUNK + _TAG), 0
        while sealed:
            following = self._file.read(CHUNK + _TAG)
            try:
                yield self._cipher.decrypt(_nonce(number, not following), sealed, None)
            except InvalidTag:
                raise Mistake(WRONG_PASSPHRASE) from None
            sealed, number = following, number + 1

    def read(self, size: int = -1) -> bytes:
        if not self._opened:
            self._opened = next(self._chunks, b"")
        size = len(self._opened) if size < 0 else size
        part, self._opened = self._opened[:size], self._opened[size:]
        return part


class FrameWriter:
    def __init__(self, stream: _Stream) -> None:
        self._stream, self._encoder = stream, msgspec.msgpack.Encoder()

    def write(self, frame: Any) -> None:
        encoded = self._encoder.encode(frame)
        self._stream.write(_LENGTH.pack(len(encoded)) + encoded)


@contextmanager
def written(path: Path, passphrase: str | None) -> Iterator[FrameWriter]:
    """Write a backup. The file gets its name once it is whole and on the disk; only its owner may read it.

    Raises OSError, and Mistake where there is such a file already."""
    if path.exists():
        raise Mistake(N_("%(path)s is there already. Name another file."), path=path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            encrypted = _EncryptedWriter(file, passphrase) if passphrase else None
            if encrypted is None:
                file.write(PLAIN)
            target: Any = encrypted or file
            with gzip.GzipFile(fileobj=target, mode="wb", filename="", compresslevel=5) as stream:
                yield FrameWriter(stream)
            if encrypted is not None:
                encrypted.finish()
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def opened(path: Path, passphrase: str | None) -> Iterator[Iterator[Any]]:
    """The frames of a backup, one after the other. Read whole first: gzip's check sum stands at its end, and what is damaged
    before it may look like other rows.

    Raises Mistake for what is none, is damaged, or needs a passphrase."""
    with _opened(path, passphrase) as stream:
        _read_whole(stream)
    with _opened(path, passphrase) as stream:
        yield _frames(stream)


@contextmanager
def _opened(path: Path, passphrase: str | None) -> Iterator[gzip.GzipFile]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Mistake(N_("%(path)s cannot be read: %(reason)s."), path=path, reason=error.strerror) from None
    with file:
        first = file.readline(40)
        if first not in (PLAIN, ENCRYPTED):
            raise Mistake(NOT_A_BACKUP, path=path)
        if first == ENCRYPTED and not passphrase:
            raise Mistake(
                N_("This backup is encrypted. Give the file with its passphrase: --passphrase-file")
            )
        source: Any = _EncryptedReader(file, passphrase) if passphrase and first == ENCRYPTED else file
        with gzip.GzipFile(fileobj=source, mode="rb") as stream:
            yield stream


def _read_whole(stream: gzip.GzipFile) -> None:
    try:
        while stream.read(CHUNK):
            pass
    except (OSError, EOFError, zlib.error):
        raise Mistake(DAMAGED) from None


def _frames(stream: gzip.GzipFile) -> Iterator[Any]:
    try:
        while head := stream.read(_LENGTH.size):
            (length,) = _LENGTH.unpack(head)
            encoded = stream.read(length) if length <= _LARGEST_FRAME else b""
            if len(encoded) != length:
                raise Mistake(DAMAGED)
            yield msgspec.msgpack.decode(encoded)
    except (OSError, EOFError, ValueError, struct.error, zlib.error):
        raise Mistake(DAMAGED) from None
