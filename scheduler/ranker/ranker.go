// SPDX-License-Identifier: Apache-2.0

// Package ranker ranks nodes by what a pod would emit on each: libcarbon.so in the words of Go. It
// needs no Kubernetes, so that plug-ins for every version of the scheduling framework share it. The
// contract is src/capi/carbon_kube.h; all methods may be called from any goroutine.
package ranker

/*
#cgo CFLAGS: -I${SRCDIR}/../../src/capi
#cgo LDFLAGS: -lcarbon
#include "carbon_kube.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
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
	var pinner runtime.Pinner
	defer pinner.Unpin()
	handle := C.carbon_ranker_open(text(&pinner, options), &message[0], errorSize)
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
	var pinner runtime.Pinner
	defer pinner.Unpin()
	return failure(C.carbon_load_zones(r.handle, text(&pinner, zones), &message[0], errorSize), &message)
}

// ForgetZones makes every zone unknown: the ConfigMap is gone.
func (r *Ranker) ForgetZones() {
	C.carbon_forget_zones(r.handle)
}

// Upsert takes a node in, or what has changed of it.
func (r *Ranker) Upsert(name string, node Node) error {
	var message [errorSize]C.char
	var pinner runtime.Pinner
	defer pinner.Unpin()
	labels := C.carbon_node{
		region:        text(&pinner, node.Region),
		instance_type: text(&pinner, node.InstanceType),
		zone:          text(&pinner, node.Zone),
	}
	return failure(C.carbon_upsert_node(r.handle, text(&pinner, name), &labels, &message[0], errorSize), &message)
}

// Remove forgets a node.
func (r *Ranker) Remove(name string) {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	C.carbon_remove_node(r.handle, text(&pinner, name))
}

// ReadDuration reads "90s", "1h30m", "2d".
func ReadDuration(duration string) (time.Duration, error) {
	var message [errorSize]C.char
	var milliseconds C.int64_t
	var pinner runtime.Pinner
	defer pinner.Unpin()
	err := failure(C.carbon_read_duration(text(&pinner, duration), &milliseconds, &message[0], errorSize), &message)
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
	var pinner runtime.Pinner
	defer pinner.Unpin()
	asked := C.carbon_names{ends: (*C.uint32_t)(pinned(&pinner, names.ends)), count: C.size_t(count)}
	if len(names.bytes) > 0 {
		asked.bytes = (*C.char)(pinned(&pinner, names.bytes))
	}
	request := C.carbon_pod{
		cpu_millicores:   C.int64_t(pod.CPUMillicores),
		memory_bytes:     C.int64_t(pod.MemoryBytes),
		run_milliseconds: C.int64_t(pod.Run.Milliseconds()),
	}
	var unknown C.size_t
	var message [errorSize]C.char
	status := C.carbon_score(r.handle, &request, C.int64_t(now.UnixMilli()), &asked,
		(*C.double)(unsafe.Pointer(&scores.Values[0])), (*C.uint8_t)(unsafe.Pointer(&scores.Scores[0])),
		&unknown, &message[0], errorSize)
	scores.Unknown = int(unknown)
	return scores, failure(status, &message)
}

// pinned is the address of a slice's elements, which stay there until the pinner lets go.
func pinned[T any](pinner *runtime.Pinner, slice []T) unsafe.Pointer {
	first := &slice[0]
	pinner.Pin(first)
	return unsafe.Pointer(first)
}

func text(pinner *runtime.Pinner, s string) C.carbon_text {
	if s == "" {
		return C.carbon_text{}
	}
	first := unsafe.StringData(s)
	pinner.Pin(first)
	return C.carbon_text{data: (*C.char)(unsafe.Pointer(first)), size: C.size_t(len(s))}
}

func failure(status C.carbon_status, message *[errorSize]C.char) error {
	if status == C.CARBON_OK {
		return nil
	}
	return errors.New(C.GoString(&message[0]))
}
