#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static struct cc_library library;
static bool is_loaded;
static char problem[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *open_library(void) {
  /* The second is the one that some installations of Debian have alone; to us they are the same. */
  static const char *const names[] = {
#ifdef __APPLE__
      "libcurl.4.dylib",
#else
      "libcurl.so.4",
      "libcurl-gnutls.so.4",
#endif
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (handle) return handle;
    /* The first name's reason is the one to tell. */
    if (i == 0) {
      const char *reason = dlerror();
      snprintf(problem, sizeof problem, "%s", reason ? reason : names[i]);
    }
  }
  return NULL;
}

static bool find(void *handle, const char *name, void **function) {
  *function = dlsym(handle, name);
  if (!*function) snprintf(problem, sizeof problem, "it has no %s: it is older than 7.68", name);
  return *function;
}

static void load(void) {
  void *handle = open_library();
  if (!handle) return;
#define FIND(name) find(handle, "curl_" #name, (void **)&library.name)
  is_loaded = FIND(global_init) && FIND(easy_init) && FIND(easy_cleanup) && FIND(easy_setopt) && FIND(easy_getinfo) &&
              FIND(easy_strerror) && FIND(multi_init) && FIND(multi_cleanup) && FIND(multi_add_handle) &&
              FIND(multi_remove_handle) && FIND(multi_perform) && FIND(multi_poll) && FIND(multi_wakeup) &&
              FIND(multi_info_read) && FIND(multi_strerror) && FIND(slist_append) && FIND(slist_free_all);
#undef FIND
  if (!is_loaded) return;
  CURLcode result = library.global_init(CURL_GLOBAL_ALL);
  if (result != CURLE_OK) {
    snprintf(problem, sizeof problem, "%s", library.easy_strerror(result));
    is_loaded = false;
  }
}

const struct cc_library *cc_library_load(char *reason, size_t reason_size) {
  pthread_once(&once, load);
  if (is_loaded) return &library;
  snprintf(reason, reason_size, "%s", problem);
  return NULL;
}
