/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes of a cluster ranked by what a pod would emit on each: for schedulers in any language
 * that can call C. libcarbon.so holds all of it.
 *
 * Threads: all functions may be called from any thread at any time, but for carbon_ranker_close(),
 * after which the ranker is gone. carbon_score() waits for nobody's work: what another thread told
 * or takes in just then, it may not know yet.
 * Memory: nothing that is passed in is kept, nothing that is handed out needs to be freed. Texts
 * are bytes with a length; they need not end with 0, and may be null where the length is 0.
 * Errors: no exception and no signal comes out. A function that can fail returns a carbon_status
 * and writes why, as a sentence that ends with 0, into `error` (cut to error_size; may be null
 * where error_size is 0). What was known before stays known. */
#ifndef CARBON_KUBE_H_
#define CARBON_KUBE_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CARBON_API __attribute__((visibility("default")))
#else
#define CARBON_API
#endif

/* Moves with every change that a caller has to know of. */
#define CARBON_ABI_VERSION 1
/* Most nodes of one question. */
#define CARBON_MOST_NODES 100000

typedef enum carbon_status {
  CARBON_OK = 0,
  CARBON_INVALID = 1, /* the caller's input, named in the error */
  CARBON_FAILED = 2   /* no memory, or a fault of this library */
} carbon_status;

typedef struct carbon_text {
  const char* data;
  size_t size;
} carbon_text;

typedef struct carbon_ranker carbon_ranker;

/* The CARBON_ABI_VERSION that the library was built with: refuse to go on where it differs. */
CARBON_API uint32_t carbon_abi_version(void);

/* Makes a ranker; null where an option is invalid. `options` is a JSON object, or empty:
 *   "formula":       "expected-emissions" (default): grams; or "intensity-times-cores"
 *   "stale_after":   "2h": what was published so long ago is unknown
 *   "provider":      "electricity-maps": whose names of zones are published
 *   "regions":       {"dc-1": "DE"}: zones of region labels, before the built-in table
 *   "default_run":   "1h": of a pod that does not say how long it runs
 *   "default_cores": 1: of a pod that asks for no CPU */
CARBON_API carbon_ranker* carbon_ranker_open(carbon_text options, char* error, size_t error_size);
/* Null is allowed. */
CARBON_API void carbon_ranker_close(carbon_ranker* ranker);

/* Takes data.zones of the ConfigMap carbon-scores (docs/reference/formats.md), at most 1 MiB. */
CARBON_API carbon_status carbon_load_zones(carbon_ranker* ranker, carbon_text zones, char* error,
                                           size_t error_size);
/* The ConfigMap is gone: no zone is known. */
CARBON_API carbon_status carbon_forget_zones(carbon_ranker* ranker);

/* Labels of a node; each may be empty. */
typedef struct carbon_node {
  carbon_text region;        /* topology.kubernetes.io/region */
  carbon_text instance_type; /* node.kubernetes.io/instance-type */
  carbon_text zone;          /* of the grid, where it is known otherwise; goes before the region */
} carbon_node;

/* Takes a node in, or what has changed of it. The name has 1 to 253 bytes, a label at most 253. */
CARBON_API carbon_status carbon_upsert_node(carbon_ranker* ranker, carbon_text name,
                                            const carbon_node* node, char* error,
                                            size_t error_size);
CARBON_API carbon_status carbon_remove_node(carbon_ranker* ranker, carbon_text name);

/* A pod: what all its containers ask for together, as the scheduler counts it. None is negative;
 * 0 is "does not say". */
typedef struct carbon_pod {
  int64_t cpu_millicores;
  int64_t memory_bytes;
  int64_t run_milliseconds; /* expected */
} carbon_pod;

/* Reads a duration as annotations have it, "90s", "1h30m", "2d", into `milliseconds`; what is none
 * is CARBON_INVALID and leaves it as it is. */
CARBON_API carbon_status carbon_read_duration(carbon_text text, int64_t* milliseconds, char* error,
                                              size_t error_size);

/* The nodes of a question: their names one behind the other, and for each where it ends. */
typedef struct carbon_names {
  const char* bytes;
  const uint32_t* ends;
  size_t count;
} carbon_names;

/* Ranks at `now_milliseconds` since 1970. Of each node, in the order of `names`:
 *   values[i]  what the pod would emit there, by the formula; NaN where that is unknown
 *   scores[i]  0 to 100, the cleanest has 100; all are 0 where nothing is known
 * Both have room for names.count; either may be null. `unknown`, if not null, gets how many of the
 * values are unknown. A name that nobody has told of, that is empty or no UTF-8, is unknown. */
CARBON_API carbon_status carbon_score(carbon_ranker* ranker, const carbon_pod* pod,
                                      int64_t now_milliseconds, const carbon_names* names,
                                      double* values, uint8_t* scores, size_t* unknown, char* error,
                                      size_t error_size);

/* Why a node has its value: a JSON object {"node", "zone", "microarchitecture", "intensity",
 * "watts", "value", "source", "rung"}; "unknown" says why there is no value. Written into `json`
 * with a 0 at its end; `needed` gets the room that this takes, and where `size` is less, nothing is
 * written and the status is CARBON_INVALID. */
CARBON_API carbon_status carbon_explain(carbon_ranker* ranker, const carbon_pod* pod,
                                        int64_t now_milliseconds, carbon_text node, char* json,
                                        size_t size, size_t* needed);

#ifdef __cplusplus
}
#endif

#endif /* CARBON_KUBE_H_ */
