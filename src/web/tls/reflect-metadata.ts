// The three functions of the metadata proposal that tsyringe, inside @peculiar/x509, insists on; import it before x509.

type Metadata = Map<unknown, unknown>;

const store = new WeakMap<object, Metadata>();

function ownMetadata(key: unknown, target: object): unknown {
  return store.get(target)?.get(key);
}

function metadata(key: unknown, target: object | null): unknown {
  for (let at = target; at !== null; at = Object.getPrototypeOf(at))
    if (store.get(at)?.has(key)) return ownMetadata(key, at);
  return undefined;
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const known = store.get(target) ?? new Map();
  store.set(target, known.set(key, value));
}

// A complete polyfill that somebody else loaded before stays.
if (!("getMetadata" in Reflect))
  Object.assign(Reflect, { getMetadata: metadata, getOwnMetadata: ownMetadata, defineMetadata });
