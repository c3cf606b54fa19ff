/** A cell padded on the right, or, with width 0, as it is: Java's `%-Ns`. */
export const cell = (text: string | number, width: number): string => String(text).padEnd(width)

/** Cells of the given widths with one blank between. */
export function row(cells: readonly (readonly [text: string | number, width: number])[]): string {
  return cells.map(([text, width]) => cell(text, width)).join(' ')
}

/** The width of the longest of some texts, and at least so much. */
export const widthOf = (minimum: number, texts: Iterable<string>): number => {
  let width = minimum
  for (const text of texts) width = Math.max(width, text.length)
  return width
}

/** A table of Kafka's newer tools: every column as wide as its longest cell, and a tab behind each cell. */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): readonly string[] {
  const widths = headers.map((header, index) =>
    widthOf(
      header.length,
      rows.map((cells) => String(cells[index])),
    ),
  )
  return [headers, ...rows].map((cells) => cells.map((text, index) => `${cell(text, widths[index]!)}\t`).join(''))
}
