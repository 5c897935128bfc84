// tocsin.js keeps what tocsin.d.ts says: ./run puts a copy of it beside the types under another name, for tsc to judge both.
import * as source from "./source.js";
import type { Hub, Options, TocsinError } from "./tocsin.js";

/** Which listeners there are is for the types alone: the code has those of EventTarget. */
type Told<T> = Omit<T, "addEventListener" | "removeEventListener">;
export const connects: (url: string | URL, options?: Options) => Told<Hub> = source.connect;
export const fails: typeof TocsinError = source.TocsinError;
