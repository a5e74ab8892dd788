// SPDX-License-Identifier: Apache-2.0

// Package carbonscore is the plug-in CarbonScore for the scheduling framework of Kubernetes 1.24,
// which is Katalyst's: what emission.EmissionPlugin says, in the framework's words.
package carbonscore

import (
	"context"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/api/v1/resource"
	"k8s.io/kubernetes/pkg/scheduler/framework"

	"carbon-kube.io/scheduler/emission"
)

// Name is what a KubeSchedulerConfiguration calls the plug-in.
const Name = emission.Name

// Plugin is CarbonScore.
type Plugin struct {
	*emission.EmissionPlugin
}

var (
	_ framework.PreScorePlugin = &Plugin{}
	_ framework.ScorePlugin    = &Plugin{}
	_ framework.PostBindPlugin = &Plugin{}
)

// New makes the plug-in and begins to watch nodes and the published intensities, until the process
// ends: this framework does not tell a plug-in when it does.
func New(object runtime.Object, handle framework.Handle) (framework.Plugin, error) {
	plugin, err := emission.New(object, emission.Framework{
		Client:    handle.ClientSet(),
		Informers: handle.SharedInformerFactory(),
		Log:       klog.Background().WithName(Name),
		Done:      wait.NeverStop,
		Requests:  requests,
		Handle: func(informer cache.SharedIndexInformer, handler cache.ResourceEventHandlerFuncs) error {
			informer.AddEventHandler(handler)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	return &Plugin{plugin}, nil
}

func requests(pod *v1.Pod) v1.ResourceList {
	asked, _ := resource.PodRequestsAndLimits(pod)
	return asked
}

// Name returns the plug-in's name.
func (*Plugin) Name() string { return Name }

// scored is what PreScore leaves for Score.
type scored map[string]float64

// Clone returns the same: nobody changes it.
func (s scored) Clone() framework.StateData { return s }

// PreScore scores all nodes of the pod at once. Where nothing is known it leaves nothing; to say
// that Score be skipped would be a failure in this framework.
func (p *Plugin) PreScore(ctx context.Context, state *framework.CycleState, pod *v1.Pod, nodes []*v1.Node) *framework.Status {
	if scores, known := p.Execute(ctx, pod, nodes); known {
		state.Write(Name, scored(scores))
	}
	return nil
}

// Score reads what PreScore found; all nodes are alike where that is nothing.
func (*Plugin) Score(_ context.Context, state *framework.CycleState, _ *v1.Pod, node string) (int64, *framework.Status) {
	data, err := state.Read(Name)
	if err != nil {
		return 0, nil
	}
	return int64(data.(scored)[node]), nil
}

// ScoreExtensions returns nil: scores are from 0 to 100 already.
func (*Plugin) ScoreExtensions() framework.ScoreExtensions { return nil }

// PostBind counts where pods went.
func (p *Plugin) PostBind(_ context.Context, _ *framework.CycleState, _ *v1.Pod, node string) {
	p.Placed(node)
}
