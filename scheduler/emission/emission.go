// SPDX-License-Identifier: Apache-2.0

// Package emission is the plug-in CarbonScore without a scheduling framework: nodes on which a pod
// is expected to emit less score higher. Without a signal it scores nothing, and the scheduler does
// what it would do without it. The packages named carbonscore make a plug-in of it, one for each
// framework.
package emission

import (
	"context"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"carbon-kube.io/scheduler/emission/ranker"
)

// Name is what a KubeSchedulerConfiguration calls the plug-in.
const Name = "CarbonScore"

// DurationAnnotation says how long a pod is expected to run.
const DurationAnnotation = "carbon-kube.io/expected-duration"

// Framework is what the plug-in needs of the scheduler that it runs in. What differs between
// versions of Kubernetes is a function here.
type Framework struct {
	Client    kubernetes.Interface
	Informers informers.SharedInformerFactory // the scheduler's, which starts them
	Log       klog.Logger
	Done      <-chan struct{} // closed when nothing is to be watched any more
	// Requests says what a pod asks for as this scheduler counts it, with init containers and
	// overhead.
	Requests func(*v1.Pod) v1.ResourceList
	// Handle adds a handler to an informer.
	Handle func(cache.SharedIndexInformer, cache.ResourceEventHandlerFuncs) error
}

// EmissionPlugin scores nodes for a pod, whatever framework asks. All methods may be called from any
// goroutine.
type EmissionPlugin struct {
	ranker   *ranker.Ranker
	log      klog.Logger
	requests func(*v1.Pod) v1.ResourceList
	node     func(name string) (*v1.Node, error)
	silent   int32 // 1: it has been said that there is no signal
}

// New makes the plug-in from the args in the scheduler's configuration, and begins to watch nodes
// and the published intensities. Args that are wrong are refused by name.
func New(object runtime.Object, framework Framework) (*EmissionPlugin, error) {
	args, err := parseArgs(object)
	if err != nil {
		return nil, err
	}
	core, err := ranker.Open(string(args.Ranking))
	if err != nil {
		return nil, argsError(err)
	}
	registerMetrics()
	plugin := &EmissionPlugin{
		ranker:   core,
		log:      framework.Log,
		requests: framework.Requests,
		node:     framework.Informers.Core().V1().Nodes().Lister().Get,
	}
	return plugin, plugin.watch(framework, args)
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
	ranked, err := p.ranker.Score(p.podOf(pod), begun, names)
	rankSeconds.Observe(time.Since(begun).Seconds())
	if err != nil || ranked.Unknown == len(nodes) {
		p.fallBack(pod, err)
		return nil, false
	}
	atomic.StoreInt32(&p.silent, 0)
	unknownNodes.Add(float64(ranked.Unknown))
	scores := make(map[string]float64, len(nodes))
	for i, node := range nodes {
		scores[node.Name] = float64(ranked.Scores[i])
	}
	observeRegions(nodes, ranked.Scores)
	return scores, true
}

// observeRegions counts the best score that each region had to offer.
func observeRegions(nodes []*v1.Node, scores []uint8) {
	best := map[string]uint8{}
	for i, node := range nodes {
		region := node.Labels[v1.LabelTopologyRegion]
		if score, found := best[region]; !found || scores[i] > score {
			best[region] = scores[i]
		}
	}
	for region, score := range best {
		regionScores.WithLabelValues(region).Observe(float64(score))
	}
}

// Placed counts a pod that was bound to a node.
func (p *EmissionPlugin) Placed(name string) {
	if node, err := p.node(name); err == nil {
		placedPods.WithLabelValues(node.Labels[v1.LabelTopologyRegion]).Inc()
	}
}

// fallBack counts a pod that is placed without a signal, and says so of the first of several.
func (p *EmissionPlugin) fallBack(pod *v1.Pod, err error) {
	if err != nil {
		fallbacks.WithLabelValues(failed).Inc()
		p.log.Error(err, "Pod is placed without regard to emissions", "pod", klog.KObj(pod))
		return
	}
	fallbacks.WithLabelValues(noSignal).Inc()
	if atomic.SwapInt32(&p.silent, 1) == 0 {
		p.log.Info("WARNING: pods are placed without regard to emissions: of no node's zone an "+
			"intensity is published that holds", "pod", klog.KObj(pod))
	}
}
