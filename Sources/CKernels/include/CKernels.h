#pragma once
// The C side of Tensors: what must be vectorised by hand.
#include "ckernels_convolutions.h"
#include "ckernels_dequantize.h"
#include "ckernels_gemm.h"
#include "ckernels_gradients.h"
#include "ckernels_heap.h"
#include "ckernels_ops.h"
#include "ckernels_packed.h"
#include "ckernels_quantized.h"
#include "ckernels_threads.h"
