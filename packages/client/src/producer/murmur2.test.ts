import assert from 'node:assert/strict'
import { test } from 'node:test'
import { murmur2, partitionForKey } from './murmur2.ts'

/** Bytes in hex and what Apache Kafka 4.3.1's `Utils.murmur2` makes of them. */
const golden: readonly (readonly [string, number])[] = [
  ['', 275646681],
  ['61', -1563381124],
  ['6162', 316155434],
  ['616263', 479470107],
  ['61626364', -1323649548],
  ['3231', -973932308],
  ['666f6f626172', -790332482],
  ['612d6c6974746c652d6269742d6c6f6e672d737472696e67', -985981536],
  ['612d6c6974746c652d6269742d6c6f6e6765722d737472696e67', -1486304829],
  ['6c6b6a683233346c68396669756839307932336f697568736166756a6861646f66323239706872396831396838396838', -58897971],
  ['d0bad0bbd18ed187', 2122343024],
  ['e98db5', 1131375336],
  ['35', 55100550],
  ['f78afe0d', 1906962751],
  ['e1bbe7ae28c045', 1137648021],
  ['e43c084f4bbb2bf1839d', -1855770099],
  ['6d852cb5be6a61aa9a0c6117bd', 342965673],
  ['dc978573998e685e885cb361f86c9746', -507368914],
  ['20bebfb01100b276545718c30f406cc8e3a188', -1538593684],
  ['f11059eb6fbce62655dfbd6f83b89670d6d9f9bf52d8', -680651344],
  ['dc0bf66205835ccc16ad682d8c478a26f450279849599b56dd', 209984484],
  ['1a572b40f27f72d37f347b5d9979162cfa959d2832a46196d92c3046', -1575663671],
  ['97e953c0026cc4a45eb32f92829e8d14ee827c94edc93517ef7da4c0ce2972', 501298474],
  ['9b060b08b6460851f3a3a05bb102f732ed235bd1283ed5021192ed6a754300c52367', 74467444],
]

test('murmur2 is the hash of the Java client', () => {
  for (const [hex, hash] of golden) assert.equal(murmur2(Buffer.from(hex, 'hex')), hash, hex)
})

test('a negative hash still gives a partition', () => {
  assert.equal(partitionForKey(Buffer.from('21'), 7), (-973932308 & 0x7fffffff) % 7)
})
