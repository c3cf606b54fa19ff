import type { ConfigValue } from './config-value.ts'

/** What values a config takes beyond those that its type takes. */
export interface ConfigValidator {
  /** Completes the sentence "it must be …", the type's words included. */
  readonly allowed: string
  /** Why a value is refused, in the words that Kafka's clients know; null when it is accepted. */
  check(value: ConfigValue, name: string): string | WholeMessage | null
}

/** A refusal that stands for itself, where others follow "Invalid value … for configuration …: ". */
export interface WholeMessage {
  readonly message: string
}

export function atLeast(min: number): ConfigValidator {
  return {
    allowed: `a number of at least ${min}`,
    check: (value) => (typeof value === 'number' && value < min ? `Value must be at least ${min}` : null),
  }
}

export function between(min: number, max: number): ConfigValidator {
  return {
    allowed: `a number between ${min} and ${max}`,
    check: (value) => {
      if (typeof value !== 'number') return null
      if (value < min) return `Value must be at least ${min}`
      return value > max ? `Value must be no more than ${max}` : null
    },
  }
}

/** `between`, with one value outside of the range that has a meaning of its own. */
export function betweenOr(min: number, max: number, special: number): ConfigValidator {
  return {
    allowed: `a number between ${min} and ${max}, or ${special}`,
    check: (value) =>
      typeof value !== 'number' || value === special || (value >= min && value <= max)
        ? null
        : `Value must be between ${min} and ${max} or equal to ${special}`,
  }
}

export function oneOf(...values: readonly string[]): ConfigValidator {
  return {
    allowed: `one of ${values.join(', ')}`,
    check: (value) =>
      value === null || values.includes(String(value)) ? null : `String must be one of: ${values.join(', ')}`,
  }
}

export function oneOfIgnoringCase(...values: readonly string[]): ConfigValidator {
  return {
    allowed: `one of ${values.join(', ')} in any case`,
    check: (value) =>
      value === null || values.includes(String(value).toUpperCase())
        ? null
        : `String must be one of (case insensitive): ${values.join(', ')}`,
  }
}

/** A list of these values, which may be empty. */
export function listOf(...values: readonly string[]): ConfigValidator {
  return {
    allowed: `a list of ${values.join(', ')}, separated by commas`,
    check: (value) =>
      isList(value) && value.some((item) => !values.includes(item))
        ? `String must be one of: ${values.join(', ')}`
        : null,
  }
}

/** A list that is not empty, of these values, or of any when none are named. */
export function nonEmptyListOf(...values: readonly string[]): ConfigValidator {
  const items = listOf(...values)
  const valid = values.length === 0 ? 'any non-empty value' : `[${values.join(', ')}]`
  return {
    allowed: values.length === 0 ? 'at least one value, several separated by commas' : items.allowed,
    check: (value, name) => {
      if (isList(value) && value.length === 0) {
        return { message: `Configuration '${name}' must not be empty. Valid values include: ${valid}` }
      }
      return values.length === 0 ? null : items.check(value, name)
    },
  }
}

export const nonEmpty: ConfigValidator = {
  allowed: 'a text that is not empty',
  check: (value) => (value === '' ? 'String must be non-empty' : null),
}

export const throttledReplicas: ConfigValidator = {
  allowed: '* or pairs of partition:broker, separated by commas',
  check: (value, name) => {
    if (!isList(value) || (value.length === 1 && value[0] === '*')) return null
    if (value.every((pair) => /^[0-9]+:[0-9]+$/.test(pair))) return null
    return `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`
  },
}

const DURATION = /^P(?!$)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/i

export const shareAutoOffsetReset: ConfigValidator = {
  allowed: 'earliest, latest or by_duration:PnDTnHnMn.nS',
  check: (value, name) => {
    const text = String(value)
    if (text === 'earliest' || text === 'latest') return null
    const [kind, duration] = [text.slice(0, 12), text.slice(12)]
    if (kind === 'by_duration:' && DURATION.test(duration)) return null
    return `Invalid value \`${text}\` for configuration ${name}. The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.`
  },
}

function isList(value: ConfigValue): value is readonly string[] {
  return Array.isArray(value)
}
