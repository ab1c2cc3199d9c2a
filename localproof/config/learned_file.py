"""The file of what was learned from the writer: the user's own, or a project's that this user's decisions have made.

A repository cannot teach: its file counts only while it holds what was last written here, which is noted by checksum
among the user's own files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from ..report import BadInput
from .folders import homeless, state_folder
from .word_files import is_file, read_text

USER_LEARNED = "learned.tsv"
PROJECT_LEARNED = ".localproof/learned.tsv"
PROJECTS_LEARNED = "learned-projects"


def learned_path(learning: str, root: Path | None, env: Mapping[str, str]) -> Path | None:
    """The file that counts under the setting `learning`, there or not; None where nothing is learned."""
    if learning == "off":
        return None
    if learning == "project" and root is not None:
        return root / PROJECT_LEARNED
    path = state_folder(env) / USER_LEARNED
    return None if homeless(path) else path


def read_learned(learning: str, root: Path | None, env: Mapping[str, str]) -> str:
    """What the file holds; "" where there is none, or it is not this user's."""
    path = learned_path(learning, root, env)
    return "" if path is None or why_refused(path, root, env) else (_read(path) or "")


def why_refused(path: Path, root: Path | None, env: Mapping[str, str]) -> str:
    """Why the file at `path` does not count, "" where it does or is not there."""
    if not os.path.lexists(path):
        return ""
    if path.is_symlink() or not is_file(path):
        return "it is a link, or no file"
    if hasattr(os, "getuid") and path.stat().st_uid != os.getuid():
        return "it belongs to another user of this machine"
    text = _read(path)
    if text is None:
        return "it cannot be read as a text"
    if root is not None and path == root / PROJECT_LEARNED and checksum(text) != known_projects(env).get(str(root)):
        return "it was not written here: only your own decisions teach"
    return ""


def checksum(text: str) -> str:
    """What a project's file is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def known_projects(env: Mapping[str, str]) -> dict[str, str]:
    """By folder of a project, the checksum of the file that was written there last."""
    text = _read(state_folder(env) / PROJECTS_LEARNED) or ""
    return {path: digest for digest, _, path in (line.partition(" ") for line in text.splitlines()) if path}


def _read(path: Path) -> str | None:
    try:
        return read_text(path)
    except BadInput:
        return None
