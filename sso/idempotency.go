package sso

// RequestKey identifies an API request that its client may repeat without
// knowing whether the first one succeeded.
type RequestKey struct {
	Token TokenID
	Key   Hash // of the client's Idempotency-Key
}

// KeptResponse is the stored response to such a request, byte for byte.
type KeptResponse struct {
	Status int
	Header map[string]string
	Body   []byte // valid UTF-8, and never a bearer value: it is stored in the clear
}
