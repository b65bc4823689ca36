#include "report.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

// Everything here points into the caller's bytes, but for what the demuxer and `rgba` hold.
typedef struct {
  WebPDemuxer *demuxer;
  WebPDemuxState state;
  WebPIterator frame;  // the first one; the only one of a still image
  bool hasFrame;
  uint8_t *rgba;
} Reader;

static ImageCodecReport openReader(Reader *reader, const uint8_t *bytes, size_t count) {
  const WebPData data = {.bytes = bytes, .size = count};
  reader->demuxer = WebPDemuxPartial(&data, &reader->state);
  if (reader->demuxer == NULL) {
    const bool isShort = reader->state == WEBP_DEMUX_PARSING_HEADER || reader->state == WEBP_DEMUX_PARSED_HEADER;
    return imageCodecFailure(isShort ? ImageCodecStatusTruncated : ImageCodecStatusCorrupt, "");
  }
  // Negative until the chunk that tells it was read.
  if ((int32_t)WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_WIDTH) <= 0 ||
      (int32_t)WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_HEIGHT) <= 0) {
    return imageCodecFailure(ImageCodecStatusTruncated, "");
  }
  reader->hasFrame = WebPDemuxGetFrame(reader->demuxer, 1, &reader->frame) != 0;
  return imageCodecFailure(ImageCodecStatusOK, "");
}

static void closeReader(Reader *reader) {
  if (reader->hasFrame) WebPDemuxReleaseIterator(&reader->frame);
  WebPDemuxDelete(reader->demuxer);
  free(reader->rgba);
}

ImageCodecReport imageCodecReadWebPHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header) {
  Reader reader = {0};
  *header = (ImageCodecHeader){0};
  ImageCodecReport report = openReader(&reader, bytes, count);
  if (report.status == ImageCodecStatusOK) {
    header->width = WebPDemuxGetI(reader.demuxer, WEBP_FF_CANVAS_WIDTH);
    header->height = WebPDemuxGetI(reader.demuxer, WEBP_FF_CANVAS_HEIGHT);
    WebPChunkIterator chunk;
    if (WebPDemuxGetChunk(reader.demuxer, "XMP ", 1, &chunk)) {
      header->xmpOffset = (size_t)(chunk.chunk.bytes - bytes);
      header->xmpCount = chunk.chunk.size;
      WebPDemuxReleaseChunkIterator(&chunk);
    }
    if (WebPDemuxGetChunk(reader.demuxer, "EXIF", 1, &chunk)) {
      header->exifOffset = (size_t)(chunk.chunk.bytes - bytes);
      header->exifCount = chunk.chunk.size;
      WebPDemuxReleaseChunkIterator(&chunk);
    }
  }
  closeReader(&reader);
  return report;
}

static ImageCodecReport failureOf(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OK:
      return imageCodecFailure(ImageCodecStatusOK, "");
    case VP8_STATUS_OUT_OF_MEMORY:
      return imageCodecFailure(ImageCodecStatusOutOfMemory, "");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return imageCodecFailure(ImageCodecStatusUnsupported, "unsupported feature");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return imageCodecFailure(ImageCodecStatusTruncated, "the data ends before the end of the image");
    default:
      return imageCodecFailure(ImageCodecStatusCorrupt, "bitstream error");
  }
}

// Leaves in the output the rows that there are, where WebPDecode gives all or nothing.
static VP8StatusCode decodeWhatIsThere(const WebPData *data, WebPDecoderConfig *config) {
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
  if (decoder == NULL) return VP8_STATUS_OUT_OF_MEMORY;
  VP8StatusCode status = WebPIUpdate(decoder, data->bytes, data->size);
  WebPIDelete(decoder);
  return status;
}

// Decodes the frame to its place on a canvas of `width` pixels of `channels` bytes a row.
static ImageCodecReport decodeFrame(
    const Reader *reader, bool keepsDamaged, uint8_t *canvas, uint32_t width, size_t channels) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return imageCodecFailure(ImageCodecStatusUnsupported, "libwebp's version");
  const WebPIterator *frame = &reader->frame;
  const size_t stride = (size_t)width * channels;
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = canvas + (size_t)frame->y_offset * stride + (size_t)frame->x_offset * channels;
  config.output.u.RGBA.stride = (int)stride;
  config.output.u.RGBA.size = stride * ((size_t)frame->height - 1) + (size_t)frame->width * channels;
  VP8StatusCode status = WebPGetFeatures(frame->fragment.bytes, frame->fragment.size, &config.input);
  if (status == VP8_STATUS_OK && (config.input.width != frame->width || config.input.height != frame->height)) {
    status = VP8_STATUS_BITSTREAM_ERROR;
  }
  if (status == VP8_STATUS_OK) {
    status = keepsDamaged ? decodeWhatIsThere(&frame->fragment, &config)
                          : WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
  }
  return failureOf(status);
}

static ImageCodecReport decode(
    Reader *reader, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width, uint32_t height) {
  const WebPIterator *frame = &reader->frame;
  if (WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_WIDTH) != width ||
      WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_HEIGHT) != height) {
    return imageCodecFailure(ImageCodecStatusCorrupt, "the size differs from the header's");
  }
  if (reader->state != WEBP_DEMUX_DONE && !options->keepsDamaged) {
    return imageCodecFailure(ImageCodecStatusTruncated, "the data ends before the end of the image");
  }
  if (!reader->hasFrame) {
    const bool isShort = reader->state != WEBP_DEMUX_DONE;
    return imageCodecFailure(isShort ? ImageCodecStatusTruncated : ImageCodecStatusCorrupt, "there is no frame");
  }
  // The demuxer has checked this; here it guards memory.
  if (frame->x_offset < 0 || frame->y_offset < 0 || frame->width < 1 || frame->height < 1 ||
      (uint64_t)frame->x_offset + (uint64_t)frame->width > width ||
      (uint64_t)frame->y_offset + (uint64_t)frame->height > height) {
    return imageCodecFailure(ImageCodecStatusCorrupt, "the frame does not fit its canvas");
  }
  ImageCodecReport report;
  const size_t pixelCount = (size_t)width * height;
  if (WebPDemuxGetI(reader->demuxer, WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) {
    reader->rgba = calloc(pixelCount, 4);
    if (reader->rgba == NULL) return imageCodecFailure(ImageCodecStatusOutOfMemory, "");
    report = decodeFrame(reader, options->keepsDamaged, reader->rgba, width, 4);
    imageCodecComposite(reader->rgba, pixelCount, options->background, pixels);
  } else {
    // What an opaque frame does not cover, or a damaged file lacks, is black.
    if (frame->width != (int)width || frame->height != (int)height || options->keepsDamaged) {
      memset(pixels, 0, pixelCount * 3);
    }
    report = decodeFrame(reader, options->keepsDamaged, pixels, width, 3);
  }
  const bool isDamage = report.status == ImageCodecStatusTruncated || report.status == ImageCodecStatusCorrupt;
  if (options->keepsDamaged && isDamage) {
    report.damage = report.status;
    report.status = ImageCodecStatusOK;
  } else if (report.status == ImageCodecStatusOK && reader->state != WEBP_DEMUX_DONE) {
    report.damage = ImageCodecStatusTruncated;
  }
  return report;
}

ImageCodecReport imageCodecDecodeWebP(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height) {
  Reader reader = {0};
  ImageCodecReport report = openReader(&reader, bytes, count);
  if (report.status == ImageCodecStatusOK) report = decode(&reader, options, pixels, width, height);
  closeReader(&reader);
  return report;
}
