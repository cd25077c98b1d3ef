package sso

// Codes of errors that other code decides by. The codes of all other errors are
// only shown; [CodeOf] returns either.
const (
	CodeApprovalNeeded    = "trust_approval_needed"
	CodeChallengeGone     = "challenge_gone"
	CodeConnectionChanged = "connection_changed"
	CodeDirectoryDenied   = "directory_denied"
	// CodeDirectoryGroupUnknown is the code of a group that a directory does not
	// have, or has several times.
	CodeDirectoryGroupUnknown = "directory_group_unknown"
	CodeInvalidCursor         = "invalid_cursor"
	CodeGroupsOff             = "scim_groups_off"
	CodeIDPUnavailable        = "idp_unavailable"
	CodeInvitationGone        = "invitation_gone"
	CodeLoginExpired          = "login_state_expired"
	CodeNoRecoveryAdmin       = "no_recovery_admin"
	CodeNotAnAdmin            = "not_an_admin"
	CodeOutOfReach            = "out_of_reach"
	CodePasskeyRefused        = "passkey_refused"
	CodePasswordRefused       = "admin_refused"
	CodeProofExpired          = "code_expired"
	CodeProofLocked           = "code_locked"
	CodeProofMalformed        = "code_malformed"
	CodeProofWrong            = "code_wrong"
	CodeReplayed              = "saml_replayed"
	CodeScopeMissing          = "scim_scope_missing"
	CodeSecondStepNeeded      = "second_step_needed"
	CodeSSOEnforced           = "sso_enforced"
	CodeTestNeeded            = "test_needed"
	CodeTokenRevoked          = "scim_token_revoked"
	CodeTooManyGroups         = "too_many_groups"
	CodeTooManyMembers        = "too_many_members"
	CodeURLNotAllowed         = "url_not_allowed"
)
