import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { array, int16, int32, int64Exact, records, string, struct, uuid } from './field.ts'
import { type Infer, type Input, message } from './message.ts'
import { hasVersion, parseVersions } from './versions.ts'

describe('ranges of versions', () => {
  test('as Kafka spells them', () => {
    assert.deepEqual(parseVersions('3+'), { min: 3, max: Infinity })
    assert.deepEqual(parseVersions('0-7'), { min: 0, max: 7 })
    assert.deepEqual(parseVersions('12'), { min: 12, max: 12 })
    assert.equal(hasVersion('none', 0), false)
    assert.equal(hasVersion(undefined, 0), false)
    assert.equal(hasVersion('1-2', 0), false)
    assert.equal(hasVersion('1-2', 2), true)
    assert.equal(hasVersion('1-2', 3), false)
    assert.throws(() => parseVersions('x'), TypeError)
  })
})

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for types that are equal. */
function expectTrue<_T extends true>(): void {}

const Example = message({
  name: 'Example',
  kind: 'data',
  versions: '0-3',
  flexible: '3+',
  fields: {
    name: string('0+'),
    nullableName: string('0+', { nullable: '2+' }),
    withDefault: int32('0+', { default: -1 }),
    later: int16('2+'),
    laterId: uuid('2+'),
    hash: int64Exact('0+', { tag: 0 }),
    batches: records('0+', { nullable: '0+' }),
    numbers: array('0+', 'int32'),
    structs: array('0+', { id: int32('0+'), note: string('1+') }, { nullable: '1+' }),
    inner: struct('0+', { deep: struct('0+', { value: int32('0+') }) }, { nullable: '0+', default: null }),
  },
})

describe('types', () => {
  test('of what is decoded: every field there', () => {
    expectTrue<
      Equal<
        Infer<typeof Example>,
        {
          readonly name: string
          readonly nullableName: string | null
          readonly withDefault: number
          readonly later: number
          readonly laterId: string
          readonly hash: bigint
          readonly batches: Uint8Array | null
          readonly numbers: readonly number[]
          readonly structs: readonly { readonly id: number; readonly note: string }[] | null
          readonly inner: { readonly deep: { readonly value: number } } | null
        }
      >
    >()
    assert.equal(Example.fields.inner.kind, 'struct')
  })

  test('of what can be encoded: what has a default, a tag or a late birth may be absent', () => {
    expectTrue<
      Equal<
        Input<typeof Example>,
        {
          readonly name: string
          readonly nullableName: string | null
          readonly withDefault?: number | undefined
          readonly later?: number | undefined
          readonly laterId?: string | undefined
          readonly hash?: bigint | undefined
          readonly batches: Uint8Array | readonly Uint8Array[] | null
          readonly numbers: readonly number[]
          readonly structs: readonly { readonly id: number; readonly note?: string | undefined }[] | null
          readonly inner?: { readonly deep: { readonly value: number } } | null | undefined
        }
      >
    >()
    assert.deepEqual(Object.keys(Example.fields).length, 10)
  })

  test('what is decoded can be encoded', () => {
    const again = (value: Infer<typeof Example>): Input<typeof Example> => value
    assert.equal(again.length, 1)
  })

  test('refuse what is wrong', () => {
    // @ts-expect-error: not a range
    string('3 and up')
    // @ts-expect-error: the default must be of the kind
    int32('0+', { default: 'x' })
    // @ts-expect-error: an array's default can be null and nothing else
    array('0+', 'int32', { default: 5 })
    // @ts-expect-error: no such kind
    array('0+', 'int33')
    assert.ok(true)
  })
})
