// SPDX-License-Identifier: Apache-2.0

package ranker

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"carbon-kube.io/scheduler/emission/emissiontest"
)

var noon = time.Date(2021, 7, 1, 12, 0, 0, 0, time.UTC)

func published(intensities map[string]float64) string { return emissiontest.Zones(noon, intensities) }

func open(t testing.TB, options string) *Ranker {
	t.Helper()
	ranker, err := Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ranker.Close)
	return ranker
}

func namesOf(nodes ...string) *Names {
	names := NewNames(len(nodes))
	for _, node := range nodes {
		names.Add(node)
	}
	return names
}

var pod = Pod{CPUMillicores: 4000, MemoryBytes: 16e9, Run: 2 * time.Hour}

func TestRanksNodesByTheirZones(t *testing.T) {
	ranker := open(t, `{"regions":{"dc-1":"SE"}}`)
	if err := ranker.LoadZones(published(map[string]float64{"DE": 400, "SE": 20, "FR": 40})); err != nil {
		t.Fatal(err)
	}
	for name, node := range map[string]Node{
		"frankfurt": {Region: "eu-central-1", InstanceType: "m5.large"},
		"ours":      {Region: "dc-1", InstanceType: "m5.large"},
		"told":      {Region: "eu-central-1", InstanceType: "m5.large", Zone: "FR"},
		"bare":      {},
	} {
		if err := ranker.Upsert(name, node); err != nil {
			t.Fatal(err)
		}
	}
	scores, err := ranker.Score(pod, noon, namesOf("frankfurt", "ours", "told", "bare", ""))
	if err != nil {
		t.Fatal(err)
	}
	if want := []uint8{5, 100, 50, 13, 13}; !reflect.DeepEqual(scores.Scores, want) {
		t.Errorf("scores are %v, not %v", scores.Scores, want)
	}
	if scores.Unknown != 2 || !math.IsNaN(scores.Values[3]) {
		t.Errorf("%d are unknown, the fourth is %v", scores.Unknown, scores.Values[3])
	}
	ranker.Remove("ours")
	ranker.ForgetZones()
	if scores, err = ranker.Score(pod, noon, namesOf("ours", "told")); err != nil || scores.Unknown != 2 {
		t.Errorf("%d are unknown (%v)", scores.Unknown, err)
	}
}

func TestNobodyAskedForIsNoFault(t *testing.T) {
	if _, err := open(t, "").Score(pod, noon, NewNames(0)); err != nil {
		t.Error(err)
	}
}

func TestErrorsAreTheLibrarysOwnWords(t *testing.T) {
	if _, err := Open(`{"formula":"guess"}`); err == nil || !strings.HasPrefix(err.Error(), "formula: is not") {
		t.Errorf("got %v", err)
	}
	ranker := open(t, "")
	if err := ranker.LoadZones("<html>"); err == nil || !strings.Contains(err.Error(), "not a JSON array") {
		t.Errorf("got %v", err)
	}
	if err := ranker.Upsert("", Node{}); err == nil || !strings.Contains(err.Error(), "1 to 253 bytes") {
		t.Errorf("got %v", err)
	}
	if _, err := ranker.Score(Pod{CPUMillicores: -1}, noon, namesOf("a")); err == nil {
		t.Error("a negative request passed")
	}
}

func TestReadsDurations(t *testing.T) {
	if got, err := ReadDuration("2d"); err != nil || got != 48*time.Hour {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := ReadDuration("soon"); err == nil {
		t.Error("'soon' passed")
	}
}

// Sixteen goroutines ask while others change what is known; with -race.
func TestManyGoroutines(t *testing.T) {
	ranker := open(t, "")
	zones := published(map[string]float64{"DE": 400, "SE": 40})
	if err := ranker.LoadZones(zones); err != nil {
		t.Fatal(err)
	}
	for name, zone := range map[string]string{"german": "DE", "swedish": "SE"} {
		if err := ranker.Upsert(name, Node{Zone: zone}); err != nil {
			t.Fatal(err)
		}
	}
	// The next who asks takes in what was told; who asks meanwhile may go by what was before.
	if _, err := ranker.Score(pod, noon, namesOf("german", "swedish")); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for asker := 0; asker < 16; asker++ {
		group.Add(1)
		go func(asker int) {
			defer group.Done()
			for round := 0; round < 200; round++ {
				scores, err := ranker.Score(pod, noon, namesOf("german", "swedish"))
				if err != nil || !reflect.DeepEqual(scores.Scores, []uint8{10, 100}) {
					t.Errorf("got %v, %v", scores.Scores, err)
					return
				}
				if asker == 0 {
					_ = ranker.Upsert(fmt.Sprint("other-", round%10), Node{Region: "eu-central-1"})
				}
				if asker == 1 {
					_ = ranker.LoadZones(zones)
				}
			}
		}(asker)
	}
	group.Wait()
}

// What a plug-in pays for a thousand nodes: names copied, ranked, scores handed back.
func BenchmarkScore1000(b *testing.B) {
	ranker := open(b, "")
	if err := ranker.LoadZones(published(map[string]float64{"DE": 400, "SE": 40})); err != nil {
		b.Fatal(err)
	}
	var nodes []string
	for i := 0; i < 1000; i++ {
		nodes = append(nodes, fmt.Sprintf("ip-10-0-%d-%d.eu-central-1.compute.internal", i/250, i%250))
		_ = ranker.Upsert(nodes[i], Node{Zone: []string{"DE", "SE"}[i%2]})
	}
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := ranker.Score(pod, noon, namesOf(nodes...)); err != nil {
			b.Fatal(err)
		}
	}
}
