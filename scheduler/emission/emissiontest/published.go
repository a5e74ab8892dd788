// SPDX-License-Identifier: Apache-2.0

// Package emissiontest holds what tests of CarbonScore need in every framework.
package emissiontest

import (
	"encoding/json"
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Zones is data.zones of a ConfigMap in which each zone keeps its intensity for a day from an hour's
// beginning on.
func Zones(from time.Time, intensities map[string]float64) string {
	entries := []map[string]any{}
	for zone, intensity := range intensities {
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
		panic(err)
	}
	return string(text)
}

// ConfigMap is what the plug-in reads unless its args say otherwise.
func ConfigMap(from time.Time, intensities map[string]float64) *v1.ConfigMap {
	return &v1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "carbon-kube", Name: "carbon-scores"},
		Data:       map[string]string{"zones": Zones(from, intensities)},
	}
}

// Node is one of a usual instance type.
func Node(name, region string) *v1.Node {
	return &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{
		v1.LabelTopologyRegion: region, v1.LabelInstanceTypeStable: "m5.large"}}}
}

// Status is what any framework's is.
type Status interface{ IsSuccess() bool }

// AwaitScores asks until a cycle succeeds in which the dirty node has 10 and the clean one 100.
func AwaitScores(t *testing.T, cycle func() (status Status, dirty, clean int64)) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		status, dirty, clean := cycle()
		if status.IsSuccess() && dirty == 10 && clean == 100 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v: %d and %d", status, dirty, clean)
		}
	}
}
