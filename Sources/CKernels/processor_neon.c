#include "processor_neon.h"

#if defined(__aarch64__)
#include <stdatomic.h>

#if defined(__linux__)
#include <sys/auxv.h>

static int features_of_system(void) {
  // HWCAP_ASIMDDP and HWCAP2_BF16 of the kernel's interface, which older headers lack.
  int dot_products = (getauxval(AT_HWCAP) >> 20 & 1) != 0, bf16 = (getauxval(AT_HWCAP2) >> 14 & 1) != 0;
  return (dot_products ? CK_NEON_DOT_PRODUCTS : 0) | (bf16 ? CK_NEON_BF16 : 0);
}
#elif defined(__APPLE__)
#include <sys/sysctl.h>

static int has(const char *name) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}

static int features_of_system(void) {
  return (has("hw.optional.arm.FEAT_DotProd") ? CK_NEON_DOT_PRODUCTS : 0) |
         (has("hw.optional.arm.FEAT_BF16") ? CK_NEON_BF16 : 0);
}
#else
static int features_of_system(void) { return 0; }
#endif

int ck_neon_features(void) {
  // -1: not asked yet. Threads that ask at the same time get the same answer.
  static _Atomic int known = -1;
  int features = atomic_load_explicit(&known, memory_order_relaxed);
  if (features < 0) atomic_store_explicit(&known, features = features_of_system(), memory_order_relaxed);
  return features;
}
#else
typedef int ck_no_neon_features;
#endif
