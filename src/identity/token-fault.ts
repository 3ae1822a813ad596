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
  /** A claim that is needed is missing, or is not what it should be. Its name is one of ours, never what the token holds. */
  | { readonly kind: 'claim-refused'; readonly claim: string; readonly problem: 'missing' | 'wrong' }
  | { readonly kind: 'no-person' }
  | { readonly kind: 'no-selected-role' }
  | { readonly kind: 'role-not-held' }
  | { readonly kind: 'issuer-unavailable' }
