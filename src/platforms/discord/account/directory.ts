// What the account knows of its guilds: who it is, which channels, roles and webhooks there are. Filled by the
// Gateway and REST, read by `parse` and `render`, which stay pure given a directory.

export interface ChannelEntry {
  readonly id: string;
  readonly name: string;
  readonly type: number;
  readonly guild: string;
  /** The channel a thread belongs to. */
  readonly parent?: string;
  /** What the channel is about, as its head says. */
  readonly topic?: string;
  /** Of a thread: somebody closed it. */
  readonly closed?: boolean;
}

export interface Directory {
  readonly self: { readonly userId: string; readonly applicationId: string };
  channel(id: string): ChannelEntry | undefined;
  roleName(id: string): string | undefined;
  /** True for webhooks of this application: what they say is our own echo. */
  isOwnWebhook(id: string): boolean;
}
