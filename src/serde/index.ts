export type { Serde, SerdeType } from './serde.js';
export { SerdeError } from './serde-error.js';
export { NO_END, bytes, double, int64, integer, long, string } from './primitives.js';
export { json } from './json.js';
export { countWindowed } from './count-windowed.js';
export type { CountWindow, CountWindowedSerde } from './count-windowed.js';
export { calendarWindowed, isWindowedSerde, sessionWindowed, timeWindowed } from './windowed.js';
export type { WindowEnds, Windowed, WindowedSerde } from './windowed.js';
