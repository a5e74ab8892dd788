// SPDX-License-Identifier: Apache-2.0

package carbonscore

import (
	"context"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/component-helpers/resource"
	"k8s.io/klog/v2"

	"carbon-kube.io/scheduler/ranker"
)

const durationAnnotation = "carbon-kube.io/expected-duration"

// EmissionPlugin scores nodes for a pod, whatever framework asks.
type EmissionPlugin struct {
	ranker *ranker.Ranker
	log    klog.Logger
	silent atomic.Bool // it has been said that there is no signal
}

// Execute scores the nodes from 0 to 100 by name: 100 is the one on which the pod is expected to
// emit least. False where nothing is known of any of them; then they should be scored by others
// alone.
func (p *EmissionPlugin) Execute(_ context.Context, pod *v1.Pod, nodes []*v1.Node) (map[string]float64, bool) {
	begun := time.Now()
	names := ranker.NewNames(len(nodes))
	for _, node := range nodes {
		names.Add(node.Name)
	}
	ranked, err := p.ranker.Score(podOf(pod), begun, names)
	rankSeconds.Observe(time.Since(begun).Seconds())
	if err != nil || ranked.Unknown == len(nodes) {
		p.fallBack(pod, err)
		return nil, false
	}
	p.silent.Store(false)
	unknownNodes.Add(float64(ranked.Unknown))
	scores := make(map[string]float64, len(nodes))
	for i, node := range nodes {
		scores[node.Name] = float64(ranked.Scores[i])
	}
	return scores, true
}

// fallBack counts a pod that is placed without a signal, and says so of the first of several.
func (p *EmissionPlugin) fallBack(pod *v1.Pod, err error) {
	if err != nil {
		fallbacks.WithLabelValues(failed).Inc()
		p.log.Error(err, "Pod is placed without regard to emissions", "pod", klog.KObj(pod))
		return
	}
	fallbacks.WithLabelValues(noSignal).Inc()
	if !p.silent.Swap(true) {
		p.log.Info("WARNING: pods are placed without regard to emissions: of no node's zone an "+
			"intensity is published that holds", "pod", klog.KObj(pod))
	}
}

// podOf reads what a pod asks for as the scheduler counts it, with init containers and overhead. A
// duration that cannot be read is none.
func podOf(pod *v1.Pod) ranker.Pod {
	requests := resource.PodRequests(pod, resource.PodResourcesOptions{})
	asked := ranker.Pod{
		CPUMillicores: requests.Cpu().MilliValue(),
		MemoryBytes:   requests.Memory().Value(),
	}
	if text, found := pod.Annotations[durationAnnotation]; found {
		run, err := ranker.ReadDuration(text)
		if err != nil {
			unreadable.WithLabelValues(expectedDuration).Inc()
		}
		asked.Run = run // none where it cannot be read
	}
	return asked
}
