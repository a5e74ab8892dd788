// SPDX-License-Identifier: Apache-2.0

package emission

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// Args are the plug-in's settings: pluginConfig[].args of a KubeSchedulerConfiguration.
type Args struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	// ConfigMapNamespace and ConfigMapName say where the intensities are published.
	ConfigMapNamespace string `json:"configMapNamespace,omitempty"`
	ConfigMapName      string `json:"configMapName,omitempty"`
	// Ranking is handed to the core as it stands: src/capi/carbon_kube.h describes it.
	Ranking json.RawMessage `json:"ranking,omitempty"`
}

func defaults() Args {
	return Args{ConfigMapNamespace: "carbon-kube", ConfigMapName: "carbon-scores"}
}

// parseArgs reads what the scheduler's configuration holds; nothing is all defaults.
func parseArgs(object runtime.Object) (Args, error) {
	args := defaults()
	if object == nil {
		return args, nil
	}
	unknown, ok := object.(*runtime.Unknown)
	if !ok {
		return args, fmt.Errorf("%s: args of the type %T are not understood", Name, object)
	}
	text := unknown.Raw
	if unknown.ContentType == runtime.ContentTypeYAML {
		converted, err := yaml.YAMLToJSONStrict(text)
		if err != nil {
			return args, fmt.Errorf("%s: args: %w", Name, err)
		}
		text = converted
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&args); err != nil && !errors.Is(err, io.EOF) {
		return args, fmt.Errorf("%s: args: %w", Name, err)
	}
	return args, args.check()
}

func (a Args) check() error {
	if problems := validation.IsDNS1123Label(a.ConfigMapNamespace); len(problems) > 0 {
		return fmt.Errorf("%s: args: configMapNamespace %q: %s", Name, a.ConfigMapNamespace, problems[0])
	}
	if problems := validation.IsDNS1123Subdomain(a.ConfigMapName); len(problems) > 0 {
		return fmt.Errorf("%s: args: configMapName %q: %s", Name, a.ConfigMapName, problems[0])
	}
	return nil
}

func argsError(err error) error {
	return fmt.Errorf("%s: args: ranking: %w", Name, err)
}
