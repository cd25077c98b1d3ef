package sso

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Trust records whom a connection trusts to identify its users, and who decided
// about changes of it.
type Trust struct {
	// Since is when the trust of the live configuration last changed; zero: not
	// since this is recorded. Older sessions were opened under another trust.
	Since time.Time `json:"since,omitzero"`
	// EnabledBy is the setup link that alone wrote and enabled the trust of the
	// live configuration; "" for all other actors. See [Trust.CorrectsOwn].
	EnabledBy Actor `json:"enabled_by,omitempty"`
	// Tested is the change that made the trust of the live configuration, if it
	// was approved by a passed test and not by an admin; nil otherwise. It was
	// enabled at Since.
	Tested *TrustChange `json:"tested,omitempty"`
	// Draft is the change that the draft would make; nil if the draft changes
	// neither trust nor subject, or if there is no draft.
	Draft *TrustChange `json:"draft,omitempty"`
	// Back is the change that a requested rollback would make; nil: none was
	// requested.
	Back *TrustChange `json:"back,omitempty"`
}

// TrustChange is a change of trust or subject and the decision about it. It
// applies to exactly one content: Digest.
type TrustChange struct {
	Digest string `json:"digest"` // see [Config.TrustDigest]
	// Authors are the actors who edited the content, without operators.
	Authors []Actor   `json:"authors,omitempty"`
	AskedBy Actor     `json:"asked_by,omitempty"` // who tried to make it live
	AskedAt time.Time `json:"asked_at,omitzero"`  // zero: not requested
	// DecidedBy approved or refused the change; "" while it is undecided.
	DecidedBy Actor     `json:"decided_by,omitempty"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Approved  bool      `json:"approved,omitempty"`
	// Test is the passed test connection, by a user known through the previous
	// trust, that approved the change, if one did.
	Test TestRunID `json:"test,omitempty"`
}

// Waits reports whether the change was requested and is undecided.
func (c *TrustChange) Waits() bool {
	return c != nil && !c.AskedAt.IsZero() && c.DecidedBy == ""
}

// ByTest returns a copy of the change if a passed test approved it, else nil.
func (c *TrustChange) ByTest() *TrustChange {
	if c == nil || !c.Approved || c.Test == "" {
		return nil
	}
	tested := *c
	return &tested
}

// Refused reports whether the latest decision is a refusal.
func (c *TrustChange) Refused() bool {
	return c != nil &&
		c.DecidedBy != "" &&
		!c.Approved
}

// IsBy reports whether an actor is an author of the change or requested it.
func (c *TrustChange) IsBy(a Actor) bool {
	return a != "" && (c.AskedBy == a || slices.Contains(c.Authors, a))
}

// Waiting returns the change that was requested and is undecided; nil if none.
func (t Trust) Waiting() *TrustChange {
	for _, c := range []*TrustChange{t.Draft, t.Back} {
		if c.Waits() {
			return c
		}
	}
	return nil
}

// CorrectsOwn reports whether the draft corrects what one setup link wrote and
// enabled, that link alone wrote the correction, and it was not refused.
func (t Trust) CorrectsOwn() bool {
	return t.EnabledBy != "" &&
		!t.Draft.Refused() &&
		t.Draft.hasSoleAuthor(t.EnabledBy)
}

// hasSoleAuthor reports whether an actor is the only author of a change.
func (c *TrustChange) hasSoleAuthor(a Actor) bool {
	return c != nil && len(c.Authors) == 1 && c.Authors[0] == a
}

// Enabler returns the value of EnabledBy once an actor makes the change live.
func (c *TrustChange) Enabler(by Actor) Actor {
	if by.OfLink() && c.hasSoleAuthor(by) {
		return by
	}
	return ""
}

// OfOperator reports whether an actor acts for the installation and not for one
// enterprise: a local admin, an API token, the server's shell or the program.
func (a Actor) OfOperator() bool {
	switch a {
	case ActorOperator, ActorSystem, ActorStart:
		return true
	}
	return strings.HasPrefix(string(a), "adm-") || strings.HasPrefix(string(a), "tok-")
}

// OfLink reports whether an actor is the holder of a setup link.
func (a Actor) OfLink() bool { return strings.HasPrefix(string(a), "link-") }

// TrustDigest identifies whom a configuration trusts to identify its users, and
// how a user is found in an assertion. Two configurations with the same digest
// sign the same people in as the same users. The digest of nil is "".
//
// Every member counts unless it is cleared here, so that a new one is not
// assumed to be harmless.
func (c *Config) TrustDigest() string {
	if c == nil {
		return ""
	}
	text, err := json.Marshal(c.Trusted())
	if err != nil {
		return "" // cannot happen: strings, numbers and lists
	}
	sum := sha256.New()
	sum.Write(text)
	if c.OIDC != nil { // redacted in JSON
		secret := c.OIDC.ClientSecret.Hash()
		sum.Write(secret[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Trusted returns a copy without the members that decide neither trust nor
// subject: permissions (groups, who may sign in), settings for the identity
// provider's benefit, and bookkeeping. nil stays nil.
func (c *Config) Trusted() *Config {
	if c == nil {
		return nil
	}
	t := *c
	t.Version = 0
	t.GroupSync, t.Brake = GroupSync{}, Brake{}
	t.Provisioning, t.Unprovisioned = "", ""
	t.SCIM = SCIMSettings{MatchEmail: c.SCIM.MatchEmail}
	t.AllowSignIn, t.Directory, t.EmailOptional = "", nil, false
	t.DefaultGroups = nil
	t.Mapping.Name = nil
	t.Mapping.Groups, t.Mapping.Delimiter, t.Mapping.GroupsRewrite = nil, "", nil
	t.Mapping.Include, t.Mapping.Exclude, t.Mapping.GroupLimit = "", "", 0
	t.Mapping.Attributes = nil
	t.Mapping.Login = nilIfEmpty(t.Mapping.Login)
	t.Mapping.Email = nilIfEmpty(t.Mapping.Email)
	t.Mapping.EmailVerified = nilIfEmpty(t.Mapping.EmailVerified)
	if c.SAML != nil {
		saml := *c.SAML
		saml.SignRequests = false
		saml.ForceAuthn = false
		saml.ClockSkew = 0
		saml.ReplacedAt = time.Time{}
		saml.Certificates = sortedCertificates(saml.Certificates)
		saml.Pending = sortedCertificates(saml.Pending)
		t.SAML = &saml
	}
	if c.OIDC != nil {
		oidc := *c.OIDC
		oidc.Scopes, oidc.Prompt = nil, ""
		oidc.Keys = nil
		oidc.PendingKeys = nil
		oidc.ReplacedAt = time.Time{} // recorded from what the issuer publishes
		t.OIDC = &oidc
	}
	return &t
}

// nilIfEmpty returns nil for an empty list.
func nilIfEmpty(all []string) []string {
	if len(all) == 0 {
		return nil
	}
	return all
}

func sortedCertificates(all []Certificate) []Certificate {
	if len(all) == 0 {
		return nil
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Certificate) int {
		return bytes.Compare(a.Raw, b.Raw)
	})
	return all
}
