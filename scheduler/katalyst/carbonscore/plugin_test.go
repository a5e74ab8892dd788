// SPDX-License-Identifier: Apache-2.0

package carbonscore

import (
	"context"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"

	"carbon-kube.io/scheduler/emission/emissiontest"
)

const inZones = `{"ranking":{"regions":{"german":"DE","swedish":"SE"}}}`

// start makes the plug-in as the framework does, with an API server that is a fake.
func start(t *testing.T, objects ...runtime.Object) *Plugin {
	t.Helper()
	client := fake.NewSimpleClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	handle, err := frameworkruntime.NewFramework(nil, nil,
		frameworkruntime.WithClientSet(client), frameworkruntime.WithInformerFactory(factory))
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(&runtime.Unknown{Raw: []byte(inZones), ContentType: runtime.ContentTypeJSON}, handle)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	factory.Start(done)
	factory.WaitForCacheSync(done)
	return made.(*Plugin)
}

var german, swedish = emissiontest.Node("a", "german"), emissiontest.Node("b", "swedish")

func TestACycleScoresWhatTheCoreSays(t *testing.T) {
	intensities := map[string]float64{"DE": 400, "SE": 40}
	plugin := start(t, german, swedish, emissiontest.ConfigMap(time.Now().Truncate(time.Hour), intensities))
	ctx, pod := context.Background(), &v1.Pod{}
	nodes := []*v1.Node{german, swedish}
	emissiontest.AwaitScores(t, func() (_ emissiontest.Status, dirty, clean int64) {
		state := framework.NewCycleState()
		status := plugin.PreScore(ctx, state, pod, nodes)
		dirty, _ = plugin.Score(ctx, state, pod, german.Name)
		clean, _ = plugin.Score(ctx, state, pod, swedish.Name)
		return status, dirty, clean
	})
}

// This framework fails a pod whose PreScore is skipped.
func TestWithoutASignalNothingFailsAndNodesAreAlike(t *testing.T) {
	plugin, ctx, state := start(t, german, swedish), context.Background(), framework.NewCycleState()
	if status := plugin.PreScore(ctx, state, &v1.Pod{}, []*v1.Node{german, swedish}); !status.IsSuccess() {
		t.Errorf("got %v", status)
	}
	if score, status := plugin.Score(ctx, state, &v1.Pod{}, german.Name); score != 0 || !status.IsSuccess() {
		t.Errorf("got %v, %v", score, status)
	}
}

func TestCountsRequestsAsThisSchedulerDoes(t *testing.T) {
	asking := func(cpu string) v1.ResourceRequirements {
		return v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu)}}
	}
	pod := &v1.Pod{Spec: v1.PodSpec{
		Containers:     []v1.Container{{Name: "main", Resources: asking("500m")}},
		InitContainers: []v1.Container{{Name: "init", Resources: asking("2")}},
		Overhead:       v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")},
	}}
	if got := requests(pod); got.Cpu().MilliValue() != 2100 {
		t.Errorf("got %+v", got)
	}
}
