// SPDX-License-Identifier: Apache-2.0

// Command carbon-scheduler is kube-scheduler with the plug-in CarbonScore.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-scheduler/app"

	"carbon-kube.io/scheduler/carbonscore"
)

func main() {
	os.Exit(cli.Run(app.NewSchedulerCommand(app.WithPlugin(carbonscore.Name, carbonscore.New))))
}
