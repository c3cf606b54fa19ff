/**
 * DescribeClientQuotas (key 48): the quotas that are set, of the entities that a filter lets through (KIP-546).
 *
 * Versions: 1 flexible.
 */
import { describeClientQuotas as describe } from '@milena/metadata'
import { DescribeClientQuotasRequest, DescribeClientQuotasResponse } from '@milena/protocol/messages'
import { handler } from '../request/handler.ts'

export const describeClientQuotas = handler(DescribeClientQuotasRequest, DescribeClientQuotasResponse, {
  versions: { min: 0, max: 1 },
  handle: (request, { services }) => describe(services.metadata.image, request),
  errorResponse: ({ code, message }) => ({ throttleTimeMs: 0, errorCode: code, errorMessage: message, entries: null }),
})
