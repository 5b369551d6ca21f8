// Formulas of series, typed with their letters: A / B, 100 * (A - B) / A.

/** A formula in which letters stand for rows, by their number. */
export type Expression =
  | { kind: "number"; value: number }
  | { kind: "row"; id: number }
  | { kind: "formula"; operator: string; left: Expression; right: Expression };

const BINDS: Record<string, number> = { "+": 1, "-": 1, "*": 2, "/": 2 };

/** The rows that a formula is of, left to right. */
export function rowsOf(expression: Expression): number[] {
  if (expression.kind === "formula") return [...rowsOf(expression.left), ...rowsOf(expression.right)];
  return expression.kind === "row" ? [expression.id] : [];
}

/** Write a formula with letters, and no more brackets than it needs. */
export function written(expression: Expression, letter: (id: number) => string): string {
  if (expression.kind === "row") return letter(expression.id);
  if (expression.kind === "number") return String(expression.value);
  const binds = BINDS[expression.operator];
  const side = (part: Expression, least: number) => {
    const text = written(part, letter);
    return part.kind === "formula" && BINDS[part.operator] < least ? `(${text})` : text;
  };
  return `${side(expression.left, binds)} ${expression.operator} ${side(expression.right, binds + 1)}`;
}

/** Read a formula; `letters` are those of series. Returns a sentence where it is none. */
export function read(text: string, letters: Map<string, number>): Expression | string {
  const parts = text.match(/\d+(?:\.\d+)?|[A-Za-z]+|[^\s]/g) ?? [];
  const known = listed([...letters.keys()]);
  let place = 0;
  const after = () => (place ? `after “${parts[place - 1]}”` : "at the beginning");

  const sum = (): Expression => joined(product, "+-");
  const product = (): Expression => joined(operand, "*/");
  function joined(side: () => Expression, operators: string): Expression {
    let left = side();
    while (parts[place] && operators.includes(parts[place])) {
      const operator = parts[place++];
      left = { kind: "formula", operator, left, right: side() };
    }
    return left;
  }
  function operand(): Expression {
    const part = parts[place];
    if (part === "(") {
      place += 1;
      const inside = sum();
      if (parts[place] !== ")") throw new Error("A bracket is not closed.");
      place += 1;
      return inside;
    }
    if (part !== undefined && /^\d/.test(part)) {
      place += 1;
      return { kind: "number", value: Number(part) };
    }
    if (part !== undefined && /^[A-Za-z]/.test(part)) {
      const id = letters.get(part.toUpperCase());
      if (id === undefined) throw new Error(`There is no series ${part.toUpperCase()}; there is ${known}.`);
      place += 1;
      return { kind: "row", id };
    }
    throw new Error(`A letter or a number is missing ${after()}: write it like A / B.`);
  }

  try {
    const found = sum();
    if (place < parts.length) throw new Error(`“${parts[place]}” cannot stand ${after()}: write it like A / B.`);
    if (rowsOf(found).length === 0) throw new Error(`A formula names a series: ${known}.`);
    return found;
  } catch (error) {
    return (error as Error).message;
  }
}

function listed(letters: string[]): string {
  return letters.length > 1 ? `${letters.slice(0, -1).join(", ")} and ${letters[letters.length - 1]}` : (letters[0] ?? "none yet");
}
