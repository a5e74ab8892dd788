// SPDX-License-Identifier: Apache-2.0

package carbonscore

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/testutil"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	frameworkruntime "k8s.io/kubernetes/pkg/scheduler/framework/runtime"
)

// published is a ConfigMap in which each zone keeps its intensity, from an hour's beginning on.
func published(t *testing.T, from time.Time, zones map[string]float64) *v1.ConfigMap {
	t.Helper()
	entries := []map[string]any{}
	for zone, intensity := range zones {
		forecast := make([]float64, 24)
		for hour := range forecast {
			forecast[hour] = intensity
		}
		entries = append(entries, map[string]any{
			"zone": zone, "intensity": intensity, "timestamp": from.Unix(), "forecast": forecast,
			"p10": nil, "p90": nil, "kind": "average-lifecycle", "rung": "fresh", "source": "test",
			"estimated": false, "issued_at": from.UTC().Format(time.RFC3339), "heard_at": from.UTC().Format(time.RFC3339),
		})
	}
	text, err := json.Marshal(entries)
	if err != nil {
		t.Fatal(err)
	}
	return &v1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "carbon-kube", Name: "carbon-scores"},
		Data:       map[string]string{zonesKey: string(text)},
	}
}

func node(name, region string) *v1.Node {
	return &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
		v1.LabelTopologyRegion: region, v1.LabelInstanceTypeStable: "m5.large"}}}
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

func podAsking(cpu, memory string) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "a"},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "main", Resources: v1.ResourceRequirements{
			Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse(memory)}}}}},
	}
}

// scheduler is the plug-in within a framework whose API server is a fake.
type scheduler struct {
	client *fake.Clientset
	plugin *Plugin
}

func start(t *testing.T, args string, objects ...runtime.Object) scheduler {
	t.Helper()
	ctx := t.Context()
	client := fake.NewClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	handle, err := frameworkruntime.NewFramework(ctx, nil, nil,
		frameworkruntime.WithClientSet(client), frameworkruntime.WithInformerFactory(factory))
	if err != nil {
		t.Fatal(err)
	}
	var object runtime.Object
	if args != "" {
		object = &runtime.Unknown{Raw: []byte(args), ContentType: runtime.ContentTypeJSON}
	}
	made, err := New(ctx, object, handle)
	if err != nil {
		t.Fatal(err)
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return scheduler{client: client, plugin: made.(*Plugin)}
}

// scores runs one cycle; nothing where the plug-in is skipped.
func (s scheduler) scores(pod *v1.Pod, nodes []fwk.NodeInfo) map[string]int64 {
	ctx := context.Background()
	state := framework.NewCycleState()
	if status := s.plugin.PreScore(ctx, state, pod, nodes); status.IsSkip() {
		return nil
	}
	found := map[string]int64{}
	for _, node := range nodes {
		found[node.Node().Name], _ = s.plugin.Score(ctx, state, pod, node)
	}
	return found
}

func (s scheduler) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}

func counted(counter metrics.CounterMetric) float64 {
	value, _ := testutil.GetCounterMetricValue(counter)
	return value
}

func thisHour() time.Time { return time.Now().Truncate(time.Hour) }

var (
	german  = node("german", "eu-central-1")
	swedish = node("swedish", "eu-north-1")
	nowhere = node("nowhere", "dc-1")
)

const inZones = `{"ranking":{"regions":{"eu-central-1":"DE","eu-north-1":"SE"}}}`

func TestRanksNodesByWhatIsPublished(t *testing.T) {
	s := start(t, inZones, german, swedish, nowhere, published(t, thisHour(), map[string]float64{"DE": 400, "SE": 40}))
	nodes := infos(german, swedish, nowhere)
	s.eventually(t, "both are known", func() bool {
		scores := s.scores(podAsking("4", "16Gi"), nodes)
		return scores["german"] == 10 && scores["swedish"] == 100 && scores["nowhere"] == 18
	})
}

func TestFollowsNodesAndThePublished(t *testing.T) {
	s := start(t, inZones, german, swedish, published(t, thisHour(), map[string]float64{"DE": 400, "SE": 40}))
	pod, nodes := podAsking("1", "1Gi"), infos(german, swedish)
	s.eventually(t, "both are known", func() bool { return s.scores(pod, nodes)["german"] == 10 })

	ctx := t.Context()
	update := published(t, thisHour(), map[string]float64{"DE": 20, "SE": 40})
	if _, err := s.client.CoreV1().ConfigMaps("carbon-kube").Update(ctx, update, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "the new intensities count", func() bool { return s.scores(pod, nodes)["swedish"] == 50 })

	broken := update.DeepCopy()
	broken.Data[zonesKey] = "<html>"
	if _, err := s.client.CoreV1().ConfigMaps("carbon-kube").Update(ctx, broken, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	moved := node("swedish", "eu-central-1")
	if _, err := s.client.CoreV1().Nodes().Update(ctx, moved, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "what cannot be read is counted", func() bool {
		return counted(unreadable.WithLabelValues(intensities)) > 0
	})
	s.eventually(t, "the moved node counts, and what was published before", func() bool {
		scores := s.scores(pod, nodes)
		return scores["swedish"] == 100 && scores["german"] == 100
	})

	if err := s.client.CoreV1().Nodes().Delete(ctx, "german", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	only := infos(german)
	s.eventually(t, "a node that has gone is unknown", func() bool { return s.scores(pod, only) == nil })

	if err := s.client.CoreV1().ConfigMaps("carbon-kube").Delete(ctx, "carbon-scores", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "without a ConfigMap nothing is scored", func() bool { return s.scores(pod, nodes) == nil })
}

func TestWithoutASignalPodsAreLeftToTheOthersAndCounted(t *testing.T) {
	for name, objects := range map[string][]runtime.Object{
		"no ConfigMap":    {german, swedish},
		"a stale one":     {german, swedish, published(t, thisHour().Add(-3*time.Hour), map[string]float64{"DE": 400, "SE": 40})},
		"no zone of ours": {german, swedish, published(t, thisHour(), map[string]float64{"FR": 40})},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, inZones, objects...)
			before := counted(fallbacks.WithLabelValues(noSignal))
			if scores := s.scores(podAsking("1", "1Gi"), infos(german, swedish)); scores != nil {
				t.Errorf("scored %v", scores)
			}
			if after := counted(fallbacks.WithLabelValues(noSignal)); after != before+1 {
				t.Errorf("counted %v, then %v", before, after)
			}
		})
	}
}

