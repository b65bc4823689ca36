#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Some options that older versions know only by an older name. */
#define CURL_DISABLE_DEPRECATION
/* Its macros that check types do not work on pointers to functions. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* What is used of libcurl. */
struct cc_library {
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&curl_easy_setopt) easy_setopt;
  __typeof__(&curl_easy_getinfo) easy_getinfo;
  __typeof__(&curl_easy_strerror) easy_strerror;
  __typeof__(&curl_multi_init) multi_init;
  __typeof__(&curl_multi_cleanup) multi_cleanup;
  __typeof__(&curl_multi_add_handle) multi_add_handle;
  __typeof__(&curl_multi_remove_handle) multi_remove_handle;
  __typeof__(&curl_multi_perform) multi_perform;
  __typeof__(&curl_multi_poll) multi_poll;
  __typeof__(&curl_multi_wakeup) multi_wakeup;
  __typeof__(&curl_multi_info_read) multi_info_read;
  __typeof__(&curl_multi_strerror) multi_strerror;
  __typeof__(&curl_slist_append) slist_append;
  __typeof__(&curl_slist_free_all) slist_free_all;
};

/* The same at each call; NULL where libcurl cannot be loaded, and `reason` then says why. */
const struct cc_library *cc_library_load(char *reason, size_t reason_size);
