import type { ProducerOptions } from '@milena/client'
import { defined, type ClientConfig } from './client-config.ts'

/** What a producer understands of its properties. */
export function producerOptionsOf(config: ClientConfig): ProducerOptions {
  const acks = config.oneOf('acks', ['all', '-1', '0', '1'])
  return {
    ...(acks !== undefined && { acks: acks === 'all' ? -1 : (Number(acks) as -1 | 0 | 1) }),
    ...defined({
      idempotent: config.boolean('enable.idempotence'),
      compression: config.oneOf('compression.type', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
      retries: config.number('retries'),
      lingerMs: config.number('linger.ms'),
      batchSize: config.number('batch.size'),
      maxInFlight: config.number('max.in.flight.requests.per.connection'),
      maxRequestSize: config.number('max.request.size'),
      deliveryTimeoutMs: config.number('delivery.timeout.ms'),
      maxBlockMs: config.number('max.block.ms'),
      bufferMemory: config.number('buffer.memory'),
    }),
  }
}
