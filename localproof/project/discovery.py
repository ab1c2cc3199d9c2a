"""Which files a command line stands for: names, folders and globs, and what is passed over in folders, and why."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from ..config import Settings, covers
from ..formats import format_of
from ..report import BadInput, Skipped
from ..system.atomic import is_beside, remove_abandoned
from ..text import escape_invisible
from ..text.display import one_line
from ..text.phrases import count
from .files import InputFile
from .generators import SiteGenerator, is_passed_over, site_of
from .gitignore import IgnoreFile, Segment, decide, path_matches, read_ignore_file, split_segments

# Folders of other people's text, which a walk does not enter. Hidden ones (.git, .venv) it never does.
_FOREIGN = frozenset({"node_modules", "bower_components", "__pycache__", "venv"})
# Files in the form of text that programs read.
_NO_PROSE = ("requirements*.txt", "constraints*.txt", "cmakelists.txt", "robots.txt", "ads.txt", "security.txt")
_OWN_RULES, _GITS_RULES = ".localproofignore", ".gitignore"
_HEADER_BYTES = 70_000  # where front matter ends at the latest
_MAY_BE_DRAFT = re.compile(rb"^[ \t]*[\"']?(?:draft|published)[\"']?[ \t]*[:=]|\"draft\"", re.MULTILINE)

_MAGIC = re.compile(r"[*?\[]")

_SETTINGS = " in the settings"
_MOST_NAMED = 3

SettingsOf = Callable[[Path], Settings]


@dataclass(frozen=True)
class Excluded:
    """What a walk passes over: a file, or a folder (with "/" at its end), and what decides that."""

    name: str
    why: str

    @property
    def by_own_rule(self) -> bool:
        """Whether the writer's own decision for LocalProof says so, and not git's, a generator's or a suffix."""
        return self.why.endswith(_SETTINGS) or self.why == _OWN_RULES


@dataclass(frozen=True)
class _PathGlob:
    """What a walk is to take: files, or all in folders, whose way from `top` the segments match. `any_format`: of
    formats that are not known, too, because the glob names its suffix."""

    top: str  # how the walk's own folder would be written, as a prefix
    segments: tuple[Segment, ...]
    any_format: bool
    folders_only: bool  # it ends with "/"

    def takes(self, name: str) -> bool:
        """Whether `name`, or a folder that it is in, is meant."""
        parts = name[len(self.top) :].split("/")
        return any(path_matches(self.segments, parts[:n]) for n in range(1, len(parts) + 1 - self.folders_only))

    def leads_to(self, name: str) -> bool:
        """Whether anything in the folder `name` may be meant."""
        parts = name[len(self.top) :].split("/")
        return None in self.segments or path_matches(self.segments[: len(parts)], parts[: len(self.segments)])


@dataclass(frozen=True)
class _WalkFolder:
    """A folder on a walk: where it is, how the user would write it, its way from the anchor, and what holds in it."""

    folder: Path
    prefix: str
    way: str  # from the anchor of the rules, "" or with "/" at its end
    own: tuple[IgnoreFile, ...]
    gits: tuple[IgnoreFile, ...]
    site: tuple[SiteGenerator, str] | None  # and the way of its top
    settings: Settings
    glob: _PathGlob | None = None


def discover_files(
    names: Iterable[str], settings_of: SettingsOf = lambda _: Settings(), *, force_exclude: bool = False
) -> Iterator[InputFile | Skipped | Excluded]:
    """The files to check, each once: those named, whatever their suffix, and those in the folders named.

    A name with ``*``, ``?`` or ``[`` that is not there is a glob, ``**`` for any number of folders. In folders, files
    of a known format are taken, in order of name, and what the settings, ignore files and the site's generator leave
    out is Passed; hidden files and folders and those of other people's code are no part of a walk at all. A link is
    not followed, so a walk never leaves its folder and never runs in a circle; one to a file is a Skipped. With
    `force_exclude` what is named may be left out like what is found. A name that is not there, a folder that cannot be
    listed and a link that leads nowhere come as Found, which cannot be read, so that the others are done; raises
    BadInput where no name is there.
    """
    asked = [(name, _is_there(name)) for name in names]
    if asked and not any(there for _, there in asked):
        raise BadInput(f"{escape_invisible(asked[0][0])}: {_why_missing(asked[0][0])}")
    seen: set[str] = set()
    for name, there in asked:
        for found in _of_name(name, there, settings_of, force_exclude):
            if not isinstance(found, InputFile):
                yield found
            elif (real := os.path.realpath(found.path or "")) not in seen:
                seen.add(real)
                yield found


def describe_excluded(passed: Iterable[Excluded]) -> str:
    """What was passed over and why, in one line: a few by name, many by number.

    >>> rows = [("public/", "Hugo"), ("a.png", "no format for .png"), ("themes/", "Hugo")]
    >>> describe_excluded(Excluded(name, why) for name, why in rows)
    'public/, themes/ (Hugo); a.png (no format for .png)'
    """
    by_reason: dict[str, list[str]] = {}
    for each in passed:
        by_reason.setdefault(each.why, []).append(each.name)
    return "; ".join(f"{_few(names)} ({why})" for why, names in by_reason.items())


