#include "report.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// libjpeg hands its own struct to every callback; `client_data` leads back to this one.
typedef struct {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf failed;
  const uint8_t *bytes;
  size_t count;
  size_t exifOffset, exifCount, xmpOffset, xmpCount;
  bool keepsDamaged;
  // Whether the library tells, where the data end, if pixels are missing: of one scan of Huffman codes.
  bool noticesMissingPixels;
  bool isEndMissing;
  int32_t maximumScans;
  ImageCodecReport report;
  uint8_t *inks;  // one row of CMYK, for the files that have it
} Reader;

static Reader *readerOf(j_common_ptr codec) { return codec->client_data; }

static _Noreturn void fail(Reader *reader, ImageCodecStatus status, const char *message) {
  reader->report.status = status;
  imageCodecSay(&reader->report, message);
  longjmp(reader->failed, 1);
}

// Damage that leaves something to decode: refused, or remembered where the caller wants what there is.
static void damaged(Reader *reader, ImageCodecStatus status, const char *message) {
  if (!reader->keepsDamaged) fail(reader, status, message);
  if (reader->report.damage == ImageCodecStatusOK) {
    reader->report.damage = status;
    imageCodecSay(&reader->report, message);
  }
}

// SOF55 (ISO/IEC 14495-1).
static const int startOfJPEGLSFrame = 0xF7;

static _Noreturn void errorExit(j_common_ptr codec) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  switch (codec->err->msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
      fail(readerOf(codec), ImageCodecStatusOutOfMemory, message);
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      fail(readerOf(codec), ImageCodecStatusUnsupported, message);
    case JERR_UNKNOWN_MARKER:
      if (codec->err->msg_parm.i[0] == startOfJPEGLSFrame) {
        fail(readerOf(codec), ImageCodecStatusUnsupported, "JPEG-LS");
      }
      fail(readerOf(codec), ImageCodecStatusCorrupt, message);
    default:
      fail(readerOf(codec), ImageCodecStatusCorrupt, message);
  }
}

static void emitMessage(j_common_ptr codec, int level) {
  if (level >= 0) return;  // a trace
  switch (codec->err->msg_code) {
    // Loose ends in the markers that cost no pixel, and that cameras and editors are known to leave.
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
      return;
    default: {
      char message[JMSG_LENGTH_MAX];
      codec->err->format_message(codec, message);
      if (readerOf(codec)->isEndMissing) {
        damaged(readerOf(codec), ImageCodecStatusTruncated, "the data ends before the end of the image");
        return;
      }
      damaged(readerOf(codec), ImageCodecStatusCorrupt, message);
    }
  }
}

static void outputMessage(j_common_ptr codec) { (void)codec; }

static void initSource(j_decompress_ptr codec) { (void)codec; }

static boolean fillInputBuffer(j_decompress_ptr codec) {
  static const JOCTET end[] = {0xFF, JPEG_EOI};
  Reader *reader = readerOf((j_common_ptr)codec);
  if (reader->noticesMissingPixels) {
    reader->isEndMissing = true;
  } else {
    damaged(reader, ImageCodecStatusTruncated, "the data ends before the end of the image");
  }
  codec->src->next_input_byte = end;
  codec->src->bytes_in_buffer = sizeof end;
  return TRUE;
}

static void skipInputData(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  size_t step = codec->src->bytes_in_buffer < (size_t)count ? codec->src->bytes_in_buffer : (size_t)count;
  codec->src->next_input_byte += step;
  codec->src->bytes_in_buffer -= step;
}

static void termSource(j_decompress_ptr codec) { (void)codec; }

static unsigned nextByte(j_decompress_ptr codec) {
  if (codec->src->bytes_in_buffer == 0) codec->src->fill_input_buffer(codec);
  codec->src->bytes_in_buffer--;
  return *codec->src->next_input_byte++;
}

// Remembers where the first EXIF block lies, and the last XMP packet. (libjpeg itself would skip the marker, or copy it.)
static boolean readAPP1(j_decompress_ptr codec) {
  Reader *reader = readerOf((j_common_ptr)codec);
  unsigned high = nextByte(codec);
  unsigned length = high << 8 | nextByte(codec);
  if (length < 2) fail(reader, ImageCodecStatusCorrupt, "a marker's length is too small");
  length -= 2;
  static const uint8_t signature[6] = "Exif\0";
  static const uint8_t xmpSignature[29] = "http://ns.adobe.com/xap/1.0/";
  const uint8_t *payload = codec->src->next_input_byte;
  bool isInFile = payload >= reader->bytes && payload <= reader->bytes + reader->count &&
                  codec->src->bytes_in_buffer >= length;
  if (isInFile && length > sizeof xmpSignature && memcmp(payload, xmpSignature, sizeof xmpSignature) == 0) {
    reader->xmpOffset = (size_t)(payload - reader->bytes) + sizeof xmpSignature;
    reader->xmpCount = length - sizeof xmpSignature;
  }
  if (reader->exifCount == 0 && isInFile && length > sizeof signature &&
      memcmp(payload, signature, sizeof signature) == 0) {
    reader->exifOffset = (size_t)(payload - reader->bytes) + sizeof signature;
    reader->exifCount = length - sizeof signature;
  }
  skipInputData(codec, (long)length);
  return TRUE;
}

