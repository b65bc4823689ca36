#include "scratch.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "CKernels.h"

// Small pieces wait in the thread that used them, since threads would wait for each other at the heap's lock; all are of one
// size, so that each serves any kernel. Large ones wait for any thread: so many pieces, and so many bytes at the most.
enum { SMALL = 32 << 10, SMALL_PIECES = 4, LARGE_PIECES = 8, MOST = 24 << 20, HEADER = 64 };

typedef struct {
  size_t bytes;
} header;

typedef struct {
  header *pieces[SMALL_PIECES];
  size_t count;
} small_pieces;

static _Thread_local small_pieces own;
static pthread_key_t at_exit_of_thread;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_key;

static void free_own(void *pieces) {
  small_pieces *p = pieces;
  while (p->count > 0) free(p->pieces[--p->count]);
}

static void make_key(void) { has_key = pthread_key_create(&at_exit_of_thread, free_own) == 0; }

/// Whether the piece waits in this thread from now on, which frees it when it ends.
static bool keep_small(header *piece) {
  pthread_once(&once, make_key);
  if (!has_key || own.count == SMALL_PIECES) return false;
  if (own.count == 0 && pthread_setspecific(at_exit_of_thread, &own) != 0) return false;
  own.pieces[own.count++] = piece;
  return true;
}

static struct {
  pthread_mutex_t lock;
  header *pieces[LARGE_PIECES];
  size_t bytes;
} waiting = {.lock = PTHREAD_MUTEX_INITIALIZER};

static header *large_piece(size_t bytes) {
  header *best = NULL;
  int at = 0;
  pthread_mutex_lock(&waiting.lock);
  for (int i = 0; i < LARGE_PIECES; i++) {
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

/// Puts a piece into a free place, or else into that of the smallest one. Returns what has to be freed.
static header *keep_large(header *piece) {
  header *dropped = piece;
  pthread_mutex_lock(&waiting.lock);
  int at = 0;
  for (int i = 1; i < LARGE_PIECES; i++)
    if (waiting.pieces[at] && (!waiting.pieces[i] || waiting.pieces[i]->bytes < waiting.pieces[at]->bytes)) at = i;
  size_t smallest = waiting.pieces[at] ? waiting.pieces[at]->bytes : 0;
  if (piece->bytes > smallest && waiting.bytes - smallest + piece->bytes <= MOST) {
    waiting.bytes += piece->bytes - smallest;
    dropped = waiting.pieces[at];
    waiting.pieces[at] = piece;
  }
  pthread_mutex_unlock(&waiting.lock);
  return dropped;
}

void *ck_take(size_t bytes) {
  header *piece;
  if (bytes <= SMALL) {
    bytes = SMALL;
    piece = own.count > 0 ? own.pieces[--own.count] : NULL;
  } else {
    piece = large_piece(bytes);
  }
  if (!piece) {
    piece = ck_allocate(HEADER + bytes);
    piece->bytes = bytes;
  }
  return (char *)piece + HEADER;
}

void ck_give(void *memory) {
  if (!memory) return;
  header *piece = (header *)((char *)memory - HEADER);
  free(piece->bytes == SMALL ? (keep_small(piece) ? NULL : piece) : keep_large(piece));
}
