#include "report.h"

#include <setjmp.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// libjpeg hands its own struct to every callback; `client_data` leads back to this one.
typedef struct {
  struct jpeg_compress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf failed;
  uint8_t *bytes;
  size_t capacity, count;
  ImageCodecReport report;
} Writer;

static Writer *writerOf(j_common_ptr codec) { return codec->client_data; }

static _Noreturn void fail(Writer *writer, ImageCodecStatus status, const char *message) {
  writer->report.status = status;
  imageCodecSay(&writer->report, message);
  longjmp(writer->failed, 1);
}

static _Noreturn void errorExit(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  switch (codec->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      fail(writerOf(codec), ImageCodecStatusOutOfMemory, message);
    default:
      fail(writerOf(codec), ImageCodecStatusUnsupported, message);
  }
}

static void emitMessage(j_common_ptr codec, int level) {
  (void)codec;
  (void)level;
}

static void outputMessage(j_common_ptr codec) { (void)codec; }

static void initDestination(j_compress_ptr codec) { (void)codec; }

static boolean emptyOutputBuffer(j_compress_ptr codec) {
  fail(writerOf((j_common_ptr)codec), ImageCodecStatusTruncated, "the output is larger than its room");
}

static void termDestination(j_compress_ptr codec) {
  Writer *writer = writerOf((j_common_ptr)codec);
  writer->count = writer->capacity - codec->dest->free_in_buffer;
}

static void encode(Writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality) {
  j_compress_ptr codec = &writer->codec;
  codec->err = jpeg_std_error(&writer->errors);
  writer->errors.error_exit = errorExit;
  writer->errors.emit_message = emitMessage;
  writer->errors.output_message = outputMessage;
  codec->client_data = writer;
  jpeg_create_compress(codec);
  writer->destination = (struct jpeg_destination_mgr){
      .next_output_byte = writer->bytes,
      .free_in_buffer = writer->capacity,
      .init_destination = initDestination,
      .empty_output_buffer = emptyOutputBuffer,
      .term_destination = termDestination,
  };
  codec->dest = &writer->destination;
  codec->image_width = width;
  codec->image_height = height;
  codec->input_components = 3;
  codec->in_color_space = JCS_RGB;
  // Its sampling is 4:2:0.
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  codec->dct_method = JDCT_ISLOW;
  // A second pass over the coefficients takes some per cent off the file.
  codec->optimize_coding = TRUE;
  jpeg_start_compress(codec, TRUE);
  while (codec->next_scanline < height) {
    // libjpeg takes rows that it could write to, and does not.
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + (size_t)codec->next_scanline * width * 3);
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
}

// setjmp's frame holds no locals that change after it: all state is in `writer`, which its caller owns.
static void encodeGuarded(Writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality) {
  if (setjmp(writer->failed) == 0) encode(writer, pixels, width, height, quality);
}

size_t imageCodecJPEGCapacity(uint32_t width, uint32_t height) {
  // Blocks of 16×16 pixels, three bytes a pixel: at 4:2:0 twice the samples, which is more than entropy coding can make
  // of them at any quality; and the headers.
  const size_t columns = ((size_t)width + 15) / 16, rows = ((size_t)height + 15) / 16;
  return columns * rows * 16 * 16 * 3 + 2048;
}

ImageCodecReport imageCodecEncodeJPEG(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, uint8_t *bytes, size_t capacity,
    size_t *count) {
  Writer writer = {.bytes = bytes, .capacity = capacity};
  encodeGuarded(&writer, pixels, width, height, quality);
  jpeg_destroy_compress(&writer.codec);
  *count = writer.report.status == ImageCodecStatusOK ? writer.count : 0;
  return writer.report;
}
