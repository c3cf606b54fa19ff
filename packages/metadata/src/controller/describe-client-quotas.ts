// DescribeClientQuotas (ClientQuotasImage.describe): the quotas of the entities that a filter lets through.
import { type DescribeClientQuotasRequest, type DescribeClientQuotasResponse, Errors } from '@milena/protocol/messages'
import type { ClientQuotaImage, MetadataImage } from '../image/metadata-image.ts'
import { inEntityOrder } from '../image/quota-order.ts'
import { ApiFailure, orRefused } from './api-failure.ts'

type Component = DescribeClientQuotasRequest['components'][number]

const EXACT = 0
const DEFAULT = 1
const SPECIFIED = 2
const entityTypes = new Set(['ip', 'user', 'client-id'])

export function describeClientQuotas(
  image: MetadataImage,
  request: DescribeClientQuotasRequest,
): DescribeClientQuotasResponse {
  return orRefused<DescribeClientQuotasResponse>(
    () => {
      checkFilter(request.components)
      const found = inEntityOrder(image.clientQuotas.values()).filter((quota) => matches(quota, request))
      const entries = found.map(({ entity, values }) => ({
        entity,
        values: [...values].map(([key, value]) => ({ key, value })),
      }))
      return { throttleTimeMs: 0, errorCode: Errors.NONE.code, errorMessage: '', entries }
    },
    ({ errorCode, errorMessage }) => ({ throttleTimeMs: 0, errorCode, errorMessage, entries: null }),
  )
}

function matches({ entity }: ClientQuotaImage, { components, strict }: DescribeClientQuotasRequest): boolean {
  if (strict && (components.length === 0 || entity.length !== components.length)) return false
  return components.every(({ entityType, matchType, match }) =>
    entity.some((each) => each.entityType === entityType && (matchType === SPECIFIED || each.entityName === match)),
  )
}

function checkFilter(components: readonly Component[]): void {
  const seen = new Set<string>()
  for (const component of components) {
    const { entityType } = component
    if (entityType === '') throw invalid('Invalid empty entity type.')
    if (seen.has(entityType)) throw invalid(`Entity type ${entityType} cannot appear more than once in the filter.`)
    if (!entityTypes.has(entityType)) {
      throw new ApiFailure(Errors.UNSUPPORTED_VERSION.code, `Unsupported entity type ${entityType}`)
    }
    checkMatch(component)
    seen.add(entityType)
  }
  if (seen.has('ip') && seen.size > 1) {
    throw invalid(
      'Invalid entity filter component combination. IP filter component should not be used with user or clientId filter component.',
    )
  }
}

function checkMatch({ matchType, match }: Component): void {
  if (matchType === EXACT) {
    if (match === null) throw invalid('Request specified MATCH_TYPE_EXACT, but set match string to null.')
  } else if (matchType === DEFAULT || matchType === SPECIFIED) {
    const name = matchType === DEFAULT ? 'MATCH_TYPE_DEFAULT' : 'MATCH_TYPE_SPECIFIED'
    if (match !== null) throw invalid(`Request specified ${name}, but also specified a match string.`)
  } else {
    throw invalid(`Unknown match type ${matchType}`)
  }
}

function invalid(message: string): ApiFailure {
  return new ApiFailure(Errors.INVALID_REQUEST.code, message)
}
