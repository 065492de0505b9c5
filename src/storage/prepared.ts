// Compiles each query once and runs it with new values; all queries of the store go through here.

import type { CompiledQuery } from "kysely";
import type { Engine } from "./engine.ts";

/** SQLite and PostgreSQL take thousands of values; one hundred rows is where a longer statement gains nothing. */
const maxRows = 100;

interface Compilable<Row> {
  compile(): CompiledQuery<Row>;
}

type Run<Row> = (values: readonly unknown[]) => Promise<readonly Row[]>;

/** A query of a fixed shape. `build` is called once, with stand-ins of which it may only make values of the query. */
export function prepared<Values extends readonly unknown[], Row>(
  engine: Engine,
  build: (...values: Values) => Compilable<Row>,
): (...values: Values) => Promise<readonly Row[]> {
  const run = compileOnce(engine, build.length, (slots) => build(...(slots as unknown as Values)));
  return (...values) => run(values);
}

/** The same query for any number of rows, all with these columns: one statement for each hundred of them. */
export function preparedRows<Values extends object, Row>(
  engine: Engine,
  columns: readonly (keyof Values & string)[],
  build: (rows: readonly Values[]) => Compilable<Row>,
): (rows: readonly Values[]) => Promise<readonly Row[]> {
  const width = columns.length;
  const run = inChunks<Row>((count) =>
    compileOnce(engine, count * width, (slots) =>
      build(Array.from({ length: count }, (_, row) => rowOf(columns, slots.slice(row * width)) as Values)),
    ),
  );
  return (rows) => run(rows, (row) => columns.map((column) => row[column]));
}

/** The same query for any number of keys (`in (…)`): one statement for each hundred of them. */
export function preparedKeys<Row>(
  engine: Engine,
  build: (keys: readonly string[]) => Compilable<Row>,
): (keys: readonly string[]) => Promise<readonly Row[]> {
  const run = inChunks<Row>((count) =>
    compileOnce(engine, count, (slots) => build(slots as unknown as string[])),
  );
  return (keys) => run(keys, (key) => [key]);
}

function inChunks<Row>(shape: (count: number) => Run<Row>) {
  const shapes: Run<Row>[] = [];
  const runChunk = <Item>(items: readonly Item[], valuesOf: (item: Item) => readonly unknown[]) => {
    shapes[items.length] ??= shape(items.length);
    return (shapes[items.length] as Run<Row>)(items.flatMap(valuesOf));
  };
  return async <Item>(items: readonly Item[], valuesOf: (item: Item) => readonly unknown[]) => {
    if (items.length === 0) return [];
    if (items.length <= maxRows) return runChunk(items, valuesOf);
    const found: Row[] = [];
    for (let start = 0; start < items.length; start += maxRows) {
      found.push(...(await runChunk(items.slice(start, start + maxRows), valuesOf)));
    }
    return found;
  };
}

function rowOf(columns: readonly string[], slots: readonly object[]): object {
  return Object.fromEntries(columns.map((column, i) => [column, slots[i]]));
}

/** The stand-ins are told apart by identity, so a query may use its values in any order, or twice. */
function compileOnce<Row>(
  engine: Engine,
  width: number,
  build: (slots: readonly object[]) => Compilable<Row>,
): Run<Row> {
  const slots = Array.from({ length: width }, (_, i) => ({ slot: i }));
  const { query, queryId, sql, parameters } = build(slots).compile();
  const positions = parameters.map((parameter) => slots.indexOf(parameter as { slot: number }));
  const inOrder = positions.length === width && positions.every((position, i) => position === i);
  return async (values) => {
    const filled = inOrder ? values : positions.map((at, i) => (at === -1 ? parameters[i] : values[at]));
    return (await engine.executeQuery<Row>({ query, queryId, sql, parameters: filled })).rows;
  };
}