static void progressMonitor(j_common_ptr codec) {
  Reader *reader = readerOf(codec);
  if (((j_decompress_ptr)codec)->input_scan_number > reader->maximumScans) {
    fail(reader, ImageCodecStatusTooManyScans, "");
  }
}

static void openReader(Reader *reader) {
  reader->codec.err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = errorExit;
  reader->errors.emit_message = emitMessage;
  reader->errors.output_message = outputMessage;
  reader->codec.client_data = reader;
  jpeg_create_decompress(&reader->codec);
  reader->source = (struct jpeg_source_mgr){
      .next_input_byte = reader->bytes,
      .bytes_in_buffer = reader->count,
      .init_source = initSource,
      .fill_input_buffer = fillInputBuffer,
      .skip_input_data = skipInputData,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = termSource,
  };
  reader->codec.src = &reader->source;
  reader->progress.progress_monitor = progressMonitor;
  reader->codec.progress = &reader->progress;
  jpeg_set_marker_processor(&reader->codec, JPEG_APP0 + 1, readAPP1);
  jpeg_read_header(&reader->codec, TRUE);
  reader->noticesMissingPixels = !jpeg_has_multiple_scans(&reader->codec) && !reader->codec.arith_code;
}

static void closeReader(Reader *reader) {
  jpeg_destroy_decompress(&reader->codec);
  free(reader->inks);
}

static inline uint8_t multiply255(uint32_t left, uint32_t right) {
  uint32_t product = left * right + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

// Adobe stores inks inverted (255 is none), and files without Adobe's marker are taken to do the same, as Pillow does.
static void convertInks(const uint8_t *inks, size_t pixelCount, uint8_t *rgb) {
  for (size_t index = 0; index < pixelCount; index++) {
    const uint8_t black = inks[4 * index + 3];
    for (size_t channel = 0; channel < 3; channel++) {
      rgb[3 * index + channel] = black - multiply255(255u - inks[4 * index + channel], black);
    }
  }
}

static void decode(Reader *reader, uint32_t scaleDenominator, uint8_t *pixels, uint32_t width, uint32_t height) {
  j_decompress_ptr codec = &reader->codec;
  switch (codec->num_components) {
    case 1:
    case 3:
      codec->out_color_space = JCS_RGB;
      break;
    case 4:
      codec->out_color_space = JCS_CMYK;
      break;
    default:
      fail(reader, ImageCodecStatusUnsupported, "only 1, 3 and 4 colour components are known");
  }
  codec->scale_num = 1;
  codec->scale_denom = scaleDenominator;
  codec->dct_method = JDCT_ISLOW;
  codec->do_fancy_upsampling = TRUE;
  jpeg_calc_output_dimensions(codec);
  if (codec->output_width != width || codec->output_height != height) {
    fail(reader, ImageCodecStatusCorrupt, "the size differs from the header's");
  }
  if (codec->num_components == 4) {
    reader->inks = malloc((size_t)width * 4);
    if (reader->inks == NULL) fail(reader, ImageCodecStatusOutOfMemory, "");
  }
  jpeg_start_decompress(codec);
  while (codec->output_scanline < height) {
    uint8_t *row = pixels + (size_t)codec->output_scanline * width * 3;
    JSAMPROW target = reader->inks != NULL ? reader->inks : row;
    if (jpeg_read_scanlines(codec, &target, 1) != 1) fail(reader, ImageCodecStatusCorrupt, "a row is missing");
    if (reader->inks != NULL) convertInks(reader->inks, width, row);
  }
  // Reads on to the end marker: a file without it was cut off, though its pixels may all be here.
  jpeg_finish_decompress(codec);
  if (reader->isEndMissing) damaged(reader, ImageCodecStatusEndMissing, "the data ends before the end marker");
}

// setjmp's frame holds no locals that change after it: all state is in `reader`, which its caller owns.
static void openGuarded(Reader *reader) {
  if (setjmp(reader->failed) == 0) openReader(reader);
}

static void decodeGuarded(
    Reader *reader, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width, uint32_t height) {
  if (setjmp(reader->failed) == 0) {
    openReader(reader);
    decode(reader, options->scaleDenominator, pixels, width, height);
  }
}

ImageCodecReport imageCodecReadJPEGHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header) {
  Reader reader = {.bytes = bytes, .count = count, .maximumScans = 1};
  openGuarded(&reader);
  *header = (ImageCodecHeader){
      .width = reader.codec.image_width,
      .height = reader.codec.image_height,
      .exifOffset = reader.exifOffset,
      .exifCount = reader.exifCount,
      .xmpOffset = reader.xmpOffset,
      .xmpCount = reader.xmpCount,
  };
  closeReader(&reader);
  return reader.report;
}

ImageCodecReport imageCodecDecodeJPEG(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height) {
  Reader reader = {
      .bytes = bytes,
      .count = count,
      .keepsDamaged = options->keepsDamaged,
      .maximumScans = options->maximumScans,
  };
  decodeGuarded(&reader, options, pixels, width, height);
  closeReader(&reader);
  return reader.report;
}
