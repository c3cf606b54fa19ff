import type { ClientContext, Operation, ReadOperation } from '../runtime/coordinator-shard.ts'
import type { TransactionConfig } from '../transaction/transaction-config.ts'
import { defaultTransactionConfig } from '../transaction/transaction-config.ts'
import { transactionShard } from '../transaction/transaction-shard.ts'
import type { TransactionTask, TransactionTypes } from '../transaction/transaction-types.ts'
import { ShardBench } from './shard-bench.ts'

const CLIENT: ClientContext = { clientId: 'client', clientHost: '/127.0.0.1', apiVersion: 0 }

/** The transaction coordinator of one partition under a clock and a log that a test controls. */
export class TransactionBench extends ShardBench<TransactionTypes> {
  readonly config: TransactionConfig
  /** The finalized level of the feature. */
  transactionVersion = 2
  onTask: (task: TransactionTask) => void = () => undefined

  constructor(config: Partial<TransactionConfig> = {}) {
    super(transactionShard, () => ({ config: this.config, transactionVersion: () => this.transactionVersion }))
    this.config = { ...defaultTransactionConfig, ...config }
    this.writeTimeoutMs = 30_000
  }

  override send<Request, Response>(
    operation: Operation<TransactionTypes, Request, Response>,
    request: Request,
    client = CLIENT,
  ): Promise<Response> {
    return super.send(operation, request, client)
  }

  override read<Request, Response>(
    operation: ReadOperation<TransactionTypes, Request, Response>,
    request: Request,
    client = CLIENT,
  ): Response {
    return super.read(operation, request, client)
  }

  override startTask(task: TransactionTask): void {
    this.onTask(task)
  }
}
