// SPDX-License-Identifier: Apache-2.0

// Package carbonscore is the plug-in CarbonScore for the scheduling framework of Kubernetes 1.36:
// what emission.EmissionPlugin says, in the framework's words.
package carbonscore

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
	"k8s.io/component-helpers/resource"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"

	"carbon-kube.io/scheduler/emission"
)

// Name is what a KubeSchedulerConfiguration calls the plug-in.
const Name = emission.Name

// Plugin is CarbonScore.
type Plugin struct {
	*emission.EmissionPlugin
}

var (
	_ fwk.PreScorePlugin = &Plugin{}
	_ fwk.ScorePlugin    = &Plugin{}
	_ fwk.PostBindPlugin = &Plugin{}
	_ fwk.SignPlugin     = &Plugin{}
)

// New makes the plug-in and begins to watch nodes and the published intensities.
func New(ctx context.Context, object runtime.Object, handle fwk.Handle) (fwk.Plugin, error) {
	plugin, err := emission.New(object, emission.Framework{
		Client:    handle.ClientSet(),
		Informers: handle.SharedInformerFactory(),
		Log:       klog.FromContext(ctx).WithName(Name),
		Done:      ctx.Done(),
		Requests:  requests,
		Handle: func(informer cache.SharedIndexInformer, handler cache.ResourceEventHandlerFuncs) error {
			_, err := informer.AddEventHandler(handler)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	return &Plugin{plugin}, nil
}

func requests(pod *v1.Pod) v1.ResourceList {
	return resource.PodRequests(pod, resource.PodResourcesOptions{})
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
func (p *Plugin) PostBind(_ context.Context, _ fwk.CycleState, _ *v1.Pod, node string) {
	p.Placed(node)
}

// SignPod says what a score depends on beside the requests, which others sign: without it the
// scheduler would place no pods in batches.
func (*Plugin) SignPod(_ context.Context, pod *v1.Pod) ([]fwk.SignFragment, *fwk.Status) {
	return []fwk.SignFragment{{Key: emission.DurationAnnotation, Value: pod.Annotations[emission.DurationAnnotation]}}, nil
}
