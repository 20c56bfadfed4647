// Which rows stand where: lanes of those without a room, then each type with its rooms. Filters leave rows out.
import type { Bar, Calendar, Room } from "./data";

export interface Filters {
  type: string;
  floor: string;
  feature: string;
  q: string;
}

export type Row =
  | { kind: "lane"; key: string; top: number; height: number; lane: number; bars: Bar[]; hidden: number }
  | { kind: "type"; key: string; top: number; height: number; type: number; rooms: number; folded: boolean }
  | { kind: "room"; key: string; top: number; height: number; room: Room; bars: Bar[] };

export interface Heights {
  lane: number;
  type: number;
  room: number;
}

const FEW_LANES = 3;

const shows = (calendar: Calendar, room: Room, filters: Filters): boolean =>
  (!filters.type || calendar.types[room.type]?.code === filters.type) &&
  (!filters.floor || room.floor === filters.floor) &&
  (!filters.feature || room.has.includes(filters.feature)) &&
  room.number.startsWith(filters.q);

/** Bars that touch neither share a lane: the first lane that is free by then takes the next. */
function lanes(bars: Bar[]): Bar[][] {
  const found: { until: number; bars: Bar[] }[] = [];
  for (const bar of [...bars].sort((a, b) => a.first - b.first || b.nights - a.nights || a.id - b.id)) {
    const lane = found.find((one) => one.until <= bar.first);
    const until = bar.first + Math.max(bar.nights, 1);
    if (lane) {
      lane.bars.push(bar);
      lane.until = until;
    } else found.push({ until, bars: [bar] });
  }
  return found.map((lane) => lane.bars);
}

export function rowsOf(calendar: Calendar, filters: Filters, heights: Heights, allLanes: boolean, folded: Set<number>): Row[] {
  const byRoom = new Map<number, Bar[]>();
  for (const bar of calendar.bars) {
    const bars = byRoom.get(bar.room);
    if (bars) bars.push(bar);
    else byRoom.set(bar.room, [bar]);
  }
  const rows: Row[] = [];
  let top = 0;
  const waiting = (byRoom.get(0) ?? []).filter((bar) => !filters.type || calendar.types[bar.type]?.code === filters.type);
  const packed = lanes(waiting);
  // One lane is always there: it is where a bar is dragged that shall have no room.
  const shown = Math.max(allLanes ? packed.length : Math.min(packed.length, FEW_LANES), 1);
  const hidden = packed.slice(shown).reduce((sum, lane) => sum + lane.length, 0);
  for (let lane = 0; lane < shown; lane += 1) {
    rows.push({ kind: "lane", key: `lane${lane}`, top, height: heights.lane, lane, bars: packed[lane] ?? [], hidden: lane === shown - 1 ? hidden : 0 });
    top += heights.lane;
  }
  calendar.types.forEach((_type, type) => {
    const rooms = calendar.rooms.filter((room) => room.type === type && shows(calendar, room, filters));
    if (!rooms.length) return;
    rows.push({ kind: "type", key: `type${type}`, top, height: heights.type, type, rooms: rooms.length, folded: folded.has(type) });
    top += heights.type;
    if (folded.has(type)) return;
    for (const room of rooms) {
      rows.push({ kind: "room", key: `room${room.id}`, top, height: heights.room, room, bars: (byRoom.get(room.id) ?? []).sort((a, b) => a.first - b.first) });
      top += heights.room;
    }
  });
  return rows;
}

/** The row at a height, by halving. */
export function rowAt(rows: Row[], y: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle]!.top <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Left edge and width of nights on the half-day grid: from noon to noon; what began before the window begins at its edge. */
export function span(first: number, nights: number, day: number, days: number, cut: boolean): { left: number; width: number } {
  const left = cut ? 0 : nights === 0 ? (first + 0.2) * day : (first + 0.5) * day + 1;
  const right = nights === 0 ? (first + 0.8) * day : Math.min((first + nights + 0.5) * day - 1, days * day);
  return { left, width: Math.max(right - left, 8) };
}
