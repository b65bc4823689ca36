// The truth: plain vector arithmetic for whatever processor this is built for.
#include "half.h"
#define HALF(p) ck_half_to_float(p)
#define TABLE ck_table_portable
#define TABLE_NAME "portable"
#include "row_kernels.h"
