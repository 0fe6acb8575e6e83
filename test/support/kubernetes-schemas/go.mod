// Pins the release whose published OpenAPI schemas the tests hold every manifest to. Nothing is built from it.
module flotilla.dev/test/kubernetes-schemas

go 1.26

require k8s.io/kubernetes v1.34.4
