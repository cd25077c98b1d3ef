package sso

import "time"

// SigningKey is what assertions to applications are signed with. When a key
// signs and for how long it is published follows from when it and the one after
// it were made, so no node has to tell another.
type SigningKey struct {
	ID        KeyID
	Public    []byte // PKIX, DER
	Private   Secret // PKCS #8, DER in base64
	CreatedAt time.Time
}
