#pragma once
// What the checks of Sources/CKernels share. Every public function meets a plain reference in double precision, which the
// check writes down itself.
//
// An error is measured in units of 2^-24, half the last place of 1 in f32, times the size of a result: the sum of the
// magnitudes of all that is added up in it. One rounding errs by at most one unit of what it rounds, so that, to first
// order, a result errs by as many units as there are roundings between an input and it, in whatever order they are done.
// Tolerances are those numbers of roundings. They grow with the length of a sum, as errors hardly do; yet one wrong term of a
// thousand is an error of ten thousand units.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

/// Starts a check. Its line is printed by the next call or by `check_end`.
void check_begin(const char *name);
void check_end(void);
/// One number of a result. Where `size` is 0 it must be exact.
void check_near(float found, double exact, double size, double units);
/// Numbers that must be the same to the last bit.
void check_same(const void *found, const void *expected, size_t bytes);
void check_that(int holds);

/// Memory that ends where a page begins that must not be touched: whoever reads or writes past it ends the program. All of it
/// is freed by `check_release`.
void *check_bytes(size_t count);
float *check_floats(size_t count);
void check_release(void);

/// Numbers from -2 up to 2, always the same for the same seed.
float *check_random(size_t count, uint64_t seed);
uint64_t check_next(uint64_t *state);
/// A matrix with `stride` floats from row to row. What lies between rows is no number.
float *check_matrix(size_t rows, size_t columns, size_t stride, uint64_t seed);
/// That what lies between the rows of such a matrix is as it was.
void check_gaps(const float *matrix, size_t rows, size_t columns, size_t stride);

typedef struct {
  int type;  // enum ck_type
  const char *name;
  size_t columns, bytes;  // of a block
} check_type;

enum { CHECK_TYPES = 11, CHECK_FIRST_QUANTIZED = 3 };
extern const check_type check_types[CHECK_TYPES];
/// Random blocks whose scales are from 2^-6 to 2^-4.
ck_matrix check_stored(const check_type *type, size_t rows, size_t columns, uint64_t seed);
/// The values of a stored matrix, `[rows, columns]`, which the checks of dequantisation vouch for.
float *check_values(const ck_matrix *matrix, size_t columns);

/// An activation is x times a factor.
void check_activation(int kind, double x, double *factor, double *slope);
enum { CHECK_ACTIVATIONS = CK_ACTIVATION_RELU6 + 1 };
/// Roundings of an activation, relative to x. The rational function of erf is good to 8 units. An exponential of y is good to
/// |y| units, its argument's rounding, times e^y / (1 + e^y)², which |y| outgrows nowhere by more than 2.3; then come a
/// division and some products.
enum { CHECK_ACTIVATION_UNITS = 16 };

/// The nearest bfloat16, ties to even, by way of the definition: eight significant bits.
double check_bfloat16(float x);
/// Rows in 8 bits by their definition: `codes` `[columns]` and a scale for each group of columns. Numbers that lie so near
/// the middle of two codes that a fused multiply-add decides otherwise become 0 in x.
void check_codes(size_t columns, size_t group, float *x, int *codes, float *scales);

void check_products(void);
void check_quantized(void);
void check_codes_products(void);
void check_packed(void);
void check_convolutions(void);
void check_attention(void);
void check_dense_gradients(void);
void check_prefix_attention(void);
void check_norms(void);
void check_activations(void);
void check_elementwise(void);
void check_optimizer(void);
void check_dequantization(void);
void check_threads(void);
