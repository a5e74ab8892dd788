// SPDX-License-Identifier: Apache-2.0

package emission

import (
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"

	"carbon-kube.io/scheduler/emission/ranker"
)

const zonesKey = "zones"

// watch follows the scheduler's own nodes, and the one ConfigMap: the scheduler's informers would
// ask for all ConfigMaps of the cluster.
func (p *EmissionPlugin) watch(framework Framework, args Args) error {
	nodes := framework.Informers.Core().V1().Nodes().Informer()
	if err := framework.Handle(nodes, cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { p.nodeChanged(nil, object.(*v1.Node)) },
		UpdateFunc: func(old, object any) { p.nodeChanged(old.(*v1.Node), object.(*v1.Node)) },
		DeleteFunc: p.nodeGone,
	}); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(framework.Client, 0,
		informers.WithNamespace(args.ConfigMapNamespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) {
			options.FieldSelector = fields.OneTermEqualSelector("metadata.name", args.ConfigMapName).String()
		}))
	maps := factory.Core().V1().ConfigMaps().Informer()
	if err := framework.Handle(maps, cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { p.published(object.(*v1.ConfigMap)) },
		UpdateFunc: func(_, object any) { p.published(object.(*v1.ConfigMap)) },
		DeleteFunc: func(any) { p.withdrawn() },
	}); err != nil {
		return err
	}
	factory.Start(framework.Done)
	return nil
}

func labelsOf(node *v1.Node) ranker.Node {
	return ranker.Node{
		Region:       node.Labels[v1.LabelTopologyRegion],
		InstanceType: node.Labels[v1.LabelInstanceTypeStable],
	}
}

func (p *EmissionPlugin) nodeChanged(old, node *v1.Node) {
	labels := labelsOf(node)
	if old != nil && labelsOf(old) == labels {
		return
	}
	if err := p.ranker.Upsert(node.Name, labels); err != nil {
		unreadable.WithLabelValues(nodeLabels).Inc()
		p.log.Error(err, "The emissions of a node stay unknown", "node", node.Name)
	}
}

func (p *EmissionPlugin) nodeGone(object any) {
	if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = tombstone.Obj
	}
	if node, ok := object.(*v1.Node); ok {
		p.ranker.Remove(node.Name)
	}
}

func (p *EmissionPlugin) published(config *v1.ConfigMap) {
	zones := config.Data[zonesKey]
	if err := p.ranker.LoadZones(zones); err != nil {
		unreadable.WithLabelValues(intensities).Inc()
		p.log.Error(err, "What is published is not used; what was published before is", "configMap",
			config.Namespace+"/"+config.Name)
		return
	}
	publishedZones.Set(float64(len(zones)))
}

func (p *EmissionPlugin) withdrawn() {
	p.log.Info("The ConfigMap with the intensities is gone")
	publishedZones.Set(0)
	p.ranker.ForgetZones()
}
