#include <stdatomic.h>
#include <string.h>

#include "packed.h"

static _Atomic(const ck_table *) chosen;

static const ck_table *supported(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512 && (!name || strcmp(name, ck_table_avx512.name) == 0)) return &ck_table_avx512;
  if (avx2 && (!name || strcmp(name, ck_table_avx2.name) == 0)) return &ck_table_avx2;
#elif defined(__aarch64__)
  if (!name || strcmp(name, ck_table_neon.name) == 0) return &ck_table_neon;
#endif
  return !name || strcmp(name, ck_table_portable.name) == 0 ? &ck_table_portable : NULL;
}

const ck_table *ck_kernels(void) {
  const ck_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
  if (!table) atomic_store_explicit(&chosen, table = supported(NULL), memory_order_release);
  return table;
}

const char *ck_instruction_set(void) { return ck_kernels()->name; }

static _Atomic int asks_for_pairs;

int ck_bf16_asks_for_pairs(void) { return atomic_load_explicit(&asks_for_pairs, memory_order_acquire); }

int ck_use_instruction_set(const char *name) {
  int pairs = strcmp(name, "AVX-512 BF16") == 0;
  const ck_table *table = supported(pairs ? "AVX-512" : name), *before = ck_kernels();
  if (!table) return 0;
  atomic_store_explicit(&chosen, table, memory_order_release);
  if (pairs && !ck_bf16_is_native()) {
    atomic_store_explicit(&chosen, before, memory_order_release);
    return 0;
  }
  atomic_store_explicit(&asks_for_pairs, pairs, memory_order_release);
  return 1;
}
