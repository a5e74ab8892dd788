// SPDX-License-Identifier: Apache-2.0

package emission

import (
	v1 "k8s.io/api/core/v1"

	"carbon-kube.io/scheduler/emission/ranker"
)

// What Katalyst's reclaimed_cores pods ask for in place of CPU and memory: what others have reserved
// and leave idle. It draws the same power.
const (
	reclaimedMilliCPU v1.ResourceName = "resource.katalyst.kubewharf.io/reclaimed_millicpu"
	reclaimedMemory   v1.ResourceName = "resource.katalyst.kubewharf.io/reclaimed_memory"
)

// podOf reads what a pod is ranked by. A duration that cannot be read is none.
func (p *EmissionPlugin) podOf(pod *v1.Pod) ranker.Pod {
	requests := p.requests(pod)
	milliCPU, memory := requests[reclaimedMilliCPU], requests[reclaimedMemory]
	asked := ranker.Pod{
		CPUMillicores: requests.Cpu().MilliValue() + milliCPU.Value(),
		MemoryBytes:   requests.Memory().Value() + memory.Value(),
	}
	if text, found := pod.Annotations[DurationAnnotation]; found {
		run, err := ranker.ReadDuration(text)
		if err != nil {
			unreadable.WithLabelValues(expectedDuration).Inc()
		}
		asked.Run = run // none where it cannot be read
	}
	return asked
}
