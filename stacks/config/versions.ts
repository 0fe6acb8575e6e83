/** Major versions of PostgreSQL that the control plane's migrations are held to. */
export const POSTGRES_VERSIONS = ['16', '17', '18'] as const;
