"""What runs a model: NumPy for those that come with LocalProof, llama.cpp for every other. One table, `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..report import Unavailable
from ..system.installation import install_command
from ..workers.helper_process import find_module
from .passages import Scorer

AUTO = "auto"

Opened = Callable[[], Scorer]  # a scorer for the thread that calls it


@dataclass(frozen=True)
class Backend:
    """A runtime: the module that it stands on, its package, and the extra that brings it ("" for a dependency); how a
    file is loaded (path, threads, layers on a graphics card); and whether several threads may read at once, each with
    a scorer of its own."""

    module: str
    package: str
    extra: str
    load: Callable[[Path, int, int], Opened]
    parallel: bool


def _load_numpy(path: Path, threads: int, gpu_layers: int) -> Opened:
    from .network import Network, one_thread_each
    from .numpy_model import NumpyModel

    one_thread_each()
    network = Network(path)
    return lambda: NumpyModel(network)


def _load_llama(path: Path, threads: int, gpu_layers: int) -> Opened:
    from .llama import LlamaModel

    llama = LlamaModel(path, threads=threads, gpu_layers=gpu_layers)
    return lambda: llama


BACKENDS = {
    "numpy": Backend("numpy", "numpy", "", _load_numpy, parallel=True),
    "llama.cpp": Backend("llama_cpp", "llama-cpp-python", "model", _load_llama, parallel=False),
}


def chosen_backend(wanted: str, *, bundled: bool) -> str:
    """The name of the runtime for a model: the one that is `wanted`, or with "auto" NumPy for a model that comes with
    LocalProof and llama.cpp for any other. Raises Unavailable where it is not installed."""
    name = wanted if wanted != AUTO else "numpy" if bundled else "llama.cpp"
    backend = BACKENDS[name]
    if find_module(backend.module) is None:
        remedy = install_command(extra=backend.extra) if backend.extra else install_command(package=backend.package)
        raise Unavailable("model", f"{backend.package} is not installed", remedy)
    return name
