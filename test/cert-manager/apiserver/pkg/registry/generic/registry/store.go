// Package registry has the one constant that cert-manager's controllers take from k8s.io/apiserver v0.36.2, whose package of this
// name brings an API server's storage with it: 267 of the 1188 packages to be built, among them etcd's client, gRPC and CEL.
package registry

// OptimisticLockErrorMsg is how cert-manager knows a conflict that it does not count as an error.
const OptimisticLockErrorMsg = "the object has been modified; please apply your changes to the latest version and try again"
