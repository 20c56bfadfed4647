// What must outlive a closed tab but nobody else may read: sealed with a key the server gives to the same person with
// the page, and never stores here. A hotel's own network without HTTPS has no cipher: then nothing outlives the tab.
const PLACE = "bz-sealed:";
const LONGEST = 12 * 3_600_000;
const NONCE = 12;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};
const cipher = (): SubtleCrypto | undefined => (globalThis.crypto as Crypto | undefined)?.subtle;

async function keyFrom(text: string): Promise<CryptoKey | undefined> {
  return text ? cipher()?.importKey("raw", bytesOf(text), "AES-GCM", false, ["encrypt", "decrypt"]) : undefined;
}

/** True when it was kept; false without a cipher or without room. */
export async function keepSealed(drawer: string, name: string, value: unknown, keyText: string): Promise<boolean> {
  const key = await keyFrom(keyText);
  if (!key) return false;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(JSON.stringify(value)));
  try {
    localStorage.setItem(`${PLACE}${drawer}:${name}`, `${Date.now()}.${textOf(nonce)}.${textOf(new Uint8Array(body))}`);
    return true;
  } catch {
    return false;
  }
}

export const forgetSealed = (drawer: string, name: string): void => localStorage.removeItem(`${PLACE}${drawer}:${name}`);

/** What this person kept, by name, the oldest first. What is older than a shift goes; what is somebody else's stays shut. */
export async function openSealed(drawer: string, keyText: string): Promise<[string, unknown][]> {
  const key = await keyFrom(keyText);
  const found: [number, string, unknown][] = [];
  for (const place of Object.keys(localStorage).filter((one) => one.startsWith(PLACE))) {
    const [at = "", nonce = "", body = ""] = (localStorage.getItem(place) ?? "").split(".");
    if (!(Number(at) > Date.now() - LONGEST)) localStorage.removeItem(place);
    else if (key && place.startsWith(`${PLACE}${drawer}:`)) {
      try {
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytesOf(nonce) }, key, bytesOf(body));
        found.push([Number(at), place.slice(`${PLACE}${drawer}:`.length), JSON.parse(new TextDecoder().decode(plain))]);
      } catch {
        // Somebody else's, under another key.
      }
    }
  }
  return found.sort((one, other) => one[0] - other[0]).map(([, name, value]) => [name, value]);
}
