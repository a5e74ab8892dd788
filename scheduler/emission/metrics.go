// SPDX-License-Identifier: Apache-2.0

package emission

import (
	"sync"

	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"
)

const subsystem = "carbonkube_scheduler"

// Why a pod was left to the other plug-ins.
const (
	noSignal = "no-signal" // of no node's zone an intensity is published that holds
	failed   = "error"     // the core refused the question
)

// What could not be read.
const (
	intensities      = "intensities"
	expectedDuration = "expected-duration"
	nodeLabels       = "node"
)

var (
	rankSeconds = metrics.NewHistogram(&metrics.HistogramOpts{
		Subsystem:      subsystem,
		Name:           "rank_duration_seconds",
		Help:           "Time that ranking all nodes of a pod took, its call into the core included.",
		Buckets:        metrics.ExponentialBuckets(10e-6, 2, 12),
		StabilityLevel: metrics.ALPHA,
	})
	fallbacks = metrics.NewCounterVec(&metrics.CounterOpts{
		Subsystem:      subsystem,
		Name:           "fallbacks_total",
		Help:           "Pods that were left to the other plug-ins, by reason: no-signal, error.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"reason"})
	unreadable = metrics.NewCounterVec(&metrics.CounterOpts{
		Subsystem:      subsystem,
		Name:           "unreadable_total",
		Help:           "Inputs that could not be read and count for nothing: intensities, expected-duration, node.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"what"})
	unknownNodes = metrics.NewCounter(&metrics.CounterOpts{
		Subsystem:      subsystem,
		Name:           "unknown_nodes_total",
		Help:           "Nodes that were ranked as the mean of the others, as their emissions are unknown.",
		StabilityLevel: metrics.ALPHA,
	})
	placedPods = metrics.NewCounterVec(&metrics.CounterOpts{
		Subsystem:      subsystem,
		Name:           "placed_pods_total",
		Help:           "Pods bound to a node, by the node's region.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"region"})
	regionScores = metrics.NewHistogramVec(&metrics.HistogramOpts{
		Subsystem:      subsystem,
		Name:           "region_score",
		Help:           "Score of the best node of a region, for each pod that was ranked for, from 0 to 100.",
		Buckets:        metrics.LinearBuckets(10, 10, 10),
		StabilityLevel: metrics.ALPHA,
	}, []string{"region"})
	publishedZones = metrics.NewGauge(&metrics.GaugeOpts{
		Subsystem:      subsystem,
		Name:           "published_bytes",
		Help:           "Size of the intensities that were read last; 0 where none are published.",
		StabilityLevel: metrics.ALPHA,
	})
	registerOnce sync.Once
)

func registerMetrics() {
	registerOnce.Do(func() {
		legacyregistry.MustRegister(rankSeconds, fallbacks, unreadable, unknownNodes, placedPods, regionScores,
			publishedZones)
	})
}
