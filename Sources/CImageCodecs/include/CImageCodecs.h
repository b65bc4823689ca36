// Decoding of JPEG, PNG and WebP from memory into interleaved 8-bit RGB, encoding of JPEG, and the inner loops of
// resampling.
//
// Every function owns whatever it allocates and frees it before it returns; the caller owns input and output. The
// codecs' longjmp never leaves these files. Nothing here reads files or keeps state between calls.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ImageCodecStatus {
  ImageCodecStatusOK = 0,
  // The bytes end before the image does.
  ImageCodecStatusTruncated,
  // All pixels are there, but not what marks the end of the image.
  ImageCodecStatusEndMissing,
  // The bytes break the rules of their format.
  ImageCodecStatusCorrupt,
  // A valid variant of the format that the library, or this code, does not decode.
  ImageCodecStatusUnsupported,
  ImageCodecStatusOutOfMemory,
  // A JPEG with more scans than `maximumScans`.
  ImageCodecStatusTooManyScans,
} ImageCodecStatus;

// Name and version of the JPEG library that this was built with.
const char *imageCodecJPEGVersion(void);
// Version of the libpng that is loaded.
const char *imageCodecPNGVersion(void);
// Version of the libwebp that is loaded: 0xMMmmpp.
uint32_t imageCodecWebPVersion(void);

// What a header says, before any pixel is decoded.
typedef struct ImageCodecHeader {
  // As stored: before orientation. The whole canvas of an animated WebP.
  uint32_t width, height;
  // Where in the input the TIFF structure of the EXIF block lies; both 0 where there is none.
  size_t exifOffset, exifCount;
  // JPEG and WebP: where XMP lies; both 0 where there is none.
  size_t xmpOffset, xmpCount;
} ImageCodecHeader;

typedef struct ImageCodecOptions {
  // What transparent pixels lie on.
  uint8_t background[3];
  // Decode what there is of a damaged file and report it in `damage`, where it would otherwise be refused.
  bool keepsDamaged;
  // JPEG: the most scans decoded.
  int32_t maximumScans;
  // JPEG: 1, 2, 4 or 8; the image is decoded at this fraction of its size, rounded up.
  uint32_t scaleDenominator;
} ImageCodecOptions;

enum { ImageCodecMessageCapacity = 256 };

typedef struct ImageCodecReport {
  ImageCodecStatus status;
  // Where `keepsDamaged` let a damaged file pass: what was wrong with it; OK for a sound one.
  ImageCodecStatus damage;
  // The codec's own words on `status` or `damage`; empty where it has none.
  char message[ImageCodecMessageCapacity];
} ImageCodecReport;

// Reads up to the first pixel. No allocation depends on the image's size.
ImageCodecReport imageCodecReadJPEGHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header);
ImageCodecReport imageCodecReadPNGHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header);
ImageCodecReport imageCodecReadWebPHeader(const uint8_t *bytes, size_t count, ImageCodecHeader *header);

// Decodes into `pixels`, `width * height` times red, green and blue, rows top to bottom without padding. `width` and
// `height` are the header's (for JPEG divided by `scaleDenominator`, rounded up); another size is refused.
ImageCodecReport imageCodecDecodeJPEG(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height);
ImageCodecReport imageCodecDecodePNG(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height);
ImageCodecReport imageCodecDecodeWebP(
    const uint8_t *bytes, size_t count, const ImageCodecOptions *options, uint8_t *pixels, uint32_t width,
    uint32_t height);

// Room that every JPEG of this size fits into.
size_t imageCodecJPEGCapacity(uint32_t width, uint32_t height);

// Encodes interleaved RGB as baseline JPEG (JFIF), colours at half the resolution (4:2:0), into `bytes`; `count` is how
// many of the `capacity` bytes it took. `quality` is libjpeg's, from 1 to 100. Sides longer than 65,500 pixels are
// refused as unsupported.
ImageCodecReport imageCodecEncodeJPEG(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality, uint8_t *bytes, size_t capacity,
    size_t *count);

// RGBA over an opaque background, rounded as Pillow's `Image.alpha_composite` rounds.
void imageCodecComposite(const uint8_t *rgba, size_t pixelCount, const uint8_t background[3], uint8_t *rgb);

// Which source samples make one destination sample: `count` of them from `first`.
typedef struct ResampleWindow {
  int32_t first, count;
} ResampleWindow;

enum {
  // Fraction bits of a resampling coefficient: 8 bits are the sample's, 2 are head room for negative lobes.
  ImageResamplePrecisionBits = 32 - 8 - 2,
  // Bytes past the last source pixel that the horizontal pass may read (and ignores).
  ImageResampleSlack = 8,
};

// One row of RGB: destination pixel x is the sum of `windows[x].count` source pixels, weighted with the coefficients
// from `coefficients[x * kernelSize]`. `kernelSize` is even and coefficients past the count are 0.
void imageResampleHorizontally(
    const uint8_t *source, uint8_t *destination, size_t destinationWidth, const ResampleWindow *windows,
    const int32_t *coefficients, size_t kernelSize);

// One row of `byteCount` samples: the weighted sum of `rowCount` source rows, `stride` bytes apart.
void imageResampleVertically(
    const uint8_t *source, size_t stride, size_t byteCount, size_t rowCount, const int32_t *coefficients,
    uint8_t *destination);
