/**
 * Why a token opens nothing. All but the last say that the caller has not shown who asks; `issuer-unavailable` says that
 * the service could not look, which is never held against the caller.
 */
export type TokenFault =
  | { readonly kind: 'no-token' }
  | { readonly kind: 'not-a-token' }
  | { readonly kind: 'algorithm-refused' }
  | { readonly kind: 'signature-refused' }
  | { readonly kind: 'wrong-issuer' }
  | { readonly kind: 'wrong-audience' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'not-yet-valid' }
  | { readonly kind: 'claims-unreadable' }
  | { readonly kind: 'no-person' }
  | { readonly kind: 'no-selected-role' }
  | { readonly kind: 'role-not-held' }
  | { readonly kind: 'issuer-unavailable' }
