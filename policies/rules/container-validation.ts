import type { Validation } from '../rule.ts';

/** A condition over a container `c` that holds for every container of the pod; the message names those for which it does not. */
export function everyContainer(condition: string, complaint: string): Validation {
  return ofContainers('variables.containers', condition, complaint);
}

/** The same without init containers. */
export function everyMainContainer(condition: string, complaint: string): Validation {
  return ofContainers('variables.podSpec.containers', condition, complaint);
}

function ofContainers(containers: string, condition: string, complaint: string): Validation {
  return {
    expression: `${containers}.all(c, ${condition})`,
    message: complaint,
    messageExpression: `'${complaint}: container ' + ${containers}.filter(c, !(${condition})).map(c, c.name).join(', ')`,
  };
}
