// Package api is the REST API for automation, version 1, and its OpenAPI
// document.
//
// [API.Handler] checks a request in this order: the bearer token, its rate
// limit, the path, the form of the body, the Idempotency-Key. Then huma decodes
// and validates it by the document, and calls the operation. An operation is
// declared beside its handler in the file of its noun (group.go, user.go…); add
// in operation.go has the common steps of all operations. Every error, including
// those of huma, becomes an *sso.Error and is rendered by route.Fail.
//
// Decisions for all operations:
//
//   - A body that cannot be read (not JSON, a name twice, too deep) is 400; a
//     readable but invalid one is 422 with the fields.
//   - Unknown members and query parameters are refused, because a mistyped filter
//     must not list everything, and a mistyped member must not be ignored. So is
//     null.
//   - An identifier that is malformed, unknown, or another enterprise's is the
//     same 404.
//   - A member named like a noun ("user", "group") is the identifier of one.
//   - Secrets are accepted and never returned; has_client_secret reports whether
//     one is set.
//   - Only successful responses are stored under an Idempotency-Key: an error
//     changed nothing, so a repetition may try again.
//
// What must not live here: rules about what may be configured (sso/connections), SQL,
// cookies, pages.
package api
