// SPDX-License-Identifier: Apache-2.0

// Command kube is the Kubernetes control plane of the lab as one executable: the component is named
// by the base name under which it was called (a symbolic link) or by the first argument. The
// components share nearly all of their code, so one link step replaces four.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

const usage = "usage: kube {kube-apiserver|kube-controller-manager|kube-scheduler|kubectl} [flags]"

// command returns the constructor of the named component, or nil if there is none of that name.
func command(name string) func() *cobra.Command {
	switch name {
	case "kube-apiserver":
		return apiserver.NewAPIServerCommand
	case "kube-controller-manager":
		return kcm.NewControllerManagerCommand
	case "kube-scheduler":
		return func() *cobra.Command { return scheduler.NewSchedulerCommand() }
	case "kubectl":
		return kubectl.NewDefaultKubectlCommand
	}
	return nil
}

func main() {
	name := filepath.Base(os.Args[0])
	build := command(name)
	if build == nil && len(os.Args) > 1 {
		name = os.Args[1]
		if build = command(name); build != nil {
			os.Args = os.Args[1:]
		}
	}
	if build == nil {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if name == "kubectl" {
		// kubectl reports its errors itself; cli.Run would print them a second time.
		if err := cli.RunNoErrOutput(build()); err != nil {
			kubectlutil.CheckErr(err)
		}
		return
	}
	os.Exit(cli.Run(build()))
}
