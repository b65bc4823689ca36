// Shared by the codecs' files; not seen by Swift.
#pragma once

#include "CImageCodecs.h"

#include <stdio.h>

static inline void imageCodecSay(ImageCodecReport *report, const char *message) {
  snprintf(report->message, sizeof report->message, "%s", message == NULL ? "" : message);
}

static inline ImageCodecReport imageCodecFailure(ImageCodecStatus status, const char *message) {
  ImageCodecReport report = {.status = status, .damage = ImageCodecStatusOK};
  imageCodecSay(&report, message);
  return report;
}
