// Package api is the REST API for automation, version 1, and its OpenAPI
// document.
//
// A request passes through [API.Handler] in this order: the bearer token, its
// rate, the path, the form of the body, the Idempotency-Key; then the operation
// that huma has decoded and validated by the document. An operation is declared
// beside its handler in the file of its noun (group.go, user.go…), and add in
// operation.go is what all of them have in common. Whatever goes wrong, huma's
// own findings included, becomes an *sso.Error and leaves through route.Fail.
//
// Decisions that hold for all of it:
//
//   - A body that cannot be read (not JSON, a name twice, too deep) is 400; one
//     that can be read and not accepted is 422 with the fields.
//   - Unknown members and query parameters are refused: a mistyped filter must
//     not list everything, a mistyped member not be ignored. So is null.
//   - An identifier that is malformed, unknown, or another enterprise's is the
//     same 404.
//   - A member named like a noun ("user", "group") is the identifier of one.
//   - Secrets go in and never out; has_client_secret says that there is one.
//   - Only what succeeded is kept under an Idempotency-Key: an error changed
//     nothing, so trying again is right.
//
// What must not live here: rules about what may be configured (sso/connections), SQL,
// cookies, pages.
package api
