import { CommandFailure } from '../command-failure.ts'
import { readFileSync } from 'node:fs'
import type { TopicPartition } from '@milena/client'
import { row, widthOf } from '../table.ts'

export interface NewOffset extends TopicPartition {
  readonly offset: number
}

/** The new offsets of each group. */
export type ResetPlan = ReadonlyMap<string, readonly NewOffset[]>

/** Lines of `topic,partition,offset` when one group is meant, otherwise of `group,topic,partition,offset`. */
export function readResetPlan(file: string, groups: readonly string[]): ResetPlan {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandFailure(`java.io.IOException: Unable to read file ${file}`, { cause: error })
  }
  return parseResetPlan(text, groups)
}

export function parseResetPlan(text: string, groups: readonly string[]): ResetPlan {
  const plan = new Map<string, NewOffset[]>()
  const records = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => parseCsvLine(line))
  const single = groups.length === 1 && records[0]?.length === 3
  for (const record of records) {
    const [group, topic, partition, offset] = single ? [groups[0]!, ...record] : record
    if (record.length !== (single ? 3 : 4) || !/^\d+$/.test(partition!) || !/^-?\d+$/.test(offset!)) {
      throw new CommandFailure(`The line '${record.join(',')}' is not a line of a reset plan.`)
    }
    const offsets = plan.get(group!) ?? []
    plan.set(group!, offsets)
    offsets.push({ topic: topic!, partition: Number(partition), offset: Number(offset) })
  }
  return plan
}

/** Fields separated by commas; one in double quotes may contain commas, and quotes doubled. */
function parseCsvLine(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
    quoted === undefined ? plain!.trim() : quoted.replaceAll('""', '"'),
  )
}

const quoted = (field: string): string => (/[",\s]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)

/** The plan in the form in which `--from-file` reads it. */
export function formatCsv(plan: ResetPlan, groups: readonly string[]): string {
  return Array.from(plan, ([group, offsets]) =>
    offsets
      .map(({ topic, partition, offset }) => {
        const fields = [quoted(topic), partition, offset]
        return `${(groups.length === 1 ? fields : [quoted(group), ...fields]).join(',')}\n`
      })
      .join(''),
  ).join('')
}

export function formatPlan(plan: ResetPlan): readonly string[] {
  if (plan.size === 0) return []
  const group = widthOf(15, plan.keys())
  const topic = widthOf(
    15,
    Array.from(plan.values()).flatMap((offsets) => offsets.map((entry) => entry.topic)),
  )
  const line = (cells: readonly [string, string, string | number, string | number]): string =>
    row([
      [cells[0], group],
      [cells[1], topic],
      [cells[2], 10],
      [cells[3], 0],
    ])
  return [
    line(['GROUP', 'TOPIC', 'PARTITION', 'NEW-OFFSET']),
    ...Array.from(plan).flatMap(([groupId, offsets]) =>
      offsets.map((entry) => line([groupId, entry.topic, entry.partition, entry.offset])),
    ),
  ]
}
