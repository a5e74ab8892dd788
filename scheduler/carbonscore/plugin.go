// SPDX-License-Identifier: Apache-2.0

// Package carbonscore is the plug-in CarbonScore of the scheduling framework: nodes on which a pod
// is expected to emit less score higher. Without a signal it scores nothing, and the scheduler does
// what it would do without it.
package carbonscore

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"

	"carbon-kube.io/scheduler/ranker"
)

// Name is what a KubeSchedulerConfiguration calls the plug-in.
const Name = "CarbonScore"

// Plugin is CarbonScore.
type Plugin struct {
	EmissionPlugin
	nodes func(name string) (*v1.Node, error)
}

var (
	_ fwk.PreScorePlugin = &Plugin{}
	_ fwk.ScorePlugin    = &Plugin{}
	_ fwk.PostBindPlugin = &Plugin{}
	_ fwk.SignPlugin     = &Plugin{}
)

// New makes the plug-in and begins to watch nodes and the published intensities.
func New(ctx context.Context, object runtime.Object, handle fwk.Handle) (fwk.Plugin, error) {
	args, err := parseArgs(object)
	if err != nil {
		return nil, err
	}
	core, err := ranker.Open(string(args.Ranking))
	if err != nil {
		return nil, argsError(err)
	}
	registerMetrics()
	plugin := &Plugin{
		EmissionPlugin: EmissionPlugin{ranker: core, log: klog.FromContext(ctx).WithName(Name)},
		nodes:          handle.SharedInformerFactory().Core().V1().Nodes().Lister().Get,
	}
	if err := plugin.watch(ctx, handle, args); err != nil {
		return nil, err
	}
	return plugin, nil
}

// Name returns the plug-in's name.
func (*Plugin) Name() string { return Name }

// scored is what PreScore leaves for Score.
type scored map[string]float64

// Clone returns the same: nobody changes it.
func (s scored) Clone() fwk.StateData { return s }

// PreScore scores all nodes of the pod at once. Where nothing is known, Score is skipped.
func (p *Plugin) PreScore(ctx context.Context, state fwk.CycleState, pod *v1.Pod, infos []fwk.NodeInfo) *fwk.Status {
	nodes := make([]*v1.Node, len(infos))
	for i, info := range infos {
		nodes[i] = info.Node()
	}
	scores, known := p.Execute(ctx, pod, nodes)
	if !known {
		return fwk.NewStatus(fwk.Skip)
	}
	state.Write(Name, scored(scores))
	return nil
}

// Score reads what PreScore found.
func (*Plugin) Score(_ context.Context, state fwk.CycleState, _ *v1.Pod, node fwk.NodeInfo) (int64, *fwk.Status) {
	data, err := state.Read(Name)
	if err != nil {
		return 0, nil // as if there were no plug-in
	}
	return int64(data.(scored)[node.Node().Name]), nil
}

// ScoreExtensions returns nil: scores are from 0 to 100 already.
func (*Plugin) ScoreExtensions() fwk.ScoreExtensions { return nil }

// PostBind counts where pods went.
func (p *Plugin) PostBind(_ context.Context, _ fwk.CycleState, _ *v1.Pod, name string) {
	if node, err := p.nodes(name); err == nil {
		placedPods.WithLabelValues(node.Labels[v1.LabelTopologyRegion]).Inc()
	}
}

// SignPod says what a score depends on beside the requests, which others sign: without it the
// scheduler would place no pods in batches.
func (*Plugin) SignPod(_ context.Context, pod *v1.Pod) ([]fwk.SignFragment, *fwk.Status) {
	return []fwk.SignFragment{{Key: durationAnnotation, Value: pod.Annotations[durationAnnotation]}}, nil
}
