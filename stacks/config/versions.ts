/** Versions of Apache Kafka that the images are built for and the configuration was proven on. */
export const KAFKA_VERSIONS = ['4.3.1'] as const;

/** Major versions of PostgreSQL that the control plane's migrations are held to. */
export const POSTGRES_VERSIONS = ['16', '17', '18'] as const;
