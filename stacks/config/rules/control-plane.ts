import type { Cloud } from '../../../contracts/cloud.ts';
import type { Rule } from './rule.ts';

const together: Rule = {
  name: 'control-plane-with-mothership',
  check: ({ file, isUnclear }) => {
    if (isUnclear(['controlPlane'])) return [];
    const hosted = file.mothership?.hosted;
    if (hosted === true && file.controlPlane === undefined) {
      return [
        {
          path: ['mothership', 'hosted'],
          message: 'The region that hosts the mothership hosts the control plane too.',
          suggestion: 'Add controlPlane, or set hosted to false and name the bootstrapServer.',
        },
      ];
    }
    return hosted === false && file.controlPlane !== undefined
      ? [
          {
            path: ['controlPlane'],
            at: 'key',
            message: 'The control plane is in the region that hosts the mothership; this one does not.',
            suggestion: 'Take controlPlane out, or set mothership.hosted to true.',
          },
        ]
      : [];
  },
};

const DATABASE_CLASSES: Readonly<Record<Cloud, { readonly pattern: RegExp; readonly example: string }>> = {
  aws: { pattern: /^db\.[a-z0-9-]+\.[a-z0-9]+$/, example: 'db.m7g.large' },
  gcp: { pattern: /^db-[a-z0-9-]+$/, example: 'db-custom-2-8192' },
  azure: { pattern: /^Standard_[A-Za-z0-9_]+$/, example: 'Standard_D2ds_v5' },
  local: { pattern: /^\S+$/, example: 'local' },
};

const databaseClass: Rule = {
  name: 'database-instance-class',
  check: ({ file }) => {
    const cloud = file.region?.cloud;
    const instanceClass = file.controlPlane?.database?.instanceClass;
    if (cloud === undefined || instanceClass === undefined) return [];
    const { pattern, example } = DATABASE_CLASSES[cloud];
    return pattern.test(instanceClass)
      ? []
      : [
          {
            path: ['controlPlane', 'database', 'instanceClass'],
            message: `This is no instance class of the database service of ${cloud}.`,
            suggestion: `As in ${example}.`,
          },
        ];
  },
};

export const controlPlaneRules: readonly Rule[] = [together, databaseClass];
