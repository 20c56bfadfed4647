// The window as the server sends it (arrays, to be short), read into things with names.

export type State = "ih" | "du" | "lt" | "la" | "ar" | "rs" | "tn" | "co";

/** `part`: 0 the room it begins in or is in; of a stay over several rooms 1 planned and due now, 2 planned, 3 slept. */
export interface Bar {
  id: number;
  room: number;
  first: number;
  nights: number;
  state: State;
  name: string;
  vip: number;
  arrival: number;
  departure: number;
  version: number;
  number: string;
  type: number;
  part: number;
  /** Nobody gives it another room. */
  fixed: boolean;
  /** Goes on from another booking of the same guest. */
  goesOn: boolean;
}

export interface Room {
  id: number;
  number: string;
  type: number;
  floor: string;
  condition: string;
  has: string[];
}

export interface Out {
  id: number;
  room: number;
  first: number;
  nights: number;
  reason: string;
}

export interface Calendar {
  first: string;
  days: number;
  today: number;
  types: { id: number; code: string; label: string }[];
  rooms: Room[];
  bars: Bar[];
  out: Out[];
  left: (number | null)[][];
  price: (number | null)[][];
  full: (number | null)[];
  marks: Map<number, { kind: string; name: string }>;
}

interface Sent {
  first: string;
  days: number;
  today: string;
  types: [number, string, string][];
  rooms: [number, string, number, string, string, string][];
  bars: [number, number, number, number, State, string, number, number, number, number, string, number, number, number, number][];
  out: [number, number, number, number, string][];
  nights: { left: (number | null)[][]; price: (number | null)[][]; full: (number | null)[] };
  marks: [number, string, string][];
}

const DAY = 86_400_000;
const stamp = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The day `offset` nights after the first of the window, as the server writes days. */
export const dayAt = (first: string, offset: number): string => new Date(stamp(first) + offset * DAY).toISOString().slice(0, 10);
export const between = (first: string, day: string): number => Math.round((stamp(day) - stamp(first)) / DAY);
export const dateOf = (first: string, offset: number): Date => new Date(stamp(first) + offset * DAY);

export function read(text: string): Calendar {
  const sent = JSON.parse(text) as Sent;
  return {
    first: sent.first,
    days: sent.days,
    today: between(sent.first, sent.today),
    types: sent.types.map(([id, code, label]) => ({ id, code, label })),
    rooms: sent.rooms.map(([id, number, type, floor, condition, has]) => ({ id, number, type, floor, condition, has: has.split(" ") })),
    bars: sent.bars.map(([id, room, first, nights, state, name, vip, arrival, departure, version, number, type, part, fixed, goesOn]) => ({
      id, room, first, nights, state, name, vip, arrival, departure, version, number, type, part, fixed: fixed === 1, goesOn: goesOn === 1,
    })),
    out: sent.out.map(([id, room, first, nights, reason]) => ({ id, room, first, nights, reason })),
    left: sent.nights.left,
    price: sent.nights.price,
    full: sent.nights.full,
    marks: new Map(sent.marks.map(([offset, kind, name]) => [offset, { kind, name }])),
  };
}

/** A stay may have a bar in each of its rooms. */
export const keyOf = (bar: Bar): string => `${bar.id}-${bar.room}-${bar.first}`;

/** What may be done to a bar: nothing to who left or to nights slept. */
export const movable = (bar: Bar): boolean => bar.state !== "co" && bar.part !== 3;
export const inHouse = (bar: Bar): boolean => bar.part === 1 || bar.part === 3 || ["ih", "du", "lt"].includes(bar.state);
