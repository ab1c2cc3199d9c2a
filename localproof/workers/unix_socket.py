"""The door of the resident service: a Unix socket in a folder that is the user's alone.

The only place that uses sockets, and only this kind, which no other machine
can reach. Both ends ask the kernel whose process is at the other. There is no
door where the system has no such sockets (Windows), where no private folder
can be had, or where it would have too long a name.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TYPE_CHECKING = False  # `typing` is not imported for this: the thin client would wait for it
if TYPE_CHECKING:
    import socket

HELLO = 2**16  # bytes that the first frame of a conversation may have
MOST = 8 * 2**20  # bytes that any other may have; what is longer is done without the service
PATIENCE_S = 1.0  # for the first answer of a service; it takes a millisecond
_FRAME_S = 10.0  # for the rest of a frame that has begun
_LONGEST_PATH = 100  # bytes; 104 is the limit of the most narrow system

# Of the environment, what changes the answers of a helper that is already running.
_TELLING = ("LT_DATA_DIR",)


def socket_folder(env: Mapping[str, str], *, make: bool = False) -> Path | None:
    """The private folder of the service, None where there is none that is safe (see `hindrance`).

    ``LOCALPROOF_RUNTIME_DIR``, else a folder in ``XDG_RUNTIME_DIR`` or in
    ``/run/user/UID``, the first that is ours to write to, else one in the
    system's temporary folder. The service of another session, which has
    another ``XDG_RUNTIME_DIR``, is never spoken with. It must be ours, not a
    link, and closed to everybody else. `make` makes it.
    """
    if sys.platform == "win32":
        return None
    path = _place(env)
    if make:
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            return None
    return None if _fault(path) else path


def _place(env: Mapping[str, str]) -> Path:
    """Where the folder of the service is to be; absolute, as the service has a working folder of its own."""
    uid = os.getuid()
    if told := env.get("LOCALPROOF_RUNTIME_DIR"):
        return Path(told).absolute()
    for base in (env.get("XDG_RUNTIME_DIR"), f"/run/user/{uid}"):
        if not base:
            continue
        try:
            found = os.stat(base)  # noqa: PTH116 - a Path costs more, and gives nothing more
        except OSError:  # after `su` it may lie where only the other user may look
            continue
        if stat.S_ISDIR(found.st_mode) and found.st_uid == uid and os.access(base, os.W_OK | os.X_OK):
            return Path(base, "localproof").absolute()
    return Path(env.get("TMPDIR") or "/tmp", f"localproof-{uid}").absolute()


def _fault(path: Path) -> str:
    """Why the folder `path` cannot be that of the service as it is now, "" where it can."""
    try:
        found = path.lstat()
    except OSError as error:
        return f"{path}: {(error.strerror or str(error)).lower()}"
    if not stat.S_ISDIR(found.st_mode):
        return f"{path} is no folder"
    if found.st_uid != os.getuid():
        return f"{path} belongs to another user"
    if found.st_mode & 0o077:
        return f"{path} is open to others (chmod 700 closes it)"
    return ""


def hindrance(env: Mapping[str, str]) -> str:
    """Why there can be no service here, in words, "" where nothing stands in its way."""
    if sys.platform == "win32":
        return "this system has no sockets that tell whose process is at the other end"
    path = _place(env)
    if not os.path.lexists(path):
        if not os.access(path.parent, os.W_OK | os.X_OK):
            return f"{path} cannot be made"
    elif fault := _fault(path):
        return fault
    if not _fits(path / "00000000.sock"):
        return f"{path} is too long a name for the folder of a socket"
    return "" if filesystem_identity() is not None else "/proc does not say which files this process sees"


def socket_path(env: Mapping[str, str], *, make: bool = False) -> Path | None:
    """The socket of the service that belongs to this installation, whether or not one is there; None for no door.

    A process that sees other files, as one in a container does, has a door of
    its own.
    """
    place = socket_folder(env, make=make)
    seen = filesystem_identity()
    if place is None or seen is None:
        return None
    import zlib

    of = "\0".join([sys.executable, str(_package()), seen, *(env.get(name, "") for name in _TELLING)])
    path = place / f"{zlib.crc32(os.fsencode(of)):08x}.sock"
    return path if _fits(path) else None


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= _LONGEST_PATH


def filesystem_identity(pid: int | str = "self", proc: str = "/proc") -> str | None:
    """What tells whether two processes see the same files under the same names: the mounts and the root of `pid`, of
    this process unless told; "" where a system has one sight only, None where Linux does not say."""
    if sys.platform != "linux":
        return ""
    try:
        root = os.stat(f"{proc}/{pid}/root")  # noqa: PTH116 - see `_place`
        mounts = os.readlink(f"{proc}/{pid}/ns/mnt")  # noqa: PTH115
        return f"{mounts} {root.st_dev} {root.st_ino}"
    except OSError:
        return None


def _package() -> Path:
    return Path(__file__).resolve().parents[1]


def code_fingerprint(package: Path | None = None) -> str:
    """What tells one state of the code from another, `package` being LocalProof's folder unless told: it changes
    with every change of its files, and when a package is installed or removed beside it."""
    return _state(package) if package else _own_state()


@cache
def _own_state() -> str:
    """As at the first call: a process that runs on while its files change is still of the old code."""
    return _state(_package())


def _state(package: Path) -> str:
    import zlib

    from .. import __version__

    seen = []
    folders = [os.fspath(package)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        folders.append(entry.path)
                elif not entry.name.startswith("."):
                    about = entry.stat()
                    seen.append(f"{entry.path} {about.st_mtime_ns} {about.st_size}")
    for place in sys.path:
        if place.endswith("-packages"):
            try:
                seen.append(f"{place} {Path(place).stat().st_mtime_ns}")
            except OSError:
                continue
    return f"{__version__}-{zlib.crc32(os.fsencode(chr(10).join(sorted(set(seen))))):08x}"


class Connection:
    """One end of a conversation: frames as in `frames`, none longer than allowed, each within a time.

    One thread may send while another receives. A context manager: leaving it
    closes the line.
    """

    def __init__(self, sock: socket.socket, frame_s: float = _FRAME_S) -> None:
        self._in, self._frame_s = sock, frame_s
        self._out = sock.dup()  # so that each direction has a time limit of its own

    def receive(self, most: int, wait_s: float) -> bytes:
        """The body of the next frame. Raises TimeoutError if none begins within `wait_s`, ConnectionError if the
        line ends, the frame is longer than `most` bytes, or its end does not come in time."""
        self._in.settimeout(wait_s)
        first = self._in.recv(1)
        deadline = time.monotonic() + self._frame_s
        head = first + self._exactly(4 - len(first), deadline) if first else b""
        if len(head) < 4 or (size := int.from_bytes(head, "big")) > most:
            raise ConnectionError("no frame")
        return self._exactly(size, deadline)

    def _exactly(self, size: int, deadline: float) -> bytes:
        parts = []
        while size:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise ConnectionError("too slow")
            self._in.settimeout(left_s)
            try:
                part = self._in.recv(min(size, 2**16))
            except TimeoutError:
                continue
            if not part:
                raise ConnectionError("ended")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def send(self, body: bytes) -> None:
        """Send one frame. Raises OSError where the other side does not take it, or not in time."""
        self._out.settimeout(self._frame_s)
        self._out.sendall(len(body).to_bytes(4, "big") + body)

    def send_descriptors(self, *numbers: int) -> None:
        """Give the other side these open files. Raises OSError."""
        import socket

        self._out.settimeout(self._frame_s)
        socket.send_fds(self._out, [b"\0"], list(numbers))

    def receive_descriptors(self, count: int, wait_s: float = _FRAME_S) -> list[int]:
        """The open files that the other side gives, in new numbers. Raises OSError where they are not `count`."""
        import socket

        self._in.settimeout(wait_s)
        _, numbers, _, _ = socket.recv_fds(self._in, 1, count)
        if len(numbers) != count:
            raise ConnectionError("no descriptors")
        return numbers

    def shut_down(self) -> None:
        """End the conversation, so that whoever waits on either side hears it. May be called from any thread."""
        import socket

        try:
            self._in.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other side was quicker
            return

    def wait_for_end(self) -> None:
        """Return when the other side has hung up or says something that nobody asked for."""
        while True:
            self._in.settimeout(3600.0)  # never None: that would let a send of the other thread wait for ever
            try:
                self._in.recv(1)
            except TimeoutError:
                continue
            except OSError:
                pass
            return

    def close(self) -> None:
        """Give the line up. The conversation goes on where another process holds it."""
        self._in.close()
        self._out.close()

    def fileno(self) -> int:
        """The number of the open file."""
        return self._in.fileno()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(path: Path) -> Connection | None:
    """A line to the service behind `path`; None where nobody answers there, or somebody else's process does."""
    import socket

    if sys.platform == "win32":
        return None
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(PATIENCE_S)
    try:
        sock.connect(os.fspath(path))
        if peer_user(sock) == os.getuid():
            return Connection(sock)
    except OSError:
        pass
    sock.close()
    return None


