/** The place from which a `weka` command is run. */
export interface WekaPlace {
  /** WekaContainer UID: the identity of the persistent data directory on the host. */
  dataId: string;
  nodeName: string;
  ip: string;
  /** Environment that the CLI sees: NAME, MODE, PORT, AGENT_PORT, WEKA_USERNAME, WEKA_PASSWORD ... */
  env: Record<string, string>;
}
