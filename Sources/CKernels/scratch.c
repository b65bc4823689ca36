#include "scratch.h"

#include <pthread.h>
#include <stdlib.h>

#include "CKernels.h"

// What waits for the next kernel: so many pieces, and so many bytes at the most. Small pieces are the heap's.
enum { PIECES = 8, SMALL = 32 << 10, MOST = 24 << 20, HEADER = 64 };

typedef struct {
  size_t bytes;
} header;

static struct {
  pthread_mutex_t lock;
  header *pieces[PIECES];
  size_t bytes;
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

static header *taken(size_t bytes) {
  header *best = NULL;
  int at = 0;
  pthread_mutex_lock(&waiting.lock);
  for (int i = 0; i < PIECES; i++) {
    header *piece = waiting.pieces[i];
    if (piece && piece->bytes >= bytes && (!best || piece->bytes < best->bytes)) best = piece, at = i;
  }
  if (best) {
    waiting.pieces[at] = NULL;
    waiting.bytes -= best->bytes;
  }
  pthread_mutex_unlock(&waiting.lock);
  return best;
}

void *ck_take(size_t bytes) {
  header *piece = bytes < SMALL ? NULL : taken(bytes);
  if (!piece) {
    piece = ck_allocate(HEADER + bytes);
    piece->bytes = bytes;
  }
  return (char *)piece + HEADER;
}

void ck_give(void *memory) {
  if (!memory) return;
  header *piece = (header *)((char *)memory - HEADER), *dropped = piece;
  if (piece->bytes >= SMALL && piece->bytes <= MOST) {
    pthread_mutex_lock(&waiting.lock);
    // In a free place, or else in that of the smallest.
    int at = 0;
    for (int i = 1; i < PIECES; i++)
      if (waiting.pieces[at] && (!waiting.pieces[i] || waiting.pieces[i]->bytes < waiting.pieces[at]->bytes)) at = i;
    size_t smallest = waiting.pieces[at] ? waiting.pieces[at]->bytes : 0;
    if (piece->bytes > smallest && waiting.bytes - smallest + piece->bytes <= MOST) {
      waiting.bytes += piece->bytes - smallest;
      dropped = waiting.pieces[at];
      waiting.pieces[at] = piece;
    }
    pthread_mutex_unlock(&waiting.lock);
  }
  free(dropped);
}
