#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

/* A connection that the other side has closed must be an error, not the end of the process: the signal that says so is
   held back on this thread while libcurl writes. */
struct cc_pipe_guard {
  sigset_t before;
  bool was_pending;
};

static inline bool cc_is_pipe_signal_pending(void) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

static inline struct cc_pipe_guard cc_ignore_broken_pipes(void) {
  struct cc_pipe_guard guard = {.was_pending = cc_is_pipe_signal_pending()};
  sigset_t pipes;
  sigemptyset(&pipes);
  sigaddset(&pipes, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipes, &guard.before);
  return guard;
}

static inline void cc_restore_broken_pipes(struct cc_pipe_guard guard) {
  if (!guard.was_pending && cc_is_pipe_signal_pending()) {
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    int number;
    sigwait(&pipes, &number);
  }
  pthread_sigmask(SIG_SETMASK, &guard.before, NULL);
}
