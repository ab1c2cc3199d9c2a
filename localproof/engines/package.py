"""What an installed Python package says of itself: version, licence, digests, what is built into it."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from functools import cache, cached_property
from typing import TYPE_CHECKING

from ..workers.helper_process import module_path

if TYPE_CHECKING:
    from importlib.metadata import PackagePath

from ..text.languages import EXTRAS, rules_package


@cache  # a process works with what was there when it began, and asks often
class InstalledPackage:
    """One installed distribution. Every answer is "" where it is not known: a gap, never a guess.

    Nothing but its metadata is read, so digests are those that the installer
    recorded when it unpacked the files.
    """

    def __init__(self, name: str) -> None:
        from importlib.metadata import Distribution  # 15 ms: not before a child is started

        self.name = name
        self._found = next(iter(Distribution.discover(name=name, path=module_path())), None)

    @property
    def version(self) -> str:
        """Its version."""
        return self._found.version if self._found else ""

    @cached_property
    def licence(self) -> str:
        """Its licence as an SPDX expression, or in its own words."""
        if self._found is None:
            return ""
        told = self._found.metadata.json
        return str(told.get("license_expression") or told.get("license") or "")

    def sha256(self, stem: str) -> str:
        """The SHA-256, in hexadecimal digits, of its native module whose file name begins with `stem`."""
        for file in self._files:
            native = file.suffix in (".so", ".pyd", ".dylib")
            if native and file.name.startswith(stem) and file.hash and file.hash.mode == "sha256":
                return urlsafe_b64decode(file.hash.value + "==").hex()
        return ""

    def contains(self, component: str) -> str:
        """The version of `component` that was built into it, from its bill of materials (CycloneDX)."""
        pattern = rf'"name":\s*"{re.escape(component)}",\s*"version":\s*"([^"]+)"'
        found = re.search(pattern, self._bill)
        return found[1] if found else ""

    @cached_property
    def _files(self) -> tuple[PackagePath, ...]:
        return tuple(self._found.files or ()) if self._found else ()

    @cached_property
    def _bill(self) -> str:
        bills = (file for file in self._files if file.name.endswith(".cyclonedx.json"))
        return next((file.read_text(encoding="utf-8") for file in bills), "")


def has_wheel() -> bool:
    """Whether LanguageTool's embedded rules can be had here without a compiler."""
    import platform

    return platform.system() == "Linux" and platform.machine() in ("x86_64", "AMD64")


def explain_missing_rules(code: str) -> tuple[str, str]:
    """Why LanguageTool's embedded rules are not here and what that costs, and what to do instead."""
    from ..system.installation import install_command

    if has_wheel() or code != "en":
        return "the package lingotweaker is not installed", setup_command(code)
    return (
        "its embedded rules have a wheel for Linux on x86-64 alone; without them fewer errors are found, and fewer "
        "are certain enough to correct",
        f"{install_command(extra='languagetool')}, then: localproof setup languagetool. That is the original on Java, "
        "without a compiler, and the same weights judge what it finds",
    )


def setup_command(code: str) -> str:
    """The command that sets a language up."""
    from ..system.installation import install_command

    if code == "en":
        return install_command(extra="lingotweaker")
    return install_command(extra=code) if code in EXTRAS else install_command(package=rules_package(code))
