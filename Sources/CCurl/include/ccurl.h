#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* HTTP requests by libcurl, one at a time, over connections that are kept from one request to the next.
   libcurl is loaded when the first client is made: whoever makes none does not load its many libraries. */
typedef struct cc_client cc_client;

struct cc_options {
  /* Seconds until there is a connection, and seconds in which nothing comes. */
  long connect_timeout;
  long stall_timeout;
  /* Asks for the head of the answer alone. */
  bool is_head;
};

enum cc_step {
  /* The answer's head is there: once for each request, before all else. */
  CC_HEAD,
  /* More of its body is there. */
  CC_BODY,
  /* All of the answer is there. */
  CC_ENDED,
  /* See cc_problem. */
  CC_FAILED,
  CC_CANCELLED
};

enum cc_problem {
  CC_PROBLEM_CONNECTION,
  /* The server's certificate is not trusted. */
  CC_PROBLEM_CERTIFICATE,
  /* The proxy cannot be found, or asks for a user and a password. */
  CC_PROBLEM_PROXY
};

/* NULL where libcurl cannot be loaded: `reason`, of `reason_size` bytes, then says why. */
cc_client *cc_client_create(char *reason, size_t reason_size);
void cc_client_free(cc_client *client);

/* Gives up what is left of a request. */
void cc_client_end(cc_client *client);

/* For the request that begins next: a line such as "Range: bytes=5-". False where there is no memory. */
bool cc_client_add_header(cc_client *client, const char *line);

/* Begins a request. All strings are copied. False where there is no memory.
   `proxy`: such as "socks5h://user:password@host:1080"; "" for none.
   `certificate_file`, `certificate_directory`: what to trust in place of libcurl's own choice; NULL for that choice. */
bool cc_client_begin(
    cc_client *client, const char *url, const char *proxy, const char *certificate_file,
    const char *certificate_directory, struct cc_options options);

/* Waits for the next of the answer. For one thread at a time. */
enum cc_step cc_client_receive(cc_client *client);

/* Makes cc_client_receive return CC_CANCELLED at once, and for all requests to come. From any thread. */
void cc_client_cancel(cc_client *client);

/* 0 before the head is there. */
long cc_client_status(const cc_client *client);

/* The lines of the head, with their ends. Valid until the next request. */
const char *cc_client_head(const cc_client *client, size_t *byte_count);

/* After CC_BODY: the bytes that are new. Valid until the next step. */
const uint8_t *cc_client_body(const cc_client *client, size_t *byte_count);

/* After CC_FAILED. */
enum cc_problem cc_client_problem(const cc_client *client);
const char *cc_client_reason(const cc_client *client);
