package sso

// ProvisioningPreview is what enabling a connection would come to: of what was
// pushed, or of the sign-ins that follow if it stops provisioning by SCIM.
type ProvisioningPreview struct {
	// Back says that the connection stops provisioning by SCIM. Groups then have
	// what the next sign-ins would change if they asserted what the last ones did;
	// nothing changes before. The other fields are zero.
	Back bool

	Adopted     int // users whose account is there
	Created     int // users who would get one
	Held        int // users who would wait for an admin: another account has their login
	Waiting     int // users outside of the pilot
	Deactivated int // accounts that are active, and would not be
	// Deactivating are the first of Deactivated, by login.
	Deactivating []PreviewPerson
	// OtherLogins are those of Adopted whose login would change: userName is not
	// what sign-ins assert as the login.
	OtherLogins int
	// Unknown are active users of sign-ins who were not pushed, and LookAlikes
	// those of them who resemble one of Created.
	Unknown    int
	LookAlikes int
	// Extra are memberships by sign-in or by earlier pushes that no push confirms.
	// They stay.
	Extra  int
	Groups []ProvisioningGroupPreview
	// UnmatchedGroups are the names of pushed groups that no group here has or
	// would get.
	UnmatchedGroups []string
	// Findings are the records that do not meet, as far as they were asked for.
	Findings []ProvisioningFinding
}

// ProvisioningGroupPreview is what would become of a group.
type ProvisioningGroupPreview struct {
	Group        GroupID // "" of one that would be created
	Name         string
	Organization OrganizationID
	Join         int
	Confirm      int // members by sign-ins who would be members by SCIM
	Extra        int // members whom no push confirms; they stay
	// Leave are members whom the identity provider deleted, and on the way back
	// those whom sign-ins no longer assert.
	Leave int
	// Joining and Leaving are the first of Join and Leave, by login.
	Joining []PreviewPerson
	Leaving []PreviewPerson
}

// PreviewPerson is a person of whom something would change.
type PreviewPerson struct {
	User  UserID // "" of one who would be created
	Login string
}

// FindingKind says why records of the identity provider and users here do not meet.
type FindingKind string

// The kinds.
const (
	// FindingHeld: another active account has the login.
	FindingHeld FindingKind = "held"
	// FindingOtherLogin: the userName is not the login of the account.
	FindingOtherLogin FindingKind = "other_login"
	// FindingLookAlike: a user would be created, and one who was not pushed has
	// the same address or the same name before the @.
	FindingLookAlike FindingKind = "look_alike"
	// FindingUnknown: the user was not pushed.
	FindingUnknown FindingKind = "unknown"
	// FindingGroupName: a pushed group differs from a group here in letter case
	// or in characters that look alike.
	FindingGroupName FindingKind = "group_name"
)

// ProvisioningFinding is a record that does not meet another.
type ProvisioningFinding struct {
	Kind     FindingKind
	Resource ResourceID // user or group of the identity provider; "" of FindingUnknown
	Name     string     // userName or displayName
	User     UserID     // of FindingHeld the account that has the login; "" of a group
	Login    string
	Group    GroupID // of FindingGroupName
	Known    string  // its name
}

// Key returns what findings of a kind are sorted by.
func (f ProvisioningFinding) Key() string {
	if f.Resource != "" && f.Kind != FindingLookAlike {
		return string(f.Resource)
	}
	return string(f.User)
}

// FindingQuery selects findings.
type FindingQuery struct {
	Kind  FindingKind // "": the first of every kind
	After string      // the Key of the last finding before; with a Kind
	Limit int         // of each kind
}
