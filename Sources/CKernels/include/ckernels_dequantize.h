#pragma once

#include <stddef.h>
#include <stdint.h>

/* Element types that hold real numbers; values and block layouts are ggml's. */
enum ck_type {
  CK_TYPE_F32 = 0,
  CK_TYPE_F16 = 1,
  CK_TYPE_Q4_0 = 2,
  CK_TYPE_Q4_1 = 3,
  CK_TYPE_Q5_0 = 6,
  CK_TYPE_Q5_1 = 7,
  CK_TYPE_Q8_0 = 8,
  CK_TYPE_Q4_K = 12,
  CK_TYPE_Q5_K = 13,
  CK_TYPE_Q6_K = 14,
  CK_TYPE_BF16 = 30
};

/* The float of an IEEE 754 half, given by its bits; exact. */
float ck_float_from_half(uint16_t bits);

/* The IEEE 754 halves nearest to `count` floats, ties to even; infinity from 65520 on. */
void ck_halves_from_floats(const float *source, uint16_t *destination, size_t count);

/* Converts `count` elements at `source` (any alignment, little-endian) to floats.
   `count` is a whole number of the type's blocks; `type` is one of enum ck_type. This is the plain rendering of each
   type's definition, and the truth that faster kernels are checked against. */
void ck_dequantize_row(int type, const void *source, float *destination, size_t count);

/* A row of a block-quantised type as codes of `ck_code_bits` bits, and for each group of `ck_code_group` columns a scale
   and a minimum: value = scale * code + minimum, exactly. `count` is a whole number of the type's blocks. */
void ck_split_row(int type, const void *source, uint8_t *codes, float *scales, float *minima, size_t count);

/* Columns that share a scale; 0 where the type is not block-quantised. */
size_t ck_code_group(int type);
int ck_code_bits(int type);
