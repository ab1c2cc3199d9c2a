"""The trained tagger as a GGUF: python -m training.export_tagger --run FOLDER… --out FILE [--thresholds F]

The form of `training.export` with the head over tags, the tags under
``localproof.tagger.tags`` and, from the JSON file that
`training.evaluate_tagger` writes, from which probability on an edit of each
kind is worth showing. The tokens are those of the language model that ships.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from localproof.models import tagger as reading
from localproof.models.tensors import load as load_tensors

from . import credits
from .export import LICENCE, VERSION, _tensors, add_cost_and_shape, add_sources, spent
from .network import Shape
from .prepare import say, sha256
from .tagger import Tagger
from .tagger_data import MODEL

NAME = "LocalProof tagger"


def load(*runs: Path) -> tuple[Tagger, list[str], dict[str, int]]:
    """The tagger that a run of `training.tagger` wrote, its tags, and how far it had come (steps, tokens). Of several
    runs, each of which goes on from one before, the mean of their weights, and how far the last had come."""
    each = [torch.load(run / "model.pt", map_location="cpu", weights_only=True) for run in runs]
    stored = each[-1]
    tagger = Tagger(Shape(**stored["shape"]), len(stored["tags"]))
    tagger.load_state_dict(
        {name: torch.stack([one["weights"][name] for one in each]).mean(0) for name in stored["weights"]}
    )
    return tagger.eval(), list(stored["tags"]), {key: int(stored[key]) for key in ("step", "tokens")}


def write(
    tagger: Tagger, tags: list[str], out: Path, kind: str = "Q8_0", cost: Mapping[str, float] | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> None:  # fmt: skip
    """Write a tagger to `out` by one replace."""
    import gguf

    partial = out.with_suffix(".part")
    writer = gguf.GGUFWriter(str(partial), "qwen3")
    _about(writer, tagger.model.shape, cost or {})
    writer.add_array(reading.TAGS_KEY, tags)
    if thresholds:
        writer.add_array(reading.KINDS_KEY, list(thresholds))
        writer.add_array(reading.THRESHOLDS_KEY, [float(value) for value in thresholds.values()])
    _tokens(writer)
    wanted = gguf.GGMLQuantizationType[kind]
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{kind}" if kind != "F32" else "ALL_F32"])
    head = [(reading.HEAD, _array(tagger.head.weight)), (reading.BIAS, _array(tagger.head.bias))]
    for name, tensor in [*_tensors(tagger.model), *head]:
        if tensor.ndim == 2 and wanted != gguf.GGMLQuantizationType.F32:
            writer.add_tensor(name, gguf.quants.quantize(tensor, wanted), raw_dtype=wanted)
        else:
            writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(out)


def _array(tensor: torch.Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    found: np.ndarray[Any, np.dtype[np.float32]] = tensor.detach().float().numpy()
    return found


def _about(writer: Any, shape: Shape, cost: Mapping[str, float]) -> None:
    stated = credits.OUT_TAGGER if credits.OUT_TAGGER.exists() else credits.OUT
    sources = json.loads(stated.read_text("utf-8"))["sources"]
    writer.add_name(NAME)
    writer.add_version(VERSION)
    writer.add_organization("LocalProof")
    writer.add_description("Says of each word which edit of a closed set it needs. Trained on openly licensed text.")
    writer.add_license(LICENCE)
    writer.add_languages(["en"])
    writer.add_tags(["proofreading", "token-classification"])
    add_sources(writer, sources)
    add_cost_and_shape(writer, cost, shape)
    writer.add_causal_attention(False)
    writer.add_quantization_version(2)


def _tokens(writer: Any) -> None:
    header, _ = load_tensors(MODEL)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    tokens = header.texts("tokenizer.ggml.tokens")
    writer.add_token_list(list(tokens))
    writer.add_token_types([3 if i == 0 else 1 for i in range(len(tokens))])
    writer.add_token_merges(list(header.texts("tokenizer.ggml.merges")))
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="of several the mean is taken")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", default="Q8_0", choices=("F32", "F16", "BF16", "Q8_0"))
    parser.add_argument("--thresholds", type=Path)
    options = parser.parse_args()
    tagger, tags, _ = load(*options.run)
    thresholds = json.loads(options.thresholds.read_text("utf-8")) if options.thresholds else None
    write(tagger, tags, options.out, options.type, spent(options.run[-1]), thresholds)
    say(f"{options.out}: {options.out.stat().st_size:,} bytes, sha256 {sha256(options.out)}")


if __name__ == "__main__":
    main()
