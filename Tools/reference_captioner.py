"""The reference's mapper as a captioner's directory, for the scripts that compare with the reference."""
import hashlib
import json
import shutil
from pathlib import Path

DEFAULT = Path(__file__).resolve().parents[1] / "Sources/Captioning/Resources/default/captioner.json"
# What the reference's mapper reads: its class tokens and pooled patches, and which of them share a projection.
FEATURES = [
    {"hiddenState": 10, "tokens": "class"}, {"hiddenState": 10, "tokens": "patches", "grid": [8, 8]},
    {"hiddenState": 8, "tokens": "class"}, {"hiddenState": 11, "tokens": "class"}, {"hiddenState": 12, "tokens": "class"},
]
TOKEN_GROUPS, HEADS = [65, 1, 1, 1], 8


def make(reference, folder):
    """`captioner.json` and the mapper in `folder`; DINOv2, its preprocessing and the decoder are the default captioner's."""
    mapper = Path(reference) / "mapper.safetensors"
    if not mapper.is_file():
        raise SystemExit(f"{mapper} is not there: DIR is the reference's folder")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(mapper, folder / mapper.name)
    default = json.loads(DEFAULT.read_text())
    encoders = default.get("encoders") or [default["encoder"]]
    encoder = next(encoder for encoder in encoders if encoder["family"] == "dinov2")
    manifest = {
        "formatVersion": 1, "name": "reference",
        "encoder": {**encoder, "features": FEATURES}, "decoder": default["decoder"],
        "mapper": {
            "path": mapper.name, "family": "resampler", "sha256": hashlib.sha256(mapper.read_bytes()).hexdigest(),
            "heads": HEADS, "tokenGroups": TOKEN_GROUPS}}
    (folder / "captioner.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return folder
