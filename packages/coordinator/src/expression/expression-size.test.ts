import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { loadExpressionEngine } from '../edge/expression-engine.ts'
import { Dice } from '../testing/dice.ts'
import { ExpressionError } from './expression.ts'
import { expressionSize, MAX_EXPRESSION_SIZE } from './expression-size.ts'

const ATOMS = [
  'a',
  'topic',
  '.',
  '\\d',
  '\\W',
  '\\pL',
  '\\P{Greek}',
  '[a-z_]',
  '[^\\pN]',
  '\\Q((a{9}\\E',
  '\\x{20}',
  '|',
  '',
]
const SUFFIXES = ['', '', '', '*', '+?', '?', '{3}', '{2,}', '{0,4}', '{7,9}?']

/** An expression of a few levels. */
const someExpression = (dice: Dice, depth: number): string =>
  Array.from({ length: 1 + dice.below(4) }, () => {
    const atom = depth > 0 && dice.chance(0.5) ? `(${someExpression(dice, depth - 1)})` : dice.pick(ATOMS)
    const canRepeat = atom !== '' && atom !== '|'
    return canRepeat ? atom + dice.pick(SUFFIXES) : atom
  }).join('')

test('no program is larger than the size that was counted before it was made', () => {
  let compiled = 0
  for (let seed = 1; seed <= 500; seed++) {
    const source = someExpression(new Dice(seed), 3)
    const size = expressionSize(source)
    // What is refused is never made, here neither.
    if (size > MAX_EXPRESSION_SIZE) continue
    // Three instructions stand in the emptiest program.
    assert.ok(RE2JS.compile(source).programSize() <= size + 3, `seed ${seed}: ${source} has size ${size}`)
    compiled++
  }
  assert.ok(compiled > 300, 'most expressions are small enough, or this test shows little')
})

test('what people subscribe with is small', () => {
  const usual = [
    'orders\\..*',
    '(eu|us)-[a-z]+-events',
    '^(?!)',
    '.*',
    'a{1000}',
    'metrics-\\d{4}-\\d{2}',
    '(?i)audit[a-z]*',
  ]
  for (const source of usual) assert.ok(expressionSize(source) < MAX_EXPRESSION_SIZE, source)
  const names = Array.from({ length: 100 }, (_, index) => `service-${index}-of-the-shop`)
  assert.ok(expressionSize(names.join('|')) < MAX_EXPRESSION_SIZE)
})

test('what would take long to compile is refused before it is', async () => {
  const engine = await loadExpressionEngine()
  const longest = 32_767
  const slow = [
    'x'.repeat(longest),
    'a?'.repeat(longest / 2),
    '(a*)*'.repeat(longest / 5),
    '\\pL'.repeat(longest / 3),
    `(?i)${'\\pL'.repeat(10_000)}`,
    `[${'\\pL\\pN'.repeat(5_000)}]`,
    `(?i)[${'B-\u{1d000}'.repeat(100)}]`,
    `(?i:[${'\\x{42}-\\x{1d000}'.repeat(100)}])`,
    '\\p{L}|\\p{N}|'.repeat(300),
    '\\Q[\\E(?:a{30}){30}'.repeat(100),
    '(((a{10}){10}){10}){10}',
    '('.repeat(longest),
  ]
  for (const source of slow) {
    assert.ok(expressionSize(source) > MAX_EXPRESSION_SIZE, source.slice(0, 20))
    const refused = engine.compile(source)
    assert.ok(refused instanceof ExpressionError && refused.description === 'expression too large')
  }
})
