// Generated from flotilla/psc/v1/psc.proto by `flotilla generate`. Do not edit.
import type { CustomResourceDefinition } from '../structural-schema.ts';

export const PSC_CRD: CustomResourceDefinition = {
  "apiVersion": "apiextensions.k8s.io/v1",
  "kind": "CustomResourceDefinition",
  "metadata": {
    "name": "physicalstatefulclusters.flotilla.dev",
    "labels": {
      "app.kubernetes.io/part-of": "flotilla"
    }
  },
  "spec": {
    "group": "flotilla.dev",
    "scope": "Namespaced",
    "names": {
      "kind": "PhysicalStatefulCluster",
      "listKind": "PhysicalStatefulClusterList",
      "plural": "physicalstatefulclusters",
      "singular": "physicalstatefulcluster",
      "shortNames": [
        "psc"
      ],
      "categories": [
        "flotilla"
      ]
    },
    "versions": [
      {
        "name": "v1",
        "served": true,
        "storage": true,
        "subresources": {
          "status": {}
        },
        "additionalPrinterColumns": [
          {
            "name": "CKUs",
            "type": "integer",
            "jsonPath": ".spec.kafka.ckus"
          },
          {
            "name": "Brokers",
            "type": "integer",
            "jsonPath": ".status.brokerCount"
          },
          {
            "name": "Pods",
            "type": "string",
            "jsonPath": ".status.podsReady"
          },
          {
            "name": "Ready",
            "type": "string",
            "jsonPath": ".status.conditions[?(@.type==\"flotilla.dev/Ready\")].status"
          },
          {
            "name": "Balanced",
            "type": "string",
            "jsonPath": ".status.balance.state"
          },
          {
            "name": "Rolling",
            "type": "string",
            "jsonPath": ".status.conditions[?(@.type==\"flotilla.dev/Rolling\")].reason",
            "priority": 1
          },
          {
            "name": "Version",
            "type": "string",
            "jsonPath": ".spec.kafka.version",
            "priority": 1
          },
          {
            "name": "Age",
            "type": "date",
            "jsonPath": ".metadata.creationTimestamp"
          }
        ],
        "schema": {
          "openAPIV3Schema": {
            "type": "object",
            "description": "One Kafka, Connect or ksqlDB cluster in one Kubernetes cluster.",
            "properties": {
              "apiVersion": {
                "type": "string"
              },
              "kind": {
                "type": "string"
              },
              "metadata": {
                "type": "object",
                "properties": {
                  "name": {
                    "type": "string"
                  }
                }
              },
              "spec": {
                "type": "object",
                "properties": {
                  "revision": {
                    "type": "string",
                    "pattern": "^(0|[1-9][0-9]{0,17})$",
                    "maxLength": 18,
                    "description": "Number of the intent that this spec carries out. Rises with every change; receivers refuse lower ones.",
                    "x-kubernetes-validations": [
                      {
                        "rule": "int(self) >= int(oldSelf)",
                        "message": "revision only rises"
                      }
                    ]
                  },
                  "tenant": {
                    "type": "string",
                    "pattern": "^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$",
                    "maxLength": 32,
                    "description": "Name of the tenant that the cluster belongs to.",
                    "x-kubernetes-validations": [
                      {
                        "rule": "self == oldSelf",
                        "message": "tenant cannot be changed"
                      }
                    ]
                  },
                  "cloud": {
                    "type": "string",
                    "enum": [
                      "aws",
                      "gcp",
                      "azure",
                      "local"
                    ],
                    "x-kubernetes-validations": [
                      {
                        "rule": "self == oldSelf",
                        "message": "cloud cannot be changed"
                      }
                    ]
                  },
                  "region": {
                    "type": "string",
                    "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                    "maxLength": 63,
                    "x-kubernetes-validations": [
                      {
                        "rule": "self == oldSelf",
                        "message": "region cannot be changed"
                      }
                    ]
                  },
                  "kubernetesCluster": {
                    "type": "string",
                    "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                    "maxLength": 63,
                    "description": "Identifier of the Kubernetes cluster that runs this cluster, unique over all regions.",
                    "x-kubernetes-validations": [
                      {
                        "rule": "self == oldSelf",
                        "message": "kubernetesCluster cannot be changed"
                      }
                    ]
                  },
                  "zones": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 6,
                    "items": {
                      "type": "string",
                      "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                      "maxLength": 63
                    },
                    "x-kubernetes-list-type": "set",
                    "description": "Zones that the cluster may use."
                  },
                  "domain": {
                    "type": "string",
                    "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$",
                    "maxLength": 180,
                    "description": "Suffix of external host names: brokers serve as <pod>.<psc>.<domain>.",
                    "x-kubernetes-validations": [
                      {
                        "rule": "self == oldSelf",
                        "message": "domain cannot be changed"
                      }
                    ]
                  },
                  "kafka": {
                    "type": "object",
                    "properties": {
                      "ckus": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": 1,
                        "maximum": 152,
                        "description": "Units of capacity that the shape below was derived from."
                      },
                      "version": {
                        "type": "string",
                        "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$",
                        "maxLength": 16,
                        "description": "Kafka version, as in 4.3.1."
                      },
                      "image": {
                        "type": "string",
                        "pattern": "^.+@sha256:[a-f0-9]{64}$",
                        "maxLength": 512,
                        "description": "Broker and controller image with its digest."
                      },
                      "clusterId": {
                        "type": "string",
                        "pattern": "^[A-Za-z0-9_-]{22}$",
                        "maxLength": 22,
                        "description": "Kafka's cluster id: 16 bytes in unpadded URL-safe base64.",
                        "x-kubernetes-validations": [
                          {
                            "rule": "self == oldSelf",
                            "message": "clusterId cannot be changed"
                          }
                        ]
                      },
                      "placement": {
                        "type": "object",
                        "minProperties": 1,
                        "maxProperties": 6,
                        "additionalProperties": {
                          "type": "object",
                          "properties": {
                            "pods": {
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 64,
                              "items": {
                                "type": "string",
                                "pattern": "^(kafka|controller)-(0|[1-9][0-9]{0,2})$",
                                "maxLength": 63
                              },
                              "x-kubernetes-list-type": "set"
                            }
                          },
                          "required": [
                            "pods"
                          ]
                        },
                        "description": "Zone ▶ brokers whose volumes live there."
                      },
                      "brokers": {
                        "type": "object",
                        "properties": {
                          "nodeClass": {
                            "type": "string",
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                            "maxLength": 63,
                            "description": "Node class whose nodes carry the brokers: value of the label flotilla.dev/node-class."
                          },
                          "resources": {
                            "type": "object",
                            "description": "Requests equal limits for memory; the CPU limit may be higher than its request.",
                            "properties": {
                              "cpuMillis": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 50,
                                "maximum": 256000
                              },
                              "cpuLimitMillis": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 50,
                                "maximum": 256000
                              },
                              "memoryMib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 256,
                                "maximum": 2097152
                              },
                              "heapMib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 96,
                                "maximum": 65536,
                                "description": "Java heap; the rest of the memory is page cache."
                              }
                            },
                            "required": [
                              "cpuMillis",
                              "cpuLimitMillis",
                              "memoryMib",
                              "heapMib"
                            ],
                            "x-kubernetes-validations": [
                              {
                                "rule": "self.cpuLimitMillis >= self.cpuMillis",
                                "message": "a CPU limit is at least its request",
                                "fieldPath": ".cpuLimitMillis"
                              },
                              {
                                "rule": "self.heapMib < self.memoryMib",
                                "message": "the Java heap is smaller than the memory",
                                "fieldPath": ".heapMib"
                              }
                            ]
                          },
                          "storage": {
                            "type": "object",
                            "properties": {
                              "classPrefix": {
                                "type": "string",
                                "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                                "maxLength": 100,
                                "description": "Storage classes are zonal: a volume in zone Z is of class <class_prefix>-Z.",
                                "x-kubernetes-validations": [
                                  {
                                    "rule": "self == oldSelf",
                                    "message": "classPrefix cannot be changed"
                                  }
                                ]
                              },
                              "sizeGib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 1,
                                "maximum": 65536,
                                "x-kubernetes-validations": [
                                  {
                                    "rule": "self >= oldSelf",
                                    "message": "volumes never shrink"
                                  }
                                ]
                              },
                              "growthLimitGib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 65536,
                                "description": "Size up to which a volume grows by itself when it fills; 0 stands for \"not by itself\"."
                              },
                              "iops": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 400000,
                                "description": "Provisioned performance, where the cloud sells it apart from size: it names the volume attributes class."
                              },
                              "throughputMibPerSecond": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 10000
                              }
                            },
                            "required": [
                              "classPrefix",
                              "sizeGib"
                            ]
                          },
                          "maxUnavailablePerZone": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 64,
                            "description": "Brokers of one zone that may be down together during a roll, where no partition needs them; 0 stands for ten."
                          },
                          "volumeGraceHours": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 8760,
                            "description": "How long the volume of a broker that was taken away is kept; 24 where absent. 0: it goes with the broker."
                          }
                        },
                        "required": [
                          "nodeClass",
                          "resources",
                          "storage"
                        ]
                      },
                      "controllers": {
                        "type": "object",
                        "properties": {
                          "nodeClass": {
                            "type": "string",
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                            "maxLength": 63
                          },
                          "placement": {
                            "type": "object",
                            "minProperties": 1,
                            "maxProperties": 6,
                            "additionalProperties": {
                              "type": "object",
                              "properties": {
                                "pods": {
                                  "type": "array",
                                  "minItems": 1,
                                  "maxItems": 64,
                                  "items": {
                                    "type": "string",
                                    "pattern": "^(kafka|controller)-(0|[1-9][0-9]{0,2})$",
                                    "maxLength": 63
                                  },
                                  "x-kubernetes-list-type": "set"
                                }
                              },
                              "required": [
                                "pods"
                              ]
                            },
                            "description": "Zone ▶ controllers whose volumes live there."
                          },
                          "resources": {
                            "type": "object",
                            "description": "Requests equal limits for memory; the CPU limit may be higher than its request.",
                            "properties": {
                              "cpuMillis": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 50,
                                "maximum": 256000
                              },
                              "cpuLimitMillis": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 50,
                                "maximum": 256000
                              },
                              "memoryMib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 256,
                                "maximum": 2097152
                              },
                              "heapMib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 96,
                                "maximum": 65536,
                                "description": "Java heap; the rest of the memory is page cache."
                              }
                            },
                            "required": [
                              "cpuMillis",
                              "cpuLimitMillis",
                              "memoryMib",
                              "heapMib"
                            ],
                            "x-kubernetes-validations": [
                              {
                                "rule": "self.cpuLimitMillis >= self.cpuMillis",
                                "message": "a CPU limit is at least its request",
                                "fieldPath": ".cpuLimitMillis"
                              },
                              {
                                "rule": "self.heapMib < self.memoryMib",
                                "message": "the Java heap is smaller than the memory",
                                "fieldPath": ".heapMib"
                              }
                            ]
                          },
                          "storage": {
                            "type": "object",
                            "properties": {
                              "classPrefix": {
                                "type": "string",
                                "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                                "maxLength": 100,
                                "description": "Storage classes are zonal: a volume in zone Z is of class <class_prefix>-Z.",
                                "x-kubernetes-validations": [
                                  {
                                    "rule": "self == oldSelf",
                                    "message": "classPrefix cannot be changed"
                                  }
                                ]
                              },
                              "sizeGib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 1,
                                "maximum": 65536,
                                "x-kubernetes-validations": [
                                  {
                                    "rule": "self >= oldSelf",
                                    "message": "volumes never shrink"
                                  }
                                ]
                              },
                              "growthLimitGib": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 65536,
                                "description": "Size up to which a volume grows by itself when it fills; 0 stands for \"not by itself\"."
                              },
                              "iops": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 400000,
                                "description": "Provisioned performance, where the cloud sells it apart from size: it names the volume attributes class."
                              },
                              "throughputMibPerSecond": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 0,
                                "maximum": 10000
                              }
                            },
                            "required": [
                              "classPrefix",
                              "sizeGib"
                            ]
                          }
                        },
                        "required": [
                          "nodeClass",
                          "placement",
                          "resources",
                          "storage"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, self.placement.all(other, other == zone || !(pod in self.placement[other].pods))))",
                            "message": "every controller must be placed exactly once",
                            "fieldPath": ".placement"
                          },
                          {
                            "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, pod.startsWith('controller-')))",
                            "message": "controllers are called controller-<n>",
                            "fieldPath": ".placement"
                          },
                          {
                            "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, oldSelf.placement.all(other, other == zone || !(pod in oldSelf.placement[other].pods))))",
                            "message": "a controller never moves to another zone: its volume cannot follow",
                            "fieldPath": ".placement"
                          }
                        ]
                      },
                      "limits": {
                        "type": "object",
                        "description": "What the whole cluster may be asked for.",
                        "properties": {
                          "ingressBytesPerSecond": {
                            "type": "string",
                            "pattern": "^[1-9][0-9]{0,17}$",
                            "maxLength": 18
                          },
                          "egressBytesPerSecond": {
                            "type": "string",
                            "pattern": "^[1-9][0-9]{0,17}$",
                            "maxLength": 18
                          },
                          "partitions": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 100000
                          },
                          "connections": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 2147483647
                          },
                          "connectionAttemptsPerSecond": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 2147483647
                          },
                          "requestsPerSecond": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 2147483647
                          }
                        },
                        "required": [
                          "ingressBytesPerSecond",
                          "egressBytesPerSecond",
                          "partitions",
                          "connections",
                          "connectionAttemptsPerSecond",
                          "requestsPerSecond"
                        ]
                      },
                      "config": {
                        "type": "object",
                        "maxProperties": 64,
                        "additionalProperties": {
                          "type": "string",
                          "pattern": "^[^\\r\\n]*$",
                          "maxLength": 1024
                        },
                        "description": "Broker settings beside those that the platform owns. One line each: they become lines of a properties file.",
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.all(name, name.matches('^[a-zA-Z][a-zA-Z0-9._-]{0,254}$'))",
                            "message": "names of settings are letters, digits, dots, dashes and underscores"
                          }
                        ]
                      },
                      "tieredStorage": {
                        "type": "object",
                        "properties": {
                          "bucket": {
                            "type": "string",
                            "maxLength": 255,
                            "description": "Bucket (aws, gcp, local) or container (azure).",
                            "x-kubernetes-validations": [
                              {
                                "rule": "self == oldSelf",
                                "message": "bucket cannot be changed"
                              }
                            ]
                          },
                          "endpoint": {
                            "type": "string",
                            "maxLength": 255,
                            "description": "Object store's address where it is not the cloud's own."
                          },
                          "prefix": {
                            "type": "string",
                            "maxLength": 255,
                            "description": "Prefix of all objects of this cluster.",
                            "x-kubernetes-validations": [
                              {
                                "rule": "self == oldSelf",
                                "message": "prefix cannot be changed"
                              }
                            ]
                          },
                          "localRetentionMs": {
                            "type": "string",
                            "pattern": "^(0|[1-9][0-9]{0,17})$",
                            "maxLength": 18,
                            "description": "How long a segment stays on the volume after it was copied."
                          },
                          "keyId": {
                            "type": "string",
                            "maxLength": 1024,
                            "description": "Key that encrypts the bucket: the tenant's or the customer's own."
                          }
                        },
                        "required": [
                          "bucket",
                          "prefix",
                          "localRetentionMs"
                        ],
                        "description": "Infinite Storage; absent, all data stays on the volumes."
                      },
                      "externalAccess": {
                        "type": "object",
                        "properties": {
                          "allowedSourceRanges": {
                            "type": "array",
                            "maxItems": 64,
                            "items": {
                              "type": "string",
                              "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
                              "maxLength": 43
                            },
                            "x-kubernetes-list-type": "set",
                            "description": "CIDR blocks that clients may come from; empty means every address."
                          }
                        }
                      },
                      "identity": {
                        "type": "string",
                        "maxLength": 512,
                        "description": "Cloud identity of the pods: a role ARN (aws), a service account e-mail (gcp), a client id (azure)."
                      },
                      "featureSoakMinutes": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": 0,
                        "maximum": 525600,
                        "description": "How long every pod runs another Kafka version before its features are finished, which no former version can read; 1440 where absent. Until then the former version may be taken back."
                      },
                      "authorityIssuer": {
                        "type": "object",
                        "description": "Where the authority of the cluster's certificates comes from; absent, the operator makes it. Either way it is with the operator only, and issues the certificates of all pods.",
                        "properties": {
                          "name": {
                            "type": "string",
                            "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
                            "maxLength": 253
                          },
                          "kind": {
                            "type": "string",
                            "pattern": "^[A-Z][A-Za-z0-9]*$",
                            "maxLength": 63,
                            "description": "Issuer or ClusterIssuer, or a kind of the group."
                          },
                          "group": {
                            "type": "string",
                            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$",
                            "maxLength": 253,
                            "description": "API group of the kind; cert-manager.io where absent."
                          }
                        },
                        "required": [
                          "name",
                          "kind"
                        ]
                      }
                    },
                    "required": [
                      "ckus",
                      "version",
                      "image",
                      "clusterId",
                      "placement",
                      "brokers",
                      "controllers",
                      "limits",
                      "externalAccess"
                    ],
                    "x-kubernetes-validations": [
                      {
                        "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, self.placement.all(other, other == zone || !(pod in self.placement[other].pods))))",
                        "message": "every broker must be placed exactly once",
                        "fieldPath": ".placement"
                      },
                      {
                        "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, pod.startsWith('kafka-')))",
                        "message": "brokers are called kafka-<n>",
                        "fieldPath": ".placement"
                      },
                      {
                        "rule": "self.placement.all(zone, self.placement[zone].pods.all(pod, oldSelf.placement.all(other, other == zone || !(pod in oldSelf.placement[other].pods))))",
                        "message": "a broker never moves to another zone: its volume cannot follow",
                        "fieldPath": ".placement"
                      },
                      {
                        "rule": "!has(oldSelf.tieredStorage) || has(self.tieredStorage)",
                        "message": "Infinite Storage cannot be taken away: records that only the bucket holds would be lost",
                        "fieldPath": ".tieredStorage"
                      }
                    ]
                  },
                  "connect": {
                    "type": "object",
                    "properties": {
                      "version": {
                        "type": "string",
                        "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$",
                        "maxLength": 16
                      },
                      "image": {
                        "type": "string",
                        "pattern": "^.+@sha256:[a-f0-9]{64}$",
                        "maxLength": 512
                      },
                      "workers": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": 1,
                        "maximum": 64
                      },
                      "resources": {
                        "type": "object",
                        "description": "Requests equal limits for memory; the CPU limit may be higher than its request.",
                        "properties": {
                          "cpuMillis": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 50,
                            "maximum": 256000
                          },
                          "cpuLimitMillis": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 50,
                            "maximum": 256000
                          },
                          "memoryMib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 256,
                            "maximum": 2097152
                          },
                          "heapMib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 96,
                            "maximum": 65536,
                            "description": "Java heap; the rest of the memory is page cache."
                          }
                        },
                        "required": [
                          "cpuMillis",
                          "cpuLimitMillis",
                          "memoryMib",
                          "heapMib"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.cpuLimitMillis >= self.cpuMillis",
                            "message": "a CPU limit is at least its request",
                            "fieldPath": ".cpuLimitMillis"
                          },
                          {
                            "rule": "self.heapMib < self.memoryMib",
                            "message": "the Java heap is smaller than the memory",
                            "fieldPath": ".heapMib"
                          }
                        ]
                      },
                      "kafka": {
                        "type": "string",
                        "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                        "maxLength": 40,
                        "description": "PSC whose Kafka the workers use.",
                        "x-kubernetes-validations": [
                          {
                            "rule": "self == oldSelf",
                            "message": "kafka cannot be changed"
                          }
                        ]
                      },
                      "config": {
                        "type": "object",
                        "maxProperties": 64,
                        "additionalProperties": {
                          "type": "string",
                          "pattern": "^[^\\r\\n]*$",
                          "maxLength": 1024
                        },
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.all(name, name.matches('^[a-zA-Z][a-zA-Z0-9._-]{0,254}$'))",
                            "message": "names of settings are letters, digits, dots, dashes and underscores"
                          }
                        ]
                      },
                      "connectors": {
                        "type": "array",
                        "maxItems": 64,
                        "items": {
                          "type": "object",
                          "properties": {
                            "name": {
                              "type": "string",
                              "pattern": "^[a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?$",
                              "maxLength": 63
                            },
                            "config": {
                              "type": "object",
                              "maxProperties": 128,
                              "additionalProperties": {
                                "type": "string",
                                "maxLength": 4096
                              },
                              "x-kubernetes-validations": [
                                {
                                  "rule": "self.all(name, name.matches('^[a-zA-Z][a-zA-Z0-9._-]{0,254}$'))",
                                  "message": "names of settings are letters, digits, dots, dashes and underscores"
                                }
                              ]
                            },
                            "paused": {
                              "type": "boolean"
                            }
                          },
                          "required": [
                            "name",
                            "config"
                          ]
                        },
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": [
                          "name"
                        ]
                      },
                      "secrets": {
                        "type": "array",
                        "maxItems": 16,
                        "items": {
                          "type": "string",
                          "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                          "maxLength": 63
                        },
                        "x-kubernetes-list-type": "set",
                        "description": "Secrets of the cluster's own namespace whose files connectors may refer to, as ${directory:/etc/flotilla/secrets/<secret>:<file>}."
                      },
                      "egress": {
                        "type": "array",
                        "maxItems": 32,
                        "items": {
                          "type": "object",
                          "properties": {
                            "ranges": {
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 16,
                              "items": {
                                "type": "string",
                                "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
                                "maxLength": 43
                              },
                              "x-kubernetes-list-type": "atomic",
                              "description": "CIDR blocks."
                            },
                            "ports": {
                              "type": "array",
                              "minItems": 1,
                              "maxItems": 16,
                              "items": {
                                "type": "integer",
                                "format": "int32",
                                "minimum": 1,
                                "maximum": 65535
                              },
                              "x-kubernetes-list-type": "atomic",
                              "description": "Of TCP."
                            }
                          },
                          "required": [
                            "ranges",
                            "ports"
                          ]
                        },
                        "x-kubernetes-list-type": "atomic",
                        "description": "Where connectors may connect to beside their Kafka; nowhere else."
                      }
                    },
                    "required": [
                      "version",
                      "image",
                      "workers",
                      "resources",
                      "kafka"
                    ]
                  },
                  "ksqldb": {
                    "type": "object",
                    "properties": {
                      "image": {
                        "type": "string",
                        "pattern": "^.+@sha256:[a-f0-9]{64}$",
                        "maxLength": 512
                      },
                      "nodes": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": 1,
                        "maximum": 64
                      },
                      "resources": {
                        "type": "object",
                        "description": "Requests equal limits for memory; the CPU limit may be higher than its request.",
                        "properties": {
                          "cpuMillis": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 50,
                            "maximum": 256000
                          },
                          "cpuLimitMillis": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 50,
                            "maximum": 256000
                          },
                          "memoryMib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 256,
                            "maximum": 2097152
                          },
                          "heapMib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 96,
                            "maximum": 65536,
                            "description": "Java heap; the rest of the memory is page cache."
                          }
                        },
                        "required": [
                          "cpuMillis",
                          "cpuLimitMillis",
                          "memoryMib",
                          "heapMib"
                        ],
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.cpuLimitMillis >= self.cpuMillis",
                            "message": "a CPU limit is at least its request",
                            "fieldPath": ".cpuLimitMillis"
                          },
                          {
                            "rule": "self.heapMib < self.memoryMib",
                            "message": "the Java heap is smaller than the memory",
                            "fieldPath": ".heapMib"
                          }
                        ]
                      },
                      "storage": {
                        "type": "object",
                        "properties": {
                          "classPrefix": {
                            "type": "string",
                            "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                            "maxLength": 100,
                            "description": "Storage classes are zonal: a volume in zone Z is of class <class_prefix>-Z.",
                            "x-kubernetes-validations": [
                              {
                                "rule": "self == oldSelf",
                                "message": "classPrefix cannot be changed"
                              }
                            ]
                          },
                          "sizeGib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 65536,
                            "x-kubernetes-validations": [
                              {
                                "rule": "self >= oldSelf",
                                "message": "volumes never shrink"
                              }
                            ]
                          },
                          "growthLimitGib": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 65536,
                            "description": "Size up to which a volume grows by itself when it fills; 0 stands for \"not by itself\"."
                          },
                          "iops": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 400000,
                            "description": "Provisioned performance, where the cloud sells it apart from size: it names the volume attributes class."
                          },
                          "throughputMibPerSecond": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 0,
                            "maximum": 10000
                          }
                        },
                        "required": [
                          "classPrefix",
                          "sizeGib"
                        ]
                      },
                      "kafka": {
                        "type": "string",
                        "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$",
                        "maxLength": 40,
                        "description": "PSC whose Kafka the nodes use.",
                        "x-kubernetes-validations": [
                          {
                            "rule": "self == oldSelf",
                            "message": "kafka cannot be changed"
                          }
                        ]
                      },
                      "config": {
                        "type": "object",
                        "maxProperties": 64,
                        "additionalProperties": {
                          "type": "string",
                          "pattern": "^[^\\r\\n]*$",
                          "maxLength": 1024
                        },
                        "x-kubernetes-validations": [
                          {
                            "rule": "self.all(name, name.matches('^[a-zA-Z][a-zA-Z0-9._-]{0,254}$'))",
                            "message": "names of settings are letters, digits, dots, dashes and underscores"
                          }
                        ]
                      }
                    },
                    "required": [
                      "image",
                      "nodes",
                      "resources",
                      "storage",
                      "kafka"
                    ]
                  },
                  "maintenance": {
                    "type": "object",
                    "properties": {
                      "paused": {
                        "type": "boolean",
                        "description": "The operator and the balancer leave the cluster alone while set."
                      },
                      "drain": {
                        "type": "array",
                        "maxItems": 64,
                        "items": {
                          "type": "string",
                          "pattern": "^kafka-(0|[1-9][0-9]{0,2})$",
                          "maxLength": 63
                        },
                        "x-kubernetes-list-type": "set",
                        "description": "Brokers that shall be emptied of replicas and leaders."
                      },
                      "rollRequestedAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "A roll is asked for by setting this to the present time."
                      },
                      "balancing": {
                        "type": "string",
                        "enum": [
                          "On",
                          "Paused",
                          "Cancelled"
                        ],
                        "description": "What the balancer may do: On (also when absent); Paused: begins nothing, and lets end what runs; Cancelled: takes that back too."
                      },
                      "excludedTopics": {
                        "type": "array",
                        "maxItems": 256,
                        "items": {
                          "type": "string",
                          "pattern": "^([a-zA-Z0-9._-]{1,249}|[a-zA-Z0-9._-]{0,248}[*])$",
                          "maxLength": 249
                        },
                        "x-kubernetes-list-type": "set",
                        "description": "Topics whose replicas the balancer leaves where they are, also on brokers that are to be emptied: names, or the beginning of names with an asterisk after it."
                      },
                      "certificatesRequestedAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Other certificates of all pods are asked for by setting this to the present time."
                      },
                      "authorityRequestedAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Another authority of all certificates is asked for by setting this to the present time. Once more while the former one is still trusted: it is trusted no longer as soon as every pod can do without."
                      },
                      "passwordsRequestedAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Other passwords of the platform's own Kafka users, or of the user of a Connect or ksqlDB cluster, are asked for by setting this to the present time."
                      }
                    },
                    "description": "Requests by people and by the balancer; never written by the control plane."
                  },
                  "deletionProtection": {
                    "type": "boolean",
                    "description": "Deleting the PSC is refused while set."
                  },
                  "maintenanceWindows": {
                    "type": "array",
                    "maxItems": 16,
                    "items": {
                      "type": "object",
                      "properties": {
                        "days": {
                          "type": "array",
                          "maxItems": 7,
                          "items": {
                            "type": "string",
                            "pattern": "^(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)$",
                            "maxLength": 9
                          },
                          "x-kubernetes-list-type": "set",
                          "description": "Days on which it opens; none: every day."
                        },
                        "start": {
                          "type": "string",
                          "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
                          "maxLength": 5,
                          "description": "When it opens, by the clock on the wall, as in 02:30."
                        },
                        "durationMinutes": {
                          "type": "integer",
                          "format": "int32",
                          "minimum": 30,
                          "maximum": 1440
                        },
                        "timeZone": {
                          "type": "string",
                          "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$",
                          "maxLength": 64,
                          "description": "Whose clock, by its name in the IANA's database, as in Europe/Berlin. UTC where absent."
                        }
                      },
                      "required": [
                        "start",
                        "durationMinutes"
                      ]
                    },
                    "x-kubernetes-list-type": "atomic",
                    "description": "When the operator may begin to replace pods that work; none: at any time. What does not work is repaired at any time, and a batch that has begun is brought to its end."
                  }
                },
                "required": [
                  "revision",
                  "tenant",
                  "cloud",
                  "region",
                  "kubernetesCluster",
                  "zones",
                  "domain"
                ],
                "x-kubernetes-validations": [
                  {
                    "rule": "(has(self.kafka) ? 1 : 0) + (has(self.connect) ? 1 : 0) + (has(self.ksqldb) ? 1 : 0) == 1",
                    "message": "exactly one of kafka, connect and ksqldb must be set"
                  },
                  {
                    "rule": "has(self.kafka) == has(oldSelf.kafka) && has(self.connect) == has(oldSelf.connect)",
                    "message": "a cluster keeps its kind: kafka, connect or ksqldb"
                  },
                  {
                    "rule": "!has(self.kafka) || self.kafka.placement.all(zone, zone in self.zones)",
                    "message": "every broker must be placed in one of spec.zones",
                    "fieldPath": ".kafka.placement"
                  },
                  {
                    "rule": "!has(self.kafka) || self.kafka.controllers.placement.all(zone, zone in self.zones)",
                    "message": "every controller must be placed in one of spec.zones",
                    "fieldPath": ".kafka.controllers.placement"
                  }
                ],
                "description": "What the cluster shall be. Written by the control plane through the sync-service, except maintenance."
              },
              "status": {
                "type": "object",
                "properties": {
                  "observedGeneration": {
                    "type": "integer",
                    "format": "int32",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "observedRevision": {
                    "type": "string",
                    "pattern": "^(0|[1-9][0-9]{0,17})$",
                    "maxLength": 18,
                    "description": "Revision of the spec that this status speaks of."
                  },
                  "conditions": {
                    "type": "array",
                    "maxItems": 32,
                    "items": {
                      "type": "object",
                      "description": "Kubernetes' condition with the time of its last probe, which is written only together with another change.",
                      "properties": {
                        "type": {
                          "type": "string",
                          "maxLength": 316
                        },
                        "status": {
                          "type": "string",
                          "enum": [
                            "True",
                            "False",
                            "Unknown"
                          ]
                        },
                        "observedGeneration": {
                          "type": "integer",
                          "format": "int32",
                          "minimum": -2147483648,
                          "maximum": 2147483647
                        },
                        "lastTransitionTime": {
                          "type": "string",
                          "format": "date-time"
                        },
                        "lastProbeTime": {
                          "type": "string",
                          "format": "date-time"
                        },
                        "reason": {
                          "type": "string",
                          "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                          "minLength": 1,
                          "maxLength": 1024
                        },
                        "message": {
                          "type": "string",
                          "maxLength": 32768
                        }
                      },
                      "required": [
                        "type",
                        "status",
                        "lastTransitionTime",
                        "reason"
                      ]
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": [
                      "type"
                    ]
                  },
                  "brokerCount": {
                    "type": "integer",
                    "format": "int32",
                    "minimum": -2147483648,
                    "maximum": 2147483647
                  },
                  "brokers": {
                    "type": "array",
                    "maxItems": 384,
                    "items": {
                      "type": "object",
                      "properties": {
                        "pod": {
                          "type": "string",
                          "maxLength": 63
                        },
                        "brokerId": {
                          "type": "integer",
                          "format": "int32",
                          "minimum": -2147483648,
                          "maximum": 2147483647
                        },
                        "zone": {
                          "type": "string"
                        },
                        "state": {
                          "type": "string",
                          "enum": [
                            "Starting",
                            "Recovering",
                            "Syncing",
                            "InSync",
                            "Draining",
                            "Failed",
                            "Unknown"
                          ]
                        },
                        "claimUid": {
                          "type": "string",
                          "description": "uid of the volume claim that holds the broker's data."
                        },
                        "diskSizeGib": {
                          "type": "integer",
                          "format": "int32",
                          "minimum": -2147483648,
                          "maximum": 2147483647
                        },
                        "externalHost": {
                          "type": "string"
                        },
                        "joined": {
                          "type": "boolean",
                          "description": "Whether the broker has registered and served once: a new one is being added until then."
                        }
                      },
                      "required": [
                        "pod"
                      ]
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": [
                      "pod"
                    ]
                  },
                  "fence": {
                    "type": "object",
                    "properties": {
                      "zone": {
                        "type": "string"
                      },
                      "members": {
                        "type": "array",
                        "maxItems": 64,
                        "items": {
                          "type": "object",
                          "description": "A pod as it was when the fence was written: the one that comes after it has another uid.",
                          "properties": {
                            "name": {
                              "type": "string",
                              "maxLength": 63
                            },
                            "uid": {
                              "type": "string",
                              "maxLength": 64
                            }
                          },
                          "required": [
                            "name",
                            "uid"
                          ]
                        },
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": [
                          "name"
                        ]
                      },
                      "since": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "role": {
                        "type": "string",
                        "enum": [
                          "broker",
                          "controller"
                        ]
                      },
                      "holder": {
                        "type": "string",
                        "maxLength": 128,
                        "description": "Operator that leads; another that takes over writes its own name first."
                      }
                    },
                    "description": "Batch that may be disrupted now, persisted before anything is."
                  },
                  "balance": {
                    "type": "object",
                    "properties": {
                      "state": {
                        "type": "string",
                        "enum": [
                          "Balanced",
                          "Moving",
                          "Paused",
                          "Blocked"
                        ]
                      },
                      "bytesToMove": {
                        "type": "string",
                        "pattern": "^(0|[1-9][0-9]{0,17})$",
                        "maxLength": 18,
                        "description": "Of the plan that is under way, and of the last one where none is: what is left of it, and what is done."
                      },
                      "bytesMoved": {
                        "type": "string",
                        "pattern": "^(0|[1-9][0-9]{0,17})$",
                        "maxLength": 18
                      },
                      "partitionsToMove": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": -2147483648,
                        "maximum": 2147483647
                      },
                      "partitionsMoved": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": -2147483648,
                        "maximum": 2147483647
                      },
                      "estimatedEnd": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "reason": {
                        "type": "string",
                        "maxLength": 63,
                        "description": "Why nothing new begins: a reason of the condition flotilla.dev/Balancing."
                      },
                      "message": {
                        "type": "string",
                        "maxLength": 1024
                      },
                      "bytesPerSecond": {
                        "type": "string",
                        "pattern": "^(0|[1-9][0-9]{0,17})$",
                        "maxLength": 18,
                        "description": "Bytes that all moves together have made in a second of late."
                      },
                      "drained": {
                        "type": "array",
                        "maxItems": 384,
                        "items": {
                          "type": "string",
                          "maxLength": 63
                        },
                        "x-kubernetes-list-type": "set",
                        "description": "Brokers that are to be emptied and hold no replica and lead nothing, seen in fresh metadata and on their disks."
                      },
                      "memory": {
                        "type": "object",
                        "properties": {
                          "underWay": {
                            "type": "boolean",
                            "description": "A plan has been begun and not been finished."
                          },
                          "newBrokers": {
                            "type": "array",
                            "maxItems": 384,
                            "items": {
                              "type": "integer",
                              "format": "int32",
                              "minimum": -2147483648,
                              "maximum": 2147483647
                            },
                            "x-kubernetes-list-type": "atomic",
                            "description": "Ids of brokers that were empty when it was begun, or have come since."
                          },
                          "rateChangedAt": {
                            "type": "string",
                            "format": "date-time"
                          }
                        },
                        "description": "What one pass leaves for the next, so that another balancer can go on."
                      },
                      "stalledBrokers": {
                        "type": "array",
                        "maxItems": 384,
                        "items": {
                          "type": "object",
                          "properties": {
                            "pod": {
                              "type": "string",
                              "maxLength": 63
                            },
                            "since": {
                              "type": "string",
                              "format": "date-time"
                            },
                            "last": {
                              "type": "string",
                              "format": "date-time",
                              "description": "When it was seen to stall last."
                            }
                          },
                          "required": [
                            "pod",
                            "since",
                            "last"
                          ]
                        },
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": [
                          "pod"
                        ],
                        "description": "Brokers whose storage was seen to stall while that of the others did not. The operator restarts one once: its pod, if it is older than `since`. It is named here until it has been well for an hour, so that it is not restarted again."
                      }
                    },
                    "description": "Written by the balancer."
                  },
                  "bootstrapServer": {
                    "type": "string",
                    "description": "bootstrap.<psc>.<domain>:<port>"
                  },
                  "controllers": {
                    "type": "array",
                    "maxItems": 16,
                    "items": {
                      "type": "object",
                      "properties": {
                        "pod": {
                          "type": "string",
                          "maxLength": 63
                        },
                        "zone": {
                          "type": "string"
                        },
                        "state": {
                          "type": "string",
                          "enum": [
                            "Starting",
                            "Recovering",
                            "Syncing",
                            "InSync",
                            "Draining",
                            "Failed",
                            "Unknown"
                          ]
                        },
                        "claimUid": {
                          "type": "string",
                          "description": "uid of the volume claim that holds the controller's metadata log."
                        },
                        "joins": {
                          "type": "boolean",
                          "description": "Whether its volume was lost and it joins a quorum that goes on without it, with an empty one: it is not among the first voters."
                        }
                      },
                      "required": [
                        "pod"
                      ]
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": [
                      "pod"
                    ]
                  },
                  "rolls": {
                    "type": "array",
                    "maxItems": 2,
                    "items": {
                      "type": "object",
                      "properties": {
                        "role": {
                          "type": "string",
                          "enum": [
                            "broker",
                            "controller"
                          ]
                        },
                        "target": {
                          "type": "string",
                          "maxLength": 64,
                          "description": "Pod template that the spec asks for."
                        },
                        "refused": {
                          "type": "string",
                          "maxLength": 64,
                          "description": "Pod template that was seen to fail; a spec that asks for another is tried."
                        },
                        "served": {
                          "type": "string",
                          "maxLength": 64,
                          "description": "Pod template that new pods get meanwhile."
                        },
                        "message": {
                          "type": "string",
                          "maxLength": 4096
                        },
                        "since": {
                          "type": "string",
                          "format": "date-time"
                        }
                      },
                      "required": [
                        "role"
                      ]
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": [
                      "role"
                    ],
                    "description": "Rolls that were stopped because the new pods did not work; one per role at most."
                  },
                  "podsReady": {
                    "type": "string",
                    "maxLength": 16,
                    "description": "Pods that are ready, and all that are placed, as in \"9/9\"."
                  },
                  "disksGib": {
                    "type": "integer",
                    "format": "int32",
                    "minimum": -2147483648,
                    "maximum": 2147483647,
                    "description": "Sum of the volumes that are provisioned."
                  },
                  "connect": {
                    "type": "object",
                    "properties": {
                      "workersReady": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": -2147483648,
                        "maximum": 2147483647
                      },
                      "connectors": {
                        "type": "array",
                        "maxItems": 128,
                        "items": {
                          "type": "object",
                          "properties": {
                            "name": {
                              "type": "string",
                              "maxLength": 63
                            },
                            "state": {
                              "type": "string",
                              "enum": [
                                "Pending",
                                "Unassigned",
                                "Running",
                                "Paused",
                                "Failed",
                                "Restarting",
                                "Rejected",
                                "Deleting",
                                "Unknown"
                              ],
                              "description": "Pending: not made yet; Rejected: Connect refuses its config; Deleting: the spec names it no longer; Unknown: no worker answers."
                            },
                            "worker": {
                              "type": "string",
                              "maxLength": 260,
                              "description": "Host and port of the worker that it runs on."
                            },
                            "tasks": {
                              "type": "array",
                              "maxItems": 64,
                              "items": {
                                "type": "object",
                                "properties": {
                                  "id": {
                                    "type": "integer",
                                    "format": "int32",
                                    "minimum": -2147483648,
                                    "maximum": 2147483647
                                  },
                                  "state": {
                                    "type": "string",
                                    "enum": [
                                      "Unassigned",
                                      "Running",
                                      "Paused",
                                      "Failed",
                                      "Restarting",
                                      "Unknown"
                                    ]
                                  },
                                  "worker": {
                                    "type": "string",
                                    "maxLength": 260
                                  },
                                  "trace": {
                                    "type": "string",
                                    "maxLength": 512,
                                    "description": "First line of why it failed, without secrets."
                                  }
                                }
                              },
                              "x-kubernetes-list-type": "atomic",
                              "description": "Failed ones first."
                            },
                            "restarts": {
                              "type": "integer",
                              "format": "int32",
                              "minimum": -2147483648,
                              "maximum": 2147483647,
                              "description": "How often what failed of it was started again since it last ran well."
                            },
                            "restartAfter": {
                              "type": "string",
                              "format": "date-time",
                              "description": "What fails is not started again before."
                            },
                            "message": {
                              "type": "string",
                              "maxLength": 512,
                              "description": "What is wrong with it, in Connect's words, without secrets."
                            },
                            "deletedAt": {
                              "type": "string",
                              "format": "date-time",
                              "description": "Since when the spec names it no longer. It is remembered for a while after it was last seen: a request that was on its way could still make it."
                            }
                          },
                          "required": [
                            "name"
                          ]
                        },
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": [
                          "name"
                        ],
                        "description": "Those of the spec, and those that this PSC has made and that are still to be taken away."
                      }
                    },
                    "description": "Of a PSC of kind connect."
                  },
                  "ksqldb": {
                    "type": "object",
                    "properties": {
                      "nodesReady": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": -2147483648,
                        "maximum": 2147483647
                      }
                    },
                    "description": "Of a PSC of kind ksqldb."
                  },
                  "leaving": {
                    "type": "array",
                    "maxItems": 384,
                    "items": {
                      "type": "object",
                      "description": "A broker that the spec places no longer, from when its leaving was found to be safe until its volume is deleted.",
                      "properties": {
                        "pod": {
                          "type": "string",
                          "maxLength": 63
                        },
                        "zone": {
                          "type": "string",
                          "maxLength": 63
                        },
                        "since": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When its leaving began."
                        },
                        "emptySince": {
                          "type": "string",
                          "format": "date-time",
                          "description": "Since when every look past all caches has found it empty: no replica, no leader, no log. It is stopped after a second one."
                        },
                        "claimUid": {
                          "type": "string",
                          "maxLength": 64,
                          "description": "uid of its volume claim and name of the volume when it was found to be empty: no other is ever deleted."
                        },
                        "volume": {
                          "type": "string",
                          "maxLength": 253
                        },
                        "goneAt": {
                          "type": "string",
                          "format": "date-time",
                          "description": "When it had stopped and was unregistered: its volume is kept from then on."
                        },
                        "returningSince": {
                          "type": "string",
                          "format": "date-time",
                          "description": "Since when the spec places it again although it had stopped: what was sent to Kafka before must have arrived before it starts."
                        }
                      },
                      "required": [
                        "pod",
                        "zone",
                        "since"
                      ]
                    },
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": [
                      "pod"
                    ],
                    "description": "Brokers that are being taken away, and those that are gone and whose volumes are kept. The balancer empties the former."
                  },
                  "certificates": {
                    "type": "object",
                    "properties": {
                      "authorityEnds": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "firstPodEnds": {
                        "type": "string",
                        "format": "date-time",
                        "description": "The first to end of those that pods show to clients, or have been given."
                      },
                      "formerAuthorityUntil": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Until when the authority before this one is trusted: clients need the present one's certificate by then."
                      }
                    }
                  },
                  "passwords": {
                    "type": "object",
                    "description": "Of the platform's own Kafka users; of a Connect or ksqlDB cluster, of its user.",
                    "properties": {
                      "madeAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "When those in use were made; absent of those that were made before this was written down."
                      },
                      "formerUntil": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Until when those before them still let in."
                      }
                    }
                  },
                  "features": {
                    "type": "object",
                    "description": "What clients have to know of the PSC's own authority, and when something ends.",
                    "properties": {
                      "metadataLevel": {
                        "type": "integer",
                        "format": "int32",
                        "minimum": -2147483648,
                        "maximum": 2147483647,
                        "description": "Level of metadata.version that the cluster has agreed upon, or is about to: Kafka versions that do not know it cannot run."
                      },
                      "version": {
                        "type": "string",
                        "description": "Kafka version that every pod was seen to run."
                      },
                      "settledAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "Since when."
                      },
                      "finishedAt": {
                        "type": "string",
                        "format": "date-time",
                        "description": "When what that version brings is finished; absent where nothing is left to finish."
                      }
                    }
                  }
                },
                "description": "What the cluster is. Written by the operator, except balance."
              }
            },
            "required": [
              "spec"
            ],
            "x-kubernetes-validations": [
              {
                "rule": "size(self.metadata.name) <= 40",
                "message": "a PSC name has at most 40 characters, so that every name derived from it stays within 63",
                "fieldPath": ".metadata.name"
              },
              {
                "rule": "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
                "message": "a PSC name is a DNS label that starts with a letter: host names and namespaces are made from it",
                "fieldPath": ".metadata.name"
              }
            ]
          }
        }
      }
    ]
  }
};
