// SPDX-License-Identifier: Apache-2.0

// Package ranker ranks nodes by what a pod would emit on each: libcarbon.so in the words of Go. It
// needs no Kubernetes, and no newer Go than 1.18, which is Katalyst's. The contract is
// src/capi/carbon_kube.h; all methods may be called from any goroutine.
package ranker

/*
#cgo CFLAGS: -I${SRCDIR}/../../../src/capi
#cgo LDFLAGS: -lcarbon
#include "carbon_kube.h"

// Structs of pointers are put together on this side: what Go hands over may hold no Go pointers,
// and pinning them needs a newer Go than Katalyst is built with.
static carbon_text go_text(_GoString_ s) {
	carbon_text text = {_GoStringPtr(s), _GoStringLen(s)};
	return text;
}

static carbon_ranker* go_open(_GoString_ options, char* error, size_t size) {
	return carbon_ranker_open(go_text(options), error, size);
}

static carbon_status go_load_zones(carbon_ranker* ranker, _GoString_ zones, char* error, size_t size) {
	return carbon_load_zones(ranker, go_text(zones), error, size);
}

static carbon_status go_upsert_node(carbon_ranker* ranker, _GoString_ name, _GoString_ region,
		_GoString_ instance_type, _GoString_ zone, char* error, size_t size) {
	carbon_node node = {go_text(region), go_text(instance_type), go_text(zone)};
	return carbon_upsert_node(ranker, go_text(name), &node, error, size);
}

static void go_remove_node(carbon_ranker* ranker, _GoString_ name) {
	carbon_remove_node(ranker, go_text(name));
}

static carbon_status go_read_duration(_GoString_ text, int64_t* milliseconds, char* error, size_t size) {
	return carbon_read_duration(go_text(text), milliseconds, error, size);
}

static carbon_status go_score(carbon_ranker* ranker, const carbon_pod* pod, int64_t now,
		const char* bytes, const uint32_t* ends, size_t count, double* values, uint8_t* scores,
		size_t* unknown, char* error, size_t size) {
	carbon_names names = {bytes, ends, count};
	return carbon_score(ranker, pod, now, &names, values, scores, unknown, error, size);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"time"
	"unsafe"
)

const errorSize = 256

// Node is what is told of a node: its labels, each of which may be empty.
type Node struct {
	Region       string // topology.kubernetes.io/region
	InstanceType string // node.kubernetes.io/instance-type
	Zone         string // of the grid, where it is known otherwise
}

// Pod is what a pod asks for; 0 where it does not say.
type Pod struct {
	CPUMillicores int64
	MemoryBytes   int64
	Run           time.Duration
}

// Scores are of nodes in the order asked for.
type Scores struct {
	Values  []float64 // what the pod would emit; NaN where that is unknown
	Scores  []uint8   // 0 to 100, the cleanest has 100
	Unknown int       // how many of Values
}

// Ranker keeps what is known of nodes and zones.
type Ranker struct {
	handle *C.carbon_ranker
}

// Open makes a ranker. options is a JSON object as the header describes it, or empty.
func Open(options string) (*Ranker, error) {
	if version := C.carbon_abi_version(); version != C.CARBON_ABI_VERSION {
		return nil, fmt.Errorf("libcarbon.so has version %d of its interface, this needs %d",
			version, C.CARBON_ABI_VERSION)
	}
	var message [errorSize]C.char
	handle := C.go_open(options, &message[0], errorSize)
	if handle == nil {
		return nil, errors.New(C.GoString(&message[0]))
	}
	return &Ranker{handle: handle}, nil
}

// Close frees the ranker, which nobody may use any more.
func (r *Ranker) Close() {
	C.carbon_ranker_close(r.handle)
	r.handle = nil
}

// LoadZones takes data.zones of the ConfigMap carbon-scores. What is invalid changes nothing.
func (r *Ranker) LoadZones(zones string) error {
	var message [errorSize]C.char
	return failure(C.go_load_zones(r.handle, zones, &message[0], errorSize), &message)
}

// ForgetZones makes every zone unknown: the ConfigMap is gone.
func (r *Ranker) ForgetZones() {
	C.carbon_forget_zones(r.handle)
}

// Upsert takes a node in, or what has changed of it.
func (r *Ranker) Upsert(name string, node Node) error {
	var message [errorSize]C.char
	return failure(C.go_upsert_node(r.handle, name, node.Region, node.InstanceType, node.Zone,
		&message[0], errorSize), &message)
}

// Remove forgets a node.
func (r *Ranker) Remove(name string) {
	C.go_remove_node(r.handle, name)
}

// ReadDuration reads "90s", "1h30m", "2d".
func ReadDuration(duration string) (time.Duration, error) {
	var message [errorSize]C.char
	var milliseconds C.int64_t
	err := failure(C.go_read_duration(duration, &milliseconds, &message[0], errorSize), &message)
	return time.Duration(milliseconds) * time.Millisecond, err
}

// Names are the names of nodes as they are handed over: one behind the other.
type Names struct {
	bytes []byte
	ends  []uint32
}

// NewNames makes room for count names.
func NewNames(count int) *Names {
	const usualLength = 48
	return &Names{bytes: make([]byte, 0, count*usualLength), ends: make([]uint32, 0, count)}
}

// Add appends a name.
func (n *Names) Add(name string) {
	n.bytes = append(n.bytes, name...)
	n.ends = append(n.ends, uint32(len(n.bytes)))
}

// Score ranks the nodes for a pod that would start at now.
func (r *Ranker) Score(pod Pod, now time.Time, names *Names) (Scores, error) {
	count := len(names.ends)
	if count == 0 {
		return Scores{}, nil
	}
	scores := Scores{Values: make([]float64, count), Scores: make([]uint8, count)}
	var bytes *C.char // none where all names are empty
	if len(names.bytes) > 0 {
		bytes = (*C.char)(unsafe.Pointer(&names.bytes[0]))
	}
	request := C.carbon_pod{
		cpu_millicores:   C.int64_t(pod.CPUMillicores),
		memory_bytes:     C.int64_t(pod.MemoryBytes),
		run_milliseconds: C.int64_t(pod.Run.Milliseconds()),
	}
	var unknown C.size_t
	var message [errorSize]C.char
	status := C.go_score(r.handle, &request, C.int64_t(now.UnixMilli()),
		bytes, (*C.uint32_t)(unsafe.Pointer(&names.ends[0])), C.size_t(count),
		(*C.double)(unsafe.Pointer(&scores.Values[0])), (*C.uint8_t)(unsafe.Pointer(&scores.Scores[0])),
		&unknown, &message[0], errorSize)
	scores.Unknown = int(unknown)
	return scores, failure(status, &message)
}

func failure(status C.carbon_status, message *[errorSize]C.char) error {
	if status == C.CARBON_OK {
		return nil
	}
	return errors.New(C.GoString(&message[0]))
}
