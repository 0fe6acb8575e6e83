import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EVICTION_WEBHOOK } from '../../../contracts/eviction-webhook.ts';
import { LABELS } from '../../../contracts/labels.ts';
import { accountUser, NAMESPACES } from '../../../contracts/names.ts';

/**
 * Has the API server ask the operator about evictions in namespaces of PSCs (ADR 0014). Which authority it trusts there, the
 * operator itself writes; until then, and whenever nobody answers, the disruption budgets alone guard.
 */
export class EvictionWebhook extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { configuration, webhook, service, port, path } = EVICTION_WEBHOOK;
    const operator = accountUser(NAMESPACES.system, 'operator');
    new ApiObject(this, 'configuration', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: configuration },
      webhooks: [
        {
          name: webhook,
          admissionReviewVersions: ['v1'],
          clientConfig: { service: { namespace: NAMESPACES.system, name: service, path, port } },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['pods/eviction'],
              operations: ['CREATE'],
              scope: 'Namespaced',
            },
          ],
          namespaceSelector: { matchExpressions: [{ key: LABELS.psc, operator: 'Exists' }] },
          // What the operator has decided itself is asked about nowhere.
          matchConditions: [{ name: 'by-others', expression: `request.userInfo.username != '${operator}'` }],
          // A wish is written on the pod.
          sideEffects: 'NoneOnDryRun',
          failurePolicy: 'Ignore',
          timeoutSeconds: 5,
        },
      ],
    });
  }
}
