"""A Llama GGUF file as a Hugging Face directory in float32: python dequantize.py FILE.gguf OUT"""
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

source, out = Path(sys.argv[1]), sys.argv[2]
loaded = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
config = loaded.config
# Saved as it is, the configuration would have the float32 weights taken for quantised ones.
if hasattr(config, "quantization_config"):
    del config.quantization_config
plain = LlamaForCausalLM(config)
plain.load_state_dict({name: tensor.float() for name, tensor in loaded.state_dict().items()})
plain.save_pretrained(out)
AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(out)
