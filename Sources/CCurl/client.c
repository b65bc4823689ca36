#include "ccurl.h"

#include <stdatomic.h>
#include <stdio.h>

#include "broken_pipes.h"
#include "buffer.h"
#include "library.h"

struct cc_client {
  const struct cc_library *curl;
  CURLM *multi;
  /* The request under way. */
  CURL *easy;
  struct curl_slist *headers;
  struct cc_buffer head, body;
  bool has_head, is_done;
  /* What cc_client_receive has told of it. */
  bool told_head, told_body;
  CURLcode result;
  atomic_bool is_cancelled;
  char reason[CURL_ERROR_SIZE];
};

/* A head of more is an attack. */
static const size_t maximum_head = 1 << 20;

cc_client *cc_client_create(char *reason, size_t reason_size) {
  const struct cc_library *curl = cc_library_load(reason, reason_size);
  if (!curl) return NULL;
  cc_client *client = calloc(1, sizeof *client);
  CURLM *multi = curl->multi_init();
  if (!client || !multi) {
    free(client);
    if (multi) curl->multi_cleanup(multi);
    snprintf(reason, reason_size, "out of memory");
    return NULL;
  }
  client->curl = curl;
  client->multi = multi;
  return client;
}

static void end_request(cc_client *client) {
  const struct cc_library *curl = client->curl;
  if (client->easy) {
    curl->multi_remove_handle(client->multi, client->easy);
    curl->easy_cleanup(client->easy);
  }
  curl->slist_free_all(client->headers);
  client->easy = NULL;
  client->headers = NULL;
  client->head.count = client->body.count = 0;
  client->has_head = client->is_done = client->told_head = client->told_body = false;
  client->result = CURLE_OK;
  client->reason[0] = 0;
}

void cc_client_free(cc_client *client) {
  struct cc_pipe_guard guard = cc_ignore_broken_pipes();
  end_request(client);
  client->curl->multi_cleanup(client->multi);
  cc_restore_broken_pipes(guard);
  free(client->head.bytes);
  free(client->body.bytes);
  free(client);
}

static size_t receive_head(char *bytes, size_t size, size_t count, void *context) {
  cc_client *client = context;
  size_t length = size * count;
  /* The head of an interim answer (100) goes before the one that counts. */
  if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) client->head.count = 0;
  if (client->head.count + length > maximum_head) return 0;
  if (!cc_buffer_append(&client->head, bytes, length)) return 0;
  if (length <= 2 && cc_client_status(client) >= 200) client->has_head = true;
  return length;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
  cc_client *client = context;
  return cc_buffer_append(&client->body, bytes, size * count) ? size * count : 0;
}

void cc_client_end(cc_client *client) {
  struct cc_pipe_guard guard = cc_ignore_broken_pipes();
  end_request(client);
  cc_restore_broken_pipes(guard);
}

bool cc_client_add_header(cc_client *client, const char *line) {
  struct curl_slist *longer = client->curl->slist_append(client->headers, line);
  if (longer) client->headers = longer;
  return longer;
}

bool cc_client_begin(
    cc_client *client, const char *url, const char *proxy, const char *certificate_file,
    const char *certificate_directory, struct cc_options options) {
  const struct cc_library *curl = client->curl;
  CURL *easy = client->easy = curl->easy_init();
  if (!easy) return false;
  /* An option that this libcurl does not know leaves what it would do without. */
  curl->easy_setopt(easy, CURLOPT_URL, url);
  curl->easy_setopt(easy, CURLOPT_NOBODY, (long)options.is_head);
  curl->easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
  curl->easy_setopt(easy, CURLOPT_PROXY, proxy);
  curl->easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  if (certificate_file) {
    curl->easy_setopt(easy, CURLOPT_CAINFO, certificate_file);
    curl->easy_setopt(easy, CURLOPT_PROXY_CAINFO, certificate_file);
  }
  if (certificate_directory) {
    curl->easy_setopt(easy, CURLOPT_CAPATH, certificate_directory);
    curl->easy_setopt(easy, CURLOPT_PROXY_CAPATH, certificate_directory);
  }
  curl->easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, options.connect_timeout);
  curl->easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl->easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, options.stall_timeout);
  curl->easy_setopt(easy, CURLOPT_BUFFERSIZE, 64L << 10);
  curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* Who gives up does not wait for a name to be resolved. */
  curl->easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, client->reason);
  curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_head);
  curl->easy_setopt(easy, CURLOPT_HEADERDATA, client);
  curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
  curl->easy_setopt(easy, CURLOPT_WRITEDATA, client);
  return curl->multi_add_handle(client->multi, easy) == CURLM_OK;
}

/* Lets libcurl work on the request. */
static void work(cc_client *client) {
  const struct cc_library *curl = client->curl;
  int running, left;
  CURLMcode code = curl->multi_perform(client->multi, &running);
  for (CURLMsg *message; (message = curl->multi_info_read(client->multi, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    client->is_done = true;
    client->result = message->data.result;
    return;
  }
  bool has_news = client->body.count > 0 || (client->has_head && !client->told_head);
  if (code == CURLM_OK && !has_news) code = curl->multi_poll(client->multi, NULL, 0, 1000, NULL);
  if (code != CURLM_OK) {
    client->is_done = true;
    client->result = CURLE_RECV_ERROR;
    snprintf(client->reason, sizeof client->reason, "%s", curl->multi_strerror(code));
  }
}

static enum cc_step receive(cc_client *client) {
  if (client->told_body) client->body.count = 0;
  client->told_body = false;
  while (!atomic_load(&client->is_cancelled)) {
    /* First what came, then how it ended. */
    if (!client->told_head && (client->has_head || client->body.count > 0)) {
      client->told_head = true;
      return CC_HEAD;
    }
    if (client->body.count > 0) {
      client->told_body = true;
      return CC_BODY;
    }
    if (client->is_done) return client->result == CURLE_OK ? CC_ENDED : CC_FAILED;
    work(client);
  }
  return CC_CANCELLED;
}

enum cc_step cc_client_receive(cc_client *client) {
  struct cc_pipe_guard guard = cc_ignore_broken_pipes();
  enum cc_step step = receive(client);
  cc_restore_broken_pipes(guard);
  return step;
}

void cc_client_cancel(cc_client *client) {
  atomic_store(&client->is_cancelled, true);
  client->curl->multi_wakeup(client->multi);
}

long cc_client_status(const cc_client *client) {
  long status = 0;
  if (client->easy) client->curl->easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

const char *cc_client_head(const cc_client *client, size_t *byte_count) {
  *byte_count = client->head.count;
  return client->head.bytes;
}

const uint8_t *cc_client_body(const cc_client *client, size_t *byte_count) {
  *byte_count = client->body.count;
  return (const uint8_t *)client->body.bytes;
}

enum cc_problem cc_client_problem(const cc_client *client) {
  long refusal = 0;
  client->curl->easy_getinfo(client->easy, CURLINFO_HTTP_CONNECTCODE, &refusal);
  if (refusal == 407) return CC_PROBLEM_PROXY;
  switch (client->result) {
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR: return CC_PROBLEM_CERTIFICATE;
  case CURLE_COULDNT_RESOLVE_PROXY: return CC_PROBLEM_PROXY;
  default: return CC_PROBLEM_CONNECTION;
  }
}

const char *cc_client_reason(const cc_client *client) {
  return client->reason[0] ? client->reason : client->curl->easy_strerror(client->result);
}
