package sso

// RequestKey names a request of the API that its sender may repeat without
// knowing whether the first got through.
type RequestKey struct {
	Token TokenID
	Key   Hash // of what the sender called it
}

// KeptAnswer is what such a request was answered, word for word.
type KeptAnswer struct {
	Status int
	Header map[string]string
	Body   []byte // valid UTF-8, and never a bearer value: it is stored as it is
}
