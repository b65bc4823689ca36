// Runs all checks for every instruction set that this processor has, and prints a line for each. Exit code 1 where one
// fails.
#include "check.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const char *set = "", *check = NULL;
static long numbers, failures, checks;
static double error, tolerance;  // of the number that came nearest to its tolerance, or went farthest beyond
static int failed, measured;

static void print(const char *verdict) {
  char figures[80];
  if (measured) snprintf(figures, sizeof figures, "error %.4g of %.4g units", error, tolerance);
  else snprintf(figures, sizeof figures, "exact");
  printf("%-6s %-8s  %-46s %s, %ld numbers\n", verdict, set, check, figures, numbers);
  fflush(stdout);
}

void check_end(void) {
  if (!check) return;
  print(failed ? "FAILED" : "ok");
  checks++;
  failures += failed;
  check = NULL;
  check_release();
}

void check_begin(const char *name) {
  check_end();
  check = name;
  numbers = failed = measured = 0;
  error = tolerance = 0;
}

void check_near(float found, double exact, double size, double units) {
  numbers++;
  double distance = fabs((double)found - exact), own = distance == 0 ? 0 : distance / (size * 0x1p-24);
  // What is no number is infinitely wrong.
  if (isnan(own)) own = INFINITY;
  if (!measured || own * tolerance > error * units) error = own, tolerance = units;
  measured = 1;
  if (own > units) failed = 1;
}

void check_same(const void *found, const void *expected, size_t bytes) {
  numbers++;
  if (bytes && memcmp(found, expected, bytes) != 0) failed = 1;
}

void check_that(int holds) {
  numbers++;
  if (!holds) failed = 1;
}

static void crashed(int number) {
  (void)number;
  if (check) print("CRASH ");
  _exit(1);
}

int main(int count, char **arguments) {
  struct sigaction action = {.sa_handler = crashed};
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  sigaction(SIGILL, &action, NULL);
  // Loops are shared also where there is one processor.
  ck_set_threads(3);
  const char *sets[] = {"AVX-512 BF16", "AVX-512", "AVX2", "NEON", "portable"};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    if (!ck_use_instruction_set(sets[i]) || (count > 1 && strcmp(arguments[1], sets[i]) != 0)) continue;
    set = sets[i];
    printf("%s: codes by %s, bfloat16 %s\n", set, ck_int8_instruction_set(),
           ck_bf16_is_fast() || strcmp(set, "AVX-512 BF16") == 0 ? "by the processor" : "by way of f32");
    check_that(strncmp(set, ck_instruction_set(), strlen(ck_instruction_set())) == 0);
    check_dequantization();
    check_products();
    check_quantized();
    check_codes_products();
    check_packed();
    check_convolutions();
    check_attention();
    check_dense_gradients();
    check_prefix_attention();
    check_norms();
    check_activations();
    check_elementwise();
    check_optimizer();
    check_threads();
    check_end();
  }
  printf("%ld passed, %ld failed\n", checks - failures, failures);
  return failures > 0 || checks == 0;
}