def _few(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return ", ".join(one_line(name) for name in names)
    folders = sum(name.endswith("/") for name in names)
    counts = ((folders, "folder"), (len(names) - folders, "file"))
    return " and ".join(count(n, what) for n, what in counts if n)


def _is_there(name: str) -> bool:
    """Whether there is something of that name, or it is a glob that matches something."""
    if os.path.lexists(name):
        return True
    return (
        _is_glob(name)
        and next(_walk_glob(name, lambda _: Settings(generator="none"), all_files=True), None) is not None
    )


def _is_glob(name: str) -> bool:
    return bool(_MAGIC.search(name)) and "\0" not in name


def _of_name(
    name: str, there: bool, settings_of: SettingsOf, force_exclude: bool
) -> Iterator[InputFile | Skipped | Excluded]:
    path = Path(name)
    if there and not os.path.lexists(name):
        yield from _walk_glob(name, settings_of)
    elif there and _is_folder(path):
        yield from _walk(path, name, settings_of)
    elif there and force_exclude and (why := why_excluded(path, settings_of)):
        yield Excluded(name, why)
    else:
        yield InputFile(path, name, named=True)


def _walk_glob(
    name: str, settings_of: SettingsOf, *, all_files: bool = False
) -> Iterator[InputFile | Skipped | Excluded]:
    """What the glob `name` stands for; `all_files`: of any format."""
    parts = name.split("/")
    magic = next(i for i, part in enumerate(parts) if _MAGIC.search(part))
    top = "/".join(parts[:magic]) + "/" if magic and parts[:magic] != ["."] else ""
    segments = split_segments("/".join(part for part in parts[magic:] if part))
    folder = Path(top or ".")
    if segments and _is_folder(folder):
        any_format = all_files or "." in PurePath(parts[-1]).suffix
        yield from _walk(folder, top or ".", settings_of, _PathGlob(top, tuple(segments), any_format, parts[-1] == ""))


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _why_missing(name: str) -> str:
    if "\0" in name:
        return "not a possible file name"
    if _is_glob(name):
        return "no file matches"
    try:
        os.lstat(name)
    except OSError as error:
        return _why(error)
    return "no such file or folder"


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "no such file or folder"
    return (error.strerror or str(error)).lower()


def _walk(
    top: Path, name: str, settings_of: SettingsOf, glob: _PathGlob | None = None
) -> Iterator[InputFile | Skipped | Excluded]:
    prefix = "" if name in (".", "./") else name.rstrip("/") + "/" if name != "/" else "/"
    places = [replace(_start(top, prefix, settings_of), glob=glob)]
    while places:
        place = places.pop()
        try:
            with os.scandir(place.folder) as listing:
                entries = sorted(listing, key=lambda e: e.name)
        except OSError as error:
            why = f"cannot be listed: {_why(error)}"
            yield InputFile(place.folder, place.prefix or ".", named=False, trouble=why)
            continue
        place = _enter_folder(place, {e.name for e in entries})
        below = []
        for entry in entries:
            if is_beside(entry.name):  # a run was killed while it corrected a file here
                remove_abandoned(place.folder / entry.name)
            if entry.name.startswith(".") or entry.name in _FOREIGN:
                continue
            if not _is_real_folder(entry):
                yield from _take(entry, place)
            elif glob and not glob.leads_to(place.prefix + entry.name):
                continue
            elif why := _why_excluded(place, entry.name, folder=True):
                yield Excluded(f"{place.prefix}{entry.name}/", why)
            else:
                below.append(_descend(place, entry.name, settings_of))
        places += reversed(below)


def _is_real_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # a file system that tells the kind only of what may be read
        return False


def _start(top: Path, prefix: str, settings_of: SettingsOf) -> _WalkFolder:
    """The first place of a walk, with the rules of all folders above it up to the top of its repository."""
    here = Path(os.path.normpath(top.absolute()))
    settings = settings_of(top)
    anchor = _anchor(here, settings)
    place = _WalkFolder(top, prefix, _relative_parts(here, anchor), (), (), None, settings)
    if rules := read_ignore_file(anchor / ".git/info/exclude", ""):
        place = replace(place, gits=(rules,))
    for folder in reversed([p for p in here.parents if p.is_relative_to(anchor)]):
        above = _enter_folder(replace(place, folder=folder, way=_relative_parts(folder, anchor)), _names(folder))
        place = replace(place, own=above.own, gits=above.gits, site=above.site)
    return place


def _anchor(here: Path, settings: Settings) -> Path:
    """Where rules begin to hold: the top of the repository, else the project's folder, else `here`."""
    ways = [here, *here.parents]
    top = next((w for w in ways if os.path.lexists(w / ".git")), settings.root)
    return top if top in ways else here


def _names(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))  # noqa: PTH208 - names, not paths
    except OSError:
        return set()


