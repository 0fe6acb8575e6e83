/** Root's own programs: what a user has put first in the PATH must not run as root here. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
