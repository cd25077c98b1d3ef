package sso

import "time"

// SyncRecord is the input and the effect of one group sync. "Who was in this
// group on that day, and why" is answered from these.
type SyncRecord struct {
	ID         SyncRecordID
	Enterprise EnterpriseID
	User       UserID
	Connection ConnectionID
	Attempt    AttemptID // the cause
	Mode       SyncMode  // as applied, not as configured: absent groups keep, whatever the mode
	Asserted   AssertedGroups
	Matched    []string      // asserted names that match a group, sorted
	Unmatched  []string      // asserted names that match no group, sorted
	NearMisses []NearMiss    // groups with names near some of Unmatched
	Added      []GroupChange // only what changed
	Removed    []GroupChange
	Held       HeldSyncID // the changes that wait for an admin; "" if none do
	Note       string     // why memberships were kept, for the admin; empty if none were
	At         time.Time
}

// GroupChange is one membership added or removed, with names that outlive the
// group.
type GroupChange struct {
	Group            GroupID        `json:"group"`
	Name             string         `json:"name"`
	Organization     OrganizationID `json:"organization"`
	OrganizationName string         `json:"organization_name"`
	// Source is SourceConnection for a default group of the connection that no
	// asserted name matches; else "".
	Source MembershipSource `json:"source,omitempty"`
}

// AuditEvent is one change with its actor and target. Events of one enterprise
// form one chain or several, its strands: Hash covers the event and the hash of
// the event before it in the strand.
type AuditEvent struct {
	ID         EventID
	Enterprise EnterpriseID
	Sequence   int64  // orders the events of the enterprise; on PostgreSQL with gaps
	Strand     int64  // 0, 1, 2…
	Position   int64  // 1, 2, 3… without gaps within the strand
	Actor      string // "user-…", "tok-…", "system"
	Action     string // dotted, past tense: "connection.enabled", "user.created"
	Target     string // ID of what was changed
	Detail     map[string]string
	At         time.Time
	Hash       Hash
	// ErasedBy is the deleted user for whom personal values were replaced by Erased; ""
	// if the event is as it was written. Hash is that of the event as written.
	ErasedBy UserID `json:",omitempty"`
}

// AuditHead is the end of a strand of an audit trail at one moment, as it is
// written to the log. Kept outside the database, it later shows that a chain was truncated,
// which the chain alone cannot.
type AuditHead struct {
	Enterprise EnterpriseID // "" for the installation's own trail
	Strand     int64
	Position   int64 // of the last event
	Sequence   int64 // likewise
	Hash       Hash
	At         time.Time // in microseconds
	Signature  Hash      // HMAC-SHA256 over the rest, with the key of the chains
	Forged     bool      // the end in the database was not written by Gatehouse
}
