#pragma once
#include "ckernels_dequantize.h"