func TestScoresOfACycleThatWasNotRankedAreAlike(t *testing.T) {
	s := start(t, "")
	if score, status := s.plugin.Score(context.Background(), framework.NewCycleState(), podAsking("1", "1Gi"), infos(german)[0]); score != 0 || !status.IsSuccess() {
		t.Errorf("got %v, %v", score, status)
	}
}

func TestASignatureTellsPodsOfDifferentLengthApart(t *testing.T) {
	s := start(t, "")
	sign := func(duration string) any {
		pod := podAsking("1", "1Gi")
		if duration != "" {
			pod.Annotations = map[string]string{durationAnnotation: duration}
		}
		fragments, status := s.plugin.SignPod(context.Background(), pod)
		if !status.IsSuccess() || len(fragments) != 1 || fragments[0].Key != durationAnnotation {
			t.Fatalf("got %v, %v", fragments, status)
		}
		return fragments[0].Value
	}
	if sign("") == sign("2h") || sign("2h") != sign("2h") {
		t.Error("signatures do not tell lengths apart")
	}
}

func TestReadsWhatAPodAsksForAsTheSchedulerDoes(t *testing.T) {
	always := v1.ContainerRestartPolicyAlways
	asking := func(cpu string) v1.ResourceRequirements {
		return v1.ResourceRequirements{Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu)}}
	}
	pod := podAsking("500m", "1G")
	pod.Spec.InitContainers = []v1.Container{
		{Name: "init", Resources: asking("2")},
		{Name: "sidecar", Resources: asking("250m"), RestartPolicy: &always},
	}
	pod.Spec.Overhead = v1.ResourceList{v1.ResourceCPU: resource.MustParse("100m")}
	pod.Annotations = map[string]string{durationAnnotation: "1h30m"}
	got := podOf(pod)
	if got.CPUMillicores != 2100 || got.MemoryBytes != 1e9 || got.Run != 90*time.Minute {
		t.Errorf("got %+v", got)
	}
	pod.Annotations[durationAnnotation] = "soon"
	before := counted(unreadable.WithLabelValues(expectedDuration))
	if got := podOf(pod); got.Run != 0 {
		t.Errorf("'soon' is %v", got.Run)
	}
	if after := counted(unreadable.WithLabelValues(expectedDuration)); after != before+1 {
		t.Errorf("counted %v, then %v", before, after)
	}
	many := &v1.Pod{}
	for range 10_000 {
		many.Spec.Containers = append(many.Spec.Containers, v1.Container{Resources: asking("1")})
	}
	if got := podOf(many); got.CPUMillicores != 10_000_000 {
		t.Errorf("got %+v", got)
	}
	if got := podOf(&v1.Pod{}); got.CPUMillicores != 0 || got.MemoryBytes != 0 || got.Run != 0 {
		t.Errorf("a pod that asks for nothing: %+v", got)
	}
}

func TestArgsAreRefusedByName(t *testing.T) {
	for text, why := range map[string]string{
		`{"configMap":"x"}`:                   `unknown field "configMap"`,
		`{"configMapNamespace":"Not A Name"}`: "configMapNamespace",
		`{"configMapName":"../x"}`:            "configMapName",
		`[`:                                   "CarbonScore: args:",
		`{"ranking":{"formula":"guess"}}`:     "ranking: formula: is not expected-emissions",
		`{"ranking":{"regions":{"a":1}}}`:     "ranking: regions: is not a text",
	} {
		_, err := New(t.Context(), &runtime.Unknown{Raw: []byte(text), ContentType: runtime.ContentTypeJSON}, nil)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", text, err)
		}
	}
	yaml := &runtime.Unknown{Raw: []byte("configMapName: mine\n"), ContentType: runtime.ContentTypeYAML}
	if args, err := parseArgs(yaml); err != nil || args.ConfigMapName != "mine" || args.ConfigMapNamespace != "carbon-kube" {
		t.Errorf("got %+v, %v", args, err)
	}
}
