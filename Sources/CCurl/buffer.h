#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that grow. */
struct cc_buffer {
  char *bytes;
  size_t count, capacity;
};

/* False where there is no memory. */
static inline bool cc_buffer_append(struct cc_buffer *buffer, const void *bytes, size_t count) {
  if (count > buffer->capacity - buffer->count) {
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (count > capacity - buffer->count) capacity *= 2;
    char *grown = realloc(buffer->bytes, capacity);
    if (!grown) return false;
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return true;
}
