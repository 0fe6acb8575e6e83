import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { LABELS } from '../../../contracts/labels.ts';
import { accountUser, AUTHORITY_REQUEST_SUFFIX, ISSUED_SUFFIX, NAMESPACES } from '../../../contracts/names.ts';
import { NODE_ZONE_READER_ROLE } from '../kafka/access.ts';
import { DATA_PLANE_SERVICES } from './data-plane-rules.ts';

/**
 * Holds every write of the data plane's services to the objects of PSCs. RBAC grants by kind over the whole cluster,
 * because the namespaces of PSCs come and go; this says in which of them, so that a service that was broken into
 * changes nothing of the cluster's own.
 */
export class Confinement extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new ApiObject(this, 'policy', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: NAME },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: ['*'],
              apiVersions: ['*'],
              resources: ['*/*'],
              operations: ['CREATE', 'UPDATE', 'DELETE'],
            },
          ],
        },
        matchConditions: [{ name: 'by-a-data-plane-service', expression: BY_A_SERVICE }],
        validations: [...CONFINEMENT_RULES],
      },
    });
    new ApiObject(this, 'binding', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Deny'] },
    });
  }
}

const NAME = 'flotilla-data-plane-confinement';

const SERVICE_USERS = DATA_PLANE_SERVICES.map((service) => `'${accountUser(NAMESPACES.system, service)}'`);
const BY_A_SERVICE = `request.userInfo.username in [${SERVICE_USERS.join(', ')}]`;

/** Written in CEL; a rule that speaks of one kind holds for all others. */
export const CONFINEMENT_RULES: readonly { readonly expression: string; readonly message: string }[] = [
  {
    expression:
      `namespaceObject == null || namespaceObject.metadata.name == '${NAMESPACES.system}' || ` +
      // Routes of the gateway, one ConfigMap per PSC.
      `(namespaceObject.metadata.name == '${NAMESPACES.gateway}' && request.resource.resource == 'configmaps') || ` +
      `(has(namespaceObject.metadata.labels) && '${LABELS.psc}' in namespaceObject.metadata.labels)`,
    message:
      "the data plane's services write only into namespaces of PSCs and their own, and routes into the gateway's",
  },
  {
    expression: "request.resource.resource != 'namespaces' || request.name.startsWith('psc-')",
    message: "the data plane's services change only namespaces of PSCs",
  },
  {
    expression: "request.resource.resource != 'storageclasses' || request.name.startsWith('flotilla-')",
    message: "the data plane's services change only storage classes of the platform",
  },
  {
    expression:
      "request.resource.resource != 'persistentvolumes' || (request.operation == 'UPDATE' && has(object.spec.claimRef) && " +
      "object.spec.claimRef.namespace.startsWith('psc-') && has(oldObject.status) && " +
      "has(oldObject.status.phase) && oldObject.status.phase == 'Released')",
    message: "the data plane's services change only volumes that PSCs have let go of",
  },
  {
    expression:
      "request.resource.resource != 'clusterrolebindings' || " +
      `(request.operation == 'DELETE' ? oldObject : object).roleRef.name == '${NODE_ZONE_READER_ROLE}'`,
    message: "the data plane's services bind no other cluster role than the node zone reader",
  },
  {
    // cert-manager writes into whatever Secret a Certificate names.
    expression:
      "request.resource.resource != 'certificates' || (request.operation != 'DELETE' && " +
      `namespaceObject.metadata.name == '${NAMESPACES.system}' && request.name.endsWith('${AUTHORITY_REQUEST_SUFFIX}') && ` +
      `object.spec.secretName == request.name + '${ISSUED_SUFFIX}' && has(object.spec.isCA) && object.spec.isCA)`,
    message: "the data plane's services ask issuers for authorities of PSCs only, into Secrets of their own",
  },
];