def why_excluded(path: Path, settings_of: SettingsOf, *, git: bool = False) -> str:
    """What says that the file at `path` is not to be checked, as if a walk from the top had come to it; "" for nothing.

    Git's own rules count only with `git`: whoever names a file knows more than those, and git itself does not follow
    them for a file that it holds.
    """
    here = Path(os.path.normpath(path.absolute()))
    anchor = _anchor(here.parent, settings_of(path.parent))
    place = _start(anchor, "", settings_of)
    parts = here.relative_to(anchor).parts
    for i, part in enumerate(parts):
        place = _enter_folder(place, _names(place.folder))
        place = place if git else replace(place, gits=())
        if why := _why_excluded(place, part, folder=i < len(parts) - 1):
            return why
        if i < len(parts) - 1:
            place = _descend(place, part, settings_of)
    return ""


def _relative_parts(folder: Path, anchor: Path) -> str:
    inner = folder.relative_to(anchor).as_posix()
    return "" if inner == "." else f"{inner}/"


def _enter_folder(place: _WalkFolder, names: set[str]) -> _WalkFolder:
    """`place` with what its own files say of it."""
    own, gits = place.own, place.gits
    if _OWN_RULES in names and (rules := read_ignore_file(place.folder / _OWN_RULES, place.way)):
        own = (*own, rules)
    if _GITS_RULES in names and (rules := read_ignore_file(place.folder / _GITS_RULES, place.way)):
        gits = (*gits, rules)
    site = site_of(names, place.folder, place.settings.generator)
    return replace(place, own=own, gits=gits, site=(site, place.way) if site else place.site)


def _descend(place: _WalkFolder, name: str, settings_of: SettingsOf) -> _WalkFolder:
    folder = place.folder / name
    return replace(
        place,
        folder=folder,
        prefix=f"{place.prefix}{name}/",
        way=f"{place.way}{name}/",
        settings=settings_of(folder),
    )


def _why_excluded(place: _WalkFolder, name: str, *, folder: bool) -> str:
    """What says that `name` in `place` is not to be checked; "" for nothing."""
    if why := _excluded(place.folder / name, place.settings):
        return why
    way = place.way + name
    told = decide(place.own, way, folder=folder)
    if told is None and place.site and folder:
        generator, top = place.site
        if way.startswith(top) and is_passed_over(generator, way[len(top) :]):
            return generator.title
    told = told or decide(place.gits, way, folder=folder)
    return told[1] if told and told[0] else ""


def _excluded(path: Path, settings: Settings) -> str:
    return f"exclude{_SETTINGS}" if covers(settings.exclude, path, settings.root) else ""


def _take(entry: os.DirEntry[str], place: _WalkFolder) -> Iterator[InputFile | Skipped | Excluded]:
    name, path = place.prefix + entry.name, place.folder / entry.name
    if place.glob and not place.glob.takes(name):
        return
    included = covers(place.settings.include, path, place.settings.root)
    any_format = included or (place.glob is not None and place.glob.any_format)
    if _leads_to_folder(entry):
        yield Excluded(f"{name}/", "a link, not followed")
    elif not included and any(fnmatchcase(entry.name.lower(), glob) for glob in _NO_PROSE):
        yield Excluded(name, "no prose, by its name")
    elif why := ("" if any_format else _not_walked(entry.name)) or _why_excluded(place, entry.name, folder=False):
        yield Excluded(name, why)
    elif place.settings.include and not included:
        yield Excluded(name, f"include{_SETTINGS}")
    elif entry.is_symlink() and not path.exists():
        yield InputFile(path, name, named=False, trouble="a symbolic link that leads nowhere")
    elif entry.is_symlink():
        yield Skipped(escape_invisible(name), "a symbolic link, not followed in a folder", "name it to have it checked")
    elif not place.settings.drafts and is_draft(path, way=place.way):
        yield Excluded(name, f"drafts{_SETTINGS}")
    else:
        yield InputFile(path, name, named=False)


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:  # it leads to itself
        return False


def _not_walked(name: str) -> str:
    """Why a file of that name is no part of a walk that nothing names it for; "" if it is."""
    known, suffix = format_of(name), PurePath(name).suffix
    if known is not None:
        return "" if known.walked else "source code, read where it is named"
    return f"no format for {escape_invisible(suffix)}" if suffix else "no suffix"


def is_draft(path: Path, way: str = "") -> bool:
    """Whether the file at `path` says in its header that it is a draft, or lies in Jekyll's folder of them.

    A file that cannot be read is none: reading it will tell.
    """
    if "_drafts" in (*PurePath(way).parts, *path.parts[-2:-1]):
        return True
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    if not _MAY_BE_DRAFT.search(head):
        return False
    from ..formats.front_matter import read_header

    values = read_header(head.decode("utf-8-sig", "replace")).values
    said = {str(key).lower(): value for key, value in values.items()}
    return _true(said.get("draft")) or said.get("published") in (False, "false")


def _true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in ("true", "yes"))
