package sso

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Identifiers are typed so that a swapped argument does not compile. Each is a
// prefix and 26 characters of Crockford base32 (48 bits of time, 80 of
// randomness), lower case, so that rows sort by creation and the prefix shows
// the type. Never an underscore: Okta refuses SCIM base URLs with one.
type (
	EnterpriseID   string
	OrganizationID string
	GroupID        string
	UserID         string
	ConnectionID   string
	DomainID       string
	SessionID      string // public name of a session; the bearer token is another value
	AttemptID      string // shown to users as the reference of a failure
	SyncRecordID   string
	HeldSyncID     string
	TokenID        string
	KeyID          string
	EventID        string
	ApplicationID  string
	EmailProofID   string // of a sign-in that waits for a code
	AdminID        string
	InvitationID   string
	SetupLinkID    string
	TestRunID      string
	HealthEventID  string
	QuestionID     string // of two users who claim one login
	// SubjectChangeID identifies that a connection's subjects changed.
	SubjectChangeID string
	// ResourceID identifies a user or group that an identity provider
	// provisions, within its connection: a [UserID] or an IDPGroupID by its form.
	ResourceID          string
	IDPGroupID          string // of a group as an identity provider provisions it
	ProvisioningTokenID string
	ProvisioningEventID string // of one SCIM request
	RefusalID           string
	PersonalTokenID     string
	MergeID             string
	LinkedSubjectID     string // of a further subject of a connection that leads to a user
	ServiceID           string // of a program of an organization
	ServiceTokenID      string
	RoleID              string // of a ProductRole
	MoveID              string // of users from one connection to another
)

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewID returns an identifier of type T with its prefix, for the given moment.
func NewID[T idType](now time.Time) T {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // crypto/rand.Read never fails since Go 1.24
	return T(prefixOf[T]() + "-" + crockford.EncodeToString(b[:]))
}

// DerivedID returns the same identifier for the same moment and seed on every
// node, so that nodes that cannot coordinate agree on it. It is not secret.
func DerivedID[T idType](at time.Time, seed string) T {
	var b [16]byte
	sum := sha256.Sum256([]byte(seed))
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16)
	copy(b[6:], sum[:])
	return T(prefixOf[T]() + "-" + crockford.EncodeToString(b[:]))
}

type idType interface {
	EnterpriseID | OrganizationID | GroupID | UserID | ConnectionID | DomainID |
		SessionID | AttemptID | SyncRecordID | HeldSyncID | TokenID | KeyID | EventID | ApplicationID | EmailProofID |
		AdminID | InvitationID | SetupLinkID | TestRunID | HealthEventID | QuestionID | SubjectChangeID |
		IDPGroupID | ProvisioningTokenID | ProvisioningEventID | RefusalID | PersonalTokenID | LinkedSubjectID |
		ServiceID | ServiceTokenID | RoleID | MoveID | MergeID
}

func prefixOf[T idType]() string {
	var zero T
	switch any(zero).(type) {
	case EnterpriseID:
		return "ent"
	case OrganizationID:
		return "org"
	case GroupID:
		return "group"
	case UserID:
		return "user"
	case ConnectionID:
		return "conn"
	case DomainID:
		return "dom"
	case SessionID:
		return "ses"
	case AttemptID:
		return "att"
	case SyncRecordID:
		return "sync"
	case HeldSyncID:
		return "held"
	case TokenID:
		return "tok"
	case KeyID:
		return "key"
	case ApplicationID:
		return "app"
	case EmailProofID:
		return "proof"
	}
	return consolePrefixOf(zero)
}

// consolePrefixOf returns the prefixes of the console's types.
func consolePrefixOf(zero any) string {
	switch zero.(type) {
	case AdminID:
		return "adm"
	case InvitationID:
		return "inv"
	case SetupLinkID:
		return "link"
	case TestRunID:
		return "test"
	case HealthEventID:
		return "health"
	case QuestionID:
		return "quest"
	case LinkedSubjectID:
		return "lsub"
	case SubjectChangeID:
		return "subjects"
	case MergeID:
		return "merge"
	}
	return provisioningPrefixOf(zero)
}

// provisioningPrefixOf returns the prefixes of the types of provisioning and tokens.
func provisioningPrefixOf(zero any) string {
	switch zero.(type) {
	case IDPGroupID:
		return "idpgroup"
	case ProvisioningTokenID:
		return "scimtok"
	case ProvisioningEventID:
		return "push"
	case RefusalID:
		return "refusal"
	case PersonalTokenID:
		return "pat"
	case ServiceID:
		return "svc"
	case ServiceTokenID:
		return "svctok"
	case RoleID:
		return "role"
	case MoveID:
		return "move"
	}
	return "evt"
}

// ParseID accepts s only if it has the exact form of a NewID of T, so that a
// malformed identifier from a URL is NotFound before it reaches a query.
func ParseID[T idType](s string) (T, error) {
	body, ok := strings.CutPrefix(s, prefixOf[T]()+"-")
	if ok && len(body) == 26 {
		if _, err := crockford.DecodeString(body); err == nil {
			return T(s), nil
		}
	}
	return "", NotFound("not_found", "There is nothing at this address.")
}
