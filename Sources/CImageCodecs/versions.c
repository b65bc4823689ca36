#include "CImageCodecs.h"

#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

#define TEXT_OF(macro) #macro
#define TEXT(macro) TEXT_OF(macro)

const char *imageCodecJPEGVersion(void) {
#if defined(LIBJPEG_TURBO_VERSION)
  return "libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " TEXT(JPEG_LIB_VERSION);
#endif
}

const char *imageCodecPNGVersion(void) { return png_get_libpng_ver(NULL); }

uint32_t imageCodecWebPVersion(void) { return (uint32_t)WebPGetDecoderVersion(); }
