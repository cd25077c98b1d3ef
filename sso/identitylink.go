package sso

import (
	"strings"
	"time"
)

// IdentityLink is a further identity that an admin ties to a user.
type IdentityLink struct {
	Enterprise EnterpriseID
	User       UserID
	Connection ConnectionID
	// Subject is the subject that leads to the user; "" if Login does.
	Subject string
	// Login leads to the user at the next sign-in whose subject is unknown, and then
	// the subject is bound.
	Login string
}

// Validate returns what is wrong with the link. Exactly one of subject and login is
// given.
func (l IdentityLink) Validate() []FieldError {
	_, err := ParseID[ConnectionID](string(l.Connection))
	switch {
	case err != nil:
		return []FieldError{{"connection", "Choose a connection."}}
	case l.Subject == "" && l.Login == "":
		return []FieldError{{"subject", "Enter the subject, or the login in its place."}}
	case l.Subject != "" && l.Login != "":
		return []FieldError{{"login", "Enter the subject or the login, not both."}}
	case l.Login != "":
		return ValidateLogin("login", l.Login)
	case len(l.Subject) > MaxSubjectLength:
		return []FieldError{{"subject", "Use at most 255 bytes."}}
	case l.Subject != strings.TrimSpace(l.Subject):
		return []FieldError{{"subject", "Remove the space before or after it: subjects are compared byte for byte."}}
	case !Printable(l.Subject):
		return []FieldError{{"subject", "Remove control, invisible and text-direction characters."}}
	}
	return nil
}

// LinkPreview is what a link would do, and why it is not possible.
type LinkPreview struct {
	User User
	// InUse is the user to whom the subject or the login leads; "" if it leads to none.
	// The two can be merged.
	InUse UserID
	// Further says that the user has an identity of the connection already.
	Further   bool
	Forbidden []*Error // empty if the link is possible
}

// UnlinkPreview is what ends with an identity of a user, and why it cannot end.
type UnlinkPreview struct {
	User     User
	Identity UserIdentity
	Sessions int  // that began with the identity, which end
	LastWay  bool // the user has no other identity of an enabled connection
	// Forbidden is empty if the identity can be untied.
	Forbidden []*Error
}

// Ref identifies an identity among those of its user: the linked subject if it is one,
// else the connection.
func (i UserIdentity) Ref() string {
	if i.Linked != "" {
		return string(i.Linked)
	}
	return string(i.Connection)
}

// FormerWhy is why an identity ended.
type FormerWhy string

// The reasons.
const (
	FormerUnlinked          FormerWhy = "unlinked"           // an admin untied it
	FormerConnectionDeleted FormerWhy = "connection_deleted" // its connection was deleted
)

// FormerIdentity is an identity that ended. It leads nowhere. A sign-in with its subject,
// externalId or login, of which no user is known, is a question for an admin.
type FormerIdentity struct {
	User           UserID
	Connection     ConnectionID // may be deleted
	ConnectionName string
	Subject        string // "" if none was bound
	ExternalID     string // "" if the identity provider did not push the user
	Login          string
	Why            FormerWhy
	By             Actor
	At             time.Time
}
