package provisioning

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"gatehouse/scim"
	"gatehouse/sso"
)

// cursorLife is how long a cursor is accepted. It is advertised in
// ServiceProviderConfig.
const cursorLife = scim.CursorTimeout

// cursors makes and reads the cursors of lists (RFC 9865). A cursor is a position
// with a tag over it, the connection, the resource type and the filter, so that
// one that was made up or belongs to another list is refused.
type cursors struct {
	keys [][]byte
	now  func() time.Time
}

func newCursors(secrets []sso.Secret, now func() time.Time) cursors {
	c := cursors{now: now}
	for _, secret := range secrets {
		if secret != "" {
			c.keys = append(c.keys, tag([]byte(secret.Reveal()), "gatehouse scim cursor"))
		}
	}
	return c
}

func tag(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// position is what a cursor says: behind which resource the page begins, and how
// many resources the list had when its first page was read.
type position struct {
	after int64
	total int64
}

const (
	positionSize = 3 * 8
	tagSize      = 16
)

// of returns the cursor of a position in a list.
func (c cursors) of(list string, p position) string {
	b := make([]byte, 0, positionSize+tagSize)
	b = binary.BigEndian.AppendUint64(b, uint64(p.after))
	b = binary.BigEndian.AppendUint64(b, uint64(p.total))
	b = binary.BigEndian.AppendUint64(b, uint64(c.now().Add(cursorLife).Unix()))
	b = append(b, c.sign(c.keys[0], list, b)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c cursors) sign(key []byte, list string, payload []byte) []byte {
	return tag(key, list+"\x00"+string(payload))[:tagSize]
}

// read returns the position of a cursor. Errors are those of RFC 9865, section
// 2.2.
func (c cursors) read(list, cursor string) (position, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(b) != positionSize+tagSize {
		return position{}, badCursor(scim.InvalidCursor, "This is not a cursor of this service.")
	}
	payload, sent := b[:positionSize], b[positionSize:]
	valid := false
	for _, key := range c.keys {
		valid = valid || hmac.Equal(sent, c.sign(key, list, payload))
	}
	if !valid {
		return position{}, badCursor(scim.InvalidCursor,
			"This cursor belongs to another connection or another filter. Start again without a cursor.")
	}
	expires := time.Unix(int64(binary.BigEndian.Uint64(payload[16:])), 0)
	if c.now().After(expires) {
		return position{}, badCursor(scim.ExpiredCursor, "This cursor has expired. Start again without a cursor.")
	}
	return position{
		after: int64(binary.BigEndian.Uint64(payload)),
		total: int64(binary.BigEndian.Uint64(payload[8:])),
	}, nil
}

func badCursor(t scim.ErrorType, detail string) error {
	return &scim.Error{
		Status: http.StatusBadRequest,
		Type:   t,
		Detail: detail,
	}
}
