#include "report.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <png.h>

typedef struct {
  png_structp codec;
  png_infop info;
  jmp_buf failed;
  const uint8_t *bytes;
  size_t count, position;
  uint8_t *rgba;   // one row, or all of them where rows come in passes
  size_t rgbaRows;
  bool keepsDamaged;
  bool hasAllPixels;
  ImageCodecReport report;
} Reader;

// What libpng allows by default; wider images would make the tables of resampling large.
static const png_uint_32 maximumSide = 1000000;

static _Noreturn void fail(Reader *reader, ImageCodecStatus status, const char *message) {
  reader->report.status = status;
  imageCodecSay(&reader->report, message);
  longjmp(reader->failed, 1);
}

static _Noreturn void errorExit(png_structp codec, png_const_charp message) {
  Reader *reader = png_get_error_ptr(codec);
  bool isMemory = message != NULL && strcasecmp(message, "out of memory") == 0;
  fail(reader, isMemory ? ImageCodecStatusOutOfMemory : ImageCodecStatusCorrupt, message);
}

static void ignoreWarning(png_structp codec, png_const_charp message) {
  (void)codec;
  (void)message;
}

static void readBytes(png_structp codec, png_bytep destination, size_t wanted) {
  Reader *reader = png_get_io_ptr(codec);
  if (wanted > reader->count - reader->position) {
    fail(
        reader, reader->hasAllPixels ? ImageCodecStatusEndMissing : ImageCodecStatusTruncated,
        "the data ends before the end of the image");
  }
  memcpy(destination, reader->bytes + reader->position, wanted);
  reader->position += wanted;
}

static void openReader(Reader *reader) {
  // What Xcode makes of the PNGs of an app: other filters, other colours, and data that zlib refuses.
  if (reader->count >= 16 && memcmp(reader->bytes + 12, "CgBI", 4) == 0) {
    fail(
        reader, ImageCodecStatusUnsupported,
        "Apple's CgBI, as apps have it; pngcrush -revert-iphone-optimizations undoes it");
  }
  reader->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, errorExit, ignoreWarning);
  if (reader->codec == NULL) fail(reader, ImageCodecStatusOutOfMemory, "");
  reader->info = png_create_info_struct(reader->codec);
  if (reader->info == NULL) fail(reader, ImageCodecStatusOutOfMemory, "");
  png_set_user_limits(reader->codec, maximumSide, maximumSide);
  png_set_chunk_cache_max(reader->codec, 64);
  png_set_chunk_malloc_max(reader->codec, 1 << 20);
  // What is read at a time is lost as a whole where the file ends in it.
  if (reader->keepsDamaged) png_set_compression_buffer_size(reader->codec, 64);
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
  // Only IHDR, PLTE, tRNS, IDAT and IEND: no text or profile is unpacked.
  png_set_keep_unknown_chunks(reader->codec, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
#endif
  png_set_read_fn(reader->codec, reader, readBytes);
  png_read_info(reader->codec, reader->info);
}

static void closeReader(Reader *reader) {
  if (reader->codec != NULL) png_destroy_read_struct(&reader->codec, &reader->info, NULL);
  free(reader->rgba);
}

static void decode(Reader *reader, const uint8_t background[3], uint8_t *pixels, uint32_t width, uint32_t height) {
  png_structp codec = reader->codec;
  if (png_get_image_width(codec, reader->info) != width || png_get_image_height(codec, reader->info) != height) {
    fail(reader, ImageCodecStatusCorrupt, "the size differs from the header's");
  }
  png_set_expand(codec);      // palette to RGB, few bits to 8, tRNS to alpha (compared at 16 bits where there are 16)
  png_set_strip_16(codec);    // the high byte
  png_set_gray_to_rgb(codec);
  const int passes = png_set_interlace_handling(codec);
  png_read_update_info(codec, reader->info);
  const size_t channels = png_get_channels(codec, reader->info);
  const size_t rowBytes = (size_t)width * channels;
  if ((channels != 3 && channels != 4) || png_get_rowbytes(codec, reader->info) != rowBytes) {
    fail(reader, ImageCodecStatusUnsupported, "unknown pixel layout");
  }
  if (channels == 4) {
    // Zeroed: what a damaged file lacks is transparent.
    const size_t rows = passes == 1 ? 1 : height;
    reader->rgba = calloc(rows, rowBytes);
    if (reader->rgba == NULL) fail(reader, ImageCodecStatusOutOfMemory, "");
    reader->rgbaRows = rows;
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) {
      uint8_t *row = pixels + (size_t)y * width * 3;
      if (reader->rgba == NULL) {
        png_read_row(codec, row, NULL);
      } else if (passes == 1) {
        png_read_row(codec, reader->rgba, NULL);
        imageCodecComposite(reader->rgba, width, background, row);
      } else {
        png_read_row(codec, reader->rgba + (size_t)y * rowBytes, NULL);
      }
    }
  }
  reader->hasAllPixels = true;
  png_read_end(codec, NULL);
}

static void openGuarded(Reader *reader, ImageCodecHeader *header) {
  if (setjmp(reader->failed) == 0) {
    openReader(reader);
    header->width = png_get_image_width(reader->codec, reader->info);
    header->height = png_get_image_height(reader->codec, reader->info);
  }
}

// True when the header was sound, so that there are pixels to keep even if decoding failed later.
static bool decodeGuarded(
    Reader *reader, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width, uint32_t height) {
  volatile bool isOpen = false;
  if (setjmp(reader->failed) == 0) {
    openReader(reader);
    isOpen = true;
    decode(reader, options->background, pixels, width, height);
  }
  return isOpen;
}

static uint32_t bigEndian32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The eXIf chunk may stand before or after the pixels; libpng would have to decode them to reach it.
static void findEXIF(const uint8_t *bytes, size_t count, ImageCodecHeader *header) {
  size_t position = 8;
  while (count - position >= 12) {
    const size_t length = bigEndian32(bytes + position);
    if (length > count - position - 12) return;
    if (memcmp(bytes + position + 4, "eXIf", 4) == 0) {
      header->exifOffset = position + 8;
      header->exifCount = length;
      return;
    }
    position += length + 12;
  }
}

ImageCodecReport imageCodecReadPNGHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header) {
  Reader reader = {.bytes = bytes, .count = count};
  *header = (ImageCodecHeader){0};
  openGuarded(&reader, header);
  closeReader(&reader);
  if (reader.report.status == ImageCodecStatusOK) findEXIF(bytes, count, header);
  return reader.report;
}

ImageCodecReport imageCodecDecodePNG(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height) {
  Reader reader = {.bytes = bytes, .count = count, .keepsDamaged = options->keepsDamaged};
  if (options->keepsDamaged) {
    for (size_t index = 0; index < (size_t)width * height; index++) memcpy(pixels + 3 * index, options->background, 3);
  }
  bool isOpen = decodeGuarded(&reader, options, pixels, width, height);
  if (reader.rgbaRows == height) imageCodecComposite(reader.rgba, (size_t)width * height, options->background, pixels);
  ImageCodecStatus status = reader.report.status;
  bool isDamage = status == ImageCodecStatusTruncated || status == ImageCodecStatusEndMissing ||
                  status == ImageCodecStatusCorrupt;
  if (isOpen && isDamage && options->keepsDamaged) {
    reader.report.damage = status;
    reader.report.status = ImageCodecStatusOK;
  }
  closeReader(&reader);
  return reader.report;
}
