package sso

// Codes of errors that other code decides by. The codes of all other errors are
// only shown; [CodeOf] returns either.
const (
	CodeConnectionChanged = "connection_changed"
	CodeApprovalNeeded    = "trust_approval_needed"
)
