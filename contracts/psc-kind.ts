/** How the Kubernetes API names PSCs. Apart from the parser, which services at rest need not load. */
export const PSC_API_VERSION = 'flotilla.dev/v1';
export const PSC_KIND = 'PhysicalStatefulCluster';
export const PSC_PLURAL = 'physicalstatefulclusters';
