/** Exit codes of docker_run's scripts: at which step it ended. Beside them: those of host.ts, and MOVED. */
export const CODES = {
  /** `docker create` refused; nothing was touched. */
  create: 81,
  /** The new container can't be started; there was none before. */
  start: 82,
  /** The new container can't be started; the old one was started again. */
  restored: 83,
  /** It ended, or keeps ending, right after its start. */
  died: 84,
  unhealthy: 85,
  /** Neither healthy nor unhealthy, or not there, when the time was up. */
  late: 86,
  noHealthCheck: 87,
  /** The container whose network is to be shared doesn't run. */
  owner: 88,
  /** supervisorctl refused. */
  supervisor: 89,
  /** An existing container can't be changed, started, stopped or removed. */
  change: 90,
} as const;
