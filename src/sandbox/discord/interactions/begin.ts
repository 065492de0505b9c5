// An interaction as a person begins it: command, menu, typing, press, form; with rights and places. `interactions.ts` sends it.

import { interactive } from "../forms/component.ts";
import { codePoints } from "../forms/form.ts";
import { FLAG } from "../forms/message.ts";
import { sentForm } from "../forms/modal.ts";
import { fileLimit } from "../forms/upload.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { restMessage } from "../message-shape.ts";
import { buildMessage } from "../messages.ts";
import type {
  BotRecord,
  ChannelRecord,
  GuildRecord,
  Interaction,
  MessageRecord,
  Snowflake,
} from "../records.ts";
import { refuse, sandboxRefusal } from "../rest/errors.ts";
import { channelShape, memberShape, userShape } from "../shapes.ts";
import { findChannel, guildOf, permissionsIn, tokenText, type World } from "../world.ts";
import { type CommandUse, type OptionInput, useOf } from "./command-use.ts";
import type { InteractionRecord } from "./records.ts";

export interface InteractionInput {
  readonly botId: Snowflake;
  readonly userId: Snowflake;
  readonly channelId: Snowflake;
  /** 2 command (unless told), 3 button, 4 typing in an option, 5 sending a form. */
  readonly type?: 2 | 3 | 4 | 5;
  /**
   * Of a command: its name as the person sees it, or as it was registered; of a button: its custom id or label. Absent
   * (and without `message` and `form`): one that a client still shows although nobody knows it any more; unchecked.
   */
  readonly name?: string;
  readonly locale?: string;
  /** By name, as shown or as registered; of choices the value or a label. */
  readonly options?: Readonly<Record<string, OptionInput>>;
  /** The option that is being typed; what is typed stands in `options`. */
  readonly focused?: string;
  /** The message in whose menu the command is chosen. */
  readonly target?: Snowflake;
  /** The message whose button is pressed; also one for this person's eyes. */
  readonly message?: Snowflake;
  /** The interaction that was answered with the form. */
  readonly form?: Snowflake;
  /** What is written in the form, by the custom ids of its fields; what it came with stays, unless told. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Who begins it, and where. */
interface Scene {
  readonly world: World;
  readonly input: InteractionInput;
  readonly bot: BotRecord;
  readonly channel: ChannelRecord;
  readonly guild: GuildRecord | undefined;
  readonly locale: string;
}

interface Draft {
  readonly data: object;
  readonly about: Omit<Interaction, "id" | "userId" | "applicationId" | "guildId">;
  readonly source?: MessageRecord;
  readonly focused?: number;
}

/** What this person can see in the channel: also whispers of the bot's. @throws ApiFailure 10008 */
export function findSeen(
  world: World,
  channelId: Snowflake,
  id: Snowflake,
  userId: Snowflake,
): MessageRecord {
  const whispers = [...world.interactions.values()].flatMap(({ about, original, followUps }) =>
    about.userId === userId ? [...(original ? [original] : []), ...followUps] : [],
  );
  const found = [...(world.messages.get(channelId) ?? []), ...whispers].find((each) => each.id === id);
  if (!found || found.deleted) throw refuse(10008);
  return found;
}

/** Nobody's client shows what they may not see, or a bot that is not there. */
function checkPlace({ world, input, bot, channel, guild }: Scene): void {
  if ((permissionsIn(world, channel, input.userId) & (1n << 10n)) === 0n)
    throw sandboxRefusal("this person cannot see the channel");
  const isThere = guild ? guild.members.has(bot.id) : channel.recipients.includes(bot.id);
  if (!isThere) throw sandboxRefusal("this bot is not here");
}

function used(scene: Scene, name: string): Draft {
  const { world, input, bot, guild, channel, locale } = scene;
  const target =
    input.target === undefined ? undefined : findSeen(world, channel.id, input.target, input.userId);
  if (input.type === 4 && input.focused === undefined)
    throw sandboxRefusal("nothing is being typed: `focused`");
  const use: CommandUse = {
    ...{ world, bot, guild, channel, locale, name, userId: input.userId, options: input.options ?? {} },
    ...(input.type === 4 && input.focused !== undefined && { focused: input.focused }),
    ...(target && { target }),
  };
  const { data, name: registered, focused } = useOf(use);
  const about = { type: 2 as const, name: registered, ...(target && { target: target.id }) };
  return { data, about, ...(focused !== undefined && { focused }) };
}

function pressed({ world, input, bot, channel }: Scene, messageId: Snowflake): Draft {
  const source = findSeen(world, channel.id, messageId, input.userId);
  const { author } = source;
  const own = author.kind === "user" ? author.id === bot.id : author.applicationId === bot.applicationId;
  if (!own) throw sandboxRefusal("the message is not this bot's");
  const button = interactive(source.components).find(
    ({ custom_id, label }) => custom_id === input.name || label === input.name,
  );
  if (!button) throw sandboxRefusal(`the message has no button ${JSON.stringify(input.name)}`);
  if (button.disabled === true) throw sandboxRefusal(`the button ${JSON.stringify(input.name)} is disabled`);
  const { custom_id, type: component_type, id } = button;
  return {
    data: { custom_id, component_type, id },
    about: { type: 3, name: "", pressedOn: source.id },
    source,
  };
}

function sent({ world, input }: Scene, interactionId: Snowflake): Draft {
  const opener = [...world.interactions.values()].find(({ id }) => id === interactionId);
  if (!opener?.modal) throw sandboxRefusal("no form was shown in answer to that interaction");
  if (opener.about.userId !== input.userId) throw sandboxRefusal("the form was shown to somebody else");
  const values = input.fields ?? {};
  for (const name of Object.keys(values))
    if (!opener.modal.fields.some((field) => field.name === name)) throw sandboxRefusal(`no field ${name}`);
  for (const { name, label, value, min, max } of opener.modal.fields) {
    const length = codePoints(values[name] ?? value);
    if (length < min || length > max)
      throw sandboxRefusal(`${label}: ${length} characters, wanted ${min}-${max}`);
  }
  const data = sentForm(opener.modal, values);
  const about = { type: 5 as const, name: "", trigger: opener.about };
  return { data, about, ...(opener.source && { source: opener.source }) };
}

/** A button of a message that only this person sees, and nobody knows any more. */
function forgotten({ world, channel, bot }: Scene, customId: string): MessageRecord {
  const button = { type: 2, id: 2, style: 2, label: customId, custom_id: customId };
  const components = [{ type: 1, id: 1, components: [button] }];
  const form = { content: "…", flags: FLAG.EPHEMERAL, components, allowed: ALLOW_ALL, tts: false };
  return buildMessage(world, channel, { author: { kind: "user", id: bot.id }, speaker: bot.id, form });
}

/** What a client still shows although the application does not know it any more. */
function unknown(scene: Scene): Draft {
  const { type = 2 } = scene.input;
  const name = "ponte";
  if (type === 3) {
    const source = forgotten(scene, name);
    const data = { custom_id: name, component_type: 2, id: 2 };
    return { data, about: { type, name: "", pressedOn: source.id }, source };
  }
  if (type === 5) return { data: { custom_id: name, components: [] }, about: { type, name: "" } };
  const options = [{ name: "x", type: 3, focused: true, value: "" }];
  const data = { id: scene.world.newId(), name, type: 1, ...(type === 4 && { options }) };
  return { data, about: { type: 2, name } };
}

function draft(scene: Scene): Draft {
  const { type = 2, name, message, form } = scene.input;
  if (type === 3 ? message === undefined : type === 5 ? form === undefined : name === undefined)
    return unknown(scene);
  checkPlace(scene);
  if (type === 3) return pressed(scene, message ?? "");
  if (type === 5) return sent(scene, form ?? "");
  return used(scene, name ?? "");
}

/** Whose it is and what they may do there. */
function whoAndWhere({ world, input, bot, channel, guild, locale }: Scene): object {
  const bits = (id: Snowflake) => String(permissionsIn(world, channel, id));
  const member = guild?.members.get(input.userId);
  const place = { channel_id: channel.id, locale, app_permissions: bits(bot.id) };
  const where = channelShape(world, channel);
  if (!guild || !member) {
    const user = userShape(world, input.userId);
    return { ...place, user, channel: where, context: 1, authorizing_integration_owners: { "0": "0" } };
  }
  return {
    ...place,
    guild_id: guild.id,
    guild: { id: guild.id, locale: "pt-BR", features: [] },
    guild_locale: "pt-BR",
    member: { ...memberShape(world, member), permissions: bits(input.userId) },
    channel: { ...where, permissions: bits(input.userId) },
    context: 0,
    authorizing_integration_owners: { "0": guild.id },
  };
}

/** Remembers it; nobody is told yet. @throws ApiFailure for what no client of Discord's would let somebody do */
export function begin(
  world: World,
  bot: BotRecord,
  input: InteractionInput,
  via: InteractionRecord["via"],
): InteractionRecord {
  const channel = findChannel(world, input.channelId);
  const guild = guildOf(world, channel);
  const { type = 2, locale = "pt-BR", userId } = input;
  const scene: Scene = { world, input, bot, channel, guild, locale };
  const { data, about, source, focused } = draft(scene);
  const [id, token] = [world.newId(), tokenText(world.random, 96)];
  const { applicationId } = bot;
  const payload = {
    ...{ id, application_id: applicationId, type, token, version: 1, data, entitlements: [] },
    ...whoAndWhere(scene),
    attachment_size_limit: fileLimit(guild),
    ...(source && { message: restMessage(world, source, undefined) }),
  };
  const record: InteractionRecord = {
    ...{ id, bot, token, type, at: world.clock.now(), via, payload, channel, followUps: [], isTold: false },
    about: { ...about, id, userId, applicationId, ...(guild && { guildId: guild.id }) },
    ...(source && { source }),
    ...(focused !== undefined && { focused }),
  };
  world.interactions.set(token, record);
  return record;
}
