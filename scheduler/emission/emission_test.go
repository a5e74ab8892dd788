// SPDX-License-Identifier: Apache-2.0

package emission

import (
	"context"
	"strings"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/testutil"
	"k8s.io/klog/v2"

	"carbon-kube.io/scheduler/emission/emissiontest"
)

func podAsking(cpu, memory string) *v1.Pod {
	return &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "a"},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "main", Resources: v1.ResourceRequirements{
			Requests: v1.ResourceList{v1.ResourceCPU: resource.MustParse(cpu), v1.ResourceMemory: resource.MustParse(memory)}}}}},
	}
}

// scheduler is the plug-in with informers as a framework has them, of an API server that is a fake.
type scheduler struct {
	client *fake.Clientset
	plugin *EmissionPlugin
}

func start(t *testing.T, args string, objects ...runtime.Object) scheduler {
	t.Helper()
	client := fake.NewSimpleClientset(objects...)
	factory := informers.NewSharedInformerFactory(client, 0)
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	plugin, err := New(jsonArgs(args), Framework{
		Client: client, Informers: factory, Log: klog.Background(), Done: done,
		Requests: func(pod *v1.Pod) v1.ResourceList { return pod.Spec.Containers[0].Resources.Requests },
		Handle: func(informer cache.SharedIndexInformer, handler cache.ResourceEventHandlerFuncs) error {
			informer.AddEventHandler(handler)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	factory.Start(done)
	factory.WaitForCacheSync(done)
	return scheduler{client: client, plugin: plugin}
}

func jsonArgs(text string) runtime.Object {
	if text == "" {
		return nil
	}
	return &runtime.Unknown{Raw: []byte(text), ContentType: runtime.ContentTypeJSON}
}

// scores are nothing where others are to score alone.
func (s scheduler) scores(pod *v1.Pod, nodes []*v1.Node) map[string]float64 {
	scores, _ := s.plugin.Execute(context.Background(), pod, nodes)
	return scores
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
	german  = emissiontest.Node("german", "eu-central-1")
	swedish = emissiontest.Node("swedish", "eu-north-1")
	nowhere = emissiontest.Node("nowhere", "dc-1")
)

const inZones = `{"ranking":{"regions":{"eu-central-1":"DE","eu-north-1":"SE"}}}`

func TestRanksNodesByWhatIsPublished(t *testing.T) {
	s := start(t, inZones, german, swedish, nowhere, emissiontest.ConfigMap(thisHour(), map[string]float64{"DE": 400, "SE": 40}))
	nodes := []*v1.Node{german, swedish, nowhere}
	s.eventually(t, "both are known", func() bool {
		scores := s.scores(podAsking("4", "16Gi"), nodes)
		return scores["german"] == 10 && scores["swedish"] == 100 && scores["nowhere"] == 18
	})
}

func TestFollowsNodesAndThePublished(t *testing.T) {
	s := start(t, inZones, german, swedish, emissiontest.ConfigMap(thisHour(), map[string]float64{"DE": 400, "SE": 40}))
	pod, nodes := podAsking("1", "1Gi"), []*v1.Node{german, swedish}
	s.eventually(t, "both are known", func() bool { return s.scores(pod, nodes)["german"] == 10 })

	ctx := context.Background()
	update := emissiontest.ConfigMap(thisHour(), map[string]float64{"DE": 20, "SE": 40})
	if _, err := s.client.CoreV1().ConfigMaps("carbon-kube").Update(ctx, update, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "the new intensities count", func() bool { return s.scores(pod, nodes)["swedish"] == 50 })

	broken := update.DeepCopy()
	broken.Data[zonesKey] = "<html>"
	if _, err := s.client.CoreV1().ConfigMaps("carbon-kube").Update(ctx, broken, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	moved := emissiontest.Node("swedish", "eu-central-1")
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
	only := []*v1.Node{german}
	s.eventually(t, "a node that has gone is unknown", func() bool { return s.scores(pod, only) == nil })

	if err := s.client.CoreV1().ConfigMaps("carbon-kube").Delete(ctx, "carbon-scores", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, "without a ConfigMap nothing is scored", func() bool { return s.scores(pod, nodes) == nil })
}

func TestWithoutASignalPodsAreLeftToTheOthersAndCounted(t *testing.T) {
	for name, objects := range map[string][]runtime.Object{
		"no ConfigMap":    {german, swedish},
		"a stale one":     {german, swedish, emissiontest.ConfigMap(thisHour().Add(-3*time.Hour), map[string]float64{"DE": 400, "SE": 40})},
		"no zone of ours": {german, swedish, emissiontest.ConfigMap(thisHour(), map[string]float64{"FR": 40})},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, inZones, objects...)
			before := counted(fallbacks.WithLabelValues(noSignal))
			if scores := s.scores(podAsking("1", "1Gi"), []*v1.Node{german, swedish}); scores != nil {
				t.Errorf("scored %v", scores)
			}
			if after := counted(fallbacks.WithLabelValues(noSignal)); after != before+1 {
				t.Errorf("counted %v, then %v", before, after)
			}
		})
	}
}

func TestReadsWhatAPodAsksFor(t *testing.T) {
	s := start(t, "")
	pod := podAsking("500m", "1G")
	pod.Annotations = map[string]string{DurationAnnotation: "1h30m"}
	if got := s.plugin.podOf(pod); got.CPUMillicores != 500 || got.MemoryBytes != 1e9 || got.Run != 90*time.Minute {
		t.Errorf("got %+v", got)
	}
	pod.Annotations[DurationAnnotation] = "soon"
	before := counted(unreadable.WithLabelValues(expectedDuration))
	if got := s.plugin.podOf(pod); got.Run != 0 {
		t.Errorf("'soon' is %v", got.Run)
	}
	if after := counted(unreadable.WithLabelValues(expectedDuration)); after != before+1 {
		t.Errorf("counted %v, then %v", before, after)
	}
	silent := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{{}}}}
	if got := s.plugin.podOf(silent); got.CPUMillicores != 0 || got.MemoryBytes != 0 || got.Run != 0 {
		t.Errorf("a pod that asks for nothing: %+v", got)
	}
}

func TestWhatKatalystCallsReclaimedIsCPUAndMemory(t *testing.T) {
	s := start(t, "")
	pod := podAsking("250m", "1k")
	asked := pod.Spec.Containers[0].Resources.Requests
	asked["resource.katalyst.kubewharf.io/reclaimed_millicpu"] = resource.MustParse("2k")
	asked["resource.katalyst.kubewharf.io/reclaimed_memory"] = resource.MustParse("1Ki")
	if got := s.plugin.podOf(pod); got.CPUMillicores != 2250 || got.MemoryBytes != 2024 {
		t.Errorf("got %+v", got)
	}
}

func TestCountsWherePodsWent(t *testing.T) {
	s := start(t, "", swedish)
	before := counted(placedPods.WithLabelValues("eu-north-1"))
	s.plugin.Placed("swedish")
	s.plugin.Placed("gone")
	if after := counted(placedPods.WithLabelValues("eu-north-1")); after != before+1 {
		t.Errorf("counted %v, then %v", before, after)
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
		_, err := New(jsonArgs(text), Framework{})
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", text, err)
		}
	}
	yaml := &runtime.Unknown{Raw: []byte("configMapName: mine\n"), ContentType: runtime.ContentTypeYAML}
	if args, err := parseArgs(yaml); err != nil || args.ConfigMapName != "mine" || args.ConfigMapNamespace != "carbon-kube" {
		t.Errorf("got %+v, %v", args, err)
	}
}
