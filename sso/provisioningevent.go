package sso

import "time"

// ProvisioningEvent is a request of an identity provider. It never has the body of
// the request. Requests that only read are summed up; see [ProvisioningReads]. An
// event whose effects are Applied is none: it has no token, method, name and request
// ID.
type ProvisioningEvent struct {
	ID         ProvisioningEventID
	Enterprise EnterpriseID
	Connection ConnectionID
	At         time.Time // when the request came
	Token      ProvisioningTokenID
	Client     string // as [ClientName] returns it
	Method     string
	// Kind is the scope that the request needs: which resource type it is about,
	// and whether it writes. "" if it is about no resource.
	Kind ProvisioningScope
	// Name is userName, displayName or externalId; "" if it is not known.
	Name      string
	Resource  ResourceID // "" if it is not known
	Status    int        // of the HTTP response
	SCIMType  string     // of a refusal (RFC 7644, section 3.12); "" for most
	Code      string     // of a refusal, as in the troubleshooting guide; "" if it was done
	Detail    string     // the text of a refusal
	RequestID string
	Took      time.Duration
	Changed   bool // whether it wrote a resource or members
	Effects   ProvisioningEffects
}

// Refused reports whether the request was refused.
func (e ProvisioningEvent) Refused() bool { return e.Code != "" }

// ProvisioningResult is what came of a request, in one word.
type ProvisioningResult string

// The results.
const (
	ResultChanged   ProvisioningResult = "changed"
	ResultRefused   ProvisioningResult = "refused"
	ResultUnchanged ProvisioningResult = "unchanged" // a write of what was there already
	ResultRead      ProvisioningResult = "read"
)

// Result returns what came of the request.
func (e ProvisioningEvent) Result() ProvisioningResult {
	switch {
	case e.Refused():
		return ResultRefused
	case e.Changed:
		return ResultChanged
	case e.Kind.writes():
		return ResultUnchanged
	}
	return ResultRead
}

// Requests returns how many requests the event stands for. Reads are summed up for a
// minute, and those that were refused because there were too many for some seconds.
func (e ProvisioningEvent) Requests() int { return max(e.Effects.Requests, 1) }

// ProvisioningEffects are what a request changed besides its resource.
type ProvisioningEffects struct {
	Added   int `json:"added,omitempty"`   // members
	Removed int `json:"removed,omitempty"` // members
	// Waiting are the IDs of members that no user has yet; at most 20, of
	// WaitingCount.
	Waiting      []ResourceID `json:"waiting,omitempty"`
	WaitingCount int          `json:"waiting_count,omitempty"`
	Nested       int          `json:"nested,omitempty"` // members that were sent as groups
	// Listed says that the request named all members of the group.
	Listed bool `json:"listed,omitempty"`
	// Adopted says that the request was the first about a user who was there before.
	Adopted bool `json:"adopted,omitempty"`
	// Reactivated says that a deactivated user is active again.
	Reactivated bool `json:"reactivated,omitempty"`
	// StaysOff says that the user was pushed as active and stays deactivated, because no
	// push deactivated them: an admin did, for example.
	StaysOff bool `json:"stays_off,omitempty"`
	// Applied says that the event is no request: what had been pushed before was
	// applied, because the connection was enabled or its pilot changed.
	Applied bool `json:"applied,omitempty"`
	// Requests is how many requests the event stands for, if it is a sum; see
	// [ProvisioningEvent.Requests].
	Requests int `json:"requests,omitempty"`
	// Reads says what was read, of requests that only read; nil of others.
	Reads *ProvisioningReads `json:"reads,omitempty"`
}

// ReadSort is what a request reads.
type ReadSort string

// The sorts of reads.
const (
	ReadLookup    ReadSort = "lookup" // resources that match a filter
	ReadList      ReadSort = "list"   // all resources, a page at a time
	ReadOne       ReadSort = "one"    // a resource by its ID
	ReadDiscovery ReadSort = "discovery"
)

// ProvisioningReads sums up the reads of one sort by one token and client within a
// minute, from the time of their event to Last. Name, request ID and duration of the
// event are those of the last one.
type ProvisioningReads struct {
	Sort ReadSort `json:"sort"`
	// By is the attribute that a filter of lookups compares, as it was sent; "" if the
	// filter has several. Values of the filter are not kept, except for a name.
	By       string    `json:"by,omitempty"`
	Found    int       `json:"found,omitempty"`    // requests that found something
	Returned int       `json:"returned,omitempty"` // resources in the responses
	Last     time.Time `json:"last"`
}

// ProvisioningEventFilter narrows a list of provisioning events; the zero value of
// a field means any.
type ProvisioningEventFilter struct {
	Connection ConnectionID
	Token      ProvisioningTokenID
	Resource   ResourceID
	// Name ignores letter case. Of reads, only one that is alone in its sum has it.
	Name    string
	Refused bool // only refused ones
	Result  ProvisioningResult
	Since   time.Time
}

// ProvisioningRefusal is what was refused of one name, for one reason.
type ProvisioningRefusal struct {
	ID         RefusalID // a new one when the refusal is repeated after it was healed
	Enterprise EnterpriseID
	Connection ConnectionID
	Kind       ProvisioningScope
	Name       string
	Code       string
	Method     string // of the last request, as the fields below
	Status     int
	Detail     string
	Resource   ResourceID
	Token      ProvisioningTokenID
	FirstAt    time.Time
	LastAt     time.Time
	Count      int       // requests from FirstAt to LastAt
	HealedAt   time.Time // when a request of the kind and name succeeded; zero: open
}

// RefusalFilter narrows a list of refusals.
type RefusalFilter struct {
	Connection ConnectionID
	Open       bool // only open ones
	Healed     bool // only healed ones
}

// RefusalTally counts the open refusals of a connection.
type RefusalTally struct {
	Connection ConnectionID
	Open       int
	Since      time.Time           // first of the oldest
	Last       ProvisioningRefusal // the one that was repeated last
}

// ProvisioningUserState is a provisioned user, with what is refused of them.
type ProvisioningUserState struct {
	User ProvisionedUser
	OpenRefusals
}

// OpenRefusals sums up the open refusals of a user or group.
type OpenRefusals struct {
	RefusedAt time.Time // last; zero: there are none
	Refusals  int       // requests
	Refusal   string    // the text of one
}

// ProvisioningGroupState is a provisioned group, with what is known of the members
// that it should have.
type ProvisioningGroupState struct {
	Group ProvisionedGroup
	// Listed is the number of members when the identity provider last sent all of
	// them, at ListedAt; zero: never.
	Listed   int
	ListedAt time.Time
	// Waiting are the first 20 IDs of members that no user has yet; the group has
	// the number of all.
	Waiting []ResourceID
	OpenRefusals
}
