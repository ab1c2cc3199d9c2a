"""The trained weights as a GGUF that llama.cpp reads: python -m training.export --run FOLDER --out FILE [--type Q8_0]

Writes the architecture "qwen3", the tokens with the "smollm" way of splitting,
and what is known of the model under the ``general.*`` keys and
``localproof.*``: licence, sources (`training.credits`), energy of all stretches of training. Norms
stay in 32 bits; all else has the type asked for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import credits
from .network import Model, Shape
from .prepare import CACHE, say, sha256

NAME = "LocalProof small"
VERSION = "2026.11"
LICENCE = "CC-BY-4.0"
_MATRICES = {
    "attn_q": "attn_q",
    "attn_k": "attn_k",
    "attn_v": "attn_v",
    "attn_output": "attn_output",
    "ffn_gate": "ffn_gate",
    "ffn_up": "ffn_up",
    "ffn_down": "ffn_down",
}
_NORMS = ("attn_norm", "attn_q_norm", "attn_k_norm", "ffn_norm")


def load(run: Path) -> Model:
    """The model that a run of `training.train` wrote, ready to be asked."""
    stored = torch.load(run / "model.pt", map_location="cpu", weights_only=True)
    model = Model(Shape(**stored["shape"]))
    model.load_state_dict(stored["weights"])
    return model.eval()


def spent(run: Path) -> dict[str, float]:
    """Steps, hours, joules with bounds: all stretches of training of a run together."""
    path = run / "spent.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    total = {"hours": sum(r["hours"] for r in rows), "cpu_hours": sum(r["cpu_hours"] for r in rows)}
    for key in ("energy_j", "low_j", "high_j"):
        figures = [r["energy"].get(key) for r in rows]
        if rows and all(f is not None for f in figures):
            total[key] = sum(figures)
    return total


def write(model: Model, folder: Path, out: Path, kind: str = "Q8_0", cost: dict[str, float] | None = None) -> None:
    """Write `model`, with the tokens of `folder`, to `out` by one replace."""
    import gguf

    shape = model.shape
    partial = out.with_suffix(".part")
    writer = gguf.GGUFWriter(str(partial), "qwen3")
    _about(writer, folder, shape, cost or {})
    _tokens(writer, folder)
    wanted = gguf.GGMLQuantizationType[kind]
    writer.add_file_type(gguf.LlamaFileType[f"MOSTLY_{kind}" if kind != "F32" else "ALL_F32"])
    for name, tensor in _tensors(model):
        if tensor.ndim == 2 and wanted != gguf.GGMLQuantizationType.F32:
            writer.add_tensor(name, gguf.quants.quantize(tensor, wanted), raw_dtype=wanted)
        else:
            writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    partial.replace(out)


def _tensors(model: Model) -> list[tuple[str, np.ndarray[Any, np.dtype[np.float32]]]]:
    def of(tensor: torch.Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
        return tensor.detach().float().numpy()

    out = [("token_embd.weight", of(model.token_embd.weight)), ("output_norm.weight", of(model.output_norm.weight))]
    for i, block in enumerate(model.blk):
        out += [(f"blk.{i}.{name}.weight", of(getattr(block, name).weight)) for name in (*_MATRICES, *_NORMS)]
    return out


def _about(writer: Any, folder: Path, shape: Shape, cost: dict[str, float]) -> None:
    sources = json.loads(credits.OUT.read_text("utf-8"))["sources"]
    writer.add_name(NAME)
    writer.add_version(VERSION)
    writer.add_organization("LocalProof")
    writer.add_description(
        "Scores edits for a proofreader. Trained from scratch on openly licensed text; writes nothing."
    )
    writer.add_license(LICENCE)
    writer.add_languages(["en"])
    writer.add_tags(["proofreading", "scoring"])
    add_sources(writer, sources)
    prepared = folder / "prepared.json"
    if prepared.exists():
        writer.add_string("localproof.training.texts.sha256", sha256(prepared))
    add_cost_and_shape(writer, cost, shape)
    writer.add_quantization_version(2)


def add_sources(writer: Any, sources: Sequence[Mapping[str, str]]) -> None:
    """Put into the header whose texts taught the model."""
    for number, source in enumerate(sources):
        writer.add_dataset_name(number, f"{source['title']} ({source['licence']}, {source['commit']})"[:200])
        writer.add_dataset_repo_url(number, source["repo"])
    writer.add_uint32("general.dataset.count", len(sources))


def add_cost_and_shape(writer: Any, cost: Mapping[str, float], shape: Shape) -> None:
    """Put into the header what training cost and what the network looks like."""
    for key, value in cost.items():
        writer.add_float32(f"localproof.training.{key}", value)
    writer.add_string("localproof.quotes", "straight")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.blocks)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_layer_norm_rms_eps(shape.epsilon)
    writer.add_rope_freq_base(shape.base)


def _tokens(writer: Any, folder: Path) -> None:
    stored = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    numbers: dict[str, int] = stored["model"]["vocab"]
    merges = [m if isinstance(m, str) else " ".join(m) for m in stored["model"]["merges"]]
    tokens = [token for token, _ in sorted(numbers.items(), key=lambda item: item[1])]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if i == 0 else 1 for i in range(len(tokens))])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--type", default="Q8_0", choices=("F32", "F16", "BF16", "Q8_0"))
    options = parser.parse_args()
    write(load(options.run), options.folder, options.out, options.type, spent(options.run))
    say(f"{options.out}: {options.out.stat().st_size:,} bytes, sha256 {sha256(options.out)}")


if __name__ == "__main__":
    main()
