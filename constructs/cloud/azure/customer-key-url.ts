/**
 * URL of a version of a customer's key. Disks start from a version (learn.microsoft.com/rest/api/compute/disk-encryption-sets/create-or-update)
 * and follow later ones; storage accounts are told of the key alone and do the same.
 */
export const CUSTOMER_KEY_URL =
  /^(?<vaultUri>https:\/\/[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\.(?:vault|managedhsm)\.azure\.net\/)keys\/(?<keyName>[a-zA-Z0-9-]{1,127})\/[0-9a-f]{32}$/;
