# SPDX-License-Identifier: Apache-2.0
#
# Turns the lines of regions.tsv (read with -R) into $per_region Node objects per region. The zones
# a and b take turns.
def node($region; $type; $index):
  "\($region)-\("000\($index)" | .[-4:])" as $name
  | {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: $name,
        annotations: { "kwok.x-k8s.io/node": "fake" },
        labels: {
          # The controller manager would add these two by one more write per node.
          "beta.kubernetes.io/arch": "amd64",
          "beta.kubernetes.io/os": "linux",
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/hostname": $name,
          "kubernetes.io/os": "linux",
          "node.kubernetes.io/instance-type": $type,
          "topology.kubernetes.io/region": $region,
          "topology.kubernetes.io/zone": ($region + (if $index % 2 == 0 then "a" else "b" end)),
          type: "kwok"
        }
      },
      status: {
        allocatable: { cpu: "16", memory: "64Gi", pods: "110" },
        capacity: { cpu: "16", memory: "64Gi", pods: "110" }
      }
    };

select(test("^[^#]"))
| split("\t") as [$region, $type]
| range($per_region)
| node($region; $type; .)
