/** The quotas of a broker: its configuration, and what the metadata says now and later. */
import type { BrokerConfig, MetadataService } from '@milena/metadata'
import { QuotaManager } from './quota-manager.ts'

export function brokerQuotas(config: BrokerConfig, metadata: MetadataService): QuotaManager {
  const quotas = new QuotaManager({
    clientWindows: {
      windows: config.get('quota.window.num'),
      windowMs: config.get('quota.window.size.seconds') * 1000,
    },
    controllerWindows: {
      windows: config.get('controller.quota.window.num'),
      windowMs: config.get('controller.quota.window.size.seconds') * 1000,
    },
    image: metadata.image,
  })
  // For as long as there is metadata: nothing outlives it that would have to be told.
  metadata.onChange((delta) => {
    if (delta.clientQuotasChanged) quotas.update(delta.image)
  })
  return quotas
}