def peer_user(sock: socket.socket) -> int | None:
    """The user whose process is at the other end, as the kernel says; None where it does not."""
    import struct

    try:
        if sys.platform == "linux":
            return _credentials(sock)[1]
        if sys.platform == "darwin":
            local_peercred = 1  # LOCAL_PEERCRED of sys/un.h, at level SOL_LOCAL, which is 0
            about = sock.getsockopt(0, local_peercred, 76)  # struct xucred: version, user, groups
            return int(struct.unpack_from("2I", about)[1])
    except (OSError, struct.error):
        return None
    return None


def _credentials(sock: socket.socket) -> tuple[int, int]:
    """(process, user) at the other end, on Linux; the process is 0 where it is one that we cannot see."""
    import socket
    import struct

    about = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _ = struct.unpack("3i", about)
    return pid, uid


def _shares_our_files(sock: socket.socket) -> bool:
    """Whether whoever is at the other end may have our files: what it names must be what we find under the name."""
    if sys.platform != "linux":
        return True
    try:
        seen = filesystem_identity(_credentials(sock)[0])
    except OSError:
        return False
    return seen is not None and seen == filesystem_identity()


class ServiceSocket:
    """The service's side of the door: holds it alone, takes calls, and takes the socket away at the end.

    Raises BlockingIOError where another service holds it, OSError where there
    can be none. A socket that a dead service left behind is replaced.
    """

    def __init__(self, path: Path) -> None:
        import fcntl
        import socket

        self.path = path
        self._lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.truncate(self._lock, 0)
            os.write(self._lock, str(os.getpid()).encode())
        except OSError:
            os.close(self._lock)
            raise
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._heard, self._bell = os.pipe()
        self._inode = 0

    def open(self) -> None:
        """Take calls from now on."""
        new = self.path.with_suffix(".new")
        new.unlink(missing_ok=True)
        self._socket.bind(os.fspath(new))
        new.chmod(0o600)  # the folder is closed to others anyhow
        self._socket.listen(64)
        self._inode = new.stat().st_ino
        new.replace(self.path)

    def accept(self, wait_s: float) -> Connection | None:
        """The next call of a process of the same user that sees the same files; None where none came within `wait_s`,
        or `ring` was called."""
        import select

        ready, _, _ = select.select([self._socket.fileno(), self._heard], [], [], wait_s)
        if self._socket.fileno() not in ready:
            return None
        try:
            sock, _ = self._socket.accept()
        except OSError:  # whoever that was has gone again, or there are no more numbers for open files
            return None
        if peer_user(sock) == os.getuid() and _shares_our_files(sock):
            return Connection(sock)
        sock.close()
        return None

    def wake(self) -> None:
        """Have `next` return at once, now and ever after. May be called from any thread, and by a signal's handler."""
        os.write(self._bell, b"!")

    def leave_to_parent(self) -> None:
        """Leave the door to the process that this one was forked from."""
        self._socket.close()
        for number in (self._lock, self._heard, self._bell):
            os.close(number)

    def shut(self) -> None:
        """Take no more calls, and hold the door on until this process has ended: no other service begins before."""
        try:
            if self._inode and self.path.stat().st_ino == self._inode:
                self.path.unlink()
        except OSError:  # somebody tidied up before us
            pass
        self._socket.close()

    def close(self) -> None:
        """Take no more calls. Another service may begin at once."""
        self.shut()
        self.leave_to_parent()


def holder_pid(path: Path) -> int | None:
    """The process that holds the door `path`, None where nobody does."""
    import fcntl

    try:
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        told = os.read(lock, 20)
        return int(told) if told.isdigit() else None
    finally:
        os.close(lock)
    return None


def connection_pair() -> tuple[Connection, Connection]:
    """Both ends of a line between a process and one that it is about to fork."""
    import socket

    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return Connection(one), Connection(other)


def adopt_connection(number: int) -> Connection:
    """The line of a conversation that another process began and gave us as an open file."""
    import socket

    return Connection(socket.socket(fileno=number))
