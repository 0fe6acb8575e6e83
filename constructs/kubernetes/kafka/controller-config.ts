import { kafkaUuid } from '../../../contracts/names.ts';
import type { ClusterView } from './cluster-view.ts';
import { commonSections, userSection } from './common-config.ts';
import { controllerListeners, internalHost, PORTS } from './listeners.ts';
import { formatProperties } from './properties.ts';
import { sharedMachineSections } from './shared-machine.ts';
import { controllerThreads } from './threads.ts';
import { tieredStorageControllerSections } from './tiered-storage-config.ts';

/** Node ids of controllers begin here: above every broker, whose id is its ordinal of at most three digits. */
export const FIRST_CONTROLLER_ID = 1000;

/** Class of the image's jar `policy` (images/kafka/topic-policy). */
const TOPIC_POLICY = 'dev.flotilla.policy.TopicPolicy';

/** `controller.properties`, the same for every controller of the cluster. */
export function controllerProperties(view: ClusterView): string {
  return formatProperties([
    { comment: 'Controller of a KRaft cluster.', settings: { 'process.roles': 'controller' } },
    { comment: 'Listeners.', settings: controllerListeners(view) },
    ...commonSections(view),
    { comment: 'Threads, from the resources of a pod.', settings: controllerThreads(view.kafka.controllers.resources) },
    {
      comment: 'No topic may need all of its replicas: under such a topic no broker could ever be restarted.',
      settings: { 'create.topic.policy.class.name': TOPIC_POLICY, 'alter.config.policy.class.name': TOPIC_POLICY },
    },
    ...sharedMachineSections(view.dataPlane.cloud, 'controller'),
    ...tieredStorageControllerSections(view),
    ...userSection(view),
  ]);
}

/**
 * Voters that the first start formats the metadata log with (`--initial-controllers`, KIP-853). Directory ids follow
 * from names, so that every node is formatted with the same set; what the log says of voters later counts more. A
 * controller that lost its volume must not come back with them: its directory would claim votes that it no longer
 * remembers.
 */
export function initialControllers(view: ClusterView): string {
  return view.controllers
    .map(({ name, ordinal }) => {
      const host = internalHost('controller', name, view.name);
      const directory = kafkaUuid(`${view.kafka.clusterId}/${view.name}/${name}`);
      return `${FIRST_CONTROLLER_ID + ordinal}@${host}:${PORTS.controller}:${directory}`;
    })
    .join(',');
}
