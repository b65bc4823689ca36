// Memory, random numbers and stored matrices of the checks.
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { MOST = 4096 };
static struct {
  void *pages;
  size_t bytes;
} owned[MOST];
static int owned_count;

void *check_bytes(size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (count + page - 1) / page * page;
  uint8_t *pages = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (pages == MAP_FAILED || owned_count == MOST || mprotect(pages + whole, page, PROT_NONE) != 0) abort();
  owned[owned_count].pages = pages;
  owned[owned_count++].bytes = whole + page;
  return pages + whole - count;
}

float *check_floats(size_t count) { return check_bytes(count * sizeof(float)); }

void check_release(void) {
  while (owned_count > 0) {
    owned_count--;
    munmap(owned[owned_count].pages, owned[owned_count].bytes);
  }
}

// SplitMix64.
uint64_t check_next(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static float number(uint64_t *state) { return (float)(check_next(state) >> 40) * 0x1p-22f - 2; }

float *check_random(size_t count, uint64_t seed) {
  float *x = check_floats(count);
  for (size_t i = 0; i < count; i++) x[i] = number(&seed);
  return x;
}

static const uint32_t gap = 0x7FC0ABCD;

float *check_matrix(size_t rows, size_t columns, size_t stride, uint64_t seed) {
  size_t count = rows ? (rows - 1) * stride + columns : 0;
  float *x = check_floats(count);
  for (size_t i = 0; i < count; i++) {
    if (i % stride < columns) x[i] = number(&seed);
    else memcpy(x + i, &gap, sizeof gap);
  }
  return x;
}

void check_gaps(const float *matrix, size_t rows, size_t columns, size_t stride) {
  for (size_t row = 0; row + 1 < rows; row++)
    for (size_t i = columns; i < stride; i++) check_same(matrix + row * stride + i, &gap, sizeof gap);
}

const check_type check_types[CHECK_TYPES] = {
    {CK_TYPE_F32, "f32", 1, 4},    {CK_TYPE_F16, "f16", 1, 2},    {CK_TYPE_BF16, "bf16", 1, 2},
    {CK_TYPE_Q4_0, "q4_0", 32, 18}, {CK_TYPE_Q4_1, "q4_1", 32, 20}, {CK_TYPE_Q5_0, "q5_0", 32, 22},
    {CK_TYPE_Q5_1, "q5_1", 32, 24}, {CK_TYPE_Q8_0, "q8_0", 32, 34}, {CK_TYPE_Q4_K, "q4_K", 256, 144},
    {CK_TYPE_Q5_K, "q5_K", 256, 176}, {CK_TYPE_Q6_K, "q6_K", 256, 210}};

/// A half from 2^-6 to 2^-4 and its sign.
static void put_half(uint8_t *p, uint64_t random) {
  uint16_t bits = (uint16_t)((random & 0x8000) | (0x2400 + (random & 0x7FF)));
  memcpy(p, &bits, sizeof bits);
}

ck_matrix check_stored(const check_type *type, size_t rows, size_t columns, uint64_t seed) {
  size_t row_bytes = columns / type->columns * type->bytes, bytes = rows * row_bytes;
  uint8_t *data = check_bytes(bytes);
  for (size_t i = 0; i < bytes; i++) data[i] = (uint8_t)check_next(&seed);
  for (size_t at = 0; at < bytes; at += type->bytes)
    switch (type->type) {
      case CK_TYPE_F32: {
        float x = number(&seed);
        memcpy(data + at, &x, sizeof x);
        break;
      }
      case CK_TYPE_F16: {
        float x = number(&seed);
        ck_halves_from_floats(&x, (uint16_t *)(void *)(data + at), 1);
        break;
      }
      case CK_TYPE_BF16: {
        float x = number(&seed);
        memcpy(data + at, (uint8_t *)&x + 2, 2);
        break;
      }
      case CK_TYPE_Q6_K: put_half(data + at + 208, check_next(&seed)); break;
      case CK_TYPE_Q4_1: case CK_TYPE_Q5_1: case CK_TYPE_Q4_K: case CK_TYPE_Q5_K:
        put_half(data + at + 2, check_next(&seed));
        put_half(data + at, check_next(&seed));
        break;
      default: put_half(data + at, check_next(&seed));
    }
  return (ck_matrix){data, rows, row_bytes, type->type};
}

float *check_values(const ck_matrix *matrix, size_t columns) {
  float *values = check_floats(matrix->rows * columns);
  for (size_t row = 0; row < matrix->rows; row++)
    ck_dequantize_row(matrix->type, (const uint8_t *)matrix->data + row * matrix->row_bytes, values + row * columns, columns);
  return values;
}

double check_bfloat16(float x) {
  if (x == 0) return 0;
  double scale = ldexp(1, 7 - ilogbf(x));
  return nearbyint((double)x * scale) / scale;
}

void check_codes(size_t columns, size_t group, float *x, int *codes, float *scales) {
  for (size_t first = 0; first < columns; first += group) {
    size_t last = first + group < columns ? first + group : columns;
    float top = 0;
    for (size_t i = first; i < last; i++) top = fmaxf(top, fabsf(x[i]));
    volatile float inverse = top > 0 ? 127 / top : 0;
    scales[first / group] = top / 127;
    for (size_t i = first; i < last; i++) {
      volatile float product = x[i] * inverse;
      if (rint((double)product) != rint((double)x[i] * (double)inverse)) x[i] = 0;
      codes[i] = (int)rint((double)x[i] * (double)inverse);
    }
  }
}
