import type { Alias, Input, ResourceTransformation, URN } from '@pulumi/pulumi';

/**
 * Leaves out the aliases that the SDK gives each resource for every version of Azure's API it ever had, up to a hundred of
 * them: they find a resource again that a program made under a versioned type, which none of ours does, and take most of
 * the time of a preview. Aliases of our own, for what was renamed, stay.
 */
export const noVersionAliases: ResourceTransformation = ({ props, opts }) => {
  const { aliases } = opts;
  if (aliases === undefined) return { props, opts };
  return { props, opts: { ...opts, aliases: aliases.filter((alias) => !isVersionAlias(alias)) } };
};

function isVersionAlias(alias: Input<URN | Alias>): boolean {
  if (typeof alias !== 'object' || !('type' in alias) || typeof alias.type !== 'string') return false;
  return Object.keys(alias).length === 1 && alias.type.startsWith('azure-native:');
}
