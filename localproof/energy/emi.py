"""Windows: the Energy Meter Interface, which Windows 11 fills with the RAPL channels on bare metal.

No driver and no administrator is needed. There is one device for each core
and one for the package; only channels named ``RAPL_PackageN_PKG`` count.
"""

from __future__ import annotations

import re
import struct
import sys
from dataclasses import dataclass
from typing import Protocol

from .meter import Counter, Machine, MeterScope, MeterUnavailable

VERSION, METADATA_SIZE, METADATA, MEASUREMENT = 0x224000, 0x224004, 0x224008, 0x22400C
_GUID = "45BD8344-7ED6-49CF-A440-C276C933B053"
_PACKAGE = re.compile(r"RAPL_Package(\d+)_PKG")
_J_PER_PWH = 3.6e-9
_CHANNEL = struct.Struct("<IH")  # EMI_CHANNEL_V2 up to its name: unit, bytes of the name
_MEASURED = struct.Struct("<QQ")  # absolute energy, absolute time in 100 ns


class EmiLibrary(Protocol):
    """The two things asked of Windows."""

    def interfaces(self) -> tuple[str, ...]:
        """The path of every energy meter device."""
        ...

    def control(self, path: str, code: int, size: int) -> bytes:
        """What the device at `path` answers to `code`, at most `size` bytes. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class EmiMeter:
    """The package channels; each reading opens the devices anew, so it holds nothing."""

    library: EmiLibrary
    scope: MeterScope
    counters: tuple[Counter, ...]
    places: tuple[tuple[str, int, int], ...]  # for each counter: device path, its channels, index of the channel

    def read(self, pids: tuple[int, ...]) -> tuple[int, ...] | MeterUnavailable:
        """Each package's counter in pWh."""
        answers: dict[str, bytes] = {}
        values = []
        for path, channels, index in self.places:
            try:
                if path not in answers:
                    answers[path] = self.library.control(path, MEASUREMENT, _MEASURED.size * channels)
                values.append(_MEASURED.unpack_from(answers[path], _MEASURED.size * index)[0])
            except (OSError, struct.error):
                return MeterUnavailable("no_counter", "the energy meter device no longer answers")
        return tuple(values)

    def exclusive(self) -> tuple[bool, ...]:
        """Never: a package serves every process."""
        return (False,) * len(self.counters)

    def notes(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        pass


def open_emi(machine: Machine) -> EmiMeter | MeterUnavailable:
    """The package channels of every energy meter device."""
    try:
        library: EmiLibrary = machine.libraries.get("emi") or load_library()
        paths = library.interfaces()
    except OSError as error:
        return MeterUnavailable("no_counter", f"Windows does not list energy meters: {error.strerror}")
    found: dict[str, tuple[str, int, int]] = {}
    denied = False
    for path in paths:
        try:
            names = channel_names(library, path)
        except PermissionError:
            denied = True
            continue
        except (OSError, struct.error, UnicodeDecodeError):
            continue  # a device of another kind, or one that just went away
        for index, name in enumerate(names):
            if package := _PACKAGE.fullmatch(name):
                found.setdefault(f"package-{package.group(1)}", (path, len(names), index))
    if not found:
        if denied:
            return MeterUnavailable("permission", "the energy meter devices are there, but may not be opened")
        return MeterUnavailable(
            "no_counter", "no RAPL package channel; Windows 11 has one on bare metal, not in a virtual machine"
        )
    about = MeterScope("windows-emi", ("cpu_package",), "unknown", honest_s=0.1)
    return EmiMeter(library, about, tuple(Counter(name, _J_PER_PWH) for name in found), tuple(found.values()))


def channel_names(library: EmiLibrary, path: str) -> tuple[str, ...]:
    """The channels of the device at `path`, none where it speaks version 1. Raises OSError or struct.error."""
    (version,) = struct.unpack_from("<H", library.control(path, VERSION, 2))
    if version != 2:
        return ()
    (size,) = struct.unpack_from("<I", library.control(path, METADATA_SIZE, 4))
    return parse_metadata(library.control(path, METADATA, size))


def parse_metadata(raw: bytes) -> tuple[str, ...]:
    """The channel names in an EMI_METADATA_V2, in order; those of another unit than pWh are empty.

    Raises struct.error or UnicodeDecodeError where the buffer is cut short or garbled.
    """
    at = 66  # after two names of 16 UTF-16 units and the hardware revision
    (channels,) = struct.unpack_from("<H", raw, at)
    at += 2
    names = []
    for _ in range(channels):
        unit, size = _CHANNEL.unpack_from(raw, at)
        at += _CHANNEL.size
        if at + size > len(raw):
            raise struct.error("channel name cut short")
        name = raw[at : at + size].decode("utf-16-le").split("\0", 1)[0]
        names.append(name if unit == 0 else "")  # EmiMeasurementUnitPicowattHours
        at += size
    return tuple(names)


def load_library() -> EmiLibrary:
    """Windows itself. Raises OSError anywhere else."""
    if sys.platform != "win32":
        raise OSError("energy meters of this kind exist on Windows only")

    class _Windows:
        """CfgMgr32 to list the devices, Kernel32 to ask them."""

        def interfaces(self) -> tuple[str, ...]:
            import ctypes
            import uuid

            manager = ctypes.WinDLL("cfgmgr32")
            guid = ctypes.create_string_buffer(uuid.UUID(_GUID).bytes_le, 16)
            length = ctypes.c_ulong(0)
            only_present = 0
            if manager.CM_Get_Device_Interface_List_SizeW(ctypes.byref(length), guid, None, only_present):
                raise OSError(0, "CM_Get_Device_Interface_List_Size failed")
            room = ctypes.create_unicode_buffer(max(length.value, 1))
            if manager.CM_Get_Device_Interface_ListW(guid, None, room, length, only_present):
                raise OSError(0, "CM_Get_Device_Interface_List failed")
            return tuple(path for path in ctypes.wstring_at(room, length.value).split("\0") if path)

        def control(self, path: str, code: int, size: int) -> bytes:
            import ctypes

            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateFileW.restype = ctypes.c_void_p
            generic_read, share_read_and_write, open_existing = 0x80000000, 3, 3
            handle = ctypes.c_void_p(
                kernel.CreateFileW(
                    ctypes.c_wchar_p(path), generic_read, share_read_and_write, None, open_existing, 0, None
                )
            )
            if handle.value in (None, ctypes.c_void_p(-1).value):
                raise ctypes.WinError(ctypes.get_last_error())
            try:
                room, got = ctypes.create_string_buffer(size), ctypes.c_ulong(0)
                if not kernel.DeviceIoControl(handle, code, None, 0, room, size, ctypes.byref(got), None):
                    raise ctypes.WinError(ctypes.get_last_error())
                return room.raw[: got.value]
            finally:
                kernel.CloseHandle(handle)

    return _Windows()
