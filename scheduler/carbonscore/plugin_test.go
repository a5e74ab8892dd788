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
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"

	"carbon-kube.io/scheduler/emission"
	"carbon-kube.io/scheduler/emission/emissiontest"
)

const inZones = `{"ranking":{"regions":{"german":"DE","swedish":"SE"}}}`

// start makes the plug-in as the framework does, with an API server that is a fake.
func start(t *testing.T, objects ...runtime.Object) *Plugin {
	t.Helper()
	ctx := t.Context()
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	handle, err := frameworkruntime.NewFramework(ctx, nil, nil,
		frameworkruntime.WithClientSet(client), frameworkruntime.WithInformerFactory(factory))
	if err != nil {
		t.Fatal(err)
	}
	made, err := New(ctx, &runtime.Unknown{Raw: []byte(inZones), ContentType: runtime.ContentTypeJSON}, handle)
	if err != nil {
		t.Fatal(err)
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return made.(*Plugin)
}

func infos(nodes ...*v1.Node) []fwk.NodeInfo {
	var all []fwk.NodeInfo
	for _, node := range nodes {
		info := framework.NewNodeInfo()
		info.SetNode(node)
		all = append(all, info)
	}
	return all
}

var german, swedish = emissiontest.Node("a", "german"), emissiontest.Node("b", "swedish")

func TestACycleScoresWhatTheCoreSays(t *testing.T) {
	intensities := map[string]float64{"DE": 400, "SE": 40}
	plugin := start(t, german, swedish, emissiontest.ConfigMap(time.Now().Truncate(time.Hour), intensities))
	ctx, pod := t.Context(), &v1.Pod{}
	nodes := infos(german, swedish)
	emissiontest.AwaitScores(t, func() (_ emissiontest.Status, dirty, clean int64) {
		state := framework.NewCycleState()
		status := plugin.PreScore(ctx, state, pod, nodes)
		dirty, _ = plugin.Score(ctx, state, pod, nodes[0])
		clean, _ = plugin.Score(ctx, state, pod, nodes[1])
		return status, dirty, clean
	})
}

func TestWithoutASignalScoreIsSkippedAndNodesAreAlike(t *testing.T) {
	plugin, ctx, state := start(t, german, swedish), t.Context(), framework.NewCycleState()
	if status := plugin.PreScore(ctx, state, &v1.Pod{}, infos(german, swedish)); !status.IsSkip() {
		t.Errorf("got %v", status)
	}
	if score, status := plugin.Score(ctx, state, &v1.Pod{}, infos(german)[0]); score != 0 || !status.IsSuccess() {
		t.Errorf("got %v, %v", score, status)
	}
}

func TestASignatureTellsPodsOfDifferentLengthApart(t *testing.T) {
	plugin := start(t)
	sign := func(duration string) any {
		pod := &v1.Pod{}
		if duration != "" {
			pod.Annotations = map[string]string{emission.DurationAnnotation: duration}
		}
		fragments, status := plugin.SignPod(context.Background(), pod)
		if !status.IsSuccess() || len(fragments) != 1 || fragments[0].Key != emission.DurationAnnotation {
			t.Fatalf("got %v, %v", fragments, status)
		}
		return fragments[0].Value
	}
	if sign("") == sign("2h") || sign("2h") != sign("2h") {
		t.Error("signatures do not tell lengths apart")
	}
}

func TestCountsRequestsAsThisSchedulerDoes(t *testing.T) {
	always := v1.ContainerRestartPolicyAlways
	asking := func(cpu string) v1.ResourceRequirements {
		return v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu)}}
	}
	pod := &v1.Pod{Spec: v1.PodSpec{
		Containers: []v1.Container{{Name: "main", Resources: asking("500m")}},
		InitContainers: []v1.Container{
			{Name: "init", Resources: asking("2")},
			{Name: "sidecar", Resources: asking("250m"), RestartPolicy: &always},
		},
		Overhead: v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")},
	}}
	if got := requests(pod); got.Cpu().MilliValue() != 2100 {
		t.Errorf("got %+v", got)
	}
	many := &v1.Pod{}
	for range 10_000 {
		many.Spec.Containers = append(many.Spec.Containers, v1.Container{Resources: asking("1")})
	}
	if got := requests(many); got.Cpu().MilliValue() != 10_000_000 {
		t.Errorf("got %+v", got)
	}
}
