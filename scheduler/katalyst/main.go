// SPDX-License-Identifier: Apache-2.0

// Command katalyst is kube-scheduler 1.24, on which Katalyst's scheduler is built, with the plug-in
// CarbonScore. It is registered as Katalyst's own main.go would (deploy/katalyst/carbon-score.patch).
package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-scheduler/app"

	"carbon-kube.io/scheduler/katalyst/carbonscore"
)

func main() {
	command := app.NewSchedulerCommand(
		app.WithPlugin(carbonscore.Name, carbonscore.New),
	)
	os.Exit(cli.Run(command))
}
